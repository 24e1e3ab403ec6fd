/// What a key does, where, and what is said of it. One table feeds dispatch, footer, help, the command line and the
/// README, so none of them can lag behind the others.
package struct KeyBinding: Hashable, Sendable {
  package var action: Action
  package var keys: [Key]
  package var scopes: Set<Scope>
  /// The heading in the help.
  package var group: Group
  /// For the footer: a word or two.
  package var label: String
  /// For the help: what it does.
  package var help: String
  /// For the footer: the higher, the sooner it gives way; nil never shows there.
  package var footerRank: Int?

  package enum Group: String, CaseIterable, Hashable, Sendable {
    case moving = "Moving"
    case views = "Views"
    case listing = "Finding and marking"
    case work = "Work"
    case preview = "Preview"
    case console = "Console"
    case dialogs = "In dialogs"
  }
}

package struct KeyTable: Hashable, Sendable {
  package private(set) var bindings: [KeyBinding]
  private var index: [Scope: [Key: Action]] = [:]

  package init(bindings: [KeyBinding]) {
    self.bindings = bindings
    for binding in bindings {
      for scope in binding.scopes {
        for key in binding.keys where index[scope]?[key] == nil { index[scope, default: [:]][key] = binding.action }
      }
    }
  }

  package func action(for key: Key, in scope: Scope) -> Action? { index[scope]?[key] }

  package func binding(of action: Action) -> KeyBinding? { bindings.first { $0.action == action } }

  /// The key to name where there is room for one: the first of the action, which is its letter.
  package func mainKey(of action: Action) -> String { binding(of: action)?.keys.first?.name ?? "" }

  /// The table with other keys for some actions. Where a new key was another action's in the same place, it is taken
  /// from that one.
  package func rebinding(_ keys: [Action: [Key]]) -> KeyTable {
    var bindings = bindings
    for i in bindings.indices {
      if let own = keys[bindings[i].action] {
        bindings[i].keys = own
      } else {
        let scopes = bindings[i].scopes
        let taken = self.bindings.filter { keys[$0.action] != nil && !$0.scopes.isDisjoint(with: scopes) }
          .flatMap { keys[$0.action] ?? [] }
        bindings[i].keys.removeAll { taken.contains($0) }
      }
    }
    return KeyTable(bindings: bindings)
  }

  /// The table for the README.
  package var markdown: String {
    var lines: [String] = []
    for group in KeyBinding.Group.allCases {
      lines += ["**\(group.rawValue)**", "", "| key | does | `:` name |", "| --- | --- | --- |"]
      for binding in bindings where binding.group == group {
        let keys = binding.keys.map { "`\($0.name == "|" ? "\\|" : $0.name)`" }.joined(separator: " ")
        lines.append("| \(keys) | \(binding.help) | `\(binding.action.rawValue)` |")
      }
      lines.append("")
    }
    return lines.joined(separator: "\n")
  }
}

extension Key {
  /// As it is written for people: `j`, `Space`, `Ctrl-D`, `PgDn`.
  package var name: String {
    switch self {
    case .character(" "): "Space"
    case .character(let character): String(character)
    case .control(let character): "Ctrl-" + character.uppercased()
    case .alt(let character): "Alt-" + String(character)
    case .up: "Up"
    case .down: "Down"
    case .left: "Left"
    case .right: "Right"
    case .home: "Home"
    case .end: "End"
    case .pageUp: "PgUp"
    case .pageDown: "PgDn"
    case .enter: "Enter"
    case .escape: "Esc"
    case .tab: "Tab"
    case .backTab: "Shift-Tab"
    case .backspace: "Backspace"
    case .delete: "Del"
    case .insert: "Ins"
    case .function(let number): "F\(number)"
    }
  }

  /// Reads what `name` writes; nil for anything else.
  package init?(named name: String) {
    let plain: [Key] = [
      .character(" "), .up, .down, .left, .right, .home, .end, .pageUp, .pageDown, .enter, .escape, .tab, .backTab,
      .backspace, .delete, .insert,
    ]
    if let key = plain.first(where: { $0.name.lowercased() == name.lowercased() }) {
      self = key
    } else if name.count == 1, let character = name.first {
      self = .character(character)
    } else if name.lowercased().hasPrefix("ctrl-"), name.count == 6, let character = name.lowercased().last {
      self = .control(character)
    } else if name.lowercased().hasPrefix("alt-"), name.count == 5, let character = name.last {
      self = .alt(character)
    } else if name.first == "F", let number = Int(name.dropFirst()), (1...24).contains(number) {
      self = .function(number)
    } else {
      return nil
    }
  }
}
