import ArgumentParser
import Settings

/// A command of ours.
protocol Command: ParsableCommand, Sendable {
  var common: CommonOptions { get }
  /// Settings that this command's own flags give.
  var flags: [SettingKey: String] { get }
}

extension Command {
  var flags: [SettingKey: String] { [:] }
}

/// A command that runs in a task, which is cancelled by SIGINT and SIGTERM: it then stops in good order.
protocol BackgroundCommand: Command {
  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus
  /// The status after SIGTERM. Default: `terminated`.
  var statusAfterTermination: ExitStatus { get }
}

extension BackgroundCommand {
  var statusAfterTermination: ExitStatus { .terminated }
}

/// A command that needs the main thread, and minds signals itself.
protocol ForegroundCommand: Command {
  func work(_ session: Session) throws(CommandFailure) -> ExitStatus
}
