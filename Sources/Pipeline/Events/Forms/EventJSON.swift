import FoundationEssentials

/// A JSON value as it came. Events differ in their fields from version to version and from server to server: what is
/// wanted is picked out of it, and everything else stays unread.
enum EventJSON: Hashable, Sendable {
  case object([String: EventJSON])
  case array([EventJSON])
  case string(String)
  case integer(Int64)
  /// Null, true, false, and numbers that no field of ours could hold.
  case other

  /// Arrays and objects within one another: events have six.
  static let maximumDepth = 32

  /// - Throws: `tooLarge`, `tooDeep`, `notJSON`.
  init(parsing bytes: [UInt8], limit: Int) throws(EventError) {
    guard bytes.count <= limit else { throw .tooLarge(bytes: bytes.count, limit: limit) }
    guard Self.depth(of: bytes) <= Self.maximumDepth else { throw .tooDeep(limit: Self.maximumDepth) }
    do {
      self = try JSONDecoder().decode(EventJSON.self, from: Data(bytes))
    } catch {
      throw .notJSON
    }
  }

  subscript(name: String) -> EventJSON? {
    if case .object(let fields) = self { fields[name] } else { nil }
  }

  var text: String? { if case .string(let text) = self { text } else { nil } }
  var number: Int64? { if case .integer(let number) = self { number } else { nil } }
  var items: [EventJSON]? { if case .array(let items) = self { items } else { nil } }

  /// The deepest nesting of brackets outside strings. More than that is not looked for: whether they match is the
  /// parser's to say.
  private static func depth(of bytes: [UInt8]) -> Int {
    var depth = 0
    var deepest = 0
    var isText = false
    var isEscaped = false
    for byte in bytes {
      if isText {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isText = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isText = true
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        deepest = max(deepest, depth)
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
    }
    return deepest
  }
}

extension EventJSON: Decodable {
  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let text = try? value.decode(String.self) {
      self = .string(text)
    } else if let number = try? value.decode(Int64.self) {
      self = .integer(number)
    } else if let fields = try? value.decode([String: EventJSON].self) {
      self = .object(fields)
    } else if let items = try? value.decode([EventJSON].self) {
      self = .array(items)
    } else {
      self = .other
    }
  }
}
