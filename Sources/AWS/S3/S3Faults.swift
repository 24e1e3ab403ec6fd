internal import HTTPTransport
internal import ObjectStore

extension ServiceError {
  /// The same in the words of all stores.
  func storeError(_ operation: StoreError.Operation, _ key: String) -> StoreError {
    StoreError(operation: operation, key: key, reason: reason, hasBeenRetried: hasBeenRetried)
  }

  /// See `ServiceClient.attempt`.
  private var hasBeenRetried: Bool { remedy == .retry || remedy == .slowDown }

  private var reason: StoreError.Reason {
    switch self {
    case .cancelled: .cancelled
    case .transport(let error): Self.reason(error)
    case .credentials(let error): .noCredentials(detail: error.description)
    case .invalidAnswer(let detail): .unavailable(detail: "the answer is not S3's: \(detail)")
    case .refused(let fault): Self.reason(fault)
    }
  }

  private static func reason(_ error: HTTPError) -> StoreError.Reason {
    switch error {
    case .timeout: .timeout
    case .cancelled: .cancelled
    case .unknownHost(let detail), .cannotConnect(let detail): .unreachable(detail: detail)
    case .brokenOff(let detail), .invalidResponse(let detail): .unavailable(detail: detail)
    case .insecure(let detail), .invalidRequest(let detail): .other(detail: detail)
    case .tooLarge(let limit): .unavailable(detail: "an answer of more than \(limit) bytes")
    case .unreadableFile(let path, let code): .other(detail: "cannot read \(path) (error \(code))")
    }
  }

  private static func reason(_ fault: ServiceFault) -> StoreError.Reason {
    switch fault.code {
    case "NoSuchKey", "NoSuchVersion": .notFound
    case "NoSuchBucket": .noSuchBucket
    // Given up by somebody else, or put together by a call whose answer was lost: the object itself may be there or not.
    case "NoSuchUpload": .unavailable(detail: fault.summary)
    case "AccessDenied", "AccountProblem", "AllAccessDisabled", "InvalidPayer", "NotSignedUp":
      .accessDenied
    case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "InvalidSecurity",
      "UnrecognizedClientException",
      "RequestTimeTooSkewed", "RequestExpired":
      .refusedCredentials(detail: fault.code)
    case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired": .expiredCredentials
    case "PreconditionFailed": .preconditionFailed
    // In an archive: nothing that permissions would mend.
    case "InvalidObjectState": .other(detail: fault.summary)
    case "InvalidRange": .invalidRange
    case "BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch": .checksumMismatch
    case "RequestTimeout": .timeout
    case "QuotaExceeded", "InsufficientStorage", "XMinioStorageFull": .full
    default: reason(status: fault)
    }
  }

  private static func reason(status fault: ServiceFault) -> StoreError.Reason {
    switch fault.remedy {
    case .slowDown: return .throttled
    case .retry: return .unavailable(detail: fault.summary)
    case .changeRegion: return .wrongRegion(fault.region)
    default: break
    }
    return switch fault.status {
    case 301, 307, 308: .wrongRegion(fault.region)
    case 401, 403: .accessDenied
    case 404: .notFound
    case 412: .preconditionFailed
    case 416: .invalidRange
    case 507: .full
    default: .other(detail: fault.summary)
    }
  }
}

extension ServiceFault {
  /// For people: `InternalError: We encountered an internal error (500)`. Foreign text.
  var summary: String {
    let words = [code, String(message.prefix(300))].filter { !$0.isEmpty }.joined(separator: ": ")
    return words.isEmpty ? "status \(status)" : "\(words) (\(status))"
  }
}
