import ArgumentParser
import Settings

struct DoctorCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Checks settings, locations, system and terminal; says what to do.",
    usage: "pixelater doctor [<options>]",
    discussion: """
      Each line says ok, or what is wrong and what to do about it. Ends with status 1 if something is wrong.

      EXAMPLES
        pixelater doctor
        pixelater doctor --json | jq 'select(.ok | not)'
      """)

  @Flag(help: "One JSON object a line.")
  var json = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus {
    let findings =
      ConfigCheckup(session: session).findings + LocationCheckup(session: session).findings
      + TerminalCheckup(session: session).findings
    let style = session.text
    for finding in findings {
      if json {
        session.output.line([
          "check": .string(finding.check), "ok": .bool(finding.isWell), "detail": .string(finding.detail),
          "advice": .optional(finding.advice),
        ])
        continue
      }
      let verdict = finding.isWell ? style.paint("ok ", .good) : style.paint("!! ", .bad)
      session.output.line("\(verdict) \(TextStyle.pad(finding.check, 18)) \(style.safe(finding.detail))")
      if let advice = finding.advice { session.output.line(TextStyle.pad("", 23) + "-> " + style.safe(advice)) }
    }
    return findings.allSatisfy(\.isWell) ? .success : .someFailed
  }
}

/// One thing that was looked at.
struct Finding: Sendable {
  var check: String
  var detail: String
  /// What to do; nil where all is well.
  var advice: String?

  var isWell: Bool { advice == nil }

  init(_ check: String, _ detail: String, advice: String? = nil) {
    self.check = check
    self.detail = detail
    self.advice = advice
  }
}
