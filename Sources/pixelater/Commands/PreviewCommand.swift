import ArgumentParser

struct PreviewCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(commandName: "preview")
  @OptionGroup var common: CommonOptions
  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus { .success }
}
