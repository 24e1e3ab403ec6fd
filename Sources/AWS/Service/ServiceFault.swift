internal import FoundationEssentials
package import HTTPTransport

/// Why a call to a service failed.
package enum ServiceError: Error, Hashable, Sendable {
  /// The exchange did not come about.
  case transport(HTTPError)
  case credentials(CredentialError)
  /// The service said no.
  case refused(ServiceFault)
  /// An answer that is not what the service's protocol says.
  case invalidAnswer(detail: String)
  case cancelled
}

/// What a service says of a call it refuses. Codes and messages are foreign text.
package struct ServiceFault: Hashable, Sendable {
  /// Of the answer; 200 for a fault that came in an answer of success.
  package var status: Int
  /// The service's own word, such as `SlowDown`; empty where the answer has no body, as to a HEAD.
  package var code: String
  package var message: String
  /// Where the service says that the call belongs.
  package var region: String?
  package var requestID: String?
  /// The server's clock when it answered.
  var serverTime: Date?
  /// How long it asked to wait.
  var retryAfter: Duration?

  package init(status: Int, code: String = "", message: String = "", region: String? = nil, requestID: String? = nil) {
    self.status = status
    self.code = code
    self.message = message
    self.region = region
    self.requestID = requestID
  }

  /// What can be done about it.
  enum Remedy: Hashable, Sendable {
    /// The same call may succeed a little later.
    case retry
    /// As `retry`, and all calls had better become fewer.
    case slowDown
    /// Set the clock by the server's, and call again.
    case setClock
    /// Get other credentials, and call again.
    case renewCredentials
    /// Ask in another region.
    case changeRegion
    case none
  }

  /// Whether the same call may succeed later.
  package enum Kind: Hashable, Sendable {
    case throttled
    case passing
    case final
  }

  package var kind: Kind {
    switch remedy {
    case .slowDown: .throttled
    case .retry: .passing
    case .setClock, .renewCredentials, .changeRegion, .none: .final
    }
  }

  var remedy: Remedy {
    switch code {
    case "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture": .setClock
    case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired": .renewCredentials
    case "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
      region == nil ? .none : .changeRegion
    case "SlowDown", "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled",
      "RequestThrottledException", "RequestLimitExceeded", "BandwidthLimitExceeded", "TooManyRequests",
      "TooManyRequestsException", "LimitExceededException", "ProvisionedThroughputExceededException", "KmsThrottled",
      "OverLimit":
      .slowDown
    case "InternalError", "InternalFailure", "InternalServiceException", "ServiceException", "ServiceUnavailable",
      "RequestTimeout",
      "RequestTimeoutException", "PriorRequestNotComplete", "ConditionalRequestConflict", "OperationAborted":
      .retry
    default:
      switch status {
      case 429: .slowDown
      case 500, 502, 503, 504: .retry
      case 301, 307, 308: region == nil ? .none : .changeRegion
      default: .none
      }
    }
  }
}

extension ServiceFault {
  /// Reads the fault in an answer.
  ///
  /// - Parameter body: XML as S3 and STS send it, or JSON as SQS and Lambda do; anything else tells no more than the
  ///   status does.
  init(_ response: HTTPResponse, body: [UInt8]) {
    self.init(
      status: response.status, requestID: response.headers["x-amz-request-id"] ?? response.headers["x-amzn-requestid"])
    region = response.headers["x-amz-bucket-region"]
    if let type = response.headers["x-amzn-errortype"] { code = Self.bare(type) }
    guard let first = body.first(where: { $0 > 0x20 }) else { return }
    if first == UInt8(ascii: "{") { readJSON(body) } else { readXML(body) }
  }

  private mutating func readXML(_ body: [UInt8]) {
    guard let root = try? XMLElement(parsing: body) else { return }
    let error = root.name == "Error" ? root : root["Error"] ?? root
    code = error["Code"]?.text ?? code
    message = error["Message"]?.text ?? ""
    if let named = error["Region"]?.text, !named.isEmpty { region = named }
  }

  private mutating func readJSON(_ body: [UInt8]) {
    guard let answer = try? JSONDecoder().decode(JSONFault.self, from: Data(body)) else { return }
    if let type = answer.__type ?? answer.code { code = Self.bare(type) }
    message = answer.message ?? answer.Message ?? ""
  }

  /// AWS JSON 1.0 puts a name space before the code (`com.amazonaws.sqs#QueueDoesNotExist`), a header a URL behind it.
  private static func bare(_ type: String) -> String {
    let name = type.prefix { $0 != ":" }
    return String(name.lastIndex(of: "#").map { name[name.index(after: $0)...] } ?? name)
  }

  private struct JSONFault: Decodable {
    let __type: String?
    let code: String?
    let message: String?
    let Message: String?
  }
}
