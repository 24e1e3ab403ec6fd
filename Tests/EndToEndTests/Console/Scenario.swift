import Console
import Foundation

/// A file that tells what a person does at the console, and what they see: one step a line.
///
///     # Delete renditions: asks first, No by default
///     covers delete-renditions decline
///     size 100x30
///     workspace mixed
///     keys D
///     expect Delete
///     keys Enter
///     expect-not Delete
///
/// Before the first step: `covers` (actions, each of which has to be asked for below), `size`, `workspace` (one of
/// `ScenarioWorkspaces.Kind`), `environment NAME=VALUE`, `arguments`, `command` (a line for the shell in place of the
/// plain start).
///
/// Steps: `keys` (by their names in the help; waits until the console has answered all of them), `send` (the same without
/// waiting), `type` (text), `expect` and `expect-not` (text on the screen), `expect-line` (parts of one line, between
/// ` ... `), `expect-cursor` (text on the line under the cursor), `file PATH exists|gone` and `file PATH contains TEXT` (below the workspace), `write PATH` (the lines that
/// follow and begin with `|` are its text), `remove PATH`, `resize`, `exit STATUS`.
struct Scenario: Sendable {
  struct Step: Sendable {
    enum Kind: Sendable {
      case keys([Key])
      case send([Key])
      case type(String)
      case expect(String)
      case expectNot(String)
      case expectLine([String])
      case expectCursor(String)
      case exists(path: String)
      case gone(path: String)
      case contains(path: String, text: String)
      case write(path: String, text: String)
      case remove(path: String)
      case resize(columns: Int, rows: Int)
      case exit(Int)
    }

    var line: Int
    var kind: Kind
  }

  struct Problem: Error, CustomStringConvertible {
    var description: String
  }

  let name: String
  private(set) var covers: [String] = []
  private(set) var columns = 100
  private(set) var rows = 30
  private(set) var workspace = ScenarioWorkspaces.Kind.mixed
  private(set) var environment: [String] = []
  private(set) var arguments = ""
  private(set) var command: String?
  private(set) var steps: [Step] = []

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scenarios").path

  static let names: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { $0.hasSuffix(".scenario") }.map { String($0.dropLast(".scenario".count)) }.sorted()

  init(named name: String) throws {
    try self.init(name: name, text: String(contentsOfFile: "\(Self.folder)/\(name).scenario", encoding: .utf8))
  }

  init(name: String, text: String) throws {
    self.name = name
    for (i, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.isEmpty || line.hasPrefix("#") { continue }
      do {
        if line.hasPrefix("|") {
          try addText(line.dropFirst(line.hasPrefix("| ") ? 2 : 1))
        } else {
          let word = line.prefix { $0 != " " }
          try add(String(word), String(line.dropFirst(word.count + 1)), line: i + 1)
        }
      } catch let problem as Problem {
        throw Problem(description: "\(name).scenario:\(i + 1): \(problem.description)")
      }
    }
  }

  private mutating func add(_ word: String, _ rest: String, line: Int) throws {
    switch word {
    case "covers": covers += rest.split(separator: " ").map(String.init)
    case "size": (columns, rows) = try Self.size(rest)
    case "workspace":
      guard let kind = ScenarioWorkspaces.Kind(rawValue: rest) else {
        throw Problem(description: "no workspace \(rest)")
      }
      workspace = kind
    case "environment": environment.append(rest)
    case "arguments": arguments = rest
    case "command": command = rest
    default: steps.append(Step(line: line, kind: try Self.kind(word, rest)))
    }
  }

  private static func kind(_ word: String, _ rest: String) throws -> Step.Kind {
    switch word {
    case "keys": return .keys(try keys(rest))
    case "send": return .send(try keys(rest))
    case "type": return .type(rest)
    case "expect": return .expect(rest)
    case "expect-not": return .expectNot(rest)
    case "expect-line": return .expectLine(rest.components(separatedBy: " ... "))
    case "expect-cursor": return .expectCursor(rest)
    case "write": return .write(path: rest, text: "")
    case "remove": return .remove(path: rest)
    case "resize":
      let (columns, rows) = try size(rest)
      return .resize(columns: columns, rows: rows)
    case "exit":
      guard let status = Int(rest) else { throw Problem(description: "\(rest) is no status") }
      return .exit(status)
    case "file":
      if rest.hasSuffix(" exists") { return .exists(path: String(rest.dropLast(" exists".count))) }
      if rest.hasSuffix(" gone") { return .gone(path: String(rest.dropLast(" gone".count))) }
      let parts = rest.components(separatedBy: " contains ")
      guard parts.count == 2 else { throw Problem(description: "a file exists, is gone or contains something") }
      return .contains(path: parts[0], text: parts[1])
    default: throw Problem(description: "there is no step \(word)")
    }
  }

  private mutating func addText(_ line: Substring) throws {
    guard let last = steps.indices.last, case .write(let path, let text) = steps[last].kind else {
      throw Problem(description: "a line of text follows nothing that is written")
    }
    steps[last].kind = .write(path: path, text: text + line + "\n")
  }

  private static func keys(_ text: String) throws -> [Key] {
    try text.split(separator: " ").map { name in
      guard let key = Key(named: String(name)) else { throw Problem(description: "\(name) is no key") }
      return key
    }
  }

  private static func size(_ text: String) throws -> (Int, Int) {
    let sides = text.split(separator: "x").compactMap { Int($0) }
    guard sides.count == 2 else { throw Problem(description: "\(text) is no size") }
    return (sides[0], sides[1])
  }

  /// Whether a person who does what is written here asks for an action: by one of its keys, or by its name after `:`.
  func asksFor(_ action: Action) -> Bool {
    let keys = KeyTable.standard.bindings.filter { $0.action == action }.flatMap(\.keys)
    return steps.contains { step in
      switch step.kind {
      case .keys(let pressed), .send(let pressed): pressed.contains { keys.contains($0) }
      case .type(let text): text == action.rawValue
      default: false
      }
    }
  }
}

extension Key {
  /// What tmux calls it.
  var nameInTmux: String {
    switch self {
    case .character(" "): "Space"
    // It would end the command.
    case .character(";"): "\\;"
    case .character(let character): String(character)
    case .control(let character): "C-\(character)"
    case .alt(let character): "M-\(character)"
    case .up: "Up"
    case .down: "Down"
    case .left: "Left"
    case .right: "Right"
    case .home: "Home"
    case .end: "End"
    case .pageUp: "PPage"
    case .pageDown: "NPage"
    case .enter: "Enter"
    case .escape: "Escape"
    case .tab: "Tab"
    case .backTab: "BTab"
    case .backspace: "BSpace"
    case .delete: "DC"
    case .insert: "IC"
    case .function(let number): "F\(number)"
    }
  }
}
