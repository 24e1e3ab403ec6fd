/// The profiles of the shared config and credentials files.
struct Profiles: Sendable {
  let config: ProfileFile
  let credentials: ProfileFile

  /// - Parameter environment: `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` name other files than those in `.aws`
  ///   of the home folder.
  static func load(environment: Variables, home: String?) throws(CredentialError) -> Profiles {
    func path(_ variable: String, _ name: String) -> String? {
      environment[variable].map { SmallFile.expand($0, home: home) } ?? home.map { "\($0)/.aws/\(name)" }
    }
    func load(_ variable: String, _ name: String) throws(CredentialError) -> ProfileFile {
      guard let path = path(variable, name) else { return ProfileFile(path: "~/.aws/\(name)") }
      return try ProfileFile.load(path)
    }
    return Profiles(
      config: try load("AWS_CONFIG_FILE", "config"),
      credentials: try load("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
  }

  /// The config file says `[profile x]`, for `default` also `[default]`; the credentials file says `[x]`.
  subscript(name: String) -> Profile? {
    let inConfig = config.sections["profile \(name)"] ?? (name == "default" ? config.sections["default"] : nil)
    let inCredentials = credentials.sections[name]
    guard inConfig != nil || inCredentials != nil else { return nil }
    return Profile(
      name: name, config: inConfig, credentials: inCredentials, configPath: config.path,
      credentialsPath: credentials.path)
  }

  /// `[sso-session x]`, `[services x]`.
  func section(_ kind: String, _ name: String) -> ProfileFile.Section? { config.sections["\(kind) \(name)"] }
}

/// The settings of one profile. Those of the credentials file win.
struct Profile: Sendable {
  let name: String
  let config: ProfileFile.Section?
  let credentials: ProfileFile.Section?
  let configPath: String
  let credentialsPath: String

  /// A setting's value; nil if it is not there or empty.
  subscript(setting: String) -> String? {
    property(setting).flatMap { $0.value.isEmpty ? nil : $0.value }
  }

  func property(_ setting: String) -> ProfileFile.Property? {
    credentials?.properties[setting] ?? config?.properties[setting]
  }

  /// `FILE, line N` of a setting.
  func place(_ setting: String) -> String {
    if let property = credentials?.properties[setting] { return "\(credentialsPath), line \(property.line)" }
    if let property = config?.properties[setting] { return "\(configPath), line \(property.line)" }
    return "profile '\(name)'"
  }
}

/// Environment variables; empty ones count as not set.
struct Variables: Sendable {
  let all: [String: String]

  subscript(name: String) -> String? {
    guard let value = all[name], !value.isEmpty else { return nil }
    return value
  }

  func isTrue(_ name: String) -> Bool { self[name]?.lowercased() == "true" }
}
