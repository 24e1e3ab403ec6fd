package import FoundationEssentials

/// Keeps credentials and fetches others before they expire: one fetch at a time, whoever waits for it.
///
/// In the last 15 minutes of their life the old ones are still given while others are fetched in the background; in the
/// last 10, callers wait for the fetch. (The windows are botocore's.) A fetch that fails takes nothing away: as long as
/// the old ones are good they are given, and the next try is 30 s later.
package actor CredentialCache: CredentialProvider {
  /// Seconds before the end.
  static let advisoryWindow: TimeInterval = 15 * 60
  static let mandatoryWindow: TimeInterval = 10 * 60
  /// Seconds between tries while there are good credentials.
  static let pause: TimeInterval = 30

  private typealias Outcome = Result<Credentials, CredentialError>

  private let source: any CredentialProvider
  private let now: @Sendable () -> Date
  private var current: Credentials?
  private var lastTry = Date.distantPast
  private var fetch: Task<Void, Never>?
  private var waiting: [UInt64: CheckedContinuation<Outcome, Never>] = [:]
  private var nextWaiter: UInt64 = 0

  package init(_ source: any CredentialProvider, now: @escaping @Sendable () -> Date = { Date() }) {
    self.source = source
    self.now = now
  }

  package func credentials() async throws(CredentialError) -> Credentials {
    guard let current else { return try await fetched().get() }
    guard let expiration = current.expiration else { return current }
    let time = now()
    let left = expiration.timeIntervalSince(time)
    guard left <= Self.advisoryWindow else { return current }
    guard left > 0 else { return try await fetched().get() }
    // Also a source that only has short-lived ones is not asked at each request.
    guard fetch != nil || time.timeIntervalSince(lastTry) >= Self.pause else { return current }
    if left > Self.mandatoryWindow {
      startFetch()
      return current
    }
    switch await fetched() {
    case .success(let fresh): return fresh
    case .failure(.cancelled): throw .cancelled
    case .failure(let error):
      guard expiration > now() else { throw error }
      return current
    }
  }

  /// Lets go of `rejected`, if they are still the ones that are given.
  package func discard(_ rejected: Credentials) async {
    if let current, current.isSame(as: rejected) { self.current = nil }
  }

  private func startFetch() {
    guard fetch == nil else { return }
    lastTry = now()
    fetch = Task { [source] in
      let outcome: Outcome
      do throws(CredentialError) {
        outcome = .success(try await source.credentials())
      } catch {
        outcome = .failure(error)
      }
      self.finish(outcome)
    }
  }

  private func finish(_ outcome: Outcome) {
    fetch = nil
    var outcome = outcome
    if case .success(let fresh) = outcome {
      if let expiration = fresh.expiration, expiration <= now() {
        outcome = .failure(.failed(source: fresh.origin, detail: "the credentials it gives have expired"))
      } else {
        current = fresh
      }
    }
    let all = waiting
    waiting = [:]
    for continuation in all.values { continuation.resume(returning: outcome) }
  }

  /// The outcome of the fetch under way, or of a new one.
  private func fetched() async -> Outcome {
    nextWaiter += 1
    let waiter = nextWaiter
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if Task.isCancelled {
          continuation.resume(returning: .failure(.cancelled))
        } else {
          waiting[waiter] = continuation
          startFetch()
        }
      }
    } onCancel: {
      Task { await self.abandon(waiter) }
    }
  }

  /// A caller no longer waits. The fetch goes on: others may want what it brings.
  private func abandon(_ waiter: UInt64) {
    waiting.removeValue(forKey: waiter)?.resume(returning: .failure(.cancelled))
  }
}

extension Credentials {
  /// Whether they are signed with alike.
  func isSame(as other: Credentials) -> Bool {
    accessKeyID == other.accessKeyID && secretAccessKey == other.secretAccessKey && sessionToken == other.sessionToken
  }
}
