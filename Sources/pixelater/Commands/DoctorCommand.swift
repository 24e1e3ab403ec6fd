import ArgumentParser

struct DoctorCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(commandName: "doctor")
  @OptionGroup var common: CommonOptions
  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus { .success }
}
