/// Why an exchange did not come about, or broke off. Details are the transport's own words, without URLs or headers;
/// they may hold the server's host name.
package enum HTTPError: Error, Hashable, Sendable {
  /// The host's name is not known.
  case unknownHost(String)
  /// Nobody answers there.
  case cannotConnect(detail: String)
  /// The server could not show who it is, or no common ground for TLS was found.
  case insecure(detail: String)
  case timeout
  /// The connection broke, or the body was cut short.
  case brokenOff(detail: String)
  /// A body of more than the `limit` in bytes that the caller set.
  case tooLarge(limit: Int)
  /// The file to be sent cannot be read, or is shorter than was said.
  case unreadableFile(path: String, code: Int32)
  /// Not a URL that can be asked, or a header that cannot be sent.
  case invalidRequest(detail: String)
  /// An answer that is not HTTP, or has a header out of all measure.
  case invalidResponse(detail: String)
  case cancelled

  /// Whether the same request may succeed later.
  package var isTransient: Bool {
    switch self {
    case .unknownHost, .cannotConnect, .timeout, .brokenOff, .invalidResponse: true
    case .insecure, .tooLarge, .unreadableFile, .invalidRequest, .cancelled: false
    }
  }
}
