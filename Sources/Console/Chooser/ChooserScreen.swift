import FoundationEssentials
import ObjectStore
import Pipeline

/// The screen of the chooser: pure.
package func render(_ state: ChooserState, theme: ThemeStyles) -> ScreenGrid {
  var canvas = Canvas(size: state.size, styles: theme, unicode: state.unicode)
  guard state.size.columns >= Layout.least.columns, state.size.rows >= Layout.least.rows else {
    canvas.put("too small", 0, 0, .warning)
    return canvas.grid
  }
  canvas.drawChooser(state)
  return canvas.grid
}

extension Canvas {
  fileprivate mutating func drawChooser(_ state: ChooserState) {
    let title = put("pixelater", 1, 0, .title)
    let step = state.step == .source ? "Choose the source" : "Choose the destination"
    let end = put(step, title + 2, 0, .textBright)
    let account = DisplayText(state.setup.account, unicode: unicode).truncated(
      to: max(0, size.columns - end - 3), at: .start, unicode: unicode)
    put(account, size.columns - 1 - account.width, 0, .textDim)
    let top = size.rows - 2 - state.listLines - 1
    if size.rows >= 10 {
      drawLocations(state, row: 1)
      horizontalLine(0, 2, length: size.columns, .separator)
    }
    drawBuckets(
      state, in: ScreenRect(column: 0, row: top, columns: size.columns, rows: state.listLines + 1))
    drawFoot(state)
  }

  private mutating func drawLocations(_ state: ChooserState, row: Int) {
    func text(_ location: String?, _ role: String) -> DisplayText {
      DisplayText(location ?? "\(role)?", unicode: unicode).truncated(
        to: max(4, (size.columns - 8) / 2), at: .middle, unicode: unicode)
    }
    var column = put(text(state.source, "source"), 1, row, state.step == .source ? .textBright : .text)
    column = put(unicode ? " → " : " -> ", column, row, .textDim)
    put(text(state.destination, "destination"), column, row, state.step == .destination ? .textBright : .text)
    if !state.filterText.isEmpty {
      let filter = DisplayText("/" + state.filterText, unicode: unicode).truncated(to: 20, unicode: unicode)
      put(filter, size.columns - 1 - filter.width, row, .titleFilter)
    }
  }

  private mutating func drawBuckets(_ state: ChooserState, in rect: ScreenRect) {
    let below = ScreenRect(column: 0, row: rect.row + 1, columns: rect.columns, rows: rect.rows - 1)
    let buckets = state.buckets
    guard !buckets.isEmpty else { return drawNotice(notice(state), in: below) }
    let hasDate = rect.columns >= 50
    let name = max(4, rect.columns - 3 - (hasDate ? 12 : 0) - 10)
    put("BUCKET", 2, rect.row, .header)
    if hasDate { put("CREATED", endingAt: rect.columns - 1, rect.row, .header) }
    let source = state.step == .destination ? state.source.flatMap { bucket(of: $0) } : nil
    for (i, bucket) in buckets.dropFirst(state.lines.top).prefix(state.listLines).enumerated() {
      let row = rect.row + 1 + i
      put(
        DisplayText(bucket.name, unicode: unicode).truncated(to: name, at: .middle, unicode: unicode), 2, row, .keyName)
      if bucket.name == source { put("source", 3 + name, row, .hint) }
      if hasDate, let created = bucket.created {
        let date = Format.date(created.timeIntervalSince1970, zone: state.setup.zone).prefix(10)
        put(String(date), endingAt: rect.columns - 1, row, .date)
      }
      if state.lines.top + i == state.lines.cursor {
        overlay(state.typing == nil ? .rowCursor : .rowCursorInactive, columns: 0..<rect.columns, row: row)
      }
    }
    drawScrollMark(top: state.lines.top, lines: state.listLines, count: buckets.count, in: rect)
  }

  private func bucket(of location: String) -> String? {
    location.hasPrefix("s3://") ? String(location.dropFirst("s3://".count).prefix { $0 != "/" }) : nil
  }

  /// What stands where no bucket is listed.
  private func notice(_ state: ChooserState) -> [(String, Slot)] {
    let dots = unicode ? "…" : "..."
    switch state.phase {
    case .loading:
      let seconds = Int(max(0, state.now - state.since))
      var lines: [(String, Slot)] = [("Asking for the buckets\(dots)" + (seconds > 1 ? " \(seconds) s" : ""), .info)]
      if seconds >= 5 { lines.append(("The store is slow to answer: r asks again, p types a location", .hint)) }
      return lines
    case .failed(let error):
      return [
        ("The buckets cannot be listed", .error), (StoreAdvice(reason: error).text, .text),
        ("r tries again, p types a location: that needs no list", .hint),
      ]
    case .loaded(let all) where all.isEmpty:
      return [
        ("These credentials own no bucket", .textBright),
        ("Make two, one for pictures and one for their renditions; then r looks again", .text),
        ("p types a location of somebody else's", .hint),
      ]
    case .loaded(let all):
      return [
        ("Nothing matches", .textBright), ("\(Format.count(all.count, "bucket")) without the filter", .text),
        ("Esc clears it", .hint),
      ]
    }
  }

  private mutating func drawFoot(_ state: ChooserState) {
    let row = size.rows - 2
    switch state.typing {
    case .filter(let editor, _):
      let start = put("/", 1, row, .prompt)
      drawEditor(editor, start, row, columns: size.columns - start - 1)
    case .location(let editor):
      let start = put(size.columns < 60 ? "at " : "location ", 1, row, .prompt)
      let end = drawEditor(editor, start, row, columns: size.columns - start - 1)
      if let problem = state.problem {
        drawProblem(problem, above: row)
      } else if size.columns - end > 34 {
        put("s3://bucket/prefix/, or a folder", end + 2, row, .hint)
      }
    case nil:
      if let problem = state.problem { drawProblem(problem, above: row + 1) }
    }
    var column = 1
    for (key, label) in footer(state) {
      guard column + key.count + 1 + label.count <= size.columns - 1 else { break }
      column = put(key, column, size.rows - 1, .footerKey) + 1
      column = put(label, column, size.rows - 1, .footerText) + 2
    }
  }

  /// A problem in as many lines as it takes, over the end of the list.
  private mutating func drawProblem(_ problem: String, above row: Int) {
    let lines = DisplayText(problem, unicode: unicode).wrappedAtWords(to: max(8, size.columns - 2))
    for (i, line) in lines.enumerated() {
      let place = row - lines.count + i
      fill(ScreenRect(column: 0, row: place, columns: size.columns, rows: 1), .background)
      put(line, 1, place, .warning)
    }
  }

  private func footer(_ state: ChooserState) -> [(String, String)] {
    switch state.typing {
    case .filter: return [("Enter", "keep it"), ("Esc", "as before")]
    case .location: return [("Enter", "choose"), ("Esc", "leave it")]
    case nil: break
    }
    let typed = state.current == nil ? "type a location" : "prefix"
    var keys: [(String, String)] = []
    if state.current != nil { keys = [("Enter", "choose")] }
    if case .failed = state.phase { keys.append(("r", "try again")) }
    keys += [("p", typed), ("q", "quit")]
    if case .loaded(let all) = state.phase, !all.isEmpty { keys.append(("/", "filter")) }
    if state.setup.source == nil, state.source != nil || !state.filterText.isEmpty { keys.append(("Esc", "back")) }
    if case .loaded = state.phase { keys.append(("r", "refresh")) }
    return keys
  }
}
