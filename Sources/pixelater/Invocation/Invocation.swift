import ArgumentParser
import Glibc
import Settings

/// How one run of the program goes: settings, then the command's work, then its status and what is said about it.
enum Invocation {
  /// What the program ends with.
  enum Ending {
    case status(ExitStatus)
    case failure(CommandFailure)
    /// What the argument parser has to say: help, version, completions, or a mistake.
    case parsing(any Error)
  }

  /// Runs a command that needs the main thread.
  static func run(_ command: some ForegroundCommand) -> Ending {
    do throws(CommandFailure) {
      let session = Session(try Session.Setup(for: command))
      let status = try command.work(session)
      return session.ending(status)
    } catch {
      return .failure(error)
    }
  }

  /// Runs a command in a task that signals cancel.
  @MainActor
  static func run(_ command: some BackgroundCommand) async -> Ending {
    signal(SIGPIPE, SIG_IGN)
    let setup: Session.Setup
    do throws(CommandFailure) {
      setup = try Session.Setup(for: command)
    } catch {
      return .failure(error)
    }
    let interruption = Interruption()
    let task = Task.detached { await attempt(command, setup) }
    interruption.watch { task.cancel() }
    let ending = await task.value
    guard let status = interruption.status(afterTermination: command.statusAfterTermination) else { return ending }
    return .status(status)
  }

  private nonisolated static func attempt(_ command: some BackgroundCommand, _ setup: Session.Setup) async -> Ending {
    let session = Session(setup)
    do throws(CommandFailure) {
      return session.ending(try await command.work(session))
    } catch {
      _ = session.ending(.success)
      return .failure(error)
    }
  }
}

extension Pixelater {
  /// Says what there is to say, and ends the process.
  static func finish(_ ending: Invocation.Ending) -> Never {
    switch ending {
    case .status(let status):
      Glibc.exit(status.rawValue)
    case .failure(let failure):
      if !failure.message.isEmpty { StandardError.report(failure.message) }
      Glibc.exit(failure.status.rawValue)
    case .parsing(let error):
      let code = exitCode(for: error)
      guard code != .success else { exit(withError: error) }
      StandardError.reportUsage(fullMessage(for: error))
      Glibc.exit(ExitStatus.usage.rawValue)
    }
  }
}
