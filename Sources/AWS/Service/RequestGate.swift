internal import ObjectStore

/// How many calls may be under way at once. When the service asks to slow down the number shrinks for everybody, and
/// grows again while calls succeed (additive increase, multiplicative decrease).
package final class RequestGate: Sendable {
  private struct State {
    var limit: Double
    var running = 0
    var waiting: [(ticket: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    var nextTicket = 0
    /// Calls that may still end before the limit shrinks again: one burst of refusals is one reason.
    var settling = 0
  }

  private let state: Locked<State>
  private let maximum: Double

  /// - Parameter limit: calls at once. Default 64.
  package init(limit: Int = 64) {
    maximum = Double(max(1, limit))
    state = Locked(State(limit: maximum))
  }

  /// Calls allowed at once now.
  package var limit: Int { state.withLock { Int($0.limit) } }

  /// Calls that wait for a place.
  var waitingCount: Int { state.withLock { $0.waiting.count } }

  /// Waits for a place; false where the task was cancelled meanwhile.
  func enter() async -> Bool {
    let ticket = state.withLock { state in
      state.nextTicket += 1
      return state.nextTicket
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: Bool? = state.withLock { state in
          if Task.isCancelled { return false }
          if state.running < Int(state.limit) {
            state.running += 1
            return true
          }
          state.waiting.append((ticket, continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let waiting = state.withLock { state -> CheckedContinuation<Bool, Never>? in
        guard let index = state.waiting.firstIndex(where: { $0.ticket == ticket }) else { return nil }
        return state.waiting.remove(at: index).continuation
      }
      waiting?.resume(returning: false)
    }
  }

  enum Outcome {
    case success
    case throttled
    case other
  }

  func leave(_ outcome: Outcome) {
    let next = state.withLock { state -> [CheckedContinuation<Bool, Never>] in
      state.running -= 1
      // Under way already when the limit shrank: of the same burst.
      let isSettling = state.settling > 0
      if isSettling { state.settling -= 1 }
      switch outcome {
      case .success: state.limit = min(maximum, state.limit + 1 / state.limit)
      case .throttled where !isSettling:
        state.limit = max(1, state.limit / 2)
        state.settling = state.running
      case .throttled, .other: break
      }
      var admitted: [CheckedContinuation<Bool, Never>] = []
      while state.running < Int(state.limit), !state.waiting.isEmpty {
        admitted.append(state.waiting.removeFirst().continuation)
        state.running += 1
      }
      return admitted
    }
    for continuation in next { continuation.resume(returning: true) }
  }
}
