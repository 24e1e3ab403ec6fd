/// Why settings could not be resolved. Text for people is made by `description`; it may hold foreign text: escape before
/// printing.
package enum SettingsError: Error, Hashable, Sendable {
  /// The config file that was named is not there or cannot be read.
  case unreadableFile(path: String, reason: String)
  /// The config file is no TOML.
  case syntax(path: String, line: Int, column: Int, message: String)
  /// A value that its setting cannot take.
  case invalidValue(SettingKey, value: String, origin: Origin)
  /// A setting of the config file has the wrong type.
  case wrongType(SettingKey, found: String, origin: Origin)
}

extension SettingsError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadableFile(let path, let reason):
      "cannot read the config file \(path): \(reason)"
    case .syntax(let path, let line, let column, let message):
      "\(path):\(line):\(column): \(message)"
    case .invalidValue(let key, "", let origin):
      "\(origin.subject(for: key)) is empty; give \(key.kind.expectation), or leave it out"
    case .invalidValue(let key, let value, let origin):
      "\(origin.subject(for: key)): '\(value)' is not \(key.kind.expectation)"
    case .wrongType(let key, let found, let origin):
      "\(origin.subject(for: key)): found \(found), expected \(key.kind.expectation)"
    }
  }
}

extension Origin {
  /// The place a message is about: `--jobs`, `PIXELATER_JOBS`, `config.toml:3: jobs`.
  func subject(for key: SettingKey) -> String {
    switch self {
    case .flag, .environment: description
    case .file: "\(description): \(key.rawValue)"
    case .default: key.rawValue
    }
  }
}

/// Something in the config file that has no effect.
package struct SettingsWarning: Hashable, Sendable {
  package var path: String
  package var line: Int?
  /// The name as written, with its table. Foreign text.
  package var name: String
  /// The setting that was probably meant.
  package var suggestion: SettingKey?
}

extension SettingsWarning: CustomStringConvertible {
  package var description: String {
    let place = line.map { "\(path):\($0)" } ?? path
    let hint = suggestion.map { "; did you mean '\($0.rawValue)'?" } ?? ""
    return "\(place): unknown setting '\(name)' is ignored\(hint)"
  }
}
