/// Which layer a setting's value came from. The order of the layers: flag, environment, config file, default.
package enum Origin: Hashable, Sendable {
  /// A flag of the command line, as written: `--source`.
  case flag(String)
  /// A variable of the environment, by name.
  case environment(String)
  /// The config file; `line` counts from 1 and is nil where it could not be told.
  case file(path: String, line: Int?)
  case `default`
}

extension Origin: CustomStringConvertible {
  /// For people: `--source`, `PIXELATER_SOURCE`, `config.toml:3`, `default`. Paths are foreign text: escape before printing.
  package var description: String {
    switch self {
    case .flag(let name): name
    case .environment(let name): name
    case .file(let path, let line): line.map { "\(path):\($0)" } ?? path
    case .default: "default"
    }
  }

  /// The layer alone, for scripts: `flag`, `environment`, `file` or `default`.
  package var layer: String {
    switch self {
    case .flag: "flag"
    case .environment: "environment"
    case .file: "file"
    case .default: "default"
    }
  }
}
