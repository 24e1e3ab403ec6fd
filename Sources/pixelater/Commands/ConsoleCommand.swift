import ArgumentParser
import AWS
import Console
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

  @Flag(name: .customLong("no-mouse"), help: "Leave the mouse to the terminal.")
  var leavesMouse = false

  @Option(help: ArgumentHelp("Queue that tells of uploads, to see and to send to.", valueName: "url"))
  var queue: String?

  @Option(help: ArgumentHelp("Function to hand objects to: name or ARN.", valueName: "name"))
  var function: String?

  @Option(
    name: .customLong("dead-letters"),
    help: ArgumentHelp(
      "Where dead letters lie besides the queue's own: a queue's URL, or s3://bucket/prefix of a function's on-failure "
        + "destination.", valueName: "place"))
  var deadLetters: String?

  @OptionGroup(title: "Common options") var common: CommonOptions

  var flags: [SettingKey: String] {
    var flags: [SettingKey: String] = [:]
    flags[.theme] = theme
    if leavesMouse { flags[.mouse] = "false" }
    flags[.queue] = queue
    flags[.function] = function
    flags[.deadLetters] = deadLetters
    return flags
  }

  func work(_ session: Session) throws(CommandFailure) -> ExitStatus {
    if let session = try chosen(session) { return try open(session) }
    return .success
  }

  private func open(_ session: Session) throws(CommandFailure) -> ExitStatus {
    try ConsoleRun(session: session, workspace: try session.workspace(.writing)).start()
  }

  /// The session with both locations: as it is where they are set, else with those that the person chooses.
  ///
  /// - Returns: nil where the person left without choosing.
  /// - Throws: what is missing, where there is nothing to choose from or no terminal to choose in.
  private func chosen(_ session: Session) throws(CommandFailure) -> Session? {
    do throws(LocationsError) {
      _ = try session.locations.location(of: .source)
      _ = try session.locations.location(of: .destination)
      return session
    } catch {
      guard case .missing = error, session.hasTerminal, let account = try? session.locations.buckets.account(),
        hasCredentials(session)
      else { throw CommandFailure(error) }
      guard let locations = try ChooserRun(session: session, account: account).choose() else { return nil }
      var command = self
      command.common.source = locations.source
      command.common.destination = locations.destination
      return Session(try Session.Setup(for: command))
    }
  }

  private func hasCredentials(_ session: Session) -> Bool {
    guard let access = try? session.locations.buckets.access(for: nil) else { return false }
    let found = try? waiting { () async throws(CommandFailure) in
      (try? await access.credentials.credentials()) != nil
    }
    return found ?? false
  }
}
