import Console
import FoundationEssentials

/// A JSON value whose fields keep their order, so that rows read the same every time.
indirect enum JSON: Sendable {
  case null
  case bool(Bool)
  case number(Int64)
  case decimal(Double)
  case string(String)
  case array([JSON])
  case object([(String, JSON)])

  static func number(_ value: Int) -> JSON { .number(Int64(value)) }

  /// A time in UTC with milliseconds, as S3 writes it: `2026-11-21T14:03:59.000Z`.
  static func date(_ date: Date) -> JSON { .string(dateText(date)) }

  static func dateText(_ date: Date) -> String { date.formatted(Self.dateStyle) }

  static func optional(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }

  private static let dateStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral {
  init(dictionaryLiteral elements: (String, JSON)...) { self = .object(elements) }
  init(arrayLiteral elements: JSON...) { self = .array(elements) }
  init(stringLiteral value: String) { self = .string(value) }
}

extension JSON: CustomStringConvertible {
  /// One line.
  var description: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let value): text += String(value)
    case .decimal(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.write(value, to: &text)
    case .array(let values):
      text += "["
      for (index, value) in values.enumerated() {
        if index > 0 { text += "," }
        value.write(to: &text)
      }
      text += "]"
    case .object(let fields):
      text += "{"
      for (index, (name, value)) in fields.enumerated() {
        if index > 0 { text += "," }
        Self.write(name, to: &text)
        text += ":"
        value.write(to: &text)
      }
      text += "}"
    }
  }

  /// RFC 8259, section 7. Escaped besides what has to be: whatever a terminal would obey or not show, so that rows can
  /// be looked at as well as read by a program.
  private static func write(_ value: String, to text: inout String) {
    text += "\""
    if value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
      text += value
    } else {
      for scalar in value.unicodeScalars {
        switch scalar {
        case "\"": text += "\\\""
        case "\\": text += "\\\\"
        case "\n": text += "\\n"
        case "\r": text += "\\r"
        case "\t": text += "\\t"
        default:
          if isVisible(scalar) {
            text.unicodeScalars.append(scalar)
          } else {
            for unit in String(scalar).utf16 {
              let hex = String(unit, radix: 16)
              text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            }
          }
        }
      }
    }
    text += "\""
  }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x20 || scalar.value == 0x7F { return false }
    if scalar.value < 0x7F { return true }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
    default: return true
    }
  }
}
