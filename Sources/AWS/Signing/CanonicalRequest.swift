internal import Crypto
internal import HTTPTransport

/// A request in the one form that client and server both hash (Signature Version 4, task 1).
struct CanonicalRequest {
  let text: [UInt8]
  /// Small letters, sorted, separated by `;`.
  let signedHeaders: String

  /// - Parameters:
  ///   - query: names and values, each in canonical form; the order does not matter.
  ///   - headers: those to sign, `Host` included, their names in small letters.
  init(
    method: HTTPMethod, path: some Collection<UInt8>, pathRule: PathRule, query: [QueryItem], headers: [HTTPField],
    payload: PayloadHash
  ) {
    var text: [UInt8] = []
    text.reserveCapacity(1024)
    text += method.rawValue.utf8
    text.append(Self.newline)
    pathRule.append(path, to: &text)
    text.append(Self.newline)
    for (index, item) in query.sorted().enumerated() {
      if index > 0 { text.append(UInt8(ascii: "&")) }
      text += item.name
      text.append(UInt8(ascii: "="))
      text += item.value
    }
    text.append(Self.newline)
    signedHeaders = Self.append(headers, to: &text)
    text.append(Self.newline)
    text += signedHeaders.utf8
    text.append(Self.newline)
    text += payload.text.utf8
    self.text = text
  }

  /// What is signed (task 2).
  func stringToSign(time: SigningTime, scope: String) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(192)
    result += "AWS4-HMAC-SHA256\n".utf8
    result += time.timestamp.utf8
    result.append(Self.newline)
    result += scope.utf8
    result.append(Self.newline)
    Hexadecimal.appendSmall(SHA256.hash(data: text), to: &result)
    return result
  }

  private static let newline = UInt8(ascii: "\n")

  /// Names in small letters and sorted; values of one name joined with commas in the order they are sent.
  private static func append(_ headers: [HTTPField], to text: inout [UInt8]) -> String {
    // Swift's sort is stable; names of ASCII sort as their bytes.
    var names: [String] = []
    for header in headers.sorted(by: { $0.name < $1.name }) {
      if names.last == header.name {
        text[text.count - 1] = UInt8(ascii: ",")  // in place of the newline
      } else {
        names.append(header.name)
        text += header.name.utf8
        text.append(UInt8(ascii: ":"))
      }
      appendTrimmed(header.value, to: &text)
      text.append(newline)
    }
    return names.joined(separator: ";")
  }

  /// Without white space at the ends, and each run of it within as one space.
  private static func appendTrimmed(_ value: String, to text: inout [UInt8]) {
    guard value.utf8.contains(where: isWhite) else {
      text += value.utf8
      return
    }
    let start = text.count
    var gap = false
    for byte in value.utf8 {
      if isWhite(byte) {
        gap = true
      } else {
        if gap, text.count > start { text.append(UInt8(ascii: " ")) }
        gap = false
        text.append(byte)
      }
    }
  }

  private static func isWhite(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }
}

/// A name and a value of a query, percent-encoded.
struct QueryItem: Comparable {
  let name: [UInt8]
  let value: [UInt8]

  /// - Parameters: plain text.
  init(_ name: String, _ value: String) {
    self.name = Array(PercentEncoding.query(name).utf8)
    self.value = Array(PercentEncoding.query(value).utf8)
  }

  private init(encoded item: some BidirectionalCollection<UInt8> & RandomAccessCollection<UInt8>) {
    let equals = item.firstIndex(of: UInt8(ascii: "=")) ?? item.endIndex
    var name: [UInt8] = []
    PercentEncoding.appendCanonical(item[..<equals], to: &name, keepsSlash: false)
    var value: [UInt8] = []
    if equals != item.endIndex {
      PercentEncoding.appendCanonical(item[item.index(after: equals)...], to: &value, keepsSlash: false)
    }
    self.name = name
    self.value = value
  }

  /// The items of a query as it is sent; empty ones are none.
  static func items(of query: some Sequence<UInt8>) -> [QueryItem] {
    Array(query).split(separator: UInt8(ascii: "&")).map { QueryItem(encoded: $0) }
  }

  /// By name and then by value: `a=` before `a-b=`, which their joined text would not give.
  static func < (one: QueryItem, other: QueryItem) -> Bool {
    one.name == other.name
      ? one.value.lexicographicallyPrecedes(other.value) : one.name.lexicographicallyPrecedes(other.name)
  }
}

/// How a path is written in the canonical request.
package enum PathRule: Hashable, Sendable {
  /// Encoded once, and nothing is taken out: `a//b/../c` is an object's key. S3.
  case asSent
  /// `.`, `..` and empty segments are resolved, and what is sent is encoded once more. All other services.
  case normalized

  func append(_ path: some Collection<UInt8>, to text: inout [UInt8]) {
    switch self {
    case .asSent: PercentEncoding.appendCanonical(Array(path), to: &text, keepsSlash: true)
    case .normalized:
      for byte in Self.normalize(path) { PercentEncoding.append(byte, to: &text, keepsSlash: true) }
    }
  }

  /// RFC 3986, 5.2.4, with runs of slashes taken for one.
  private static func normalize(_ path: some Collection<UInt8>) -> [UInt8] {
    let slash = UInt8(ascii: "/")
    let dot = UInt8(ascii: ".")
    let segments = Array(path).split(separator: slash, omittingEmptySubsequences: false)
    var kept: [ArraySlice<UInt8>] = []
    for segment in segments {
      if segment.elementsEqual([dot, dot]) {
        _ = kept.popLast()
      } else if !segment.isEmpty, !segment.elementsEqual([dot]) {
        kept.append(segment)
      }
    }
    guard !kept.isEmpty else { return [slash] }
    var result: [UInt8] = []
    for segment in kept {
      result.append(slash)
      result += segment
    }
    if let last = segments.last, last.isEmpty || last.elementsEqual([dot]) || last.elementsEqual([dot, dot]) {
      result.append(slash)
    }
    return result
  }
}
