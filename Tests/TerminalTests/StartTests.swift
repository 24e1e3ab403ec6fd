import Console
import Terminal
import Testing
import terminal_probe

/// What happens before the first frame.
@Suite struct StartTests {
  private let common = ["PIXELATER_TRACE_FRAMES": "1", "SWIFT_BACKTRACE": "enable=no"]

  private func open(
    _ environment: [String: String], arguments: [String] = [], answering: String? = nil
  ) throws -> PseudoTerminal {
    let pty = try PseudoTerminal(arguments, environment: common.merging(environment) { _, own in own })
    if let answering {
      // The last of the questions, which every terminal answers.
      var asked = false
      while !asked {
        guard try pty.receive() else { break }
        asked = String(decoding: pty.received, as: UTF8.self).contains("\u{1B}[c")
      }
      pty.send(Array(answering.utf8))
    }
    return pty
  }

  private static let utf8 = ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"]

  @Test func aTerminalThatAnswersIsBelieved() throws {
    let pty = try open(Self.utf8, answering: "\u{1B}P1$r0;38;2;1;2;3m\u{1B}\\\u{1B}[?62;c")
    try pty.waitForStart()
    #expect(pty.terminal.text(row: 0) == "probe truecolor unicode")
    #expect(PictureCheck().wrong(pty.terminal, .noise(seed: 0)) == [])
  }

  @Test func keysTypedDuringTheQuestionCount() throws {
    let pty = try open(Self.utf8, answering: "s\u{1B}P0$r\u{1B}\\\u{1B}[?62;c")
    try pty.wait(for: "the key") { $0.title.contains("input=1 ") }
    #expect(pty.terminal.text(row: 0) == "probe 256 unicode")
    #expect(PictureCheck(depth: .palette256).wrong(pty.terminal, .sprite) == [])
  }

  /// A terminal that never answers, or too late, costs a moment and nothing else.
  @Test func aSilentTerminalIsTakenAsDescribed() throws {
    let pty = try open(Self.utf8)
    try pty.waitForStart()
    #expect(pty.terminal.text(row: 0) == "probe 256 unicode")
    pty.send(Array("\u{1B}P1$r0;38;2;1;2;3m\u{1B}\\\u{1B}[?62;c\u{1B}[1;2R".utf8))
    try pty.type("s")
    #expect(PictureCheck(depth: .palette256).wrong(pty.terminal, .sprite) == [])
    #expect(pty.terminal.text(row: 49) == "key(Console.Key.character(\"s\"))")
  }

  /// No locale chosen: what the terminal does with a half block decides.
  @Test(arguments: [(2, true), (3, false), (4, false)])
  func aMissingLocaleIsMadeUpFor(column: Int, unicode: Bool) throws {
    let pty = try open(
      ["TERM": "xterm-256color", "COLORTERM": "truecolor"], answering: "\u{1B}[1;\(column)R\u{1B}[?62;c")
    try pty.waitForStart()
    #expect(pty.terminal.text(row: 0) == "probe truecolor \(unicode ? "unicode" : "ascii")")
    #expect(PictureCheck(unicode: unicode).wrong(pty.terminal, .noise(seed: 0)) == [])
  }

  /// A locale that was never generated, as in containers.
  @Test func anUnknownUTF8LocaleIsUTF8() throws {
    let pty = try open(["TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "xx_XX.UTF-8"])
    try pty.waitForStart()
    #expect(pty.terminal.text(row: 0) == "probe truecolor unicode")
    #expect(PictureCheck().wrong(pty.terminal, .noise(seed: 0)) == [])
  }

  @Test func sizesInTheEnvironmentAreNotBelieved() throws {
    let pty = try open([
      "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "COLORTERM": "truecolor", "LINES": "20", "COLUMNS": "70",
    ])
    try pty.waitForStart()
    #expect(pty.terminal.title.contains("size=160x50"))
  }

  /// What is drawn on each kind of terminal when nobody says anything: the terminal's type and the locale decide.
  static let kinds: [(environment: [String: String], depth: ColorDepth, unicode: Bool)] = [
    (["TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"], .truecolor, true),
    (["TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C"], .truecolor, false),
    (["TERM": "screen-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"], .palette256, true),
    (["TERM": "screen-256color", "LC_ALL": "C"], .palette256, false),
    (["TERM": "linux", "LC_ALL": "C.UTF-8"], .palette8, true),
    (["TERM": "xterm", "LC_ALL": "C.UTF-8"], .palette8, true),
    (["TERM": "linux", "LC_ALL": "C"], .palette8, false),
    (["TERM": "vt100", "LC_ALL": "C.UTF-8"], .mono, true),
    (["TERM": "vt100", "LC_ALL": "C"], .mono, false),
    (["TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"], .mono, true),
    (["TERM": "xterm-256color", "NO_COLOR": "1", "LC_ALL": "C"], .mono, false),
  ]

  @Test(arguments: kinds)
  func everyKindOfTerminalShowsWhatItCan(environment: [String: String], depth: ColorDepth, unicode: Bool) throws {
    let pty = try open(environment)
    try pty.waitForStart()
    #expect(pty.terminal.text(row: 0) == "probe \(depth.rawValue) \(unicode ? "unicode" : "ascii")")
    let check = PictureCheck(depth: depth, unicode: unicode)
    for (key, picture) in [("s", Picture.sprite), ("=", .stripes), ("n", .noise(seed: 1)), ("i", .fish)] {
      try pty.type(key)
      #expect(check.wrong(pty.terminal, picture) == [], "\(key)")
    }
  }

  @Test(arguments: [
    ([:], "typeUnset"), (["TERM": ""], "typeUnset"),
    (["TERM": "no-such-terminal"], "typeUnknown(\"no-such-terminal\")"),
    (["TERM": "../x"], "typeUnknown(\"../x\")"), (["TERM": "dumb"], "typeTooPlain(\"dumb\")"),
  ])
  func noTerminalToDrawOn(environment: [String: String], reason: String) throws {
    let pty = try open(environment)
    let before = pty.modesFound
    let end = try pty.waitForEnd()
    #expect(end == .exit(2))
    #expect(pty.terminal.text.first == reason)
    #expect(pty.modes() == before)
    #expect(pty.terminal.modes == VirtualTerminal.initialModes)
  }

  @Test func notATerminal() throws {
    let (status, output, errors) = try ChildProcess.run(try PseudoTerminal.probe(), [], environment: Self.utf8)
    #expect(status == 2)
    #expect(output == [])
    #expect(String(decoding: errors, as: UTF8.self) == "notATerminal\n")
  }
}
