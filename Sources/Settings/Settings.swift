import PixelEngine
import Pipeline

/// A value with the layer it came from.
package struct Resolved<Value: Sendable>: Sendable {
  package let value: Value
  package let origin: Origin
}

extension Resolved: Equatable where Value: Equatable {}

/// Every setting, resolved: flags before the environment, before the config file, before the default.
package struct Settings: Sendable {
  /// The text of each setting that has a value, and where it came from. Values are checked.
  package let values: [SettingKey: Resolved<String>]
  /// The config file that was read, nil where there is none.
  package let configFile: String?
  package let warnings: [SettingsWarning]
  package let paths: Paths

  /// - Parameters:
  ///   - flags: what the command line gives; flags without a value are `true`.
  ///   - environment: the process's.
  ///   - config: the config file that was named; nil means `PIXELATER_CONFIG`, else the usual place, where it may be
  ///     missing. An empty name reads none.
  ///   - executable: the program's own path, to find what was installed beside it.
  package init(
    flags: [SettingKey: String], environment: [String: String], config: String? = nil, executable: String? = nil
  ) throws(SettingsError) {
    paths = Paths(environment: environment, executable: executable)
    let named = config ?? environment["PIXELATER_CONFIG"]
    let file = named == "" ? nil : try ConfigFile.read(path: named ?? paths.configFile)
    if let named, !named.isEmpty, file == nil {
      throw .unreadableFile(path: named, reason: "there is no such file")
    }
    configFile = file?.path
    warnings = file?.warnings ?? []

    var values: [SettingKey: Resolved<String>] = [:]
    for key in SettingKey.allCases {
      let found = Self.flag(key, flags) ?? Self.variable(key, environment) ?? Self.entry(key, file)
      guard let found = found ?? key.defaultText.map({ Resolved(value: $0, origin: .default) }) else { continue }
      values[key] = Resolved(value: try key.checked(found), origin: found.origin)
    }
    self.values = values
  }

  private static func flag(_ key: SettingKey, _ flags: [SettingKey: String]) -> Resolved<String>? {
    flags[key].map { Resolved(value: $0, origin: .flag(key.flag ?? key.rawValue)) }
  }

  private static func variable(_ key: SettingKey, _ environment: [String: String]) -> Resolved<String>? {
    for name in key.variables {
      if let value = environment[name], !value.isEmpty { return Resolved(value: value, origin: .environment(name)) }
    }
    // A wish about every program: weaker than what is said to this one.
    if key == .color, environment["NO_COLOR"].map({ !$0.isEmpty }) == true {
      return Resolved(value: ColorMode.never.rawValue, origin: .environment("NO_COLOR"))
    }
    return nil
  }

  private static func entry(_ key: SettingKey, _ file: ConfigFile?) -> Resolved<String>? {
    guard let file, let entry = file.entries[key] else { return nil }
    return Resolved(value: entry.text, origin: .file(path: file.path, line: entry.line))
  }
}

extension SettingKey {
  /// The value where no layer gives one; nil where the setting then has none, or depends on the machine.
  var defaultText: String? {
    let limits = Limits()
    return switch self {
    case .source, .destination, .profile, .region, .endpointURL, .sourceProfile, .sourceRegion, .sourceEndpointURL,
      .sourceOwner, .destinationProfile, .destinationRegion, .destinationEndpointURL, .destinationOwner, .jobs,
      .memory, .addressing, .queue, .deadLetters, .function, .production:
      nil
    case .logLevel: LogLevel.info.rawValue
    case .readOnly, .removeRenditions: "false"
    case .color: ColorMode.auto.rawValue
    case .theme: "default"
    case .mouse: "true"
    case .form: "mosaic"
    case .naming: RenditionNaming().template
    case .limitPixels: String(limits.pixels)
    case .limitFileBytes: String(limits.fileBytes)
    case .limitJPEGScans: String(limits.jpegScans)
    case .limitSeconds: String(limits.seconds)
    case .limitMemoryBytes: String(limits.memoryBytes)
    }
  }

  /// The value in its usual spelling.
  func checked(_ found: Resolved<String>) throws(SettingsError) -> String {
    let text = found.value
    switch kind {
    case .text:
      if !text.isEmpty { return text }
    case .flag:
      switch text.lowercased() {
      case "true", "1", "yes", "on": return "true"
      case "false", "0", "no", "off": return "false"
      default: break
      }
    case .number(let range):
      let digits = text.replacing("_", with: "")
      if let number = Int(digits), range.contains(number) { return String(number) }
    case .choice(let words):
      if words.contains(text.lowercased()) { return text.lowercased() }
    case .account:
      if text.utf8.count == 12, text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) { return text }
    case .template:
      if RenditionNaming(template: text) != nil { return text }
    }
    throw .invalidValue(self, value: text, origin: found.origin)
  }
}
