package import Pipeline
package import PixelEngine

/// The settings by their types. Every value was checked when it was resolved.
extension Settings {
  package subscript(key: SettingKey) -> String? { values[key]?.value }

  package func origin(of key: SettingKey) -> Origin { values[key]?.origin ?? .default }

  package var logLevel: LogLevel { self[.logLevel].flatMap(LogLevel.init(rawValue:)) ?? .info }
  package var color: ColorMode { self[.color].flatMap(ColorMode.init(rawValue:)) ?? .auto }
  package var isReadOnly: Bool { self[.readOnly] == "true" }
  /// Whether what was made of an object goes when the object is removed.
  package var removesRenditions: Bool { self[.removeRenditions] == "true" }
  package var takesMouse: Bool { self[.mouse] != "false" }
  /// Parts of locations, or of the profile, that mean production.
  package var productionWords: [String] {
    (self[.production] ?? "").split { $0 == "," || $0 == " " }.map(String.init)
  }
  package var theme: String { self[.theme] ?? "default" }
  /// Whether renditions are stored as the grid itself.
  package var storesGrid: Bool { self[.form] == "grid" }
  package var naming: RenditionNaming { self[.naming].flatMap(RenditionNaming.init(template:)) ?? RenditionNaming() }

  /// Nil: as many as suit the machine.
  package var jobs: Int? { number(.jobs) }
  /// Bytes for all jobs together; nil: as much as suits the machine.
  package var memory: Int? { number(.memory) }

  package var limits: Limits {
    var limits = Limits()
    limits.pixels = number(.limitPixels) ?? limits.pixels
    limits.fileBytes = number(.limitFileBytes) ?? limits.fileBytes
    limits.jpegScans = number(.limitJPEGScans) ?? limits.jpegScans
    limits.seconds = number(.limitSeconds) ?? limits.seconds
    limits.memoryBytes = number(.limitMemoryBytes) ?? limits.memoryBytes
    return limits
  }

  private func number(_ key: SettingKey) -> Int? { self[key].flatMap { Int($0) } }
}
