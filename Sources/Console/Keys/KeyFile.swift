import TOMLKit

/// Key bindings as a person's file says them, in TOML:
///
///     [keys]
///     reprocess = ["m", "ctrl-r"]
///     quit = "Q"
///     mouse = []
///
/// A name is an action's, as `:` takes it; its keys replace the ones it has, and are taken from other actions in the same
/// places. Keys are written as the help shows them: a character, `Space`, `Enter`, `PgDn`, `F5`, `Ctrl-R`, `Alt-x`.
package enum KeyFile {
  /// Why a file is not taken.
  package struct Problem: Error, Hashable, Sendable {
    /// Counted from 1; nil where the finding is about no line.
    package var line: Int?
    /// For people; safe to show.
    package var text: String

    init(line: Int? = nil, _ text: String) {
      self.line = line
      self.text = text
    }
  }

  /// Without a key for each of these, a person could be caught.
  private static let needed: [Action] = [.confirm, .dismiss, .yes, .decline]

  /// The table with what the file changes.
  package static func table(text: String, over table: KeyTable = .standard) throws(Problem) -> KeyTable {
    let file: TOMLTable
    do {
      file = try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      throw Problem(line: error.source.begin.line, DisplayText.plain(error.description))
    } catch {
      throw Problem("The file is no TOML.")
    }
    var bindings: [Action: [Key]] = [:]
    for name in file.keys {
      guard name == "keys", let keys = file[name]?.table else {
        throw Problem(
          line: line(of: name, in: text), "\(DisplayText.plain(name)) is nothing here: bindings stand below [keys].")
      }
      for name in keys.keys {
        guard let value = keys[name] else { continue }
        let line = line(of: name, in: text)
        guard let action = Action(rawValue: name) else {
          throw Problem(line: line, "There is no action \(DisplayText.plain(name)); Tab after : shows what there is.")
        }
        bindings[action] = try Self.keys(value, of: name, line: line)
      }
    }
    try check(bindings, over: table, text: text)
    return table.rebinding(bindings)
  }

  private static func keys(
    _ value: any TOMLValueConvertible, of name: String, line: Int?
  ) throws(Problem) -> [Key] {
    var names: [String] = []
    if let text = value.string {
      names = [text]
    } else if let list = value.array {
      for index in 0..<list.count {
        guard let text = list[index].string else {
          throw Problem(line: line, "\(name) takes keys in quotes: [\"r\", \"Ctrl-R\"].")
        }
        names.append(text)
      }
    } else {
      throw Problem(line: line, "\(name) takes a key in quotes, or a list of them: [\"r\", \"Ctrl-R\"].")
    }
    var keys: [Key] = []
    for text in names {
      guard let key = Key(named: text) else {
        throw Problem(
          line: line,
          "\(name): \"\(DisplayText.plain(text))\" is no key; write a character, or a name as in Space, Enter, Ctrl-R, F5."
        )
      }
      if !keys.contains(key) { keys.append(key) }
    }
    return keys
  }

  /// No key may mean two things in one place, and nobody may be caught in a dialog.
  private static func check(_ bindings: [Action: [Key]], over table: KeyTable, text: String) throws(Problem) {
    let changed = table.bindings.filter { bindings[$0.action] != nil }
    for (i, a) in changed.enumerated() {
      for b in changed[(i + 1)...] where !a.scopes.isDisjoint(with: b.scopes) {
        let shared = bindings[a.action, default: []].first { bindings[b.action, default: []].contains($0) }
        guard let shared else { continue }
        throw Problem(
          line: line(of: b.action.rawValue, in: text),
          "\(shared.name) is given to \(a.action.rawValue) and \(b.action.rawValue), which work in the same place.")
      }
    }
    let result = table.rebinding(bindings)
    for action in needed where result.binding(of: action)?.keys.isEmpty == true {
      throw Problem(
        line: line(of: action.rawValue, in: text), "No key is left for \(action.rawValue), which dialogs need.")
    }
    if [Action.quit, .interrupt].allSatisfy({ result.binding(of: $0)?.keys.isEmpty == true }) {
      throw Problem(line: line(of: "quit", in: text), "No key is left to quit with.")
    }
  }

  /// The line where a name is set: TOMLKit tells positions of syntax errors only.
  private static func line(of name: String, in text: String) -> Int? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (i, line) in lines.enumerated() {
      let line = line.drop { " \t[".contains($0) }
      for form in [name, "\"\(name)\"", "'\(name)'"] where line.hasPrefix(form) {
        let rest = line.dropFirst(form.count).drop { " \t".contains($0) }
        if rest.first == "=" || rest.first == "]" || rest.first == "." { return i + 1 }
      }
    }
    return nil
  }
}
