import Console
import Testing

@testable import Terminal

@Suite struct ColorDetectionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var environment: [String: String]
    var colors: Int?
    var depth: ColorDepth
    var ground: ColorDetection.Ground
    var asks = false
    var claims = false
    var options = TerminalOptions()
    var isTerminal = true

    init(
      _ environment: [String: String], colors: Int? = 256, _ depth: ColorDepth, _ ground: ColorDetection.Ground,
      asks: Bool = false, claims: Bool = false, options: TerminalOptions = TerminalOptions(), isTerminal: Bool = true
    ) {
      self.environment = environment
      self.colors = colors
      self.depth = depth
      self.ground = ground
      self.asks = asks
      self.claims = claims
      self.options = options
      self.isTerminal = isTerminal
    }

    var testDescription: String { "\(environment) \(options.color) \(isTerminal) -> \(depth)" }
  }

  static let cases: [Case] = [
    // 1. GNU screen, whatever COLORTERM says.
    Case(["TERM": "screen-256color", "COLORTERM": "truecolor"], .palette256, .screen),
    Case(["TERM": "screen", "STY": "1.pts-0"], colors: 8, .palette8, .screen),
    Case(["TERM": "xterm-256color", "STY": "1.pts-0", "COLORTERM": "truecolor"], .palette256, .screen),
    Case(["TERM": "screen.xterm-256color"], .palette256, .screen),
    // 2. tmux.
    Case(["TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0"], .truecolor, .tmux),
    Case(["TERM": "screen-256color", "TMUX": "/tmp/tmux-0/default,1,0"], .truecolor, .tmux),
    Case(["TERM": "screen", "TMUX": "/tmp/tmux-0/default,1,0"], colors: 8, .truecolor, .tmux),
    Case(["TERM": "tmux-256color"], .palette256, .terminfoColors(256), asks: true),
    // 3. The description, COLORTERM.
    Case(["TERM": "anything"], .truecolor, .terminfoClaim, claims: true),
    Case(["TERM": "xterm-256color", "COLORTERM": "truecolor"], .truecolor, .colorterm),
    Case(["TERM": "xterm", "COLORTERM": "24bit"], colors: 8, .truecolor, .colorterm),
    Case(["TERM": "xterm-256color", "COLORTERM": "yes"], .palette256, .terminfoColors(256), asks: true),
    // 4. Known by name.
    Case(["TERM": "xterm-kitty"], .truecolor, .knownByName("TERM")),
    Case(["TERM": "foot"], .truecolor, .knownByName("TERM")),
    Case(["TERM": "foot-extra"], .truecolor, .knownByName("TERM")),
    Case(["TERM": "alacritty"], .truecolor, .knownByName("TERM")),
    Case(["TERM": "wezterm"], .truecolor, .knownByName("TERM")),
    Case(["TERM": "xterm-ghostty"], .truecolor, .knownByName("TERM")),
    Case(["TERM": "contour"], .truecolor, .knownByName("TERM")),
    Case(["TERM": "xterm-direct"], colors: 1 << 24, .truecolor, .knownByName("TERM")),
    Case(["TERM": "xterm-256color", "VTE_VERSION": "6003"], .truecolor, .knownByName("VTE_VERSION")),
    Case(["TERM": "xterm-256color", "VTE_VERSION": "3406"], .palette256, .terminfoColors(256), asks: true),
    Case(["TERM": "xterm-256color", "WT_SESSION": "8e"], .truecolor, .knownByName("WT_SESSION")),
    Case(["TERM": "xterm-256color", "KONSOLE_VERSION": "220401"], .truecolor, .knownByName("KONSOLE_VERSION")),
    Case(["TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"], .truecolor, .knownByName("TERM_PROGRAM")),
    Case(["TERM": "xterm-256color", "TERM_PROGRAM": "vscode"], .truecolor, .knownByName("TERM_PROGRAM")),
    Case(["TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"], .palette256, .terminfoColors(256)),
    Case(["TERM": "linux"], colors: 8, .palette8, .terminfoColors(8)),
    Case(["TERM": "mlterm"], .palette256, .terminfoColors(256)),
    // 6. By the number of colours.
    Case(["TERM": "xterm-256color"], .palette256, .terminfoColors(256), asks: true),
    Case(["TERM": "xterm"], colors: 8, .palette8, .terminfoColors(8), asks: true),
    Case(["TERM": "xterm-16color"], colors: 16, .palette16, .terminfoColors(16), asks: true),
    Case(["TERM": "rxvt"], colors: 88, .palette16, .terminfoColors(88), asks: true),
    Case(["TERM": "vt100"], colors: 0, .mono, .terminfoColors(0)),
    Case(["TERM": "vt220", "COLORTERM": ""], colors: 0, .mono, .terminfoColors(0)),
    Case(["TERM": "dumb", "COLORTERM": "truecolor"], colors: 0, .mono, .terminfoColors(0)),
    Case([:], colors: nil, .mono, .terminfoColors(0)),
    // What the person wants.
    Case(["TERM": "xterm-kitty", "NO_COLOR": "1"], .mono, .noColor),
    Case(["TERM": "xterm-kitty", "NO_COLOR": ""], .truecolor, .knownByName("TERM")),
    Case(["TERM": "xterm-kitty"], .mono, .never, options: TerminalOptions(color: .never)),
    Case(
      ["TERM": "xterm-kitty", "NO_COLOR": "1"], .truecolor, .knownByName("TERM"),
      options: TerminalOptions(color: .always)),
    Case(
      ["TERM": "vt100", "NO_COLOR": "1"], colors: 0, .palette256, .requested,
      options: TerminalOptions(depth: .palette256)),
    Case(["TERM": "xterm-kitty"], .palette8, .requested, options: TerminalOptions(depth: .palette8, color: .never)),
    Case(["TERM": "xterm-kitty"], .mono, .notATerminal, isTerminal: false),
    Case(
      ["TERM": "xterm-kitty"], .truecolor, .knownByName("TERM"), options: TerminalOptions(color: .always),
      isTerminal: false),
    Case(
      ["TERM": "xterm-256color"], .palette256, .terminfoColors(256), options: TerminalOptions(color: .always),
      isTerminal: false),
    Case([:], colors: nil, .palette16, .assumed, options: TerminalOptions(color: .always), isTerminal: false),
  ]

  @Test(arguments: cases)
  func depthIsFound(_ sample: Case) {
    let facts = TerminalFacts(
      entry: sample.colors.map { TerminalFacts.Entry(colors: $0, directColor: sample.claims) }, codeset: "UTF-8")
    let found = ColorDetection.detect(
      environment: sample.environment, facts: facts, isTerminal: sample.isTerminal, options: sample.options)
    #expect(found.capabilities.depth == sample.depth)
    #expect(found.ground == sample.ground)
    #expect(found.questions.contains(.directColor) == sample.asks)
  }

  @Test(arguments: [
    ("UTF-8", ["LANG": "de_DE.UTF-8"], true, false), ("utf8", [:], true, false),
    ("ANSI_X3.4-1968", [:], false, true), ("ANSI_X3.4-1968", ["LANG": "C"], false, true),
    ("ANSI_X3.4-1968", ["LC_ALL": "C"], false, false), ("ISO-8859-1", ["LANG": "de_DE"], false, false),
    ("UTF-8", ["LANG": "ja_JP.UTF-8"], true, true),
    ("UTF-8", ["LANG": "ja_JP.UTF-8", "LC_ALL": "C.UTF-8"], true, false),
    ("ANSI_X3.4-1968", ["STY": "1"], false, false), ("ANSI_X3.4-1968", ["TERM": "vt100"], false, false),
  ])
  func charactersAreFound(codeset: String, environment: [String: String], unicode: Bool, asks: Bool) {
    let facts = TerminalFacts(entry: .init(colors: 256), codeset: codeset)
    let environment = environment.merging(["TERM": "xterm-256color"]) { own, _ in own }
    let found = ColorDetection.detect(environment: environment, facts: facts, isTerminal: true)
    #expect(found.capabilities.unicode == unicode)
    #expect(found.questions.contains(.glyphWidth) == asks)
  }

  @Test func mouseIsWantedAndReported() {
    func mouse(_ term: String, wanted: Bool) -> Bool {
      ColorDetection.detect(
        environment: ["TERM": term], facts: TerminalFacts(entry: .init(colors: 8), codeset: "UTF-8"), isTerminal: true,
        options: TerminalOptions(mouse: wanted)
      ).capabilities.mouse
    }
    #expect(mouse("xterm", wanted: true))
    #expect(!mouse("xterm", wanted: false))
    #expect(!mouse("linux", wanted: true))
  }
}

@Suite struct CapabilityQueryTests {
  private func read(_ text: String) -> CapabilityQuery.Answer? { CapabilityQuery.read(Array(text.utf8)) }

  @Test func theAnswersOfTerminals() {
    // kitty, xterm, one with colons, one without the colour, one that is silent but for the last question.
    let yes = CapabilityQuery.Answer(directColor: true)
    #expect(read("\u{1B}P1$r0;38:2:1:2:3m\u{1B}\\\u{1B}[?62;c") == yes)
    #expect(read("\u{1B}P1$r0;38;2;1;2;3m\u{1B}\\\u{1B}[?64;1;2c") == yes)
    #expect(read("\u{1B}P1$r38:2::1:2:3m\u{1B}\\\u{1B}[?1;2c") == yes)
    #expect(read("\u{1B}P1$r0;38;5;16m\u{1B}\\\u{1B}[?1;2c") == CapabilityQuery.Answer())
    #expect(read("\u{1B}P0$r\u{1B}\\\u{1B}[?1;2c") == CapabilityQuery.Answer())
    #expect(read("\u{1B}[?1;2c") == CapabilityQuery.Answer())
  }

  @Test func glyphWidths() {
    #expect(read("\u{1B}[12;2R\u{1B}[?1;2c")?.glyphColumns == 1)
    #expect(read("\u{1B}[12;3R\u{1B}[?1;2c")?.glyphColumns == 2)
    #expect(read("\u{1B}[?1;2c")?.glyphColumns == nil)
  }

  @Test func halfAnAnswerIsNone() {
    #expect(read("") == nil)
    #expect(read("\u{1B}P1$r0;38;2;1;2;3m\u{1B}\\") == nil)
    #expect(read("\u{1B}[?62;1") == nil)
  }

  @Test func keysTypedMeanwhileAreKept() {
    let answer = read("j\u{1B}[Ak\u{1B}[?1;2cq")
    #expect(answer?.typed == Array("j\u{1B}[Akq".utf8))
  }

  @Test func answersDecide() {
    let asked = ColorDetection(
      capabilities: Capabilities(depth: .palette256, unicode: false, mouse: true),
      questions: [.directColor, .glyphWidth], ground: .terminfoColors(256))
    let good = asked.answered(CapabilityQuery.Answer(directColor: true, glyphColumns: 1))
    #expect(good.capabilities == Capabilities(depth: .truecolor, unicode: true, mouse: true))
    #expect(good.ground == .answered)
    #expect(asked.answered(CapabilityQuery.Answer()).capabilities == asked.capabilities)
    #expect(!asked.answered(CapabilityQuery.Answer(glyphColumns: 3)).capabilities.unicode)
  }
}
