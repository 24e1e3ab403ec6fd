import ArgumentParser

struct ThemeCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(commandName: "theme")
  @OptionGroup var common: CommonOptions
  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus { .success }
}
