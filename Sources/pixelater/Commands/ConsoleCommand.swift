import ArgumentParser
import Settings

struct ConsoleCommand: ForegroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "console",
    abstract: "Opens the console (what happens without a command).",
    usage: "pixelater [console] [<options>]",
    discussion: """
      EXAMPLES
        pixelater --source photos --destination renditions
        pixelater console --theme light --read-only
      """)

  @Option(help: "Theme of the console; 'pixelater theme list' names them.")
  var theme: String?

  @OptionGroup(title: "Common options") var common: CommonOptions

  var flags: [SettingKey: String] { theme.map { [.theme: $0] } ?? [:] }

  func work(_ session: Session) throws(CommandFailure) -> ExitStatus {
    try ConsoleRun(session: session, workspace: try session.workspace(.writing)).start()
  }
}
