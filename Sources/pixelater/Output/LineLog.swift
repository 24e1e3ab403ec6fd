import FoundationEssentials
import Logging
import Settings

/// Log lines on standard error, one an event: text for people, or JSON for machines. Foreign text is made safe.
struct LineLog: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]
  private let asJSON: Bool

  static func logger(level: LogLevel, asJSON: Bool) -> Logger {
    Logger(label: "pixelater") { _ in LineLog(logLevel: Logger.Level(level), asJSON: asJSON) }
  }

  private init(logLevel: Logger.Level, asJSON: Bool) {
    self.logLevel = logLevel
    self.asJSON = asJSON
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
    let now = Date.now
    if asJSON {
      let head: [(String, JSON)] = [
        ("time", .date(now)), ("level", .string(event.level.rawValue)), ("message", .string(event.message.description)),
      ]
      StandardError.put(JSON.object(head + fields.map { ($0.key, .string($0.value.description)) }).description + "\n")
      return
    }
    let tail = fields.map { " \($0.key)=\(Self.quoted($0.value.description))" }.joined()
    StandardError.put("\(TextStyle.clock(now)) \(TextStyle.pad(event.level.rawValue, 7)) \(event.message)\(tail)\n")
  }

  /// A value that could be mistaken for more than one, or for something else, stands in quotes.
  private static func quoted(_ text: String) -> String {
    let isPlain =
      !text.isEmpty && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && $0 != "=" && $0.value != 0x7F }
    return isPlain && text.utf8.allSatisfy { $0 < 0x80 } ? text : JSON.string(text).description
  }
}

extension Logger.Level {
  init(_ level: LogLevel) {
    self =
      switch level {
      case .trace: .trace
      case .debug: .debug
      case .info: .info
      case .notice: .notice
      case .warning: .warning
      case .error: .error
      }
  }
}
