@testable import AWS
import Foundation
import Testing

@Suite("Credential process", .timeLimit(.minutes(10)))
struct CredentialProcessTests {
  private static let answer = #"{"Version":1,"AccessKeyId":"K","SecretAccessKey":"SENSITIVE"}"#

  private func run(
    _ command: String, _ variables: [String: String] = [:], limit: Duration = .seconds(20)
  ) async throws(CredentialError) -> Credentials {
    var environment = AWSEnvironment(
      variables: ["PATH": "/usr/bin:/bin"].merging(variables) { $1 }, home: nil, http: ScriptedHTTP.silent)
    environment.processLimit = limit
    return try await CredentialProcess(environment: environment).run(command, source: "process")
  }

  private func shell(_ script: String) -> String { "sh -c '\(script)'" }

  @Test("Its answer, with token and end")
  func answer() async throws {
    let text =
      #"{"Version":1,"AccessKeyId":"K","SecretAccessKey":"S","SessionToken":"T","Expiration":"2025-01-01T00:00:00Z"}"#
    #expect(
      try await run("echo '\(text)'")
        == Credentials(
          accessKeyID: "K", secretAccessKey: "S", sessionToken: "T", expiration: TemporaryHome.now, origin: "process"))
  }

  @Test("It gets the environment it was configured in, nothing to read, and no shell before it")
  func surroundings() async throws {
    let found = try await run(
      shell(#"read x; printf "{\"Version\":1,\"AccessKeyId\":\"$MINE\",\"SecretAccessKey\":\"$HOME-$x\"}""#),
      ["MINE": "v"])
    #expect(found.accessKeyID == "v")
    #expect(found.secretAccessKey == "-")
    let words = try await run(#"printf '{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"S"}' "$HOME;`x`""#)
    #expect(words.accessKeyID == "$HOME;`x`")
  }

  @Test("Signals that are held back here reach it")
  func signals() async throws {
    let child = try Self.childWithSignalsBlocked()
    defer { child.end() }
    let output = try await child.output(limit: 1000, deadline: .now + .seconds(20))
    #expect(String(decoding: output, as: UTF8.self).hasSuffix("0000000000000000\n"))
  }

  /// The mask is a thread's: nothing may suspend between setting it and setting it back.
  private static func childWithSignalsBlocked() throws -> ChildProcess {
    var blocked = sigset_t()
    var before = sigset_t()
    sigemptyset(&blocked)
    for signal in [SIGTERM, SIGWINCH, SIGUSR1] { sigaddset(&blocked, signal) }
    pthread_sigmask(SIG_BLOCK, &blocked, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    return try ChildProcess(["grep", "SigBlk", "/proc/self/status"], environment: [:])
  }

  @Test(
    "What goes wrong is told, without what the program said",
    arguments: [
      ("exit 3", "failed: run it by hand"), ("echo SENSITIVE >&2; exit 1", "failed"), ("kill -9 $$", "failed"),
      ("echo SENSITIVE", "not the JSON"),
      (#"echo "{\"Version\":2,\"AccessKeyId\":\"SENSITIVE\"}""#, "no \"Version\": 1"),
      (#"echo "{\"AccessKeyId\":\"SENSITIVE\",\"SecretAccessKey\":\"S\"}""#, "no \"Version\": 1"),
      (#"echo "{\"Version\":1,\"AccessKeyId\":\"SENSITIVE\"}""#, "no AccessKeyId and SecretAccessKey"),
      ("while :; do echo SENSITIVE; done", "more than 65536 bytes"),
    ])
  func failures(script: String, words: String) async {
    let error = await failure { () async throws(CredentialError) in try await run(shell(script)) }
    #expect(error?.words.contains(words) == true, "\(error?.words ?? "no error")")
    #expect(error?.words.contains("SENSITIVE") == false)
  }

  @Test("A program that takes too long is ended, with all that it started")
  func timeLimit() async throws {
    let home = try TemporaryHome()
    let file = try home.write("pids", "")
    let script = "echo $$ >> \(file); sleep 300 & echo $! >> \(file); wait"
    let error = await failure { () async throws(CredentialError) in
      try await run(shell(script), limit: .milliseconds(500))
    }
    #expect(error?.words.contains("longer than") == true)
    let pids = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").compactMap { pid_t($0) }
    #expect(pids.count == 2)
    for pid in pids { while isRunning(pid) { try await Task.sleep(for: .milliseconds(5)) } }
  }

  @Test("So is one that closes its output and goes on")
  func closedOutput() async {
    let error = await failure { () async throws(CredentialError) in
      try await run(shell("exec >&-; sleep 300"), limit: .milliseconds(300))
    }
    #expect(error?.words.contains("longer than") == true)
  }

  @Test("Cancelling ends the program")
  func cancelled() async throws {
    let home = try TemporaryHome()
    let file = try home.write("pid", "")
    let task = Task {
      await failure { () async throws(CredentialError) in try await run(shell("echo $$ > \(file); exec sleep 300")) }
    }
    var pid: pid_t?
    while pid == nil {
      try await Task.sleep(for: .milliseconds(5))
      pid = pid_t(try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines))
    }
    task.cancel()
    #expect(await task.value == .cancelled)
    #expect(!isRunning(try #require(pid)))
  }

  @Test
  func notThere() async {
    for command in ["/no/such/program", "'open", "", "  "] {
      #expect(await failure { () async throws(CredentialError) in try await run(command) } != nil)
    }
  }

  @Test(
    "Words of a command line",
    arguments: [
      ("a b", ["a", "b"]), ("  a \t b\n", ["a", "b"]), (#"a "b c" d"#, ["a", "b c", "d"]),
      (#"'a b'c"d e""#, ["a bcd e"]),
      (#"a\ b \"c"#, ["a b", "\"c"]), (#""a\"b\\c\d""#, [#"a"b\c\d"#]), (#"'a\b'"#, [#"a\b"#]),
      (#"a '' """#, ["a", "", ""]),
      ("ü '€'", ["ü", "€"]),
    ])
  func words(text: String, words: [String]) {
    #expect(CommandWords.split(text) == words)
  }

  @Test(arguments: ["'a", "\"a", "a\\", "\"a\\"])
  func noWords(text: String) {
    #expect(CommandWords.split(text) == nil)
  }

  /// A child that was ended but not yet waited for by init does not run.
  private func isRunning(_ pid: pid_t) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
    return !status.contains(") Z ")
  }
}
