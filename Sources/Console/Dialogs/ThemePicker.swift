extension ConsoleState {
  mutating func themesPerform(_ action: Action, _ picker: ThemePicker) -> [ConsoleEffect] {
    var picker = picker
    let names = setup.themes.names
    if let target = target(of: action, from: picker.cursor, count: names.count, lines: names.count) {
      picker.cursor = max(0, min(target, names.count - 1))
      // Seen at once, over the whole screen.
      theme = names[picker.cursor]
      dialog = .themes(picker)
    } else if action == .confirm {
      dialog = nil
      say(.info, "Theme \(DisplayText.plain(theme, unicode: unicode))")
    }
    return []
  }
}

extension Canvas {
  mutating func drawThemes(_ state: ConsoleState, _ picker: ThemePicker) {
    let names = state.setup.themes.names
    let rows = min(names.count, size.rows - 6)
    let inside = dialogFrame(title: "Theme", columns: 32, rows: rows + 2)
    let top = max(0, picker.cursor - rows + 1)
    for (i, name) in names.dropFirst(top).prefix(max(0, rows)).enumerated() {
      let row = inside.row + i
      let text = DisplayText(name, unicode: unicode).truncated(to: inside.columns - 2, unicode: unicode)
      put(text, inside.column + 2, row, .dialog)
      if name == picker.before { put(unicode ? "●" : "*", inside.column, row, .info) }
      if top + i == picker.cursor { overlay(.rowCursor, columns: inside.column..<inside.column + inside.columns, row: row) }
    }
    buttons([("Enter", "choose"), ("Esc", "as before")], in: inside)
  }
}
