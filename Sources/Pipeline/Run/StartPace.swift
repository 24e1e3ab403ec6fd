import ObjectStore

/// When the next object of a run may be begun: by its rate, and not at all for a while after a store asked to slow down.
///
/// A store that throttles one object would throttle the next as well, so everybody waits: at first about as long as the
/// call itself does before it is repeated, twice as long each time that the first objects afterwards fare no better, and
/// as before once one of them is written. What is under way goes on, each call with its own waits.
final class StartPace: Sendable {
  private struct State {
    var bucket: TokenBucket?
    /// When a rest ends.
    var restEnd: Duration = .zero
    /// Rests in a row.
    var rests = 0
  }

  private let clock: RunClock
  private let retry: RetryPolicy
  private let state: Locked<State>
  private let turn = Budget(total: 1)
  /// Longest sleep before asking again.
  private static let look: Duration = .milliseconds(100)

  init(_ options: RunOptions) {
    clock = options.clock
    retry = options.retry
    let bucket = options.rate.map { TokenBucket($0, at: options.clock.now()) }
    state = Locked(State(bucket: bucket))
  }

  /// Another rate from now on; nil: none.
  func setRate(_ rate: ObjectRate?) {
    let now = clock.now()
    state.withLock { $0.bucket = rate.map { TokenBucket($0, at: now) } }
  }

  /// Asks to begin an object.
  ///
  /// - Returns: nil where it may begin, else how long to wait before asking again.
  func take() -> Duration? {
    let now = clock.now()
    return state.withLock { state in
      state.restEnd > now ? state.restEnd - now : state.bucket?.take(at: now)
    }
  }

  /// Waits until an object may begin, one after the other in the order they came.
  ///
  /// - Returns: false where the task was cancelled meanwhile.
  func pass() async -> Bool {
    await turn.with(1) { [self] in
      while let wait = take() {
        // Meanwhile another may have needed nothing.
        guard (try? await clock.sleep(min(wait, Self.look))) != nil else { return false }
      }
      return true
    } ?? false
  }

  /// How an object went that was begun.
  func ended(_ end: End) {
    let now = clock.now()
    state.withLock { state in
      switch end {
      case .needless: state.bucket?.giveBack()
      case .written: if now >= state.restEnd { state.rests = 0 }
      case .other: break
      }
    }
  }

  func ended(_ outcome: JobOutcome) {
    switch outcome {
    case .written: ended(.written)
    case .skipped: ended(.needless)
    case .failed, .cancelled: ended(.other)
    }
  }

  enum End {
    /// There was nothing to do: that is no load, and does not count.
    case needless
    case written
    case other
  }

  /// A store asked to slow down. What asks during a rest is the same wave.
  ///
  /// - Returns: how long the rest is that begins with this.
  @discardableResult
  func throttled() -> Duration? {
    let now = clock.now()
    return state.withLock { state in
      guard now >= state.restEnd else { return nil }
      state.rests += 1
      let ceiling = min(retry.throttledBase * Double(1 << min(state.rests - 1, 30)), retry.cap)
      let rest = ceiling * (0.5 + retry.random() / 2)
      state.restEnd = now + rest
      return rest
    }
  }
}

extension RunOptions {
  /// The same with calls that tell a pace when a store asks to slow down.
  ///
  /// - Parameter onRest: told of each rest that begins; must not block.
  func telling(_ pace: StartPace, onRest: @escaping @Sendable (Duration) -> Void = { _ in }) -> RunOptions {
    var options = self
    options.retry.onThrottled = {
      if let rest = pace.throttled() { onRest(rest) }
    }
    return options
  }
}

/// The time that a run goes by.
package struct RunClock: Sendable {
  /// Since some moment; never goes back.
  package var now: @Sendable () -> Duration
  package var sleep: @Sendable (Duration) async throws -> Void

  package init(
    now: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.now = now
    self.sleep = sleep
  }

  private static let start = ContinuousClock.now

  package static let standard = RunClock(
    now: { ContinuousClock.now - start }, sleep: { try await Task.sleep(for: $0) })
}
