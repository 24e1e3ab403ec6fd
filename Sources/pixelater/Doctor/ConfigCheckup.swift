import Console
import Settings

/// Whether the settings are as their owner meant them.
struct ConfigCheckup {
  let session: Session

  var findings: [Finding] {
    let settings = session.settings
    var findings = settings.warnings.map { warning in
      Finding("config", warning.description, advice: "correct the name or remove the line")
    }
    if findings.isEmpty {
      findings.append(Finding("config", settings.configFile ?? "no config file, which is fine"))
    }
    if settings.isReadOnly {
      findings.append(Finding("read-only", "set by \(settings.origin(of: .readOnly)): nothing will be written"))
    }
    return findings
  }
}
