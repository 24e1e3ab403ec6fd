import ObjectStore

extension ConsoleState {
  /// What can be copied of an object: a letter, a name, the text itself.
  func copyItems(_ menu: CopyMenu) -> [(letter: Character, name: String, text: String)] {
    let source = setup.source
    let joint = source.hasSuffix("/") || source.isEmpty ? "" : "/"
    return [
      ("k", "key", menu.key.string),
      ("l", "location", source + joint + menu.key.string),
    ]
  }

  /// The menu has letters of its own, shown in it.
  mutating func copyMenuTakes(_ key: Key) -> [ConsoleEffect] {
    guard case .copy(var menu) = dialog else { return [] }
    let items = copyItems(menu)
    switch key {
    case .up, .down:
      menu.cursor = (menu.cursor + (key == .up ? items.count - 1 : 1)) % items.count
      dialog = .copy(menu)
      return []
    case .enter: return copy(items[menu.cursor])
    case .character(let character):
      if let item = items.first(where: { $0.letter == character }) { return copy(item) }
    default: break
    }
    guard let action = setup.keys.action(for: key, in: .copy) else { return [] }
    return perform(action)
  }

  private mutating func copy(_ item: (letter: Character, name: String, text: String)) -> [ConsoleEffect] {
    dialog = nil
    say(.info, "Copied the \(item.name)")
    return [.terminal(.copy(item.text))]
  }
}

extension Canvas {
  mutating func drawCopyMenu(_ state: ConsoleState, _ menu: CopyMenu) {
    let items = state.copyItems(menu)
    let inside = dialogFrame(title: "Copy", columns: min(60, size.columns - 4), rows: items.count + 2)
    for (i, item) in items.enumerated() {
      let row = inside.row + i
      put(String(item.letter), inside.column + 1, row, .helpKey)
      put(item.name, inside.column + 4, row, .dialog)
      let text = DisplayText(item.text, unicode: unicode)
      put(text.truncated(to: max(0, inside.columns - 15), at: .middle, unicode: unicode), inside.column + 14, row, .textDim)
      if i == menu.cursor { overlay(.rowCursor, columns: inside.column..<inside.column + inside.columns, row: row) }
    }
    buttons([("Enter", "copy"), ("Esc", "leave it")], in: inside)
  }
}
