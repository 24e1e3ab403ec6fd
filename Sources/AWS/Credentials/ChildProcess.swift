internal import Glibc

/// A child whose standard output is read. Its standard input and error are `/dev/null`.
struct ChildProcess {
  struct Failure: Error {
    let code: Int32
  }

  enum ReadFailure: Error {
    case cancelled
    case timeout
    case tooLarge
    case broken(code: Int32)
  }

  private let pid: pid_t
  private let output: Int32
  private let isReaped = Reaped()

  /// Whether the child has been waited for: its number may be another's then.
  private final class Reaped {
    var value = false
  }

  /// - Parameters:
  ///   - words: the program, looked for in `PATH`, and its arguments.
  ///   - environment: all it gets.
  init(_ words: [String], environment: [String: String]) throws(Failure) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Failure(code: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[1]) }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The console blocks and ignores signals that the child has to see.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var ignored = sigset_t()
    sigemptyset(&ignored)
    for signal in [SIGPIPE, SIGINT, SIGQUIT, SIGTERM, SIGHUP] { sigaddset(&ignored, signal) }
    posix_spawnattr_setsigdefault(&attributes, &ignored)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in arguments + variables { free(pointer) } }
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, words[0], &actions, &attributes, &arguments, &variables)
    guard code == 0 else {
      close(ends[0])
      throw Failure(code: code)
    }
    self.pid = pid
    output = ends[0]
    _ = fcntl(output, F_SETFL, O_NONBLOCK)
  }

  /// All of its output, until it is closed. Looks every few milliseconds, and blocks no thread.
  func output(limit: Int, deadline: ContinuousClock.Instant) async throws(ReadFailure) -> [UInt8] {
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
      let got = piece.withUnsafeMutableBytes { read(output, $0.baseAddress, $0.count) }
      let code = errno
      if got > 0 {
        guard got <= limit - content.count else { throw .tooLarge }
        content += piece[..<got]
      } else if got == 0 {
        return content
      } else if code == EAGAIN {
        guard ContinuousClock.now < deadline else { throw .timeout }
        do { try await Task.sleep(for: .milliseconds(5)) } catch { throw .cancelled }
      } else if code != EINTR {
        throw .broken(code: code)
      }
    }
  }

  /// As of `waitpid`; nil while it runs.
  func status() -> Int32? {
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) != 0 else { return nil }
    isReaped.value = true
    return status
  }

  /// Ends it and all it started, if it still runs, and lets go of its output.
  func end() {
    if !isReaped.value {
      kill(-pid, SIGKILL)
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    }
    close(output)
  }
}
