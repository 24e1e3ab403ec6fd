import FoundationEssentials
import ObjectStore
import Pipeline
import PixelEngine

extension ConsoleState {
  /// With the preview in focus, moving goes through the sizes.
  mutating func previewPerforms(_ action: Action) -> [ConsoleEffect]? {
    switch action {
    case .up, .top:
      if action == .top { preview.size = .x8 } else { stepPreview(by: -1) }
    case .down, .bottom:
      if action == .bottom { preview.size = .x64 } else { stepPreview(by: 1) }
    case .open: isZoomed = true
    case .pageUp, .pageDown, .halfPageUp, .halfPageDown: break
    case .back:
      if isZoomed { isZoomed = false } else { previewHasFocus = false }
    default: return nil
    }
    return []
  }

  /// What there is to preview of a row, or why there is nothing.
  enum PreviewSource: Hashable {
    case pictures(StatusRow)
    case failure(StatusRow, FailureRecord)
    case unsupported(StatusRow)
    case nothing
  }

  var previewSource: PreviewSource {
    guard let id = currentRow else { return .nothing }
    let row = table.row(id)
    if let failure = row.failure, failure.code.isPermanent || row.renditions.count(.missing) == 5 {
      return .failure(row, failure)
    }
    if row.state == .unsupported { return .unsupported(row) }
    return .pictures(row)
  }

  /// Where the pictures go: the pane, or nearly the whole screen.
  var previewRect: ScreenRect? {
    if isZoomed { return ScreenRect(column: 1, row: 1, columns: size.columns - 2, rows: max(1, size.rows - 3)) }
    return layout.pane
  }

  /// Whether the original has room beside or below one rendition.
  func showsOriginal(in rect: ScreenRect) -> Bool {
    if preview.isSheet { return true }
    if preview.window != nil || preview.showsDifference { return false }
    let side = preview.size.side
    return isZoomed
      ? rect.columns >= side + 20 : rect.rows - 3 - (side + 1) / 2 >= 8 && rect.columns >= 20
  }

  /// Asks for the pictures that the screen wants and the store has not.
  mutating func followPreview() -> [ConsoleEffect] {
    var wanted: [PreviewID] = []
    if case .versions(let versions) = dialog, !versions.list.isEmpty {
      // What lies below can wait.
      wanted = versionPreview(versions).map { [$0] } ?? []
    } else if let rect = previewRect, case .pictures(let row) = previewSource {
      var subjects: [PreviewSubject] =
        preview.isSheet ? GridSize.allCases.map { .rendition($0) } : [.rendition(preview.size)]
      if preview.showsDifference, !preview.isSheet { subjects.append(.recomputed(preview.size)) }
      if showsOriginal(in: rect) { subjects.append(.original) }
      wanted = subjects.map { previewID(row, $0) }
    }
    guard wanted != preview.wanted || wanted.contains(where: { isForgotten($0) }) else { return [] }
    let wasLoading = preview.wanted.contains { preview.pictures[$0] == nil }
    preview.wanted = wanted
    for id in wanted { preview.pictures.touch(id) }
    let missing = wanted.filter { preview.pictures[$0] == nil }
    preview.asked = Set(missing)
    return missing.isEmpty && !wasLoading ? [] : [.preview(missing)]
  }

  /// Wanted, not there, and not asked for either.
  private func isForgotten(_ id: PreviewID) -> Bool { preview.pictures[id] == nil && !preview.asked.contains(id) }

  func previewID(_ row: StatusRow, _ subject: PreviewSubject) -> PreviewID {
    // The original is the same whatever renditions stand.
    PreviewID(
      key: row.key, etag: row.etag, renditions: subject == .original ? RenditionSet() : row.renditions, subject: subject
    )
  }
}

extension Canvas {
  mutating func drawPane(_ state: ConsoleState, in rect: ScreenRect) {
    var inside = rect
    let edge: Slot = state.previewHasFocus ? .borderFocus : .previewBorder
    if rect.column > 0 {
      verticalLine(rect.column - 1, rect.row, length: rect.rows, edge)
      inside.column += 1
      inside.columns -= 2
    } else {
      horizontalLine(0, rect.row, length: rect.columns, edge)
      inside.row += 1
      inside.rows -= 1
      inside.column += 1
      inside.columns -= 2
    }
    drawPreview(state, in: inside)
  }

  /// The preview over the whole screen: header and footer stay.
  mutating func drawZoom(_ state: ConsoleState) {
    guard let rect = state.previewRect else { return }
    drawPreview(state, in: rect)
  }

  private mutating func drawPreview(_ state: ConsoleState, in rect: ScreenRect) {
    guard rect.rows >= 3, rect.columns >= 10 else { return }
    let below = ScreenRect(column: rect.column, row: rect.row + 1, columns: rect.columns, rows: rect.rows - 1)
    let keys = state.setup.keys
    switch state.previewSource {
    case .nothing: drawNotice([("Nothing to preview", .hint)], in: below)
    case .unsupported(let row):
      drawCaption(row.key, in: rect)
      drawNotice(
        [
          ("Not read", .stateIgnored), ("Its suffix is that of another kind of file.", .text),
          (
            "\(keys.mainKey(of: .reprocess)) and \(keys.mainKey(of: .force)) process it all the same.",
            .hint
          ),
        ], in: below)
    case .failure(let row, let failure): drawFailureCard(state, row, failure, in: rect)
    case .pictures(let row):
      let end = drawSizes(state, in: rect)
      if state.isZoomed {
        let name = DisplayText(row.key.string, unicode: unicode).truncated(
          to: max(0, rect.column + rect.columns - end - 3), at: .middle, unicode: unicode)
        put(name, rect.column + rect.columns - name.width, rect.row, .title)
      }
      if state.preview.isSheet {
        drawSheet(state, row, in: below)
      } else {
        drawOne(state, row, in: below)
      }
    }
  }

  private mutating func drawCaption(_ key: ObjectKey, in rect: ScreenRect) {
    let text = DisplayText(key.string, unicode: unicode).truncated(to: rect.columns, at: .middle, unicode: unicode)
    put(text, rect.column, rect.row, .title)
  }

  /// `8 16 32 48 64 all`, the one shown standing out.
  private mutating func drawSizes(_ state: ConsoleState, in rect: ScreenRect) -> Int {
    var column = rect.column
    for size in GridSize.allCases {
      let isShown = !state.preview.isSheet && size == state.preview.size
      column = put(isShown ? "[\(size.side)]" : " \(size.side) ", column, rect.row, isShown ? .title : .previewCaption)
    }
    return put(
      state.preview.isSheet ? "[all]" : " all ", column, rect.row, state.preview.isSheet ? .title : .previewCaption)
  }

  // MARK: - Failure

  private mutating func drawFailureCard(
    _ state: ConsoleState, _ status: StatusRow, _ failure: FailureRecord, in rect: ScreenRect
  ) {
    drawCaption(status.key, in: rect)
    let age = Format.age(state.now - failure.lastFailed.timeIntervalSince1970)
    var row = rect.row + 2
    func lines(_ text: String) -> [DisplayText] { DisplayText(text, unicode: unicode).wrappedAtWords(to: rect.columns) }
    func room(_ row: Int) -> Bool { row < rect.row + rect.rows }
    let parts: [(String, Slot)] = [
      ("! \(failure.code.rawValue)", .stateFailed), (failure.message, .text),
      (failure.finality(for: status.etag) ?? "", .info), ("", .text),
      (
        "Tried \(Format.count(failure.attempts, "time")), last \(age) ago, failed while it was \(failure.stage.past)",
        .hint
      ),
    ]
    for (text, slot) in parts {
      for line in lines(text) where room(row) {
        put(line, rect.column, row, slot)
        row += 1
      }
    }
  }
}
