import Console
import FoundationEssentials
import Glibc
import Pipeline
import Settings
import Terminal

/// Opens the console on a workspace and stays until it is left.
struct ConsoleRun {
  let session: Session
  let workspace: Workspace
  var isDemo = false

  func start() throws(CommandFailure) -> ExitStatus {
    let settings = session.settings
    let folders = ThemeFolders(settings.paths)
    // The first screen needs one theme; the watch brings the others, and what is wrong with them.
    let sources = folders.sources(of: settings.theme)
    let themes = ThemeLibrary(sources: sources)
    guard themes[settings.theme] != nil else {
      throw CommandFailure(
        .usage,
        "theme '\(settings.theme)' (\(settings.origin(of: .theme))): there is none; there are "
          + themes.names.joined(separator: ", "))
    }
    let keys = try keyTable()
    // Events tell of buckets: with a folder, a queue has nothing to say.
    let services = workspace.source.location.isBucket ? try session.eventServices() : EventServices()
    let backend = PipelineBackend(
      workspace: workspace, engine: session.engine, options: session.runOptions, services: services)
    let files = ConsoleFolder(
      paths: settings.paths, user: ProcessEnvironment.userName, profile: settings[.profile],
      source: workspace.source.location.description, destination: workspace.destination.location.description)
    let kept = files.kept()
    var console: ConsoleSession?
    var watch: ThemeWatch?
    let status: Int32
    do throws(TerminalError) {
      status = try Terminal.run(
        options: TerminalOptions(color: settings.color.forTerminal, mouse: settings.takesMouse, errorLog: logFile())
      ) { capabilities, size, post -> ConsoleSession in
        let session = ConsoleSession(
          setup: setup(capabilities, themes, keys, kept), size: size, backend: backend, files: files, post: post)
        console = session
        watch = ThemeWatch(folders, from: sources) { post(ConsoleEvent(.themes($0), at: Date().timeIntervalSince1970)) }
        return session
      }
    } catch {
      watch?.stop()
      throw CommandFailure(error)
    }
    watch?.stop()
    // What was under way was told to stop; a moment, and nothing is left half done.
    if let finish = console?.finish { _ = try waiting { () async throws(CommandFailure) in await finish() } }
    Glibc.exit(status)
  }

  /// The standard keys, with what the person's own file changes.
  private func keyTable() throws(CommandFailure) -> KeyTable {
    let path = session.settings.paths.keysFile
    guard LocalFile.isThere(path) else { return .standard }
    guard let text = ThemeFolders.text(path) else {
      throw CommandFailure(.usage, "\(path): the file cannot be read as text")
    }
    do throws(KeyFile.Problem) {
      return try KeyFile.table(text: text)
    } catch {
      throw CommandFailure(.usage, "\(error.line.map { "\(path):\($0)" } ?? path): \(error.text)")
    }
  }

  private func setup(_ capabilities: Capabilities, _ themes: ThemeLibrary, _ keys: KeyTable, _ kept: KeptFiles)
    -> ConsoleSetup
  {
    var now = time(nil)
    var local = tm()
    localtime_r(&now, &local)
    return ConsoleSetup(
      source: workspace.source.location.description, destination: workspace.destination.location.description,
      naming: workspace.naming, isReadOnly: session.settings.isReadOnly, isDemo: isDemo,
      isProduction: isProduction, account: account,
      folder: ProcessEnvironment.workingDirectory, zone: Int(local.tm_gmtoff), capabilities: capabilities, keys: keys,
      themes: themes, theme: session.settings.theme, kept: kept)
  }

  /// Whether one of the words that mean production is part of a location or of the profile.
  private var isProduction: Bool {
    let settings = session.settings
    let names =
      [workspace.source.location.description, workspace.destination.location.description]
      + [settings[.profile], settings[.destinationProfile]].compactMap(\.self)
    return settings.productionWords.contains { word in names.contains { $0.contains(word) } }
  }

  /// With whose rights, and at which server where it is not AWS's own.
  private var account: String {
    guard workspace.destination.location.isBucket else { return "" }
    let settings = session.settings
    let profile = settings[.destinationProfile] ?? settings[.profile]
    let server = settings[.destinationEndpointURL] ?? settings[.endpointURL]
    let host = server.map { String($0.split(separator: "/").last ?? "") }
    return [profile, host ?? settings[.destinationRegion] ?? settings[.region]].compactMap(\.self)
      .joined(separator: "@")
  }

  /// Where standard error goes while the screen is up; nil where no such file can be.
  private func logFile() -> String? {
    let paths = session.settings.paths
    return LocalFile.makeFolders(paths.state) ? paths.logFile : nil
  }
}

extension CommandFailure {
  init(_ error: TerminalError) {
    switch error {
    case .notATerminal:
      self.init(
        .usage, "the console needs a terminal; without one there are 'pixelater status', 'pixelater run' and others")
    case .typeUnset:
      self.init(.usage, "TERM is not set; set it to what the terminal is, such as xterm-256color")
    case .typeUnknown(let name):
      self.init(.usage, "TERM=\(name) is not known here; set it to what the terminal is, or install ncurses-term")
    case .typeTooPlain(let name):
      self.init(.usage, "a terminal of type \(name) cannot show the console; use 'pixelater status'")
    case .refused(let name):
      self.init(.usage, "the terminal library refused the terminal \(name); try TERM=xterm-256color")
    case .noPipe(let number):
      self.init(.unreachable, "the system gave no pipe: \(String(cString: strerror(number)))")
    }
  }
}
