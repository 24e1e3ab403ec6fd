import Pipeline

/// Opens the console on a workspace and stays until it is left.
struct ConsoleRun {
  let session: Session
  let workspace: Workspace
  var isDemo = false

  func start() throws(CommandFailure) -> ExitStatus {
    throw CommandFailure(.unreachable, "no console yet")
  }
}
