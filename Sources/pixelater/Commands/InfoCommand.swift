import ArgumentParser
import Pipeline
import PixelEngine
import Settings

struct InfoCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Shows every setting, how buckets are reached, and where files are kept.",
    usage: "pixelater info [<options>]",
    discussion: """
      EXAMPLES
        pixelater info
        PIXELATER_JOBS=3 pixelater info --json
      """)

  @Flag(help: "One JSON object.")
  var json = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus {
    let access = await AccessFacts.all(session)
    if Task.isCancelled { return .interrupted }
    if json { session.output.line(object(session, access)) } else { table(session, access) }
    return .success
  }

  private func paths(_ settings: Settings) -> [(String, [String])] {
    let paths = settings.paths
    return [
      ("config", [settings.configFile ?? paths.configFile]),
      ("keys", [paths.keysFile]),
      ("themes", paths.themeFolders),
      ("views", [paths.viewsFile]),
      ("log", [paths.logFile]),
      ("audit", [paths.auditFile]),
      ("state", [paths.state]),
      ("cache", [paths.cache]),
      ("demo", [paths.demo]),
    ]
  }

  private func object(_ session: Session, _ access: [AccessFacts]) -> JSON {
    let settings = session.settings
    return [
      "version": .string(Pixelater.version),
      "engine": .string(PixelEngine.version),
      "settings": .object(
        SettingKey.allCases.map { key in
          let value = settings.values[key]
          return (
            key.rawValue,
            [
              "value": .optional(value?.value),
              "origin": .string(settings.origin(of: key).layer),
              "from": .string(settings.origin(of: key).description),
            ]
          )
        }),
      "aws": .array(access.map(\.json)),
      "configFile": .optional(settings.configFile),
      "paths": .object(
        paths(settings).map { name, values in
          (name, name == "themes" ? .array(values.map { .string($0) }) : .optional(values.first))
        }),
    ]
  }

  private func table(_ session: Session, _ access: [AccessFacts]) {
    let settings = session.settings
    let style = session.text
    session.output.line("pixelater \(Pixelater.version), engine \(PixelEngine.version)")
    session.output.line("")
    session.output.line(
      style.paint(TextStyle.pad("SETTING", 22) + "  " + TextStyle.pad("VALUE", 28) + "  FROM", .strong))
    for key in SettingKey.allCases {
      let value = settings[key].map(style.safe) ?? (key == .jobs ? String(session.runOptions.jobs) : "-")
      session.output.line(
        TextStyle.pad(key.rawValue, 22) + "  " + TextStyle.pad(value, 28) + "  "
          + style.paint(settings[key] == nil ? "not set" : style.safe(settings.origin(of: key).description), .dim))
    }
    for facts in access {
      session.output.line("")
      let title = facts.role.map { "AWS, \($0.rawValue)" } ?? "AWS"
      session.output.line(style.paint(TextStyle.pad(title, 22) + "  VALUE", .strong))
      for (name, value) in facts.rows { session.output.line(TextStyle.pad(name, 22) + "  " + style.safe(value)) }
    }
    session.output.line("")
    session.output.line(style.paint(TextStyle.pad("FILES", 22) + "  PATH", .strong))
    for (name, values) in paths(settings) {
      for (index, path) in values.enumerated() {
        session.output.line(
          TextStyle.pad(index == 0 ? name : "", 22) + "  " + style.safe(path)
            + (LocalFile.isThere(path) ? "" : style.paint("  (not there)", .dim)))
      }
    }
  }
}
