import Foundation
import Glibc

/// Starts programs for tests. (Foundation's `Process` waits for every program that inherited its descriptors, and a tmux
/// server started meanwhile never ends.)
enum ChildProcess {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// - Parameter files: paths that become descriptors 0, 1 and 2.
  /// - Parameter session: whether the program leads a session; the first file, if a terminal, then controls it.
  static func start(
    _ program: String, _ arguments: [String], environment: [String: String], files: [String], session: Bool = false
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (descriptor, path) in files.enumerated() {
      let flags = descriptor == 0 || session ? O_RDWR : O_WRONLY | O_CREAT | O_APPEND
      posix_spawn_file_actions_addopen(&actions, Int32(descriptor), path, flags, 0o600)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The threads that tests run on block signals, which a program would inherit.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    let newSession: Int32 = session ? 0x80 /* POSIX_SPAWN_SETSID */ : 0
    posix_spawnattr_setflags(&attributes, Int16(newSession | Int32(POSIX_SPAWN_SETSIGMASK)))
    var pid: pid_t = 0
    let code = withCStrings([program] + arguments) { argv in
      withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
        posix_spawn(&pid, program, &actions, &attributes, argv, envp)
      }
    }
    guard code == 0 else { throw Failure(description: "cannot start \(program): \(code)") }
    return pid
  }

  /// Runs a program to its end, without input.
  static func run(
    _ program: String, _ arguments: [String], environment: [String: String]
  ) throws -> (status: Int32, output: [UInt8], errors: [UInt8]) {
    let base = FileManager.default.temporaryDirectory.appendingPathComponent("terminal-tests-\(UUID())").path
    let files = ["/dev/null", base + ".out", base + ".err"]
    defer { for file in files.dropFirst() { unlink(file) } }
    let pid = try start(program, arguments, environment: environment, files: files)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    let contents = files.dropFirst().map { [UInt8](FileManager.default.contents(atPath: $0) ?? Data()) }
    return (status >> 8 & 0xFF, contents[0], contents[1])
  }

  private static func withCStrings<R>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
  ) -> R {
    var pointers = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    return body(pointers)
  }
}
