import Testing

@testable import Console

@Suite("The key table")
struct KeyTableTests {
  @Test func noKeyMeansTwoThingsInOnePlace() {
    for scope in Scope.allCases {
      var seen: [Key: Action] = [:]
      for binding in KeyTable.standard.bindings where binding.scopes.contains(scope) {
        for key in binding.keys {
          #expect(
            seen[key] == nil, "\(key.name) in \(scope.rawValue): \(binding.action), \(String(describing: seen[key]))")
          seen[key] = binding.action
        }
      }
    }
  }

  @Test(arguments: Action.allCases) func everyActionHasAKeyAPlaceAndHelp(_ action: Action) throws {
    let binding = try #require(KeyTable.standard.binding(of: action))
    // Where it has other keys elsewhere, it has them nowhere twice.
    let all = KeyTable.standard.bindings.filter { $0.action == action }
    #expect(all.reduce(0) { $0 + $1.scopes.count } == all.reduce(Set<Scope>()) { $0.union($1.scopes) }.count)
    #expect(!binding.keys.isEmpty && !binding.help.isEmpty && !binding.label.isEmpty)
    let scope = try #require(binding.scopes.first)
    #expect(KeyTable.standard.action(for: binding.keys[0], in: scope) == action)
    let state = Driver().state
    let lines = state.helpLines(HelpDialog(from: .list))
    #expect(
      lines.contains { line in
        if case .binding(let keys, _, _) = line { keys == binding.keys.map(\.name) } else { false }
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
      ("Enter", .list, .open), ("Esc", .list, .back), ("Tab", .list, .nextPane), ("1", .log, .objects),
      ("5", .list, .log),
      ("/", .list, .filter), ("f", .list, .stateFilter), ("s", .list, .sort), ("S", .list, .reverseSort),
      ("Space", .list, .mark), ("v", .list, .markRange), ("a", .list, .markAll), ("i", .list, .invertMarks),
      ("U", .list, .unmarkAll), ("r", .list, .reprocess), ("X", .jobs, .retryFailed), ("R", .list, .refresh),
      ("F5", .log, .refresh), ("p", .list, .preview), ("z", .list, .zoom), ("[", .list, .smaller),
      ("]", .zoom, .larger),
      ("x", .jobs, .cancelJob), ("t", .list, .theme), (":", .list, .command), ("?", .jobs, .help), ("F1", .list, .help),
      ("Z", .list, .pause), ("y", .list, .copy), ("q", .list, .quit), ("Ctrl-L", .plan, .redraw),
      ("Ctrl-Z", .help, .suspend),
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

@Suite("A file of keys")
struct KeyFileTests {
  @Test func rebinds() throws {
    let table = try KeyFile.table(
      text: """
        # mine
        [keys]
        reprocess = ["m", "ctrl-r"]
        quit = "Q"
        mouse = []
        "page-down" = [ "PgDn", "space" ]
        """)
    #expect(table.action(for: .character("m"), in: .list) == .reprocess)
    #expect(table.action(for: .control("r"), in: .list) == .reprocess)
    #expect(table.action(for: .character("r"), in: .list) == nil)
    #expect(table.action(for: .character("Q"), in: .log) == .quit)
    #expect(table.action(for: .character(" "), in: .list) == .pageDown)
    #expect(table.binding(of: .mark)?.keys == [] && table.binding(of: .mouse)?.keys == [])
    // In dialogs q means what it meant.
    #expect(table.action(for: .character("q"), in: .plan) == .dismiss)
  }

  @Test func nothingChangesNothing() throws {
    #expect(try KeyFile.table(text: "") == .standard)
    #expect(try KeyFile.table(text: "[keys]") == .standard)
  }

  @Test(
    arguments: [
      ("[keys]\nreproces = \"r\"", 2, "There is no action reproces"),
      ("[keys]\n\nquit = \"Hyper-Q\"", 3, "\"Hyper-Q\" is no key"),
      ("[keys]\nquit = 5", 2, "quit takes a key in quotes"), ("[keys]\nquit = [5]", 2, "quit takes keys in quotes"),
      ("quit = \"q\"", 1, "quit is nothing here: bindings stand below [keys]"),
      ("[keys]\nsort = \"o\"\nmark = \"o\"", 3, "o is given to"),
      ("[keys]\ndismiss = []", 2, "No key is left for dismiss"),
      ("[keys]\nquit = []\ninterrupt = []", 2, "No key is left to quit with"),
      ("[keys]\nyes = \"z\"\ndecline = [\"Esc\", \"q\", \"n\"]", nil, "No key is left for dismiss"),
      ("[keys\nquit = \"q\"", 1, ""), ("[keys]\n\"a\\u001Bb\" = \"q\"", nil, "There is no action a\\x1Bb"),
    ] as [(String, Int?, String)])
  func whatIsWrongIsSaidWithItsLine(_ text: String, _ line: Int?, _ words: String) {
    do throws(KeyFile.Problem) {
      _ = try KeyFile.table(text: text)
      Issue.record("taken: \(text)")
    } catch {
      #expect(error.line == line && error.text.contains(words), "\(error)")
      #expect(error.text.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }
  }
}
