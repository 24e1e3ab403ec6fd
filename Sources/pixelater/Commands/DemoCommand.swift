import ArgumentParser
import Console
import Glibc
import ObjectStore
import Pipeline
import PixelEngine
import Settings

struct DemoCommand: ForegroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Makes a workspace with pictures and opens the console on it.",
    usage: "pixelater demo [<folder>] [<options>]",
    discussion: """
      The pictures are made here; nothing is fetched. Some are processed, some are not, one is damaged, one is no picture.
      Without a terminal the workspace is processed, and its status and one picture are printed.

      EXAMPLES
        pixelater demo
        pixelater demo /tmp/look-around
      """)

  @Argument(
    help: "Folder for the workspace; empty or a demo workspace (default: in the cache folder).", completion: .directory)
  var folder: String?

  @Option(help: "Theme of the console.")
  var theme: String?

  @Flag(name: .customLong("no-mouse"), help: "Leave the mouse to the terminal.")
  var leavesMouse = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  var flags: [SettingKey: String] {
    var flags: [SettingKey: String] = [:]
    flags[.theme] = theme
    if leavesMouse { flags[.mouse] = "false" }
    return flags
  }

  func work(_ session: Session) throws(CommandFailure) -> ExitStatus {
    try session.requireWritable()
    let demo = DemoWorkspace(root: try root(session))
    let (engine, options) = (session.engine, session.runOptions)
    let hasTerminal = session.hasTerminal
    StandardError.put("Making a demo workspace in \(session.text.safe(demo.root)) ...\n")
    let workspace = try waiting { () async throws(CommandFailure) in
      try await demo.prepare(engine: engine, options: options)
    }
    guard hasTerminal else { return try process(workspace, demo, session) }
    return try ConsoleRun(session: session, workspace: workspace, isDemo: true).start()
  }

  private func root(_ session: Session) throws(CommandFailure) -> String {
    guard let folder else { return session.settings.paths.demo }
    do throws(LocationError) {
      let location = try Location(
        parsing: folder, workingDirectory: ProcessEnvironment.workingDirectory, home: session.settings.paths.home)
      if case .directory(let path) = location.place { return path }
    } catch {
      throw CommandFailure(.usage, "\(folder): \(explanation(of: error))")
    }
    throw CommandFailure(.usage, "\(folder): the demo needs a folder")
  }

  /// What there is to see without a terminal.
  private func process(_ workspace: Workspace, _ demo: DemoWorkspace, _ session: Session) throws(CommandFailure)
    -> ExitStatus
  {
    let (engine, options) = (session.engine, session.runOptions)
    let items = try waiting { () async throws(CommandFailure) in
      do throws(StoreError) {
        let queue = JobQueue(workspace: workspace, engine: engine, options: options) { _ in }
        for try await batch in StatusListing(workspace) {
          for case .object(let row) in batch { await queue.offer(row, policy: RunPolicy()) }
        }
        await queue.drain()
        var items: [StatusItem] = []
        for try await batch in StatusListing(workspace) { items += batch }
        return items
      } catch {
        throw CommandFailure(error, about: demo.root)
      }
    }
    var report = StatusReport(session: session, json: false)
    items.forEach { report.add($0) }
    report.end()

    guard let key = ObjectKey(DemoWorkspace.showpiece) else { return .success }
    let preview = try waiting { () async throws(CommandFailure) in
      do throws(Failure) {
        return try await PreviewReader(workspace: workspace, engine: engine).preview(of: key, sizes: [.x32])
      } catch {
        throw CommandFailure(.someFailed, "\(key.string): \(error.message)")
      }
    }
    if let tile = preview.tiles[.x32] {
      session.output.line("")
      session.output.line("\(key.string) at 32x32:")
      PicturePrinter(session).print(tile.raster)
    }
    session.output.line("")
    session.output.line("The workspace stays; in a terminal, look around in it with:")
    session.output.line(
      "  pixelater --source \(session.text.safe(demo.source)) --destination \(session.text.safe(demo.destination))")
    return .success
  }
}

/// Runs asynchronous work to its end while the main thread waits. Only for work that nothing on the main thread feeds.
func waiting<Value: Sendable>(
  _ work: @escaping @Sendable () async throws(CommandFailure) -> Value
) throws(CommandFailure) -> Value {
  let slot = ResultSlot<Value>()
  Task.detached {
    let result: Result<Value, CommandFailure>
    do throws(CommandFailure) {
      result = .success(try await work())
    } catch {
      result = .failure(error)
    }
    slot.fill(result)
  }
  return try slot.wait().get()
}

/// A result that one thread waits for and another brings.
/// Sendable: every access to `result` is under the lock.
private final class ResultSlot<Value: Sendable>: @unchecked Sendable {
  private var result: Result<Value, CommandFailure>?
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func fill(_ value: Result<Value, CommandFailure>) {
    pthread_mutex_lock(mutex)
    result = value
    pthread_cond_signal(condition)
    pthread_mutex_unlock(mutex)
  }

  func wait() -> Result<Value, CommandFailure> {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result { return result }
      pthread_cond_wait(condition, mutex)
    }
  }
}
