/// Where the settings of a config file stand. The TOML reader tells lines only for what it cannot parse, so the names are
/// looked for in text that it has already accepted.
struct ConfigLines {
  private var lines: [String: Int] = [:]

  init(_ text: String) {
    var table = ""
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = line.drop { $0 == " " || $0 == "\t" }
      if line.hasPrefix("[") {
        let name = line.dropFirst().prefix { $0 != "]" && $0 != "[" }
        table = Self.bare(name) + "."
        note(Self.bare(name), index + 1)
      } else if let equals = line.firstIndex(of: "="), !line.hasPrefix("#") {
        note((table == "." ? "" : table) + Self.bare(line[..<equals]), index + 1)
      }
    }
  }

  func line(of name: String) -> Int? { lines[name] }

  private mutating func note(_ name: String, _ line: Int) {
    if lines[name] == nil { lines[name] = line }
  }

  private static func bare(_ name: Substring) -> String {
    String(name.filter { $0 != " " && $0 != "\t" && $0 != "\"" && $0 != "'" && $0 != "\r" })
  }
}
