extension ConsoleState {
  /// What was saved is seen at once; a theme that is gone stays on the screen until another is chosen.
  mutating func take(_ change: ThemeChange) -> [ConsoleEffect] {
    let before = themes
    themes = change.library
    if case .themes(var picker) = dialog {
      picker.cursor = themes.names.firstIndex(of: theme) ?? min(picker.cursor, themes.names.count - 1)
      dialog = .themes(picker)
    }
    if let problem = change.problem {
      say(.error, problem)
    } else if let look = themes[theme], look != before[theme] {
      say(.info, "Theme \(DisplayText.plain(theme, unicode: unicode)), as saved")
    }
    return []
  }

  mutating func themesPerform(_ action: Action, _ picker: ThemePicker) -> [ConsoleEffect] {
    var picker = picker
    let names = themes.names
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
    let names = state.themes.names
    let rows = min(names.count, size.rows - 6)
    let inside = dialogFrame(title: "Theme", columns: 32, rows: rows + 2)
    let top = max(0, picker.cursor - rows + 1)
    for (i, name) in names.dropFirst(top).prefix(max(0, rows)).enumerated() {
      let row = inside.row + i
      let text = DisplayText(name, unicode: unicode).truncated(to: inside.columns - 2, unicode: unicode)
      put(text, inside.column + 2, row, .dialog)
      if name == picker.before { put(unicode ? "●" : "*", inside.column, row, .info) }
      if top + i == picker.cursor {
        overlay(.rowCursor, columns: inside.column..<inside.column + inside.columns, row: row)
      }
    }
    buttons([("Enter", "choose"), ("Esc", "as before")], in: inside)
  }
}
