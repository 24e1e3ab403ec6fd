/// One request to a server.
package struct HTTPRequest: Sendable {
  package var method: HTTPMethod
  /// Absolute, `http` or `https`, percent-encoded: it is sent as it stands, `..` and `//` in its path included.
  package var url: String
  /// In the order they are sent. `Host`, `Content-Length` and `Connection` are the transport's.
  package var headers: [HTTPField]
  /// With PUT and POST only.
  package var body: HTTPBody
  package var timeouts: HTTPTimeouts

  package init(
    _ method: HTTPMethod, _ url: String, headers: [HTTPField] = [], body: HTTPBody = .none,
    timeouts: HTTPTimeouts = HTTPTimeouts()
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeouts = timeouts
  }
}

package enum HTTPMethod: String, Hashable, Sendable {
  case get = "GET"
  case head = "HEAD"
  case put = "PUT"
  case post = "POST"
  case delete = "DELETE"
}

/// A header field.
package struct HTTPField: Hashable, Sendable {
  package var name: String
  package var value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// What a request carries.
package enum HTTPBody: Hashable, Sendable {
  case none
  case bytes([UInt8])
  /// These bytes of a file of this machine, read while they are sent.
  case file(path: String, range: Range<Int64>)

  /// Bytes.
  package var count: Int64 {
    switch self {
    case .none: 0
    case .bytes(let bytes): Int64(bytes.count)
    case .file(_, let range): Int64(range.count)
    }
  }
}

/// How long a request may take before it ends with `HTTPError.timeout`.
package struct HTTPTimeouts: Hashable, Sendable {
  /// Until the connection stands, TLS included. Default: 10 s.
  package var connect: Duration = .seconds(10)
  /// Without a byte either way, also while an answer is waited for; time in which nobody reads the body does not count.
  /// Speed is taken over some seconds, so short ones fire later by that much. Nil: for ever. Default: 30 s.
  package var stall: Duration? = .seconds(30)
  /// For the whole exchange. Default: nil, as long as it moves.
  package var total: Duration?

  package init() {}
}
