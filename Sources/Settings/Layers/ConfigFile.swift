import Glibc
import TOMLKit

/// The config file, read: the text of each setting it holds, with the line, and what it holds besides.
package struct ConfigFile: Sendable {
  package let path: String
  package private(set) var entries: [SettingKey: Entry] = [:]
  package private(set) var warnings: [SettingsWarning] = []

  package struct Entry: Hashable, Sendable {
    package var text: String
    package var line: Int?
  }

  /// Largest config file read, in bytes.
  package static let maximumBytes = 1 << 20

  /// Reads a file; nil where there is none.
  ///
  /// - Throws: `SettingsError` with the line where the file is no TOML or a value has the wrong type.
  package static func read(path: String) throws(SettingsError) -> ConfigFile? {
    guard let bytes = try bytes(of: path) else { return nil }
    guard bytes.count <= maximumBytes else { throw .unreadableFile(path: path, reason: "it is larger than 1 MiB") }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .unreadableFile(path: path, reason: "it is not UTF-8 text")
    }
    return try ConfigFile(path: path, text: text)
  }

  /// One byte more than the largest file at most; nil where there is no file. A pipe or /dev/null is as good as a file.
  private static func bytes(of path: String) throws(SettingsError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw unreadable(path, errno)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 14)
    while bytes.count <= maximumBytes {
      let count = Glibc.read(descriptor, &chunk, min(chunk.count, maximumBytes + 1 - bytes.count))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(path, errno) }
      if count == 0 { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return bytes
  }

  private static func unreadable(_ path: String, _ number: Int32) -> SettingsError {
    let reason =
      switch number {
      case EISDIR: "it is a folder"
      case EACCES: "permission denied"
      default: String(cString: strerror(number))
      }
    return .unreadableFile(path: path, reason: reason)
  }

  package init(path: String, text: String) throws(SettingsError) {
    self.path = path
    let table: TOMLTable
    do {
      table = try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      throw .syntax(
        path: path, line: error.source.begin.line, column: error.source.begin.column, message: error.description)
    } catch {
      throw .unreadableFile(path: path, reason: "it is not TOML")
    }
    try read(table, under: "", lines: ConfigLines(text))
  }

  private mutating func read(_ table: TOMLTable, under prefix: String, lines: ConfigLines) throws(SettingsError) {
    for name in table.keys {
      guard let value = table[name] else { continue }
      let path = prefix + name
      if let inner = value.table, Self.tables.contains(path) {
        try read(inner, under: path + ".", lines: lines)
        continue
      }
      guard let key = SettingKey(rawValue: path) else {
        warnings.append(
          SettingsWarning(path: self.path, line: lines.line(of: path), name: path, suggestion: .nearest(to: path)))
        continue
      }
      entries[key] = Entry(text: try text(of: value, key, lines), line: lines.line(of: path))
    }
    warnings.sort { ($0.line ?? 0, $0.name) < ($1.line ?? 0, $1.name) }
  }

  /// The value as the other layers would write it.
  private func text(
    of value: any TOMLValueConvertible, _ key: SettingKey, _ lines: ConfigLines
  ) throws(SettingsError) -> String {
    switch key.kind {
    case .text, .choice, .account, .template:
      if let text = value.string { return text }
    case .flag:
      if let flag = value.bool { return String(flag) }
    case .number:
      if value.type == .int, let number = value.int { return String(number) }
    }
    throw .wrongType(
      key, found: "a value of type \(value.type)", origin: .file(path: path, line: lines.line(of: key.rawValue)))
  }

  private static let tables = Set(
    SettingKey.allCases.compactMap { key in
      key.rawValue.lastIndex(of: ".").map { String(key.rawValue[..<$0]) }
    })
}

extension SettingKey {
  /// The setting whose name is at most two edits away.
  static func nearest(to name: String) -> SettingKey? {
    let near = allCases.map { (key: $0, distance: editDistance(Array(name.utf8.prefix(64)), Array($0.rawValue.utf8))) }
    return near.min { $0.distance < $1.distance }.flatMap { $0.distance <= 2 ? $0.key : nil }
  }
}

/// Levenshtein's distance, two rows at a time.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var previous = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var row = [i + 1]
    for (j, y) in b.enumerated() {
      row.append(min(previous[j + 1] + 1, row[j] + 1, previous[j] + (x == y ? 0 : 1)))
    }
    previous = row
  }
  return previous[b.count]
}
