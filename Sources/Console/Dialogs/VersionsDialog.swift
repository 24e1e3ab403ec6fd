import FoundationEssentials
package import ObjectStore
import Pipeline
import PixelEngine

/// The versions of one object, newest first.
package struct VersionsDialog: Sendable {
  package enum Phase: Hashable, Sendable {
    case loading
    case failed(StoreError)
    case loaded([ObjectVersion])
  }

  package var key: ObjectKey
  package var generation: Int
  /// When it was asked for.
  package var since: Double
  package var phase = Phase.loading
  package var cursor = 0
  /// The picture of the version under the cursor over the whole screen, instead of the list.
  package var isZoomed = false

  /// Columns of the list beside a picture, at least and at most.
  static let listColumns = 42...60

  /// Most versions that are asked for.
  static let most = 5000

  var list: [ObjectVersion] {
    if case .loaded(let list) = phase { list } else { [] }
  }

  var current: ObjectVersion? { list.indices.contains(cursor) ? list[cursor] : nil }

  /// As much of an ID as tells it from the others mostly; safe to show.
  func shortID(_ version: ObjectVersion, unicode: Bool) -> String {
    DisplayText(version.id, unicode: unicode).truncated(to: 12, unicode: unicode).plain
  }
}

extension ConsoleState {
  mutating func openVersions() -> [ConsoleEffect] {
    guard let id = currentRow else { return [] }
    return loadVersions(of: table.key(id))
  }

  private mutating func loadVersions(of key: ObjectKey) -> [ConsoleEffect] {
    question += 1
    dialog = .versions(VersionsDialog(key: key, generation: question, since: now))
    return [.versions(key, generation: question)]
  }

  mutating func take(versions result: Result<[ObjectVersion], StoreError>, generation: Int) -> [ConsoleEffect] {
    guard case .versions(var versions) = dialog, versions.generation == generation else { return [] }
    switch result {
    case .success(let list): versions.phase = .loaded(list)
    case .failure(let error): versions.phase = .failed(error)
    }
    dialog = .versions(versions)
    return []
  }

  mutating func versionsPerform(_ action: Action, _ versions: VersionsDialog) -> [ConsoleEffect] {
    var versions = versions
    let count = versions.list.count
    if let target = target(of: action, from: versions.cursor, count: count, lines: max(1, size.rows - 8)) {
      versions.cursor = max(0, min(target, count - 1))
      dialog = .versions(versions)
      return []
    }
    switch action {
    case .reprocess: return openRestore(versions)
    case .zoom:
      versions.isZoomed.toggle()
      dialog = .versions(versions)
      return []
    case .smaller, .larger:
      stepPreview(by: action == .larger ? 1 : -1)
      return []
    case .download: return versions.current == nil ? [] : openDownload()
    case .refresh:
      // A picture that could not be read may be by now.
      preview.pictures.forget(versions.key)
      return loadVersions(of: versions.key)
    default: return []
    }
  }

  // MARK: - Pictures

  /// Why there is no picture of the version under the cursor; nil where there is.
  var versionPictureObstacle: String? {
    guard case .versions(let versions) = dialog, let version = versions.current else {
      return "There is no version here"
    }
    if versions.isZoomed { return nil }
    if version.isDeleteMarker { return "A delete marker has no picture" }
    return isOtherKind(versions.key) ? "Its suffix is that of another kind of file: it is not read" : nil
  }

  /// Whether the object is not read for what it is called, as in the preview beside the list.
  func isOtherKind(_ key: ObjectKey) -> Bool { table.id(of: key).map { table[$0].state == .unsupported } ?? false }

  /// What is to be seen of the version under the cursor; nil where nothing is, or nowhere.
  func versionPreview(_ versions: VersionsDialog) -> PreviewID? {
    guard let version = versions.current, !version.isDeleteMarker, !isOtherKind(versions.key),
      versions.isZoomed || versionPictureRoom != nil
    else { return nil }
    return PreviewID(
      key: versions.key, etag: version.summary.etag, renditions: RenditionSet(),
      subject: .version(version.id, preview.size))
  }

  /// Columns and lines for a picture beside the list, its caption among them; nil on a screen too small for both.
  var versionPictureRoom: (columns: Int, rows: Int)? {
    let free = size.columns - 4 - VersionsDialog.listColumns.lowerBound - 2
    // Frame, name, an empty line and the keys.
    let lines = size.rows - 1 - 2 - 3
    guard free >= 24, lines >= 9 else { return nil }
    let side = preview.size.side
    // Without half blocks a pixel is two columns wide.
    let columns = min(free, max(32, unicode ? side : 2 * side))
    return (columns, min(lines, (columns + 1) / 2 + 1))
  }
}

extension Canvas {
  mutating func drawVersions(_ state: ConsoleState, _ versions: VersionsDialog) {
    if versions.isZoomed, let version = versions.current {
      drawZoomed(state, versions, version)
      return
    }
    let keys = state.setup.keys
    let picture = versions.list.isEmpty ? nil : state.versionPictureRoom
    let columns =
      picture.map { min(VersionsDialog.listColumns.upperBound, size.columns - 6 - $0.columns) }
      ?? min(72, size.columns - 4)
    let rows = max(1, min(versions.list.count, size.rows - 8))
    let name = DisplayText(versions.key.string, unicode: unicode)
    var notice: [(DisplayText, Slot)] = []
    func say(_ text: String, _ slot: Slot) {
      notice += DisplayText(text, unicode: unicode).wrappedAtWords(to: max(8, columns)).map { ($0, slot) }
    }
    switch versions.phase {
    case .loading:
      let seconds = Int(max(0, state.now - versions.since))
      say("Asking the store\(unicode ? "…" : "...")" + (seconds > 1 ? " \(seconds) s" : ""), .info)
    case .failed(let error):
      say(StoreAdvice(reason: error).text, .error)
      say("\(keys.mainKey(of: .refresh)) tries again", .hint)
    case .loaded(let list):
      if list.isEmpty { say("The object has no versions any more", .warning) }
      if list.count >= VersionsDialog.most { say("These are the newest; there may be more", .hint) }
      if list.count == 1 { say("There is one version: the bucket keeps no others, or there were none", .hint) }
    }
    let lines = (versions.list.isEmpty ? 0 : rows + 1) + notice.count
    let whole = dialogFrame(
      title: "Versions", columns: columns + (picture.map { $0.columns + 2 } ?? 0),
      rows: 3 + max(lines, picture?.rows ?? 0))
    var inside = whole
    if let picture {
      inside.columns = whole.columns - picture.columns - 2
      drawVersionPicture(
        state, versions,
        in: ScreenRect(
          column: whole.column + inside.columns + 2, row: whole.row + 1, columns: picture.columns,
          rows: min(picture.rows, whole.rows - 2)))
    }
    put(name.truncated(to: whole.columns, at: .middle, unicode: unicode), whole.column, whole.row, .textBright)
    var row = inside.row + 1
    if !versions.list.isEmpty {
      put("VERSION", inside.column, row, .header)
      put("MODIFIED", inside.column + 14, row, .header)
      put("SIZE", endingAt: inside.column + min(44, inside.columns), row, .header)
      row += 1
      let top = max(0, versions.cursor - rows + 1)
      for (i, version) in versions.list.dropFirst(top).prefix(rows).enumerated() {
        drawVersion(state, versions, version, in: inside, row: row)
        if top + i == versions.cursor {
          overlay(.rowCursor, columns: inside.column..<inside.column + inside.columns, row: row)
        }
        row += 1
      }
    }
    for (text, slot) in notice where row < inside.row + inside.rows - 1 {
      put(text, inside.column, row, slot)
      row += 1
    }
    let hasContent = versions.current?.isDeleteMarker == false
    let zoom = hasContent && picture == nil ? [("Enter", "picture")] : []
    let process =
      hasContent && state.versionObstacle == nil ? [(keys.mainKey(of: .reprocess), "process it")] : []
    let download = hasContent ? [(keys.mainKey(of: .download), "download it")] : []
    buttons(zoom + process + download + [("Esc", "close")], in: whole)
  }

  /// Over the whole screen: of one version after the other.
  private mutating func drawZoomed(_ state: ConsoleState, _ versions: VersionsDialog, _ version: ObjectVersion) {
    let date = Format.date(version.summary.lastModified.timeIntervalSince1970, zone: state.setup.zone)
    let inside = dialogFrame(
      title: "Version of \(date)\(version.isLatest ? ", the latest" : "")", columns: size.columns - 4,
      rows: size.rows - 3)
    let name = DisplayText(versions.key.string, unicode: unicode)
    put(
      name.truncated(to: inside.columns, at: .middle, unicode: unicode), inside.column, inside.row, .textBright)
    drawVersionPicture(
      state, versions,
      in: ScreenRect(
        column: inside.column, row: inside.row + 1, columns: inside.columns, rows: max(2, inside.rows - 2)))
    buttons([("Esc", "the list"), (state.setup.keys.mainKey(of: .down), "the one before")], in: inside)
  }

  private mutating func drawVersionPicture(_ state: ConsoleState, _ versions: VersionsDialog, in rect: ScreenRect) {
    guard let id = state.versionPreview(versions) else {
      let text =
        versions.current?.isDeleteMarker == true
        ? "The object was deleted here." : "Not read: its suffix is that of another kind of file."
      let lines = DisplayText(text, unicode: unicode).wrappedAtWords(to: rect.columns)
      for (i, line) in lines.enumerated() { put(line, rect.column, rect.row + i, .warning) }
      return
    }
    let side = state.preview.size.side
    drawPicture(state, id, in: rect, name: "\(side)\(unicode ? "×" : "x")\(side)")
  }

  private mutating func drawVersion(
    _ state: ConsoleState, _ versions: VersionsDialog, _ version: ObjectVersion, in inside: ScreenRect, row: Int
  ) {
    let time = version.summary.lastModified.timeIntervalSince1970
    put(versions.shortID(version, unicode: unicode), inside.column, row, version.isLatest ? .textBright : .text)
    let isWide = inside.columns >= VersionsDialog.listColumns.lowerBound
    let date = isWide ? Format.date(time, zone: state.setup.zone) : Format.age(state.now - time) + " ago"
    put(date, inside.column + 14, row, .date)
    let end = inside.column + min(44, inside.columns)
    if !version.isDeleteMarker { put(Format.bytes(version.summary.size), endingAt: end, row, .size) }
    let room = inside.columns - 46
    if version.isDeleteMarker {
      if room > 0 {
        put("delete marker", end + 2, row, .warning, within: room)
      } else {
        put("deleted", endingAt: end, row, .warning)
      }
    } else if version.isLatest {
      put("latest", end + 2, row, .success, within: max(0, room))
    }
  }
}
