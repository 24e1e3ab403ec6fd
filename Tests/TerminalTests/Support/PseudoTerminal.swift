import Foundation
import Glibc
import Testing

/// A program under a pseudo-terminal of its own, as its controlling terminal, with a `VirtualTerminal` reading.
final class PseudoTerminal {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// No test waits for time to pass; this only ends one that would wait for ever.
  static let patience: Int = 60_000

  private(set) var terminal: VirtualTerminal
  private(set) var received: [UInt8] = []
  let master: Int32
  /// Kept open, so that the modes outlive the program.
  let device: Int32
  private(set) var pid: pid_t = 0
  /// The modes that the program found.
  private(set) var modesFound: [UInt32] = []
  private var inputs = 0

  init(
    _ arguments: [String] = [], environment: [String: String], columns: Int = 160, rows: Int = 50,
    executable: String? = nil
  ) throws {
    terminal = VirtualTerminal(columns: columns, rows: rows)
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var locked: Int32 = 0
    var number: Int32 = -1
    guard master >= 0, ioctl(master, 0x4004_5431 /* TIOCSPTLCK */, &locked) == 0,
      ioctl(master, 0x8004_5430 /* TIOCGPTN */, &number) == 0
    else { throw Failure(description: "no pseudo-terminal: errno \(errno)") }
    let path = "/dev/pts/\(number)"
    device = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
    resize(columns: columns, rows: rows)
    modesFound = modes()
    let program = try executable ?? Self.probe()
    pid = try ChildProcess.start(
      program, arguments, environment: environment, files: [path, path, path], session: true)
  }

  deinit {
    if endStatus == nil {
      // The whole session: a shell has children.
      if let group = try? foregroundProcess(), group != getpgrp() { kill(-group, SIGKILL) }
      kill(pid, SIGKILL)
      var status: Int32 = 0
      waitpid(pid, &status, 0)
      close(master)
    } else if !isHungUp {
      close(master)
    }
    close(device)
  }

  /// The probe stands beside the test bundle.
  static func probe() throws -> String {
    let maps = (try? String(reading: "/proc/self/maps")) ?? ""
    for line in maps.split(separator: "\n") where line.contains("PackageTests.xctest") {
      guard let start = line.firstIndex(of: "/") else { continue }
      let directory = line[start...].split(separator: "/").dropLast().joined(separator: "/")
      let path = "/\(directory)/terminal-probe"
      if access(path, X_OK) == 0 { return path }
    }
    throw Failure(description: "terminal-probe was not built beside the tests")
  }

  // MARK: Talking

  func resize(columns: Int, rows: Int) {
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(device, UInt(TIOCSWINSZ), &size)
    terminal = VirtualTerminal(columns: columns, rows: rows)
  }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }

  /// Sends keys and waits until the screen shows what came of them.
  /// - Parameter events: how many events the bytes are; one a byte unless said.
  func type(_ text: String, events: Int? = nil) throws {
    inputs += events ?? text.utf8.count
    send(Array(text.utf8))
    let wanted = "input=\(inputs) "
    try wait(for: "title with \(wanted)") { $0.title.contains(wanted) }
  }

  func wait(for what: String, until condition: (VirtualTerminal) -> Bool) throws {
    while !condition(terminal) {
      guard try receive() else {
        throw Failure(description: "waited for \(what); the program ended.\n\(terminal.text.joined(separator: "\n"))")
      }
    }
  }

  /// Reads on until something is so that is not on the screen.
  func wait(for what: String, checking condition: () -> Bool) throws {
    for _ in 0..<Self.patience {
      if condition() { return }
      var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      if poll(&descriptor, 1, 1) > 0 { _ = try receive() }
    }
    throw Failure(description: "waited a minute for \(what)")
  }

  func waitForStart() throws { try wait(for: "the first frame") { $0.title.contains("frame=") } }

  /// Reads what there is, waiting for at least something. False where the program has ended and all is read.
  func receive() throws -> Bool {
    var waited = 0
    while true {
      var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      if poll(&descriptor, 1, 20) > 0 {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = read(master, &buffer, buffer.count)
        guard count > 0 else { return false }
        received += buffer.prefix(count)
        terminal.feed(buffer.prefix(count))
        return true
      }
      if hasEnded { return false }
      waited += 20
      if waited > Self.patience {
        throw Failure(description: "nothing for a minute.\n\(terminal.text.joined(separator: "\n"))")
      }
    }
  }

  private var endStatus: Int32?
  private var isHungUp = false

  private var hasEnded: Bool {
    if endStatus != nil { return true }
    var info = siginfo_t()
    // Seen, not yet collected.
    guard waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0, info.si_signo == SIGCHLD else {
      return false
    }
    return companions().isEmpty
  }

  /// Living processes of the program's session besides itself.
  func companions() -> [pid_t] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.filter { candidate in
      guard candidate != pid, getsid(candidate) == pid else { return false }
      // pid (name) state ...
      let fields = ((try? String(reading: "/proc/\(candidate)/stat")) ?? "").split(separator: ")").last
      return fields.map { !$0.hasPrefix(" Z") && !$0.hasPrefix(" X") } ?? false
    }
  }

  /// The process that gives the terminal back where the program cannot.
  func guardian() -> pid_t? {
    companions().first { (try? String(reading: "/proc/\($0)/comm")) == "terminal-guard\n" }
  }

  /// The program that a guard belongs to.
  func program(of guardian: pid_t) -> pid_t? {
    let fields = ((try? String(reading: "/proc/\(guardian)/stat")) ?? "").split(separator: " ")
    return fields.count > 3 ? pid_t(fields[3]) : nil
  }

  func openFiles(of process: pid_t) -> [Int] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")) ?? []).compactMap { Int($0) }
  }

  private func waitForCompanions() throws {
    for _ in 0..<Self.patience {
      if companions().isEmpty { return }
      usleep(1000)
    }
    throw Failure(description: "processes are left over: \(companions())")
  }

  enum End: Hashable {
    case exit(Int32)
    case signal(Int32)
  }

  func waitForEnd() throws -> End {
    while try receive() {}
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    endStatus = status
    return status & 0x7F == 0 ? .exit(status >> 8 & 0xFF) : .signal(status & 0x7F)
  }

  /// The terminal goes away under the program.
  func hangUp() throws -> End {
    close(master)
    isHungUp = true
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    endStatus = status
    try waitForCompanions()
    return status & 0x7F == 0 ? .exit(status >> 8 & 0xFF) : .signal(status & 0x7F)
  }

  /// The process group that the terminal belongs to now.
  func foregroundProcess() throws -> pid_t {
    let group = tcgetpgrp(master)
    guard group > 0 else { throw Failure(description: "no foreground process: errno \(errno)") }
    return group
  }

  /// The terminal loses all it shows.
  func forgetScreen() { terminal = VirtualTerminal(columns: terminal.columns, rows: terminal.rows) }

  func forgetReceived() { received = [] }

  /// The modes of the terminal device as `stty -g` would show them.
  func modes() -> [UInt32] {
    var modes = termios()
    tcgetattr(device, &modes)
    let characters = withUnsafeBytes(of: modes.c_cc) { $0.map { UInt32($0) } }
    return [modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag] + characters
  }
}

extension String {
  fileprivate init(reading path: String) throws {
    guard let file = fopen(path, "r") else { throw PseudoTerminal.Failure(description: "cannot read \(path)") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer.prefix(count) }
    self.init(decoding: bytes, as: UTF8.self)
  }
}
