import Console
import Glibc
import ObjectStore
import Pipeline
import PixelEngine
import Settings
import Terminal

/// What a command works with: the settings, the streams, and the locations once they are asked for.
struct Session {
  /// What is found out on the main thread, before there are others.
  struct Setup: Sendable {
    let settings: Settings
    let locations: Locations
    let environment: [String: String]
    /// What standard output can show.
    let capabilities: Capabilities

    init(for command: some Command) throws(CommandFailure) {
      let environment = ProcessEnvironment.variables
      do throws(SettingsError) {
        settings = try Settings(
          flags: command.common.flags.merging(command.flags) { _, own in own }, environment: environment,
          config: command.common.config, executable: ProcessEnvironment.executable)
      } catch {
        throw CommandFailure(error)
      }
      self.environment = environment
      locations = Locations(
        settings: settings, workingDirectory: ProcessEnvironment.workingDirectory, environment: environment)
      capabilities = Session.capabilities(settings, environment)
      if settings.logLevel <= .warning {
        for warning in settings.warnings { StandardError.warn(warning.description) }
      }
    }
  }

  private let setup: Setup
  let output = StandardOutput()

  init(_ setup: Setup) { self.setup = setup }

  var settings: Settings { setup.settings }
  var locations: Locations { setup.locations }
  var environment: [String: String] { setup.environment }
  var capabilities: Capabilities { setup.capabilities }

  var engine: PixelEngine { PixelEngine(limits: settings.limits) }

  var text: TextStyle { TextStyle(colored: capabilities.depth != .mono, unicode: capabilities.unicode) }

  var runOptions: RunOptions {
    var options = RunOptions()
    if let jobs = settings.jobs { options.jobs = jobs }
    if let memory = settings.memory { options.memoryBytes = memory }
    options.form = settings.storesGrid ? .grid : .mosaic
    return options
  }

  /// Both ends of the pipeline.
  func workspace(_ purpose: Locations.Purpose) throws(CommandFailure) -> Workspace {
    do throws(LocationsError) {
      return try locations.workspace(purpose)
    } catch {
      throw CommandFailure(error)
    }
  }

  func location(_ role: Locations.Role) throws(CommandFailure) -> OpenLocation {
    do throws(LocationsError) {
      return try locations.open(role, for: .reading)
    } catch {
      throw CommandFailure(error)
    }
  }

  /// Whether the console can be shown.
  var hasTerminal: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

  func requireWritable() throws(CommandFailure) {
    if settings.isReadOnly { throw .readOnly }
  }

  /// Writes out what waits. A reader that went away wanted no more, which is well.
  func ending(_ status: ExitStatus) -> Invocation.Ending {
    output.flush()
    if let reason = output.failure {
      return .failure(CommandFailure(.someFailed, "cannot write to standard output: \(reason)"))
    }
    return .status(status)
  }

  private static func capabilities(_ settings: Settings, _ environment: [String: String]) -> Capabilities {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    var capabilities = ColorDetection.detect(
      environment: environment, facts: TerminalFacts.current(environment: environment), isTerminal: isTerminal,
      options: TerminalOptions(color: settings.color.forTerminal)
    ).capabilities
    // A file or a pipe takes what it is given: only a locale that somebody chose speaks against UTF-8.
    let hasLocale = ["LC_ALL", "LC_CTYPE", "LANG"].contains { environment[$0].map { !$0.isEmpty } == true }
    if !isTerminal, !hasLocale { capabilities.unicode = true }
    return capabilities
  }
}

extension ColorMode {
  /// The same wish in the terminal's words.
  var forTerminal: ColorChoice {
    switch self {
    case .auto: .auto
    case .always: .always
    case .never: .never
    }
  }
}
