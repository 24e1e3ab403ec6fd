package import ObjectStore

/// How often, and after what wait, a call that failed with a transient error is repeated. A store that has repeated it
/// itself is not asked again.
///
/// The wait before the n-th repetition is a random part ("full jitter") of `base * 2^n`, at most `cap`. A throttled call
/// starts from `throttledBase`.
package struct RetryPolicy: Sendable {
  /// Calls in all, the first included. Default 4.
  package var maximumAttempts = 4
  package var base: Duration = .milliseconds(50)
  package var throttledBase: Duration = .seconds(1)
  package var cap: Duration = .seconds(20)
  /// A number in 0..<1.
  package var random: @Sendable () -> Double = { Double.random(in: 0..<1) }
  package var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  /// Told whenever a store asks to slow down, whether the call is repeated or not; must not block.
  package var onThrottled: @Sendable () -> Void = {}

  package init() {}

  /// The wait before repeating after the given number of failures, 1 or more.
  package func delay(afterFailures failures: Int, of reason: StoreError.Reason) -> Duration {
    let first = reason == .throttled ? throttledBase : base
    let ceiling = min(first * Double(1 << min(failures - 1, 30)), cap)
    return ceiling * random()
  }

  /// Calls until it succeeds, fails for good, or the attempts are used up.
  package func callAsFunction<T: Sendable>(
    _ call: @Sendable () async throws(StoreError) -> T
  ) async throws(StoreError) -> T {
    var failures = 0
    while true {
      do throws(StoreError) {
        return try await call()
      } catch {
        failures += 1
        if error.reason == .throttled { onThrottled() }
        guard error.isWorthRetrying, failures < maximumAttempts, !Task.isCancelled else { throw error }
        do {
          try await sleep(delay(afterFailures: failures, of: error.reason))
        } catch is CancellationError {
          throw StoreError(operation: error.operation, key: error.key, reason: .cancelled)
        } catch {}
      }
    }
  }
}
