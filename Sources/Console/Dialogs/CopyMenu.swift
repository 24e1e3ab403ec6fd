import FoundationEssentials
package import ObjectStore
import Pipeline
package import PixelEngine

/// What can be copied of an object: its key, its location, and links where its store gives them out.
package struct CopyMenu: Hashable, Sendable {
  /// How long a link is to be good, in seconds, and in words.
  static let lifetimes: [(seconds: Int, words: String)] = [
    (15 * 60, "15 min"), (3600, "1 h"), (12 * 3600, "12 h"), (7 * 86_400, "7 d"),
  ]

  package var key: ObjectKey
  /// The renditions that are there.
  package var sizes: [GridSize] = []
  package var cursor = 0
  package var lifetime = 1
  /// The question to the store that is under way.
  package var asking: Int?
  /// Why there is no link; safe to show.
  package var problem: String?

  var seconds: Int { Self.lifetimes[lifetime].seconds }
}

struct CopyItem: Hashable {
  enum Content: Hashable {
    case text(String)
    case link(WorkspaceObject)
    /// Why there is none.
    case nothing(String)
  }

  var letter: Character
  var name: String
  var content: Content
}

extension ConsoleState {
  /// A key of the source as people write it, with its location.
  func address(of key: String) -> String {
    let source = setup.source
    return source + (source.hasSuffix("/") || source.isEmpty ? "" : "/") + key
  }

  func copyItems(_ menu: CopyMenu) -> [CopyItem] {
    var items = [
      CopyItem(letter: "k", name: "key", content: .text(menu.key.string)),
      CopyItem(letter: "l", name: "location", content: .text(address(of: menu.key.string))),
    ]
    let object = WorkspaceObject(source: menu.key)
    guard setup.offers.contains(.sourceLinks) else {
      items.append(CopyItem(letter: "u", name: "link", content: .nothing("a folder gives out no links; buckets do")))
      return items
    }
    items.append(CopyItem(letter: "u", name: "link", content: .link(object)))
    guard setup.offers.contains(.renditionLinks) else { return items }
    for (letter, size) in zip("12345", GridSize.allCases) where menu.sizes.contains(size) {
      let link = WorkspaceObject(source: menu.key, size: size)
      items.append(CopyItem(letter: letter, name: "\(size.side)x\(size.side)", content: .link(link)))
    }
    return items
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
    case .left, .right:
      let count = CopyMenu.lifetimes.count
      menu.lifetime = max(0, min(count - 1, menu.lifetime + (key == .left ? -1 : 1)))
      // A link that is on its way would be of another length.
      menu.asking = nil
      menu.problem = nil
      dialog = .copy(menu)
      return []
    case .enter: return copy(items[menu.cursor], menu)
    case .character(let character):
      if let index = items.firstIndex(where: { $0.letter == character }) {
        menu.cursor = index
        return copy(items[index], menu)
      }
    default: break
    }
    guard let action = setup.keys.action(for: key, in: .copy) else { return [] }
    return perform(action)
  }

  private mutating func copy(_ item: CopyItem, _ menu: CopyMenu) -> [ConsoleEffect] {
    var menu = menu
    switch item.content {
    case .text(let text):
      dialog = nil
      say(.info, "Copied the \(item.name)")
      return [.terminal(.copy(text))]
    case .link(let object):
      question += 1
      menu.asking = question
      menu.problem = nil
      dialog = .copy(menu)
      return [.link(object, seconds: menu.seconds, generation: question)]
    case .nothing(let reason):
      menu.problem = "No link: \(reason)"
      dialog = .copy(menu)
      return []
    }
  }

  /// The link goes to the clipboard and nowhere else: whoever sees it can read the object.
  mutating func linked(_ result: Result<PresignedURL, StoreError>, generation: Int) -> [ConsoleEffect] {
    guard case .copy(var menu) = dialog, menu.asking == generation else { return [] }
    switch result {
    case .failure(let error):
      menu.asking = nil
      menu.problem = StoreAdvice(reason: error).text
      dialog = .copy(menu)
      return []
    case .success(let link):
      dialog = nil
      let end = link.expires.timeIntervalSince1970
      // Credentials that end sooner take the link with them.
      let early = end < now + Double(menu.seconds) - 60 ? ", when the credentials end" : ""
      say(.info, "Copied a link, good until \(until(end))\(early)")
      return [.terminal(.copy(link.url))]
    }
  }

  /// `14:05`, with the date where it is another day.
  func until(_ time: Double) -> String {
    let date = Format.date(time, zone: setup.zone).dropLast(3)
    return Format.date(now, zone: setup.zone).prefix(10) == date.prefix(10) ? String(date.suffix(5)) : String(date)
  }
}

extension Canvas {
  mutating func drawCopyMenu(_ state: ConsoleState, _ menu: CopyMenu) {
    let items = state.copyItems(menu)
    let hasLinks = items.contains { if case .link = $0.content { true } else { false } }
    let columns = min(60, size.columns - 4)
    let problem = menu.problem.map {
      DisplayText($0, unicode: unicode).wrappedAtWords(to: max(8, columns))
    }
    let foot = problem?.count ?? (hasLinks ? 1 : 0)
    let inside = dialogFrame(title: "Copy", columns: columns, rows: items.count + 2 + (foot > 0 ? foot + 1 : 0))
    let shown = max(1, inside.rows - 1 - foot)
    let top = max(0, menu.cursor - shown + 1)
    for (i, item) in items.enumerated().dropFirst(top).prefix(shown) {
      let row = inside.row + i - top
      put(String(item.letter), inside.column + 1, row, .helpKey)
      put(item.name, inside.column + 4, row, .dialog)
      let text =
        switch item.content {
        case .text(let text): DisplayText(text, unicode: unicode)
        case .nothing(let reason): DisplayText(reason, unicode: unicode)
        case .link(let object):
          DisplayText(object.size == nil ? "to the source" : "to the rendition", unicode: unicode)
        }
      put(
        text.truncated(to: max(0, inside.columns - 15), at: .middle, unicode: unicode), inside.column + 14, row,
        .textDim)
      if i == menu.cursor { overlay(.rowCursor, columns: inside.column..<inside.column + inside.columns, row: row) }
    }
    // The foot stands on the buttons, however low the screen is.
    let row = inside.row + inside.rows - 1 - foot
    if let problem {
      for (i, line) in problem.enumerated() { put(line, inside.column, row + i, .error) }
    } else if menu.asking != nil {
      put(unicode ? "Asking for the link…" : "Asking for the link...", inside.column, row, .info)
    } else if hasLinks {
      let words = CopyMenu.lifetimes[menu.lifetime].words
      let arrows = unicode ? ("◀", "▶") : ("<", ">")
      put(
        "Links \(arrows.0) \(words) \(arrows.1) good until \(state.until(state.now + Double(menu.seconds)))",
        inside.column, row, .info, within: inside.columns)
    }
    buttons([("Enter", "copy"), ("Esc", "leave it")], in: inside)
  }
}
