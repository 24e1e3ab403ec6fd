extension ConsoleState {
  mutating func logPerforms(_ action: Action) -> [ConsoleEffect]? {
    let lines = layout.listLines
    guard let index = target(of: action, from: logLines.cursor, count: log.entries.count, lines: lines) else {
      return nil
    }
    logLines.move(to: index, count: log.entries.count, lines: lines)
    return []
  }
}

extension Canvas {
  /// Newest first: what has just been done is what one looks for.
  mutating func drawLog(_ state: ConsoleState, in rect: ScreenRect) {
    guard rect.rows > 1 else { return }
    put("TIME", rect.column + 2, rect.row, .header)
    put("WHAT", rect.column + 12, rect.row, .header)
    let entries = state.log.entries
    if entries.isEmpty {
      drawNotice(
        [("Nothing done yet", .textBright), ("What this console does is noted here", .text)],
        in: ScreenRect(column: rect.column, row: rect.row + 1, columns: rect.columns, rows: rect.rows - 1))
      return
    }
    let lines = rect.rows - 1
    for line in 0..<lines {
      let index = state.logLines.top + line
      guard index < entries.count else { break }
      let entry = entries[entries.count - 1 - index]
      let row = rect.row + 1 + line
      put(Format.clock(entry.time, zone: state.setup.zone), rect.column + 2, row, .date)
      put(entry.text, rect.column + 12, row, entry.kind.slot, within: rect.columns - 13)
      if index == state.logLines.cursor {
        overlay(
          state.dialog == nil ? .rowCursor : .rowCursorInactive, columns: rect.column..<rect.column + rect.columns,
          row: row)
      }
    }
    drawScrollMark(top: state.logLines.top, lines: lines, count: entries.count, in: rect)
  }
}

extension Message.Kind {
  var slot: Slot {
    switch self {
    case .info: .info
    case .success: .success
    case .warning: .warning
    case .error: .error
    }
  }
}
