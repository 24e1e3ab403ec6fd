import Foundation
import Glibc
import Terminal
import Testing
import terminal_probe

/// However the program ends or stops, the terminal is as it was.
@Suite(.timeLimit(.minutes(30))) struct LeavingTests {
  struct Way: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var key: String?
    var signal: Int32?
    var end: PseudoTerminal.End
    var backtrace = "enable=no"
  }

  static let ways: [Way] = [
    Way(testDescription: "quit", key: "q", end: .exit(7)),
    Way(testDescription: "Ctrl-C", key: "\u{3}", end: .exit(130)),
    Way(testDescription: "exit() in the application", key: "E", end: .exit(5)),
    Way(testDescription: "TERM", signal: SIGTERM, end: .exit(143)),
    Way(testDescription: "INT", signal: SIGINT, end: .exit(130)),
    Way(testDescription: "HUP", signal: SIGHUP, end: .exit(129)),
    Way(testDescription: "QUIT", signal: SIGQUIT, end: .exit(131)),
    Way(testDescription: "SEGV", signal: SIGSEGV, end: .signal(SIGSEGV)),
    Way(testDescription: "BUS", signal: SIGBUS, end: .signal(SIGBUS)),
    Way(testDescription: "FPE", signal: SIGFPE, end: .signal(SIGFPE)),
    Way(testDescription: "SYS", signal: SIGSYS, end: .signal(SIGSYS)),
    Way(testDescription: "a wild pointer", key: "S", end: .signal(SIGSEGV)),
    Way(testDescription: "a Swift trap", key: "T", end: .signal(SIGILL)),
    Way(testDescription: "a Swift trap with backtraces on", key: "T", end: .signal(SIGILL), backtrace: "enable=yes"),
    Way(testDescription: "abort()", key: "A", end: .signal(SIGABRT)),
    Way(testDescription: "a stack that overflows", key: "O", end: .signal(SIGSEGV)),
    Way(testDescription: "KILL", signal: SIGKILL, end: .signal(SIGKILL)),
  ]

  /// How often each way is gone: once in a while more often, to find what happens rarely.
  static let rounds = ProcessInfo.processInfo.environment["PIXELATER_SOAK"] == "1" ? 100 : 3

  private func environment(backtrace: String = "enable=no") -> [String: String] {
    [
      "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PIXELATER_TRACE_FRAMES": "1", "SWIFT_BACKTRACE": backtrace,
      "PATH": "/usr/bin:/bin",
    ]
  }

  @Test("Without a second screen the line on which the shell goes on is empty")
  func noSecondScreen() throws {
    let world = environment().merging(["TERM": "vt100"]) { $1 }
    let pty = try PseudoTerminal(["mono"], environment: world)
    try pty.waitForStart()
    #expect(pty.terminal.text(row: pty.terminal.rows - 1) == "ready")
    pty.send(Array("q".utf8))
    #expect(try pty.waitForEnd() == .exit(7))
    #expect(pty.terminal.row == pty.terminal.rows - 1 && pty.terminal.column == 0)
    #expect(pty.terminal.text(row: pty.terminal.rows - 1) == "")
    #expect(pty.terminal.text(row: 1).hasPrefix("row 1 of a list"), "the rest stays to be read")
  }

  @Test("One application can follow another in the same terminal")
  func oneAfterTheOther() throws {
    let pty = try PseudoTerminal(["truecolor", "twice"], environment: environment())
    let before = pty.modesFound
    try pty.waitForStart()
    pty.forgetReceived()
    pty.forgetScreen()
    pty.send(Array("q".utf8))
    try pty.waitForStart()
    #expect(pty.modes() != before)
    try pty.wait(for: "the screen of the second") { $0.modes.isSuperset(of: [1049, 1000, 1006, 2004]) }
    pty.send(Array("q".utf8))
    #expect(try pty.waitForEnd() == .exit(7))
    #expect(pty.modes() == before)
    #expect(pty.terminal.modes == VirtualTerminal.initialModes && pty.terminal.unknown == [])
  }

  @Test(arguments: ways)
  func theTerminalIsAsItWas(way: Way) throws {
    for round in 1...Self.rounds {
      let pty = try PseudoTerminal(["truecolor"], environment: environment(backtrace: way.backtrace))
      let before = pty.modesFound
      try pty.waitForStart()
      #expect(pty.modes() != before)
      #expect(pty.terminal.modes.isSuperset(of: [1049, 1000, 1006, 2004]))
      if let key = way.key { pty.send(Array(key.utf8)) }
      if let signal = way.signal { kill(pty.pid, signal) }
      let end = try pty.waitForEnd()
      #expect(end == way.end)
      try expectAsFound(pty, before, round)
    }
  }

  private func expectAsFound(_ pty: PseudoTerminal, _ before: [UInt32], _ round: Int, text: [String] = []) throws {
    try #require(pty.modes() == before, "round \(round)")
    // The cursor is on, nothing else is.
    try #require(pty.terminal.modes == VirtualTerminal.initialModes, "round \(round)")
    try #require(pty.terminal.text.filter { !$0.isEmpty } == text, "round \(round)")
    try #require(pty.terminal.unknown == [], "round \(round)")
  }

  /// Modes that no program sets by itself must come back too. A shell stays in the terminal, which therefore keeps them;
  /// with job control, it takes the terminal back before the guard may have had its turn.
  @Test(arguments: ["set -m; ", ""], ["KILL", "TERM", "SEGV"])
  func theShellGetsItsModesBack(jobs: String, signal: String) throws {
    let probe = try PseudoTerminal.probe()
    let script =
      "stty -echo intr ^A susp ^B; stty -g > /dev/null; echo go; read -r line; "
      + "\(jobs)'\(probe)' truecolor; echo ended $?; read -r line; echo bye"
    for round in 1...Self.rounds {
      let pty = try PseudoTerminal(["-c", script], environment: environment(), executable: "/bin/bash")
      try pty.wait(for: "the shell") { $0.text.contains("go") }
      let before = pty.modes()
      pty.send(Array("\n".utf8))
      try pty.waitForStart()
      let guardian = try #require(pty.guardian(), "round \(round)")
      let program = try #require(pty.program(of: guardian))
      switch signal {
      case "KILL": kill(program, SIGKILL)
      case "TERM": kill(program, SIGTERM)
      default: kill(program, SIGSEGV)
      }
      let status = ["KILL": 137, "TERM": 143, "SEGV": 139][signal] ?? 0
      try pty.wait(for: "the end") { _ in String(decoding: pty.received, as: UTF8.self).contains("ended \(status)") }
      try pty.wait(for: "the guard to go", checking: { !pty.companions().contains(guardian) })
      try #require(pty.modes() == before, "round \(round)")
      pty.send(Array("\n".utf8))
      #expect(try pty.waitForEnd() == .exit(0))
      #expect(pty.terminal.modes == VirtualTerminal.initialModes)
      #expect(pty.terminal.unknown == [])
    }
  }

  /// Killed while it writes as fast as it can: whatever sequence was cut short, what comes next is read as meant.
  @Test func killedInTheMidstOfWriting() throws {
    for round in 1...Self.rounds {
      let pty = try PseudoTerminal(["truecolor"], environment: environment())
      let before = pty.modesFound
      try pty.waitForStart()
      pty.send(Array("M".utf8))
      // Some of the flood is read, the rest stays in the way of the writer.
      for _ in 0..<(round % 7 + 1) { _ = try pty.receive() }
      kill(pty.pid, SIGKILL)
      #expect(try pty.waitForEnd() == .signal(SIGKILL))
      #expect(pty.modes() == before)
      #expect(pty.terminal.modes == VirtualTerminal.initialModes)
    }
  }

  /// Stopped by its key the terminal is the shell's: a guard must not touch it when the program is killed then.
  @Test func killedWhileSuspended() throws {
    let probe = try PseudoTerminal.probe()
    let script =
      "set -m; '\(probe)' truecolor; echo stopped; stty -echo; read -r line; kill -KILL %1; wait; "
      + "stty -a | grep -c ' -echo '; echo shell"
    let pty = try PseudoTerminal(["-c", script], environment: environment(), executable: "/bin/bash")
    try pty.waitForStart()
    let guardian = try #require(pty.guardian())
    pty.send([0x1A])
    try pty.wait(for: "the shell") { $0.text.contains("stopped") }
    pty.forgetReceived()
    pty.send(Array("\n".utf8))
    #expect(try pty.waitForEnd() == .exit(0))
    #expect(!pty.companions().contains(guardian))
    let text = String(decoding: pty.received, as: UTF8.self)
    #expect(text.contains("shell") && !text.contains("\u{1B}"), "\(text)")
    #expect(text.contains("1\r\n"), "the shell's modes stand: \(text)")
  }

  /// While the program lives its guard does nothing; when it ends the guard is collected with it.
  @Test func theGuardSleepsAndGoes() throws {
    let pty = try PseudoTerminal(["truecolor"], environment: environment())
    try pty.waitForStart()
    let guardian = try #require(pty.guardian())
    // Signals that the keys of a terminal and its end send to all who have it.
    for signal in [SIGINT, SIGQUIT, SIGTSTP, SIGHUP, SIGTERM] { kill(guardian, signal) }
    for key in ["n", "s", "f"] { try pty.type(key) }
    #expect(getpgid(guardian) != getpgid(pty.pid))
    #expect(pty.openFiles(of: guardian).allSatisfy { $0 == 0 || $0 == 1 }, "\(pty.openFiles(of: guardian))")
    pty.send(Array("q".utf8))
    #expect(try pty.waitForEnd() == .exit(7))
    #expect(kill(guardian, 0) != 0 && errno == ESRCH)
  }

  @Test func lastWordsGoToTheLog() throws {
    let log = FileManager.default.temporaryDirectory.appendingPathComponent("terminal-tests-\(UUID()).log")
    defer { try? FileManager.default.removeItem(at: log) }
    let pty = try PseudoTerminal(["truecolor", log.path], environment: environment())
    try pty.waitForStart()
    pty.send(Array("T".utf8))
    let end = try pty.waitForEnd()
    #expect(end == .signal(SIGILL))
    let text = try String(contentsOf: log, encoding: .utf8)
    #expect(text.contains("Fatal error"))
    #expect(!String(decoding: pty.received, as: UTF8.self).contains("Fatal error"))
  }

  @Test func aTerminalThatGoesAwayEndsTheProgram() throws {
    for round in 1...Self.rounds {
      let pty = try PseudoTerminal(["truecolor"], environment: environment())
      try pty.waitForStart()
      try #require(try pty.hangUp() == .exit(129), "round \(round)")
    }
  }

  /// Stopped from outside, with no chance to give the terminal back; resumed, everything is set up and painted anew.
  @Test func stoppedFromOutsideAndResumed() throws {
    let pty = try PseudoTerminal(["truecolor"], environment: environment())
    try pty.waitForStart()
    let modes = pty.modes()
    kill(pty.pid, SIGSTOP)
    pty.forgetScreen()
    // What a shell would do.
    var cooked = termios()
    tcgetattr(pty.device, &cooked)
    cooked.c_lflag |= tcflag_t(ICANON | ECHO | ISIG)
    tcsetattr(pty.device, TCSANOW, &cooked)
    kill(pty.pid, SIGCONT)
    try pty.wait(for: "the picture again") { $0.title.contains("frame=2 ") }
    #expect(PictureCheck().wrong(pty.terminal, .noise(seed: 0)) == [])
    #expect(pty.terminal.modes.isSuperset(of: [1049, 1000, 1006, 2004]))
    #expect(pty.modes() == modes)
  }

  /// A shell with job control around it: stopped, the terminal is the shell's; resumed, everything is painted anew, in
  /// the size of then.
  @Test(arguments: ["key", "signal"])
  func suspendAndResume(by way: String) throws {
    let probe = try PseudoTerminal.probe()
    // Not a loop: bash leaves one when a job stops in it.
    let script =
      "set -m; '\(probe)' truecolor; echo stopped; read -r line; fg; echo stopped; read -r line; fg; echo ended $?"
    let pty = try PseudoTerminal(["-c", script], environment: environment(), executable: "/bin/bash")
    let before = pty.modesFound
    try pty.waitForStart()
    let check = PictureCheck()
    for (columns, rows) in [(160, 50), (140, 46)] {
      if way == "key" {
        pty.send([0x1A])
      } else {
        kill(try pty.foregroundProcess(), SIGTSTP)
      }
      try pty.wait(for: "the shell") { $0.text.contains("stopped") }
      #expect(pty.terminal.modes == VirtualTerminal.initialModes)
      #expect(pty.modes() == before)
      pty.resize(columns: columns, rows: rows)
      pty.send(Array("go\n".utf8))
      try pty.wait(for: "the picture again") { $0.title.contains("size=\(columns)x\(rows)") }
      #expect(check.wrong(pty.terminal, .noise(seed: 0)) == [])
      #expect(pty.terminal.modes.isSuperset(of: [1049, 1000, 1006, 2004]))
      #expect(pty.terminal.text(row: rows - 2) == "row \(rows - 2) of a list")
      if columns == 160 { continue }
      pty.send(Array("q".utf8))
      try pty.wait(for: "the end") { $0.text.contains("ended 7") }
      #expect(pty.modes() == before)
    }
  }
}
