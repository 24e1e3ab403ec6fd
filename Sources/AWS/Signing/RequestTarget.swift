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
    host = Self.host(text[authorityStart..<authorityEnd], scheme: scheme)
    path = authorityEnd == question ? Substring("/").utf8 : url[authorityEnd..<question].utf8
    query = question == end ? Substring().utf8 : url[text.index(after: question)..<end].utf8
  }

  private static func host(_ authority: Substring.UTF8View, scheme: String) -> String {
    // A user's name is not part of it.
    let place = authority.lastIndex(of: UInt8(ascii: "@")).map { authority[authority.index(after: $0)...] } ?? authority
    // The colons of an IPv6 address stand in brackets.
    let bracket = place.lastIndex(of: UInt8(ascii: "]")) ?? place.startIndex
    guard let colon = place[bracket...].lastIndex(of: UInt8(ascii: ":")) else { return String(Substring(place)) }
    let name = Substring(place[..<colon])
    let isOwn =
      switch UInt16(Substring(place[place.index(after: colon)...])) {
      case nil: true  // none, or none that can be asked
      case 80: scheme == "http"
      case 443: scheme == "https"
      default: false
      }
    return isOwn ? String(name) : String(Substring(place))
  }
}
