import TOMLKit

/// What is wrong with a theme, or might be.
package struct ThemeDiagnostic: Hashable, Sendable {
  package enum Severity: String, Hashable, Sendable {
    case error, warning
  }

  package var severity: Severity
  /// Counted from 1; nil where the finding is about no line.
  package var line: Int?
  /// For people; safe to show.
  package var text: String

  package init(_ severity: Severity, line: Int? = nil, _ text: String) {
    self.severity = severity
    self.line = line
    self.text = text
  }
}

/// A theme as a file says it, in TOML:
///
///     name = "dusk"                      # default: the file's name
///     inherits = "dark"                  # default: "default"
///     "text" = "fog"
///     "row.cursor" = { fg = "ink", bg = "#c0caf5", mods = ["bold"] }
///
///     [palette]
///     fog = "#a9b1d6"
///     ink = ["#1a1b26", "black"]
///
/// A colour is a name of the palette, `default`, one of the terminal's sixteen (`red`, `bright-red`), `0` to `255`,
/// `#RGB` or `#RRGGBB`; or a list of such a value and one of the sixteen, which stands for it on a terminal that has no
/// more. Modifiers: `bold dim italic underline reverse`. A missing slot is inherited, an unknown one is
/// a warning; a slot that cannot be read keeps what it inherits.
package struct ThemeFile: Sendable {
  package let name: String
  package let inherits: String?
  package let styles: [Slot: StyleSpec]
  package let diagnostics: [ThemeDiagnostic]

  /// - Parameters:
  ///   - name: the file's name without its suffix.
  ///   - text: its content.
  package init(name: String, text: String) {
    var reader = ThemeFileReader(text: text)
    reader.read()
    self.name = reader.name ?? name
    inherits = reader.inherits
    styles = reader.styles
    diagnostics = reader.diagnostics
  }
}

private struct ThemeFileReader {
  let text: String
  var name: String?
  var inherits: String?
  var styles: [Slot: StyleSpec] = [:]
  var diagnostics: [ThemeDiagnostic] = []
  private var palette: [String: ThemeColor] = [:]

  init(text: String) {
    self.text = text
  }

  mutating func read() {
    let table: TOMLTable
    do {
      table = try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      diagnostics.append(
        ThemeDiagnostic(.error, line: error.source.begin.line, DisplayText.plain(error.description)))
      return
    } catch {
      diagnostics.append(ThemeDiagnostic(.error, "The file is no TOML."))
      return
    }
    if let colors = table["palette"]?.table { readPalette(colors) }
    for key in table.keys {
      guard let value = table[key] else { continue }
      switch key {
      case "palette": break
      case "name": name = value.string ?? name
      case "inherits":
        inherits = value.string
        if inherits == nil { complain(.error, key, "inherits takes the name of a theme in quotes.") }
      default: read(value, at: key)
      }
    }
  }

  private mutating func readPalette(_ table: TOMLTable) {
    for key in table.keys {
      if Slot(rawValue: key) != nil {
        complain(.warning, key, "The slot \(key) stands below [palette]: slots come before it.")
        continue
      }
      guard let value = table[key], let color = literal(value) else {
        complain(.error, key, "The palette's \(DisplayText.plain(key)) is no colour.")
        continue
      }
      palette[key] = color
    }
  }

  /// A slot's value; or, since `state.failed = ...` without quotes is a table in TOML, a table of slots.
  private mutating func read(_ value: any TOMLValueConvertible, at path: String) {
    guard let table = value.table else {
      guard let slot = slot(path) else { return }
      guard let color = color(value) else {
        complain(.error, path, "\(path): \(describe(value)) is no colour.")
        return
      }
      // The ground is one colour; everything else means its text.
      styles[slot] = slot == .background ? StyleSpec(nil, on: color) : StyleSpec(color)
      return
    }
    let parts: Set<String> = ["fg", "bg", "mods"]
    if table.keys.contains(where: parts.contains), let slot = slot(path) { styles[slot] = style(table, at: path) }
    for key in table.keys where !parts.contains(key) {
      if let value = table[key] { read(value, at: path + "." + key) }
    }
  }

  private mutating func slot(_ path: String) -> Slot? {
    if let slot = Slot(rawValue: path) { return slot }
    complain(.warning, path, "There is no slot \(DisplayText.plain(path)).")
    return nil
  }

  private mutating func style(_ table: TOMLTable, at path: String) -> StyleSpec {
    var style = StyleSpec()
    for (key, set) in [("fg", \StyleSpec.foreground), ("bg", \StyleSpec.background)] {
      guard let value = table[key] else { continue }
      if let color = color(value) {
        style[keyPath: set] = color
      } else {
        complain(.error, path, "\(path).\(key): \(describe(value)) is no colour.")
      }
    }
    guard let mods = table["mods"] else { return style }
    guard let list = mods.array else {
      complain(.error, path, "\(path).mods takes a list: [\"bold\", \"underline\"].")
      return style
    }
    let names: [String: Attributes] = [
      "bold": .bold, "dim": .dim, "italic": .italic, "underline": .underline, "reverse": .reverse,
    ]
    for index in 0..<list.count {
      if let name = list[index].string, let attribute = names[name] {
        style.attributes.insert(attribute)
      } else {
        complain(
          .error, path,
          "\(path).mods: \(describe(list[index])) is none of \(names.keys.sorted().joined(separator: " ")).")
      }
    }
    return style
  }

  private func color(_ value: any TOMLValueConvertible) -> ThemeColor? {
    if let name = value.string, let color = palette[name] { return color }
    return literal(value)
  }

  private func literal(_ value: any TOMLValueConvertible) -> ThemeColor? {
    if let text = value.string { return ThemeColor(parsing: text) }
    if let pair = value.array {
      guard pair.count == 2, let text = pair[0].string,
        case .rgb(let red, let green, let blue)? = ThemeColor(parsing: text),
        let name = pair[1].string, case .terminal(let index)? = ThemeColor(parsing: name)
      else { return nil }
      return .matched(RGB(red, green, blue), terminal: index)
    }
    return value.int.flatMap { ThemeColor(parsing: String($0)) }
  }

  private func describe(_ value: any TOMLValueConvertible) -> String {
    value.string.map { "\"\(DisplayText.plain($0))\"" } ?? "a value that is no text"
  }

  private mutating func complain(_ severity: ThemeDiagnostic.Severity, _ path: String, _ text: String) {
    diagnostics.append(ThemeDiagnostic(severity, line: line(of: path), text))
  }

  /// The line where a key is set: TOMLKit tells positions of syntax errors only.
  private func line(of path: String) -> Int? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (i, line) in lines.enumerated() {
      let line = line.drop { $0 == " " || $0 == "\t" }
      for form in ["\"\(path)\"", path, "'\(path)'"] where line.hasPrefix(form) {
        let rest = line.dropFirst(form.count).drop { $0 == " " || $0 == "\t" }
        if rest.first == "=" || rest.first == "." { return i + 1 }
      }
    }
    return nil
  }
}
