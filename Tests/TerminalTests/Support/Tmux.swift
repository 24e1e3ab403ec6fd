import Foundation
import Testing

/// A tmux server of its own, with one pane of 160 x 50.
final class Tmux {
  let socket: String
  private var inputs = 0

  /// Whether tests may use it. Where it must be there (CI) its absence is a failure.
  static var isPresent: Bool { (try? program()) != nil }

  private static func program() throws -> String {
    let places = ["/usr/bin/tmux", "/usr/local/bin/tmux", "/bin/tmux"]
    guard let place = places.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
      throw ChildProcess.Failure(description: "tmux is not installed")
    }
    return place
  }

  static var isRequired: Bool { ProcessInfo.processInfo.environment["CI"] == "true" }

  init(_ command: String, environment: [String: String]) throws {
    socket = FileManager.default.temporaryDirectory.appendingPathComponent("tmux-\(UUID())").path
    let variables = environment.map { "\($0.key)='\($0.value)'" }.joined(separator: " ")
    try run(["-f", "/dev/null", "-u", "new-session", "-d", "-x", "160", "-y", "50", "env \(variables) \(command)"])
  }

  deinit {
    _ = try? run(["kill-server"])
    try? FileManager.default.removeItem(atPath: socket)
  }

  @discardableResult
  func run(_ arguments: [String]) throws -> [UInt8] {
    let (status, output, errors) = try ChildProcess.run(
      try Self.program(), ["-S", socket] + arguments, environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"])
    guard status == 0 else {
      throw ChildProcess.Failure(description: "tmux \(arguments): \(String(decoding: errors, as: UTF8.self))")
    }
    return output
  }

  private func show(_ format: String) throws -> String {
    String(decoding: try run(["display-message", "-p", format]), as: UTF8.self).trimmingCharacters(in: .newlines)
  }

  func waitFor(_ mark: String) throws {
    let end = Date(timeIntervalSinceNow: 60)
    var title = ""
    while Date() < end {
      title = try show("#{pane_title} ")
      if title.contains(mark) { return }
    }
    throw PseudoTerminal.Failure(
      description: "waited for \(mark), saw \(title)\n\(try screen().text.joined(separator: "\n"))")
  }

  func type(_ keys: [String]) throws {
    inputs += keys.count
    try run(["send-keys"] + keys)
    try waitFor("input=\(inputs) ")
  }

  func screen(columns: Int = 160, rows: Int = 50) throws -> VirtualTerminal {
    var terminal = VirtualTerminal(columns: columns, rows: rows)
    var bytes = try run(["capture-pane", "-e", "-p", "-N"])
    if bytes.last == 0x0A { bytes.removeLast() }
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      if line.offset > 0 { terminal.feed([0x0D, 0x0A]) }
      terminal.feed(line.element)
    }
    return terminal
  }
}
