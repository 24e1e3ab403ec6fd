import Foundation
import Glibc
import TestServers
import Testing

@Suite("Servers of the tests", .timeLimit(.minutes(10)))
struct ServerProcessTests {
  /// A server with a child of its own, as some have.
  private static let family = ["/bin/sh", "-c", "sleep 600 & echo $! >child; echo ready; wait"]

  @Test("A server ends with its value, and its children and folder with it")
  func dropped() async throws {
    let folder = try ServerProcess.makeFolder()
    var server: ServerProcess? = try ServerProcess(Self.family, folder: folder)
    let processID = try #require(server?.processID)
    let child = try await childID(in: folder)
    #expect(server?.isRunning == true)
    #expect(server?.lastWords == "ready\n")
    server = nil
    #expect(!ServerProcess.isRunning(processID))
    #expect(try await ends(child))
    #expect(access(folder, F_OK) != 0)
  }

  @Test("A server that ended is seen to have")
  func ended() async throws {
    let folder = try ServerProcess.makeFolder()
    let server = try ServerProcess(["/bin/sh", "-c", "echo no such flag >&2; exit 1"], folder: folder)
    while server.isRunning { try await Task.sleep(for: .milliseconds(5)) }
    #expect(server.lastWords == "no such flag\n")
  }

  @Test("A server sees no more of the environment than it was given, and signals as at birth")
  func environment() async throws {
    let folder = try ServerProcess.makeFolder()
    let server = try ServerProcess(
      ["/bin/sh", "-c", "env; grep SigBlk /proc/self/status; grep SigIgn /proc/self/status"],
      environment: ["GIVEN": "one"], folder: folder)
    while server.isRunning { try await Task.sleep(for: .milliseconds(5)) }
    let lines = Set(server.lastWords.split(separator: "\n").map(String.init))
    let names = Set(lines.filter { $0.contains("=") }.map { $0.prefix { $0 != "=" } })
    #expect(names.isSubset(of: ["GIVEN", "PATH", "HOME", "TMPDIR", "PWD", "OLDPWD", "SHLVL", "_"]))
    #expect(lines.contains("GIVEN=one") && lines.contains("HOME=\(folder)"))
    for field in ["SigBlk:\t", "SigIgn:\t"] {
      let mask = lines.first { $0.hasPrefix(field) }.flatMap { UInt64($0.dropFirst(field.count), radix: 16) }
      // 32 and 33 are the C library's own.
      #expect(try #require(mask) & 0x7FFF_FFFF == 0, "\(field)")
    }
  }

  @Test("A server ends when the process of the tests is killed")
  func killed() async throws {
    let report = FileManager.default.temporaryDirectory.appending(path: "pixelater-\(UUID()).report").path
    defer { unlink(report) }
    setenv(Self.reportVariable, report, 1)
    await #expect(processExitsWith: .signal(SIGKILL)) {
      let report = try #require(getenv("PIXELATER_TESTED_REPORT").map { String(cString: $0) })
      let folder = try ServerProcess.makeFolder()
      let server = try ServerProcess(["/bin/sleep", "600"], folder: folder)
      try "\(server.processID)\n\(folder)".write(toFile: report, atomically: true, encoding: .utf8)
      kill(getpid(), SIGKILL)
      pause()
    }
    unsetenv(Self.reportVariable)
    let lines = try String(contentsOfFile: report, encoding: .utf8).split(separator: "\n").map(String.init)
    try #require(lines.count == 2)
    #expect(try await ends(try #require(pid_t(lines[0]))))
    while access(lines[1], F_OK) == 0 { try await Task.sleep(for: .milliseconds(5)) }
  }

  @Test("A server ends even when its supervisor is killed")
  func supervisorKilled() async throws {
    let folder = try ServerProcess.makeFolder()
    let server = try ServerProcess(["/bin/sleep", "600"], folder: folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // Once the program itself runs, the kernel has been told.
    while try String(contentsOfFile: "/proc/\(server.processID)/comm", encoding: .utf8) != "sleep\n" {
      try await Task.sleep(for: .milliseconds(5))
    }
    let status = try String(contentsOfFile: "/proc/\(server.processID)/status", encoding: .utf8)
    let parent = try #require(status.firstMatch(of: /PPid:\t(\d+)/)?.1)
    kill(try #require(pid_t(parent)), SIGKILL)
    #expect(try await ends(server.processID))
  }

  private static let reportVariable = "PIXELATER_TESTED_REPORT"

  private func childID(in folder: String) async throws -> pid_t {
    while true {
      if let text = try? String(contentsOfFile: folder + "/child", encoding: .utf8), text.hasSuffix("\n"),
        let child = pid_t(text.dropLast())
      {
        return child
      }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  /// Waits; the time limit is the failure.
  private func ends(_ process: pid_t) async throws -> Bool {
    while ServerProcess.isRunning(process) { try await Task.sleep(for: .milliseconds(5)) }
    return true
  }
}
