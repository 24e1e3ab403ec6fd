internal import ObjectStore

/// How many repetitions are affordable: when most calls fail, repeating them all makes an outage worse. A bucket of
/// tokens, as AWS's SDKs keep one: a repetition takes some, success gives them back.
package final class RetryQuota: Sendable {
  private let tokens: Locked<Int>
  private let capacity: Int

  static let cost = 5
  static let costAfterTimeout = 10

  /// - Parameter capacity: tokens. Default 500.
  package init(capacity: Int = 500) {
    self.capacity = capacity
    tokens = Locked(capacity)
  }

  /// Takes tokens for a repetition; false where there are not enough.
  func take(_ cost: Int) -> Bool {
    tokens.withLock { tokens in
      guard tokens >= cost else { return false }
      tokens -= cost
      return true
    }
  }

  /// A call succeeded: what its last repetition took is given back, or one token where there was none.
  func giveBack(_ cost: Int?) {
    tokens.withLock { $0 = min(capacity, $0 + (cost ?? 1)) }
  }
}

/// How long to wait before a repetition: a random part of an exponentially growing time ("full jitter").
package struct Backoff: Sendable {
  /// Calls in all, the first included. Default 4.
  package var maximumAttempts = 4
  package var base: Duration = .milliseconds(50)
  /// After a throttled call.
  package var throttledBase: Duration = .seconds(1)
  package var cap: Duration = .seconds(20)
  /// A number in 0..<1.
  package var random: @Sendable () -> Double = { Double.random(in: 0..<1) }
  package var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

  package init() {}

  /// - Parameters:
  ///   - failures: so far, 1 or more.
  ///   - hint: what the server asked for, up to the cap; waited for at least, and at most 5 s longer.
  func delay(afterFailures failures: Int, throttled: Bool, hint: Duration?) -> Duration {
    let first = throttled ? throttledBase : base
    let delay = min(first * Double(1 << min(failures - 1, 30)), cap) * random()
    guard let hint else { return delay }
    let asked = min(max(hint, .zero), cap)
    return min(max(delay, asked), asked + .seconds(5))
  }
}
