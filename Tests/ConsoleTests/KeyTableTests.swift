import Testing

@testable import Console

@Suite("The key table")
struct KeyTableTests {
  @Test func noKeyMeansTwoThingsInOnePlace() {
    for scope in Scope.allCases {
      var seen: [Key: Action] = [:]
      for binding in KeyTable.standard.bindings where binding.scopes.contains(scope) {
        for key in binding.keys {
          #expect(seen[key] == nil, "\(key.name) in \(scope.rawValue): \(binding.action), \(String(describing: seen[key]))")
          seen[key] = binding.action
        }
      }
    }
  }

  @Test(arguments: Action.allCases) func everyActionHasAKeyAPlaceAndHelp(_ action: Action) throws {
    let binding = try #require(KeyTable.standard.binding(of: action))
    #expect(KeyTable.standard.bindings.filter { $0.action == action }.count == 1)
    #expect(!binding.keys.isEmpty && !binding.help.isEmpty && !binding.label.isEmpty)
    let scope = try #require(binding.scopes.first)
    #expect(KeyTable.standard.action(for: binding.keys[0], in: scope) == action)
    let state = Driver().state
    let lines = state.helpLines(HelpDialog(from: .list))
    #expect(lines.contains { line in
      if case .binding(let keys, _, _) = line { keys.hasPrefix(binding.keys[0].name) } else { false }
    })
    #expect(KeyTable.standard.markdown.contains("| `\(action.rawValue)` |"))
  }

  @Test(arguments: KeyTable.standard.bindings.flatMap(\.keys)) func namesReadBack(_ key: Key) {
    #expect(Key(named: key.name) == key)
  }

  /// The keys that the design promises.
  @Test func promisedKeys() {
    let promised: [(String, Scope, Action)] = [
      ("j", .list, .down), ("k", .list, .up), ("h", .details, .back), ("l", .list, .open), ("g", .list, .top),
      ("G", .list, .bottom), ("PgUp", .list, .pageUp), ("PgDn", .list, .pageDown), ("Ctrl-D", .list, .halfPageDown),
      ("Enter", .list, .open), ("Esc", .list, .back), ("Tab", .list, .nextPane), ("1", .log, .objects), ("5", .list, .log),
      ("/", .list, .filter), ("f", .list, .stateFilter), ("s", .list, .sort), ("S", .list, .reverseSort),
      ("Space", .list, .mark), ("v", .list, .markRange), ("a", .list, .markAll), ("i", .list, .invertMarks),
      ("U", .list, .unmarkAll), ("r", .list, .reprocess), ("X", .jobs, .retryFailed), ("R", .list, .refresh),
      ("F5", .log, .refresh), ("p", .list, .preview), ("z", .list, .zoom), ("[", .list, .smaller), ("]", .zoom, .larger),
      ("x", .jobs, .cancelJob), ("t", .list, .theme), (":", .list, .command), ("?", .jobs, .help), ("F1", .list, .help),
      ("Z", .list, .pause), ("y", .list, .copy), ("q", .list, .quit), ("Ctrl-L", .plan, .redraw), ("Ctrl-Z", .help, .suspend),
      ("Ctrl-C", .plan, .interrupt), ("F", .plan, .force),
    ]
    for (name, scope, action) in promised {
      #expect(Key(named: name).flatMap { KeyTable.standard.action(for: $0, in: scope) } == action, "\(name)")
    }
  }

  @Test func reboundKeysTakeFromOthers() {
    let table = KeyTable.standard.rebinding([.reprocess: [.character("m"), .character("f")]])
    #expect(table.action(for: .character("m"), in: .list) == .reprocess)
    #expect(table.action(for: .character("f"), in: .list) == .reprocess)
    #expect(table.action(for: .character("r"), in: .list) == nil)
    #expect(table.binding(of: .stateFilter)?.keys == [])
  }

  @Test func noDestructiveActSitsOnAControlLetter() {
    for binding in KeyTable.standard.bindings where binding.group == .work {
      for case .control(let letter) in binding.keys { Issue.record("Ctrl-\(letter) does \(binding.action)") }
    }
  }
}
