/// What little JSON a runtime writes.
package enum JSONText {
  /// `"name":value`.
  static func member(_ name: String, _ value: LambdaLog.Value) -> String {
    switch value {
    case .string(let text): "\(quoted(name)):\(quoted(text))"
    case .number(let number): "\(quoted(name)):\(number)"
    case .flag(let flag): "\(quoted(name)):\(flag)"
    }
  }

  /// A string. What could move a reader's screen is escaped too: C1 controls, line and paragraph separators, and marks of
  /// direction.
  package static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22: out += "\\\""
      case 0x5C: out += "\\\\"
      case 0x0A: out += "\\n"
      case 0x0D: out += "\\r"
      case 0x09: out += "\\t"
      case 0...0x1F, 0x7F...0x9F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF:
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
