import Foundation
import Testing

/// The program in a terminal of its own: a tmux server on a private socket, without anybody's configuration.
final class Tmux: Sendable {
  private let workspace: TestWorkspace
  private let socket: String
  private let environment: [String: String]

  /// Where tmux is missing, tests that need it are left out; where everything is expected to be there, they fail.
  static let isThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/tmux")
  static let isMissingByDesign = !isThere && (ProcessInfo.processInfo.environment["CI"] ?? "").isEmpty

  /// - Parameter command: a line for the shell, in which `$pixelater` is the binary.
  init(_ workspace: TestWorkspace, command: String, columns: Int = 100, rows: Int = 30, world: [String: String] = [:])
    async throws
  {
    self.workspace = workspace
    socket = "/tmp/px-" + UUID().uuidString.prefix(8)
    environment = Program(workspace: workspace).world.merging(
      [
        "pixelater": Program.path, "PIXELATER_SOURCE": workspace.source,
        "PIXELATER_DESTINATION": workspace.destination, "COLORTERM": "truecolor",
      ].merging(world) { _, new in new }
    ) { _, new in new }
    // The screen stays when the command has ended, to see what it left behind.
    try await tmux("new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "/bin/sh", "-c", command + "; exec cat")
  }

  /// Presses keys by tmux's names.
  func press(_ keys: String...) async throws { try await press(keys) }

  func press(_ keys: [String]) async throws { try await tmux(["send-keys"] + keys) }

  /// Types text as it is.
  func type(_ text: String) async throws { try await tmux("send-keys", "-l", text) }

  /// What stands on the screen.
  func screen() async throws -> String { try await tmux("capture-pane", "-p") }

  /// What stands on the screen, and the title that belongs to it.
  func look() async throws -> (title: String, screen: String) {
    let output = try await tmux("display-message", "-p", "#{pane_title}", ";", "capture-pane", "-p")
    let title = output.prefix { $0 != "\n" }
    return (String(title), String(output.dropFirst(title.count + 1)))
  }

  /// The screen with its colours, coloured spaces at the ends of lines too.
  func coloredScreen() async throws -> String { try await tmux("capture-pane", "-e", "-N", "-p") }

  func resize(columns: Int, rows: Int) async throws {
    try await tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)")
  }

  /// What tmux knows of the pane, such as `#{alternate_on}`.
  func ask(_ format: String) async throws -> String {
    try await tmux("display-message", "-p", format).trimmingCharacters(in: .newlines)
  }

  /// Waits until the screen shows all of these.
  func wait(for texts: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws {
    var last = ""
    do {
      try await eventually("the screen shows \(texts)") {
        last = try await screen()
        return texts.allSatisfy(last.contains)
      }
    } catch {
      Issue.record("waited in vain for \(texts); the screen was:\n\(last)", sourceLocation: sourceLocation)
      throw error
    }
  }

  /// Waits until a line of the screen holds all of these.
  func waitForLine(_ texts: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws {
    var last = ""
    do {
      try await eventually("a line shows \(texts)") {
        last = try await screen()
        return last.split(separator: "\n").contains { line in texts.allSatisfy { line.contains($0) } }
      }
    } catch {
      Issue.record("waited in vain for a line with \(texts); the screen was:\n\(last)", sourceLocation: sourceLocation)
      throw error
    }
  }

  /// Ends the server and whatever runs in it; call at the end of every test.
  func end() async {
    _ = try? await tmux("kill-server")
    unlink(socket)
  }

  @discardableResult
  private func tmux(_ arguments: String...) async throws -> String { try await tmux(arguments) }

  @discardableResult
  private func tmux(_ arguments: [String]) async throws -> String {
    let process = try RunningProgram(
      executable: "/usr/bin/tmux", arguments: ["-S", socket, "-f", "/dev/null"] + arguments, environment: environment,
      input: "", folder: workspace.folder)
    let result = try await process.result()
    guard result.status == 0 else { throw TmuxFailure(arguments: arguments, errors: result.errors) }
    return result.output
  }
}

struct TmuxFailure: Error {
  var arguments: [String]
  var errors: String
}
