/// Why an object could not be processed. The raw values are a contract: records, JSON and filters use them.
package enum FailureCode: String, CaseIterable, Hashable, Sendable, Codable {
  case notAnImage = "not-an-image"
  case unsupportedFormat = "unsupported-format"
  case damaged
  case truncated
  case tooLarge = "too-large"
  case keyTooLong = "key-too-long"

  case notFound = "not-found"
  case changed

  case accessDenied = "access-denied"
  case expiredCredentials = "expired-credentials"
  case wrongRegion = "wrong-region"

  case throttled
  case timeout
  case unavailable
  case checksumMismatch = "checksum-mismatch"

  case `internal`

  /// Who can mend it, and whether trying again can help.
  package enum Kind: String, Hashable, Sendable {
    /// The picture itself: the same again for as long as the source stays as it is.
    case permanent
    /// The source went away or moved on while it was read.
    case gone
    /// Rights, credentials, region: someone has to change them first.
    case access
    /// Likely to pass by itself.
    case transient
    /// Ours.
    case `internal`
  }

  package var kind: Kind {
    switch self {
    case .notAnImage, .unsupportedFormat, .damaged, .truncated, .tooLarge, .keyTooLong: .permanent
    case .notFound, .changed: .gone
    case .accessDenied, .expiredCredentials, .wrongRegion: .access
    case .throttled, .timeout, .unavailable, .checksumMismatch: .transient
    case .internal: .internal
    }
  }

  /// Whether trying again by itself can help. Only this drives retries.
  package var isTransient: Bool { kind == .transient }

  /// Whether "retry failed" leaves it out while the source is unchanged.
  package var isPermanent: Bool { kind == .permanent }
}
