/// What went wrong with one call to a store. Text for people is made from it in one place, above this layer.
package struct StoreError: Error, Hashable, Sendable {
  package var operation: Operation
  /// The key or the prefix that was asked for.
  package var key: String
  package var reason: Reason
  /// The store has repeated the call itself, as often as it makes sense: its callers need not.
  package var hasBeenRetried: Bool

  package init(operation: Operation, key: String, reason: Reason, hasBeenRetried: Bool = false) {
    self.operation = operation
    self.key = key
    self.reason = reason
    self.hasBeenRetried = hasBeenRetried
  }

  package enum Operation: String, Hashable, Sendable {
    case open, head, get, put, delete, list, watch
    /// Of a version, for good.
    case deleteVersion
    /// Of an old version, as the one that stands.
    case restore
    case tags
  }

  package enum Reason: Hashable, Sendable {
    case notFound
    /// The bucket, or the folder that stands for it, is not there.
    case noSuchBucket
    case accessDenied
    case expiredCredentials
    /// The store does not accept the credentials: its own word for why (`SignatureDoesNotMatch`).
    case refusedCredentials(detail: String)
    /// There are none to show it.
    case noCredentials(detail: String)
    case wrongRegion(String?)
    case preconditionFailed
    case invalidRange
    case throttled
    case timeout
    /// No way leads to the store: no such host, no answer to a connection.
    case unreachable(detail: String)
    /// The store answers with a fault of its own, or breaks off.
    case unavailable(detail: String)
    /// Its listings are not in the byte order of their keys.
    case unordered
    case checksumMismatch
    /// The store refuses to write: opened read-only.
    case readOnly
    /// No room left.
    case full
    case cancelled
    /// More content than the `limit` in bytes that the caller set.
    case tooLarge(limit: Int)
    /// Anything else the store said.
    case other(detail: String)
  }

  /// Whether the same call may succeed later.
  package var isTransient: Bool {
    switch reason {
    case .throttled, .timeout, .unreachable, .unavailable, .checksumMismatch: true
    default: false
    }
  }

  /// Whether the caller is to repeat the call, after a while. Only this drives retries.
  package var isWorthRetrying: Bool { isTransient && !hasBeenRetried }
}
