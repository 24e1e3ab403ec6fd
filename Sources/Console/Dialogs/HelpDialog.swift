extension ConsoleState {
  mutating func helpPerforms(_ action: Action, _ help: HelpDialog) -> [ConsoleEffect] {
    var help = help
    let lines = helpLines(help).count
    if let target = target(of: action, from: help.scroll, count: lines, lines: helpRows) {
      help.scroll = max(0, min(target, lines - helpRows))
      dialog = .help(help)
    } else if action == .filter {
      prompt = .filter(LineEditor(help.filterText), before: help.filterText)
    }
    return []
  }

  var helpRows: Int { max(1, size.rows - 4) }

  enum HelpLine: Hashable {
    case group(String)
    case binding(keys: [String], text: String, reason: String?)
    case blank
  }

  /// The key table, as far as it matches the filter; what cannot be done now says why.
  func helpLines(_ help: HelpDialog) -> [HelpLine] {
    var lines: [HelpLine] = []
    let wanted = help.filterText.lowercased()
    for group in KeyBinding.Group.allCases {
      let bindings = setup.keys.bindings.filter { binding in
        let keys = binding.keys.map(\.name).joined(separator: " ")
        return binding.group == group
          && (wanted.isEmpty || "\(keys) \(binding.help) \(binding.action.rawValue)".lowercased().contains(wanted))
      }
      guard !bindings.isEmpty else { continue }
      if !lines.isEmpty { lines.append(.blank) }
      lines.append(.group(group.rawValue))
      for binding in bindings {
        let isHere = binding.scopes.contains(help.from)
        lines.append(
          .binding(
            keys: binding.keys.map(\.name), text: binding.help.filter { $0 != "`" },
            reason: isHere ? unavailability(of: binding.action) : nil))
      }
    }
    if lines.isEmpty { lines = [.group("Nothing matches \(DisplayText.plain(help.filterText, unicode: unicode))")] }
    return lines
  }
}

extension Canvas {
  mutating func drawHelp(_ state: ConsoleState, _ help: HelpDialog) {
    let lines = state.helpLines(help)
    let title = help.filterText.isEmpty ? "Keys" : "Keys: \(DisplayText.plain(help.filterText, unicode: unicode))"
    let rect = ScreenRect(column: 0, row: 0, columns: size.columns, rows: size.rows - 2)
    let inside = frame(rect, title: title)
    let keys = min(22, max(10, inside.columns / 3))
    for (i, line) in lines.dropFirst(help.scroll).prefix(inside.rows).enumerated() {
      let row = inside.row + i
      switch line {
      case .blank: break
      case .group(let name): put(name, inside.column, row, .header, within: inside.columns)
      case .binding(let names, let text, let reason):
        put(Self.fitting(names, in: keys - 1), inside.column, row, .helpKey)
        let end = put(text, inside.column + keys, row, .helpText, within: inside.columns - keys)
        if let reason, inside.column + inside.columns - end > 8 {
          put("  \(reason)", end, row, .hint, within: inside.column + inside.columns - end)
        }
      }
    }
    let shown = min(lines.count, help.scroll + inside.rows)
    if lines.count > inside.rows {
      put(" \(shown) of \(lines.count) ", endingAt: rect.columns - 2, rect.rows - 1, .hint)
    }
  }

  /// As many names, from the first on, as stand there whole.
  private static func fitting(_ names: [String], in columns: Int) -> String {
    var text = ""
    for name in names {
      let longer = text.isEmpty ? name : text + " " + name
      guard text.isEmpty || longer.count <= columns else { break }
      text = longer
    }
    return text
  }
}
