internal import CCurl

/// Tells libcurl what to do.
struct EasyOptions {
  let easy: UnsafeMutableRawPointer

  func set(_ configuration: TransportConfiguration) {
    ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1)
    ccurl_close_on_exec(easy)
    ccurl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
    ccurl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    ccurl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https")
    // Keys may hold "..": the path is sent as it is.
    ccurl_set_long(easy, CURLOPT_PATH_AS_IS, 1)
    ccurl_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    ccurl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
    ccurl_set_long(easy, CURLOPT_BUFFERSIZE, 128 << 10)
    ccurl_set_long(easy, CURLOPT_UPLOAD_BUFFERSIZE, 128 << 10)
    if !configuration.takesProxies { ccurl_set_text(easy, CURLOPT_NOPROXY, "*") }
    if let bundle = configuration.caBundle { ccurl_set_text(easy, CURLOPT_CAINFO, bundle) }
  }

  func set(_ request: HTTPRequest) throws(HTTPError) {
    guard !request.url.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }),
      ccurl_set_text(easy, CURLOPT_URL, request.url) == CURLE_OK
    else { throw .invalidRequest(detail: "a URL with characters that are not percent-encoded") }

    let scheme = request.url.prefix { $0 != ":" }.lowercased()
    guard scheme == "http" || scheme == "https" else {
      throw .invalidRequest(detail: "a URL that is neither http nor https")
    }

    if request.body != .none, request.method != .put, request.method != .post {
      throw .invalidRequest(detail: "a body with \(request.method.rawValue)")
    }
    switch request.method {
    case .get: ccurl_set_long(easy, CURLOPT_HTTPGET, 1)
    case .head: ccurl_set_long(easy, CURLOPT_NOBODY, 1)
    case .delete: ccurl_set_text(easy, CURLOPT_CUSTOMREQUEST, HTTPMethod.delete.rawValue)
    case .put:
      ccurl_set_long(easy, CURLOPT_UPLOAD, 1)
      ccurl_set_offset(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(request.body.count))
    case .post:
      ccurl_set_long(easy, CURLOPT_POST, 1)
      ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
    }
    set(request.timeouts)
  }

  private func set(_ timeouts: HTTPTimeouts) {
    ccurl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, timeouts.connect.milliseconds)
    if let stall = timeouts.stall {
      ccurl_set_long(easy, CURLOPT_LOW_SPEED_LIMIT, 1)
      ccurl_set_long(easy, CURLOPT_LOW_SPEED_TIME, max(1, (stall.milliseconds + 999) / 1000))
    }
    if let total = timeouts.total { ccurl_set_long(easy, CURLOPT_TIMEOUT_MS, total.milliseconds) }
  }

  /// The header fields as a list, which the caller frees.
  func fields(
    of request: HTTPRequest, userAgent: String
  ) throws(HTTPError) -> UnsafeMutablePointer<curl_slist>? {
    var list: UnsafeMutablePointer<curl_slist>?
    var names: Set<String> = []
    for field in request.headers {
      guard Self.isToken(field.name), !field.value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F })
      else {
        curl_slist_free_all(list)
        throw .invalidRequest(detail: "a header field that cannot be sent")
      }
      names.insert(field.name.lowercased())
      // A field with a colon and no value would be taken out by libcurl; a semicolon sends it empty.
      list = curl_slist_append(list, field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
    }
    if !names.contains("user-agent") { list = curl_slist_append(list, "User-Agent: \(userAgent)") }
    // What libcurl would add by itself.
    for name in ["Accept", "Content-Type"] where !names.contains(name.lowercased()) {
      list = curl_slist_append(list, "\(name):")
    }
    return list
  }

  /// A name of a header field (RFC 9110, 5.6.2).
  private static func isToken(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }
}

extension Duration {
  fileprivate var milliseconds: Int {
    let (seconds, attoseconds) = components
    return max(1, Int(clamping: seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
  }
}

extension HTTPError {
  /// - Parameter code: a result of libcurl other than `CURLE_OK`.
  init(_ code: CURLcode) {
    let detail = String(cString: curl_easy_strerror(code))
    self =
      switch code {
      case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .unknownHost(detail)
      case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED, CURLE_PROXY: .cannotConnect(detail: detail)
      case CURLE_OPERATION_TIMEDOUT: .timeout
      case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
        CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
        .insecure(detail: detail)
      case CURLE_PARTIAL_FILE, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_SSL_CONNECT_ERROR,
        CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_SEND_FAIL_REWIND:
        .brokenOff(detail: detail)
      // "Out of memory" is how libcurl tells a header line longer than it takes.
      case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR,
        CURLE_OUT_OF_MEMORY:
        .invalidResponse(detail: detail)
      case CURLE_URL_MALFORMAT: .invalidRequest(detail: detail)
      case CURLE_ABORTED_BY_CALLBACK: .cancelled
      default: .brokenOff(detail: detail)
      }
  }
}
