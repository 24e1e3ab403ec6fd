/// A URL's parts, as they are sent.
struct RequestTarget {
  /// Scheme and authority, as given.
  let origin: Substring.UTF8View
  /// What the transport will write into `Host`: the port only if it is not the scheme's own.
  let host: String
  /// Starts with a slash.
  let path: Substring.UTF8View
  /// Without the `?`; empty if there is none.
  let query: Substring.UTF8View

  init(_ url: String) {
    let text = url.utf8
    let end = text.firstIndex(of: UInt8(ascii: "#")) ?? text.endIndex
    var authorityStart = text.startIndex
    var scheme = ""
    if let colon = text[..<end].firstIndex(of: UInt8(ascii: ":")), text[colon...].starts(with: "://".utf8) {
      scheme = url[..<colon].lowercased()
      authorityStart = text.index(colon, offsetBy: 3)
    }
    let authorityEnd =
      text[authorityStart..<end].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? end
    let question = text[authorityEnd..<end].firstIndex(of: UInt8(ascii: "?")) ?? end
    origin = url[..<authorityEnd].utf8
    host = Self.host(url[authorityStart..<authorityEnd], scheme: scheme)
    path = authorityEnd == question ? Substring("/").utf8 : url[authorityEnd..<question].utf8
    query = question == end ? Substring().utf8 : url[text.index(after: question)..<end].utf8
  }

  private static func host(_ authority: Substring, scheme: String) -> String {
    // A user's name is not part of it.
    let place = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
    // The colons of an IPv6 address stand in brackets.
    let bracket = place.lastIndex(of: "]") ?? place.startIndex
    guard let colon = place[bracket...].lastIndex(of: ":") else { return String(place) }
    let name = place[..<colon]
    let digits = place[place.index(after: colon)...]
    guard let port = UInt16(digits) else { return String(name) }
    let own: UInt16? = ["http": 80, "https": 443][scheme]
    return port == own ? String(name) : "\(name):\(port)"
  }
}
