internal import Foundation
package import Glibc

/// A server that runs as a child of the tests, in a process group and a folder of its own, and never outlives them:
/// not a normal end, nor a crash, nor a `SIGKILL` (see supervise.sh).
///
/// Dropping the value ends the server too.
package final class ServerProcess: Sendable {
  /// The server's own process; also the number of its group.
  package let processID: pid_t
  /// Temporary, deleted with the server. Its `log` file holds what the server said.
  package let folder: String
  private let supervisor: pid_t
  private let lifeline: FileDescriptor

  /// - Parameters:
  ///   - command: the program, searched for in `PATH` if it has no slash, and its arguments.
  ///   - environment: all that the server sees of it. `PATH`, `HOME` and `TMPDIR` are added: the last two are `folder`.
  ///   - folder: from `makeFolder()`.
  package init(_ command: [String], environment: [String: String] = [:], folder: String) throws(ServerFailure) {
    let lifeline = try Self.makePipe()
    let answer = try Self.makePipe()

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, lifeline.reading.raw, 0)
    posix_spawn_file_actions_adddup2(&actions, answer.writing.raw, 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    // A socket of another test that the server holds too would not end with that test.
    for other in 3..<Self.lowestUnused { posix_spawn_file_actions_addclose(&actions, other) }

    // Signals as at birth, whatever the tests have blocked.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    let given = ["PATH": Self.searchPath, "HOME": folder, "TMPDIR": folder].merging(environment) { $1 }
    // A session of its own: Ctrl-C in the terminal ends the tests, and by that the server.
    let supervisor = try Self.spawn(
      ["setsid", "/bin/sh", Self.script, folder] + command, given.map { "\($0)=\($1)" }.sorted(), &actions, &attributes)
    lifeline.reading.close()
    answer.writing.close()
    defer { answer.reading.close() }
    guard let line = answer.reading.readLine(), let processID = pid_t(line) else {
      lifeline.writing.close()
      waitpid(supervisor, nil, 0)
      throw ServerFailure("the supervisor of \(command[0]) did not start")
    }
    self.processID = processID
    self.folder = folder
    self.supervisor = supervisor
    self.lifeline = lifeline.writing
  }

  deinit {
    lifeline.close()
    waitpid(supervisor, nil, 0)
  }

  /// Whether the server still runs: its supervisor leaves it as a zombie until the end.
  package var isRunning: Bool { Self.isRunning(processID) }

  /// Whether a process of this number is there and has not ended.
  package static func isRunning(_ processID: pid_t) -> Bool {
    guard let status = TextFile.read("/proc/\(processID)/stat") else { return false }
    // "pid (name) S …"; the name may hold anything.
    guard let bracket = status.lastIndex(of: ")") else { return false }
    return !status[bracket...].hasPrefix(") Z")
  }

  /// The end of what the server said.
  package var lastWords: String {
    String((TextFile.read(folder + "/log") ?? "").suffix(2000))
  }

  /// A new folder for a server, with rights for this user only.
  package static func makeFolder() throws(ServerFailure) -> String {
    var template = Array(((variable("TMPDIR") ?? "/tmp") + "/pixelater-server.XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else {
      throw ServerFailure("no temporary folder: \(String(cString: strerror(errno)))")
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static let script =
    String(#filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.endIndex)) + "/supervise.sh"

  private static var searchPath: String { variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin" }

  /// Above every open file, and above some more that other threads may open meanwhile.
  private static var lowestUnused: Int32 {
    let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return (open.compactMap { Int32($0) }.max() ?? 1024) + 256
  }

  private static func makePipe() throws(ServerFailure) -> (reading: FileDescriptor, writing: FileDescriptor) {
    var ends: [Int32] = [0, 0]
    // Closed in whatever the tests start: another holder of the writing end would keep the server alive.
    // A pair of sockets gets the flag as it is made; a pipe would get it a moment later.
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw ServerFailure("no pipe: \(String(cString: strerror(errno)))")
    }
    return (FileDescriptor(raw: ends[0]), FileDescriptor(raw: ends[1]))
  }

  private static func spawn(
    _ arguments: [String], _ environment: [String], _ actions: inout posix_spawn_file_actions_t,
    _ attributes: inout posix_spawnattr_t
  ) throws(ServerFailure) -> pid_t {
    var arguments: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var environment: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer { (arguments + environment).forEach { free($0) } }
    var child: pid_t = 0
    let code = posix_spawnp(&child, "setsid", &actions, &attributes, &arguments, &environment)
    guard code == 0 else { throw ServerFailure("no child process: \(String(cString: strerror(code)))") }
    return child
  }
}

/// Why a server for the tests is not there. For the person who reads the test's output.
package struct ServerFailure: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}

/// The value of an environment variable; nil also when it is empty.
package func variable(_ name: String) -> String? {
  guard let text = getenv(name), text.pointee != 0 else { return nil }
  return String(cString: text)
}
