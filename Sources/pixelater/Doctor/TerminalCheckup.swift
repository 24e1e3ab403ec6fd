import Console
import Glibc
import Settings
import Terminal

/// Whether the terminal shows what it could. Where there is none, nothing is wrong with that.
struct TerminalCheckup {
  let session: Session

  var findings: [Finding] {
    let facts = TerminalFacts.current(environment: session.environment)
    guard isatty(STDOUT_FILENO) == 1 else {
      return [Finding("terminal", "standard output is none; the console needs one")]
    }
    var findings: [Finding] = []
    let term = session.environment["TERM"] ?? ""
    if facts.entry == nil {
      findings.append(
        Finding(
          "terminal", term.isEmpty ? "TERM is not set" : "TERM=\(term) is not known here",
          advice: "set TERM to what the terminal is, such as xterm-256color, or install ncurses-term"))
    } else {
      let detail = "TERM=\(term), \(colors(session.capabilities.depth))"
      findings.append(
        session.capabilities.depth == .truecolor || session.settings.color == .never
          ? Finding("terminal", detail)
          : Finding(
            "terminal",
            detail + "; if it can show 24-bit colour, COLORTERM=truecolor says so"))
    }
    findings.append(
      ColorDetection.isUTF8(facts.codeset)
        ? Finding("locale", facts.codeset)
        : Finding(
          "locale", "\(facts.codeset) is not UTF-8: pictures and symbols are shown in ASCII",
          advice: "set LANG to a UTF-8 locale, such as C.UTF-8"))
    return findings
  }

  private func colors(_ depth: ColorDepth) -> String {
    switch depth {
    case .truecolor: "24-bit colour"
    case .palette256: "256 colours"
    case .palette16: "16 colours"
    case .palette8: "8 colours"
    case .mono: "no colour"
    }
  }
}
