/// Holds what happened until the consumer asks: changes to one key melt into one, and too many into an overflow, so a
/// consumer that never asks costs bounded memory.
final class ChangeMailbox: Sendable {
  enum Outcome: Sendable {
    case batch(StoreChangeBatch)
    case finished(StoreError?)
  }

  private struct State {
    var pending: [ObjectKey: StoreChange.Kind] = [:]
    var overflowed = false
    var end: Outcome?
    var waiter: CheckedContinuation<Outcome, Never>?

    /// What the consumer gets now; nil where it has to wait.
    mutating func take() -> Outcome? {
      if overflowed {
        overflowed = false
        pending = [:]
        return .batch(.overflow)
      }
      if !pending.isEmpty {
        let changes = pending.map { StoreChange(key: $0.key, kind: $0.value) }.sorted { $0.key < $1.key }
        pending = [:]
        return .batch(.changes(changes))
      }
      return end
    }
  }

  private let state = Locked(State())
  /// Most keys held.
  private let capacity: Int

  init(capacity: Int = 100_000) {
    self.capacity = capacity
  }

  func post(_ changes: [StoreChange]) {
    deliver { state in
      guard !state.overflowed else { return }
      for change in changes { state.pending[change.key] = change.kind }
      if state.pending.count > capacity { state.overflowed = true }
    }
  }

  func postOverflow() { deliver { $0.overflowed = true } }

  /// Ends the sequence once what is held has been taken. Only the first end counts.
  func finish(_ error: StoreError?) {
    deliver { if $0.end == nil { $0.end = .finished(error) } }
  }

  func next() async -> Outcome {
    await withCheckedContinuation { continuation in
      let ready: Outcome? = state.withLock { state in
        if let outcome = state.take() { return outcome }
        // A second consumer is a mistake of the caller: it ends at once rather than hang.
        if state.waiter != nil { return .finished(nil) }
        state.waiter = continuation
        return nil
      }
      if let ready { continuation.resume(returning: ready) }
    }
  }

  private func deliver(_ change: (inout State) -> Void) {
    let wake: (CheckedContinuation<Outcome, Never>, Outcome)? = state.withLock { state in
      guard state.end == nil else { return nil }
      change(&state)
      guard let waiter = state.waiter, let outcome = state.take() else { return nil }
      state.waiter = nil
      return (waiter, outcome)
    }
    if let (waiter, outcome) = wake { waiter.resume(returning: outcome) }
  }
}
