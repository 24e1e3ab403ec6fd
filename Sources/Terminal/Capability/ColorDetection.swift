package import Console
import Glibc

/// Decides what the terminal can show. A pure function of its inputs: what only the terminal itself can answer is named in
/// `questions`, and `CapabilityQuery` asks it.
package struct ColorDetection: Hashable, Sendable {
  /// The best answer without asking the terminal.
  package var capabilities: Capabilities
  /// What is worth asking the terminal, empty in nearly all cases.
  package var questions: Questions
  /// What decided the depth.
  package var ground: Ground

  package struct Questions: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Does it keep a 24-bit colour? If so the depth is `truecolor`.
    package static let directColor = Questions(rawValue: 1)
    /// Does a half block take exactly one column? If so `unicode` holds, else it does not.
    package static let glyphWidth = Questions(rawValue: 2)
  }

  package enum Ground: Hashable, Sendable {
    /// A depth was asked for.
    case requested
    /// `--color never`.
    case never
    /// The variable `NO_COLOR`.
    case noColor
    case notATerminal
    /// GNU screen, which passes on its own 256 colours only.
    case screen
    case tmux
    /// The terminal description claims direct colour.
    case terminfoClaim
    /// `COLORTERM` says so.
    case colorterm
    /// A terminal known by name, in the variable that told.
    case knownByName(String)
    /// The number of colours in the terminal description.
    case terminfoColors(Int)
    /// No terminal description, and colour wanted all the same.
    case assumed
    /// The terminal itself answered.
    case answered
  }

  package init(capabilities: Capabilities, questions: Questions = [], ground: Ground) {
    self.capabilities = capabilities
    self.questions = questions
    self.ground = ground
  }

  /// - Parameters:
  ///   - environment: the process's variables.
  ///   - facts: terminfo and locale (`TerminalFacts.current`).
  ///   - isTerminal: whether the output in question is a terminal.
  package static func detect(
    environment: [String: String], facts: TerminalFacts, isTerminal: Bool, options: TerminalOptions = .init()
  ) -> ColorDetection {
    let verdict = depth(environment: environment, facts: facts, isTerminal: isTerminal, options: options)
    var questions: Questions = verdict.ask && isTerminal ? .directColor : []
    let unicode = isUTF8(facts.codeset)
    if isTerminal, worthAskingForGlyphs(environment: environment, unicode: unicode) {
      questions.insert(.glyphWidth)
    }
    return ColorDetection(
      capabilities: Capabilities(
        depth: verdict.depth, unicode: unicode,
        mouse: options.mouse && isTerminal && reportsMouse(environment)),
      questions: questions, ground: verdict.ground)
  }

  /// What a command that prints may assume of its output, without asking the terminal anything. Sets `LC_CTYPE`: call it
  /// before other threads run.
  /// - Parameter output: a descriptor, standard output unless said.
  package static func current(output: Int32 = 1, options: TerminalOptions = TerminalOptions()) -> ColorDetection {
    let environment = [String: String].ofThisProcess
    return detect(
      environment: environment, facts: TerminalFacts.current(environment: environment),
      isTerminal: isatty(output) != 0, options: options)
  }

  // MARK: Depth

  private typealias Verdict = (depth: ColorDepth, ground: Ground, ask: Bool)

  private static func depth(
    environment: [String: String], facts: TerminalFacts, isTerminal: Bool, options: TerminalOptions
  ) -> Verdict {
    if let depth = options.depth { return (depth, .requested, false) }
    switch options.color {
    case .never: return (.mono, .never, false)
    case .auto:
      if environment.isSet("NO_COLOR") { return (.mono, .noColor, false) }
      if !isTerminal { return (.mono, .notATerminal, false) }
    case .always: break
    }
    let found = terminalDepth(environment: environment, facts: facts)
    if options.color == .always, found.depth == .mono { return (.palette16, .assumed, false) }
    return found
  }

  private static func terminalDepth(environment: [String: String], facts: TerminalFacts) -> Verdict {
    let term = environment["TERM"] ?? ""
    let inTmux = environment.isSet("TMUX")
    if term == "dumb" { return (.mono, .terminfoColors(0), false) }

    // GNU screen reads 24-bit colours as other attributes, and COLORTERM leaks into it from outside.
    if environment.isSet("STY") || (isScreenTerm(term) && !inTmux) {
      let colors = facts.entry?.colors ?? 256
      return (colors >= 256 ? .palette256 : reduced(colors), .screen, false)
    }
    // tmux takes 24-bit colours whatever its client shows, and maps them for each client.
    if inTmux, isScreenTerm(term) || term.hasPrefix("tmux") { return (.truecolor, .tmux, false) }
    if facts.entry?.directColor == true { return (.truecolor, .terminfoClaim, false) }
    if ["truecolor", "24bit"].contains(environment["COLORTERM"] ?? "") { return (.truecolor, .colorterm, false) }
    if let variable = directColorVariable(environment, term: term) {
      return (.truecolor, .knownByName(variable), false)
    }
    guard let entry = facts.entry else { return (.mono, .terminfoColors(0), false) }
    return (reduced(entry.colors), .terminfoColors(entry.colors), !isKnownWithoutDirectColor(environment, term: term))
  }

  private static func reduced(_ colors: Int) -> ColorDepth {
    switch colors {
    case 256...: .palette256
    case 16...: .palette16
    case 8...: .palette8
    default: .mono
    }
  }

  private static func isScreenTerm(_ term: String) -> Bool { term == "screen" || term.hasPrefix("screen") }

  /// The variable that names a terminal known to show 24-bit colours.
  private static func directColorVariable(_ environment: [String: String], term: String) -> String? {
    let exact = ["xterm-kitty", "xterm-ghostty", "wezterm", "contour"]
    let prefixes = ["foot", "alacritty", "contour-"]
    if exact.contains(term) || term.hasSuffix("-direct") || prefixes.contains(where: term.hasPrefix) { return "TERM" }
    if let version = environment["VTE_VERSION"].flatMap({ Int($0) }), version >= 3600 { return "VTE_VERSION" }
    for name in ["WT_SESSION", "KONSOLE_VERSION"] where environment.isSet(name) { return name }
    if ["iTerm.app", "WezTerm", "vscode", "ghostty"].contains(environment["TERM_PROGRAM"] ?? "") {
      return "TERM_PROGRAM"
    }
    return nil
  }

  /// Asking these is no use: they would not answer, or show the question.
  private static func isKnownWithoutDirectColor(_ environment: [String: String], term: String) -> Bool {
    environment["TERM_PROGRAM"] == "Apple_Terminal" || term == "linux" || term.hasPrefix("linux-")
      || term.hasPrefix("mlterm") || term.hasPrefix("vt") || term.hasPrefix("cygwin") || term == "ansi"
  }

  // MARK: Characters

  package static func isUTF8(_ codeset: String) -> Bool {
    let name = codeset.uppercased()
    return name == "UTF-8" || name == "UTF8"
  }

  /// A terminal is asked how wide a half block is where the answer is in doubt: half blocks are "ambiguous" in East Asian
  /// locales; and a locale nobody chose (`C` by default) says nothing about the terminal. `LC_ALL=C` is taken at its word.
  private static func worthAskingForGlyphs(environment: [String: String], unicode: Bool) -> Bool {
    let term = environment["TERM"] ?? ""
    if environment.isSet("STY") || isKnownWithoutDirectColor(environment, term: term) { return false }
    let locale = environment.locale
    if unicode { return ["zh", "ja", "ko"].contains(String(locale.prefix(2))) }
    return !environment.isSet("LC_ALL") && ["", "C", "POSIX"].contains(locale)
  }

  // MARK: Mouse

  private static func reportsMouse(_ environment: [String: String]) -> Bool {
    let term = environment["TERM"] ?? ""
    return !(term == "linux" || term.hasPrefix("vt") || term == "dumb" || term.isEmpty)
  }
}
