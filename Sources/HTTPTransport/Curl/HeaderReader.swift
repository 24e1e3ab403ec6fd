/// Reads the header of an answer, line by line. Interim answers (1xx) are passed over.
struct HeaderReader {
  private(set) var status = 0
  private(set) var headers = HTTPHeaders()
  private(set) var isComplete = false
  /// Why the header was refused.
  private(set) var error: HTTPError?
  private var bytes = 0
  private let isOfHead: Bool

  /// Bytes of header fields taken at most.
  private static let maximumBytes = 256 << 10
  /// A body of at most this many bytes is waited for, and told with the header: one hop less.
  private static let smallBody = 64 << 10

  /// - Parameter isOfHead: the answer has no body, whatever it says of its length.
  init(isOfHead: Bool) {
    self.isOfHead = isOfHead
  }

  /// Takes a line as libcurl gives it, its end included; false refuses the answer.
  mutating func take(_ line: UnsafeRawBufferPointer) -> Bool {
    bytes += line.count
    guard bytes <= Self.maximumBytes else {
      error = .invalidResponse(detail: "a header of more than \(Self.maximumBytes >> 10) KiB")
      return false
    }
    // After the header come trailers: nobody asked for them.
    guard !isComplete else { return true }
    let text = String(decoding: line, as: UTF8.self)
    if text.hasPrefix("HTTP/") {
      // The status line, of an interim answer perhaps: "HTTP/1.1 200 OK".
      headers = HTTPHeaders()
      status = text.split(separator: " ").dropFirst().first.flatMap { Int($0.filter { $0.isNumber }) } ?? 0
      return true
    }
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
      let isEnd = text.utf8.allSatisfy { $0 == 0x0D || $0 == 0x0A }
      if isEnd, status >= 200 { isComplete = true }
      return true
    }
    let value = text[text.index(after: colon)...]
    headers.append(HTTPField(String(text[..<colon]), Self.trimmed(value)))
    return true
  }

  /// Whether the body is worth waiting for, so that the answer is told whole.
  var isSmall: Bool {
    if isOfHead || status == 204 || status == 304 { return true }
    guard let length = headers["content-length"].flatMap({ Int($0) }) else { return false }
    return length <= Self.smallBody
  }

  private static func trimmed(_ text: Substring) -> String {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }
    let head = text.utf8.drop(while: isSpace)
    var end = head.endIndex
    while end > head.startIndex, isSpace(head[head.index(before: end)]) { end = head.index(before: end) }
    return String(Substring(head[..<end]))
  }
}
