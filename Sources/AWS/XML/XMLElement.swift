/// A small document as a tree: for answers with few elements. Listings are read as they arrive.
struct XMLElement: Hashable, Sendable {
  var name: String
  var text = ""
  var children: [XMLElement] = []

  /// The first child of this name.
  subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

  /// - Throws: `XMLReader.Fault`, also for a document without an element.
  init(parsing bytes: [UInt8]) throws(XMLReader.Fault) {
    let builder = Builder()
    let reader = XMLReader(builder)
    try reader.feed(bytes)
    try reader.finish()
    guard let root = builder.root else { throw .malformed("no element") }
    self = root
  }

  private init(name: String) {
    self.name = name
  }

  private final class Builder: XMLHandler {
    /// The elements that have ended and whose parents have not, by depth.
    private var ended: [[XMLElement]] = []

    var root: XMLElement? { ended.first?.first }

    func end(_ name: XMLName, depth: Int, text: Span<UInt8>) {
      while ended.count <= depth + 1 { ended.append([]) }
      var element = XMLElement(name: name.string)
      swap(&element.children, &ended[depth + 1])
      if element.children.isEmpty {
        element.text = text.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
      }
      ended[depth].append(element)
    }
  }
}

extension XMLElement {
  /// The document that a service answered.
  ///
  /// - Throws: `invalidAnswer` where it is none.
  init(answer body: [UInt8]) throws(ServiceError) {
    do throws(XMLReader.Fault) { self = try XMLElement(parsing: body) } catch {
      throw .invalidAnswer(detail: "no XML that can be read")
    }
  }
}

/// Writes XML.
enum XMLText {
  /// `text` as the content of an element, or nil where XML 1.0 cannot hold it (2.2): most control characters, U+FFFE,
  /// U+FFFF. What a parser would change, line ends and tabs, stands as references.
  static func escaped(_ text: String) -> String? {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r": result += "&#\(scalar.value);"
      case "\u{20}"..."\u{FFFD}", "\u{10000}"..."\u{10FFFF}": result.unicodeScalars.append(scalar)
      default: return nil
      }
    }
    return result
  }
}
