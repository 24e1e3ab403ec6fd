import ArgumentParser
import Settings

struct DoctorCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Checks settings, credentials, locations and terminal; says what to do.",
    usage: "pixelater doctor [<options>]",
    discussion: """
      Each line says ok, or what is wrong and what to do about it. Ends with status 1 if something is wrong. What may be
      done in a bucket is found out by requests that change nothing there.

      EXAMPLES
        pixelater doctor
        pixelater doctor --json | jq 'select(.ok | not)'
      """)

  @Flag(help: "One JSON object a line.")
  var json = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus {
    let locations = await LocationCheckup(session: session).findings()
    if Task.isCancelled { return .interrupted }
    let findings =
      ConfigCheckup(session: session).findings + locations + TerminalCheckup(session: session).findings
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
