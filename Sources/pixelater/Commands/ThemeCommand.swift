import ArgumentParser
import Console
import Pipeline
import Settings

struct ThemeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "theme",
    abstract: "Lists themes, or checks a theme file.",
    usage: "pixelater theme list|check [<options>]",
    discussion: """
      EXAMPLES
        pixelater theme list
        pixelater theme check ~/.config/pixelater/themes/dusk.toml
        pixelater console --theme light
      """,
    subcommands: [ThemeListCommand.self, ThemeCheckCommand.self])
}

struct ThemeListCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the themes there are.",
    usage: "pixelater theme list [<options>]",
    discussion: """
      EXAMPLES
        pixelater theme list
      """)

  @Flag(help: "One JSON object a line.")
  var json = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus {
    let folders = ThemeFolders(session.settings.paths)
    let paths = Dictionary(folders.files.map { ($0.name, $0.path) }) { first, _ in first }
    for name in folders.library.names {
      let isCurrent = name == session.settings.theme
      if json {
        session.output.line(["name": .string(name), "path": .optional(paths[name]), "current": .bool(isCurrent)])
      } else {
        session.output.line(
          (isCurrent ? "* " : "  ") + TextStyle.pad(session.text.safe(name), 20) + "  "
            + session.text.paint(paths[name].map(session.text.safe) ?? "built in", .dim))
      }
    }
    return .success
  }
}

struct ThemeCheckCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Says what is wrong with a theme file.",
    usage: "pixelater theme check <file> [<options>]",
    discussion: """
      Looks for what cannot be read, unknown slots, colours that are hard to tell from their ground, and states that look
      alike. Ends with status 1 if there is something.

      EXAMPLES
        pixelater theme check themes/dark.toml
      """)

  @Argument(help: "Theme file.", completion: .file(extensions: ["toml"]))
  var file: String

  @Flag(help: "One JSON object a line.")
  var json = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus {
    guard LocalFile.isThere(file) else { throw CommandFailure(.someFailed, "\(file): there is no such file") }
    guard let text = ThemeFolders.text(file) else {
      throw CommandFailure(.someFailed, "\(file): the file cannot be read as text")
    }
    let base = LocalFile.name(of: file)
    let name = base.hasSuffix(".toml") ? String(base.dropLast(".toml".count)) : base
    let findings = ThemeCheck.check(
      name: name, text: text, others: ThemeFolders(session.settings.paths).sources.filter { $0.name != name })
    for finding in findings {
      if json {
        session.output.line([
          "severity": .string(finding.severity.rawValue), "line": finding.line.map { .number($0) } ?? .null,
          "message": .string(finding.text),
        ])
      } else {
        let place = finding.line.map { "\(file):\($0)" } ?? file
        session.output.line("\(session.text.safe(place)): \(finding.severity.rawValue): \(finding.text)")
      }
    }
    if findings.isEmpty, !json { session.output.line("\(session.text.safe(file)): ok") }
    return findings.isEmpty ? .success : .someFailed
  }
}
