import ArgumentParser

/// The program: reads its arguments, runs one command, and ends with that command's status.
@main
struct Pixelater: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "pixelater",
    abstract: "Makes five pixelated renditions of every picture, and shows which have theirs.",
    usage: "pixelater [<options>] [<command>]",
    discussion: """
      Without a command the console opens.

      EXAMPLES
        pixelater demo                               a workspace to look around in
        pixelater --source photos --destination out  the console on two folders
        pixelater run --all                          make whatever is missing
        pixelater status --state failed --json       what failed, for a script
        pixelater preview photos/sun.png --size 64   a picture in the terminal

      Every command takes --source, --destination and a few more, before its name or after it. What is not given comes from
      the environment (PIXELATER_SOURCE, ...), then from the config file; 'pixelater info' shows each and where it came from.

      EXIT STATUS
        0    all well
        1    some objects failed, or a check found something
        64   wrong usage or settings
        69   a location cannot be reached
        77   refused: read-only, overlapping locations, no confirmation
        130  interrupted
      """,
    version: version,
    subcommands: [
      ConsoleCommand.self, DemoCommand.self, StatusCommand.self, ListCommand.self, RunCommand.self,
      PreviewCommand.self, PixelateCommand.self, WorkerCommand.self, DeadLettersCommand.self, VerifyCommand.self,
      CleanCommand.self, DoctorCommand.self, ThemeCommand.self, InfoCommand.self, ManualCommand.self,
    ],
    defaultSubcommand: ConsoleCommand.self)

  /// The main thread stays here until the first `await`: the console, which is not asynchronous, keeps it.
  @MainActor
  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if let word = ArgumentOrder.unknownCommand(arguments, in: Self.self) {
      let names = configuration.subcommands.filter { $0.configuration.shouldDisplay }
        .compactMap { $0.configuration.commandName }
      let message = "'\(word)' is no command; there are \(names.joined(separator: ", ")); see 'pixelater --help'"
      finish(.failure(CommandFailure(.usage, message)))
    }
    var command: any ParsableCommand
    do {
      command = try parseAsRoot(
        ArgumentOrder.commandFirst(arguments, in: Self.self))
    } catch {
      finish(.parsing(error))
    }
    switch command {
    case let command as any ForegroundCommand:
      finish(Invocation.run(command))
    case let command as any BackgroundCommand:
      finish(await Invocation.run(command))
    default:
      // The argument parser's own: help of a command.
      do {
        try command.run()
        finish(.status(.success))
      } catch {
        finish(.parsing(error))
      }
    }
  }
}
