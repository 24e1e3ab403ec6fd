import Foundation
import Testing

/// The built binary, run in a pinned world: home, locale, time zone and terminal are set, nothing else is inherited.
struct Program: Sendable {
  let workspace: TestWorkspace
  var environment: [String: String] = [:]

  struct Result: Sendable {
    var status: Int32
    var output: String
    var errors: String

    /// Standard output as JSON Lines; fails the test where a line is none.
    func rows() throws -> [[String: Any]] {
      try lines.map { line in
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
      }
    }

    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  /// The binary that `PIXELATER_TESTED` names, such as the release build's, which the optimiser has been at; else the one
  /// that was built with the tests, beside their bundle.
  static let path: String = {
    if let path = ProcessInfo.processInfo.environment["PIXELATER_TESTED"], !path.isEmpty {
      return URL(filePath: path).standardizedFileURL.path
    }
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: tests).deletingLastPathComponent().appending(path: "pixelater").path
  }()

  /// Runs a command on the workspace's two locations, to its end.
  func callAsFunction(_ arguments: String..., input: String = "", located: Bool = true) async throws -> Result {
    try await run(arguments, input: input, located: located)
  }

  func run(_ arguments: [String], input: String = "", located: Bool = true) async throws -> Result {
    let started = try start(arguments, input: input, located: located)
    return try await started.result()
  }

  /// Runs a shell line in which `$pixelater` is the binary, and the locations are in the environment.
  func shell(_ line: String) async throws -> Result {
    let started = try start(
      ["-c", line], executable: "/bin/sh", input: "", located: false,
      more: [
        "pixelater": Self.path, "PIXELATER_SOURCE": workspace.source, "PIXELATER_DESTINATION": workspace.destination,
      ])
    return try await started.result()
  }

  /// Starts a command and goes on.
  func start(
    _ arguments: [String], executable: String = Program.path, input: String = "", located: Bool = true,
    more: [String: String] = [:]
  ) throws -> RunningProgram {
    let locations = located ? ["--source", workspace.source, "--destination", workspace.destination] : []
    return try RunningProgram(
      executable: executable, arguments: arguments + locations,
      environment: world.merging(more) { _, new in new }, input: input, folder: workspace.folder)
  }

  var world: [String: String] {
    [
      "PATH": "/usr/bin:/bin", "HOME": workspace.folder + "/home", "TZ": "UTC", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
      "TERM": "xterm-256color", "SWIFT_BACKTRACE": "enable=no",
      // A machine of EC2 would lend its role.
      "AWS_EC2_METADATA_DISABLED": "true",
    ].merging(environment) { _, new in new }
  }
}

/// A process that was started. What it prints goes to files, so that nothing ever waits for a reader.
///
/// Not Foundation's `Process`: that takes a process for running as long as any descendant of it lives, such as the
/// server that tmux leaves behind.
final class RunningProgram: Sendable {
  let id: pid_t
  private let outputPath: String
  private let errorPath: String
  private let ended: AsyncStream<Int32>

  init(
    executable: String, arguments: [String], environment: [String: String], input: String, folder: String
  ) throws {
    let name = UUID().uuidString
    outputPath = folder + "/out-" + name
    errorPath = folder + "/err-" + name
    let inputPath = folder + "/in-" + name
    try input.write(toFile: inputPath, atomically: false, encoding: .utf8)

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, inputPath, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    // The threads that tests run on have signals blocked; a program started by a person has not.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let line = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder, executable] + arguments
    var words: [UnsafeMutablePointer<CChar>?] = line.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var id = pid_t()
    let problem = posix_spawn(&id, line[0], &actions, &attributes, &words, &variables)
    guard problem == 0 else { throw POSIXError(.init(rawValue: problem) ?? .EIO) }
    self.id = id

    let (ended, sink) = AsyncStream<Int32>.makeStream()
    self.ended = ended
    Thread.detachNewThread { [id] in
      var status: Int32 = 0
      while waitpid(id, &status, 0) < 0, errno == EINTR {}
      // Exited: the status is the second byte; killed: the signal is in the low seven bits (wait(2)).
      sink.yield(status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F))
      sink.finish()
    }
  }

  func signal(_ number: Int32) { kill(id, number) }

  /// Sends a signal as soon as the output holds a text. From a thread of its own: tasks of other tests may keep the ones
  /// that tasks share busy for longer than the program lives.
  func signal(_ number: Int32, onceItPrints text: String) {
    Thread.detachNewThread { [self] in
      let deadline = ContinuousClock.now + .seconds(60)
      while !output.contains(text), ContinuousClock.now < deadline { usleep(2000) }
      signal(number)
    }
  }

  var output: String { (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? "" }
  var errors: String { (try? String(contentsOfFile: errorPath, encoding: .utf8)) ?? "" }

  func result() async throws -> Program.Result {
    for await status in ended { return Program.Result(status: status, output: output, errors: errors) }
    throw CancellationError()
  }
}

/// Waits until something holds; a deadline that passes fails the test, and is far beyond what it ever takes.
func eventually(
  _ what: String, within limit: Duration = .seconds(60), sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while ContinuousClock.now < deadline {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(20))
  }
  throw DeadlinePassed(what: what)
}

struct DeadlinePassed: Error, CustomStringConvertible {
  var what: String
  var description: String { "waited in vain until " + what }
}
