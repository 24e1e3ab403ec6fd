import Console
import Foundation
import Testing

/// Does what a scenario says, in a terminal and a workspace of its own.
///
/// Nothing is waited for by the clock: with `PIXELATER_TRACE_FRAMES=1` the console numbers what it has shown in the
/// terminal's title, so that a step begins when all keys of the one before have been answered on the screen.
struct ScenarioRun {
  let scenario: Scenario
  let workspace: TestWorkspace

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  func callAsFunction() async throws {
    let environment = scenario.environment.map { "'\($0)'" }.joined(separator: " ")
    let program = "env PIXELATER_TRACE_FRAMES=1 \(environment) $pixelater"
    let line = scenario.command.map { $0.replacingOccurrences(of: "$pixelater", with: program) }
    let tmux = try await Tmux(
      workspace, command: line ?? "\(program) \(scenario.arguments); echo left $?", columns: scenario.columns,
      rows: scenario.rows)
    do {
      try await take(Session(tmux: tmux, workspace: workspace))
    } catch {
      await tmux.end()
      throw error
    }
    await tmux.end()
  }

  private func take(_ session: Session) async throws {
    for step in scenario.steps {
      do {
        try await session.take(step.kind)
      } catch let problem as any CustomStringConvertible & Error {
        let screen = (try? await session.tmux.screen()) ?? ""
        throw Failure(
          description: "\(scenario.name).scenario:\(step.line): \(problem.description); the screen is:\n\(screen)")
      }
    }
  }

  private struct Session {
    let tmux: Tmux
    let workspace: TestWorkspace

    func take(_ step: Scenario.Step.Kind) async throws {
      switch step {
      case .keys(let keys): try await press(keys)
      case .send(let keys): for key in keys { try await tmux.press(key.nameInTmux) }
      case .type(let text):
        let before = try await answered()
        try await tmux.type(text)
        try await untilAnswered(before + text.count)
      case .expect(let text): try await until("\"\(text)\" is not there") { $0.contains(text) }
      case .expectNot(let text): try await until("\"\(text)\" is there") { !$0.contains(text) }
      case .expectLine(let parts):
        try await until("no line has \(parts)") { screen in
          screen.split(separator: "\n").contains { line in parts.allSatisfy { line.contains($0) } }
        }
      case .expectCursor(let text):
        try await eventually("the cursor is on \"\(text)\"", within: .seconds(60)) {
          try await tmux.coloredScreen().split(separator: "\n").contains { line in
            Self.plain(line).contains(text) && Self.isCursor(line)
          }
        }
      case .exists(let path):
        try await until("\(path) does not exist") { _ in FileManager.default.fileExists(atPath: place(path)) }
      case .gone(let path):
        try await until("\(path) exists") { _ in !FileManager.default.fileExists(atPath: place(path)) }
      case .contains(let path, let text):
        try await until("\(path) does not contain \"\(text)\"") { _ in
          ((try? String(contentsOfFile: place(path), encoding: .utf8)) ?? "").contains(text)
        }
      case .write(let path, let text):
        let folder = URL(filePath: place(path)).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // As editors save: under another name first.
        try text.write(toFile: place(path), atomically: true, encoding: .utf8)
      case .remove(let path): try FileManager.default.removeItem(atPath: place(path))
      case .resize(let columns, let rows):
        try await tmux.resize(columns: columns, rows: rows)
        try await untilTitle("it is not \(columns)x\(rows)") { $0.hasSuffix("size=\(columns)x\(rows)") }
      case .exit(let status):
        try await until("it did not end with \(status)") { screen in
          // What is left of the screen of a terminal without a second one may follow on the line.
          screen.split(separator: "\n").contains { line in
            line.hasPrefix("left \(status)") && line.dropFirst("left \(status)".count).first?.isNumber != true
          }
        }
      }
    }

    /// The default theme gives the line under the cursor a blue ground, without colours it is in reverse.
    private static func isCursor(_ line: Substring) -> Bool {
      line.split(separator: "\u{1B}[").contains { part in
        var codes = part.prefix { $0 != "m" }.split(separator: ";")[...]
        while let code = codes.popFirst() {
          switch (code, codes.first) {
          // Colours of pictures: their components are no codes.
          case ("38", "2"), ("48", "2"): codes = codes.dropFirst(4)
          case ("38", "5"): codes = codes.dropFirst(2)
          case ("48", "5"):
            if codes.dropFirst().first == "4" { return true }
            codes = codes.dropFirst(2)
          case ("44", _), ("7", _): return true
          default: break
          }
        }
        return false
      }
    }

    private static func plain(_ line: Substring) -> String {
      let parts = line.split(separator: "\u{1B}[", omittingEmptySubsequences: false)
      return parts.prefix(1).joined() + parts.dropFirst().map { $0.drop { $0 != "m" }.dropFirst() }.joined()
    }

    private func place(_ path: String) -> String { workspace.folder + "/" + path }

    private func press(_ keys: [Key]) async throws {
      var rest = keys[...]
      while !rest.isEmpty {
        // What follows an Escape too soon would be Alt with it.
        let end = rest.firstIndex(of: .escape).map { $0 + 1 } ?? rest.endIndex
        let batch = rest[..<end]
        rest = rest[end...]
        let before = try await answered()
        try await tmux.press(batch.map(\.nameInTmux))
        try await untilAnswered(before + batch.count)
      }
    }

    /// How many events the console has answered on the screen: what it says in the title once it is up.
    private func answered() async throws -> Int {
      var count: Int?
      try await untilTitle("the console does not come up") { title in
        count = Self.inputs(title)
        return count != nil
      }
      return count ?? 0
    }

    private func untilAnswered(_ count: Int) async throws {
      try await untilTitle("not all keys were answered") { (Self.inputs($0) ?? 0) >= count }
    }

    private static func inputs(_ title: String) -> Int? {
      title.firstRange(of: " input=").flatMap { Int(title[$0.upperBound...].prefix { $0.isNumber }) }
    }

    private func untilTitle(_ problem: String, _ condition: (String) -> Bool) async throws {
      try await untilLook(problem) { title, screen in
        // A console that has been left answers no more.
        condition(title) || screen.hasPrefix("left ") || screen.contains("\nleft ")
      }
    }

    private func until(_ problem: String, _ condition: (String) -> Bool) async throws {
      try await untilLook(problem) { condition($1) }
    }

    private func untilLook(_ problem: String, _ condition: (String, String) -> Bool) async throws {
      do {
        try await eventually(problem, within: .seconds(60)) {
          let look = try await tmux.look()
          return condition(look.title, look.screen)
        }
      } catch is DeadlinePassed {
        throw Scenario.Problem(description: problem)
      }
    }
  }
}

/// Lets a few at a time go on: each scenario is a terminal and a program, and there are few processors.
actor Turnstile {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ count: Int) { free = count }

  func enter() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
