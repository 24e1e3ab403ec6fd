import FoundationEssentials
import ObjectStore

/// A queue in memory, for tests: messages hide and come back by a clock of its own, and nothing is delivered once only.
package final class MemoryQueue: MessageQueue {
  private struct Entry {
    var id: String
    var body: String
    var sent: Date
    var receives = 0
    var visibleAt = ContinuousClock.now
    var receipt = ""
  }

  private struct State {
    var entries: [Entry] = []
    var dead: [String] = []
    var next = 0
    var failures: [QueueError] = []
    var mostHeld = 0
    var polls = 0
    var visibilityCalls = 0
  }

  private let state = Locked(State())
  private let visibility: Duration
  private let maximumReceives: Int?

  /// - Parameters:
  ///   - visibility: told by `status`.
  ///   - maximumReceives: what was given out so often goes to `deadLetters` instead; nil: for ever.
  package init(visibility: Duration = .seconds(30), maximumReceives: Int? = nil) {
    self.visibility = visibility
    self.maximumReceives = maximumReceives
  }

  /// Bodies of messages given out too often.
  package var deadLetters: [String] { state.withLock { $0.dead } }
  /// Messages that stand, hidden or not.
  package var count: Int { state.withLock { $0.entries.count } }
  /// The most messages that were hidden at one time.
  package var mostHeld: Int { state.withLock { $0.mostHeld } }
  package var polls: Int { state.withLock { $0.polls } }
  package var visibilityCalls: Int { state.withLock { $0.visibilityCalls } }
  /// How often each message that stands was given out, in order.
  package var receiveCounts: [Int] { state.withLock { $0.entries.map(\.receives) } }
  /// Messages that could be received now.
  package var visibleCount: Int {
    let now = ContinuousClock.now
    return state.withLock { $0.entries.count { $0.visibleAt <= now } }
  }

  /// Makes the next receives fail.
  package func fail(_ errors: [QueueError]) { state.withLock { $0.failures += errors } }

  package func receive(limit: Int, wait: Duration, visibility: Duration) async throws(QueueError) -> [QueueMessage] {
    let end = ContinuousClock.now + wait
    let failure = state.withLock { state in
      state.polls += 1
      return state.failures.isEmpty ? nil : state.failures.removeFirst()
    }
    if let failure { throw failure }
    while true {
      if Task.isCancelled { throw .cancelled }
      let messages = take(limit, visibility)
      if !messages.isEmpty || ContinuousClock.now >= end { return messages }
      do { try await Task.sleep(for: .milliseconds(5)) } catch { throw .cancelled }
    }
  }

  private func take(_ limit: Int, _ visibility: Duration) -> [QueueMessage] {
    let now = ContinuousClock.now
    return state.withLock { state in
      if let maximumReceives {
        let isDead = { (entry: Entry) in entry.visibleAt <= now && entry.receives >= maximumReceives }
        state.dead += state.entries.filter(isDead).map(\.body)
        state.entries.removeAll(where: isDead)
      }
      var messages: [QueueMessage] = []
      for index in state.entries.indices where state.entries[index].visibleAt <= now {
        guard messages.count < min(limit, 10) else { break }
        state.next += 1
        state.entries[index].receives += 1
        state.entries[index].visibleAt = now + visibility
        state.entries[index].receipt = "r\(state.next)"
        let entry = state.entries[index]
        messages.append(
          QueueMessage(
            id: entry.id, receipt: entry.receipt, body: entry.body, receiveCount: entry.receives, sent: entry.sent))
      }
      state.mostHeld = max(state.mostHeld, state.entries.count { $0.visibleAt > now })
      return messages
    }
  }

  package func delete(_ messages: [QueueMessage]) async throws(QueueError) -> [QueueFault] {
    change(messages) { entries, index in entries.remove(at: index) }
  }

  package func setVisibility(
    _ visibility: Duration, of messages: [QueueMessage]
  ) async throws(QueueError) -> [QueueFault] {
    state.withLock { $0.visibilityCalls += 1 }
    let now = ContinuousClock.now
    return change(messages) { entries, index in entries[index].visibleAt = now + visibility }
  }

  private func change(_ messages: [QueueMessage], _ body: (inout [Entry], Int) -> Void) -> [QueueFault] {
    state.withLock { state in
      var faults: [QueueFault] = []
      for (number, message) in messages.enumerated() {
        if let index = state.entries.firstIndex(where: { $0.receipt == message.receipt }) {
          body(&state.entries, index)
        } else {
          faults.append(QueueFault(index: number, code: "ReceiptHandleIsInvalid"))
        }
      }
      return faults
    }
  }

  @discardableResult
  package func send(_ bodies: [String]) async throws(QueueError) -> [QueueFault] {
    state.withLock { state in
      for body in bodies {
        state.next += 1
        state.entries.append(Entry(id: "m\(state.next)", body: body, sent: Date()))
      }
    }
    return []
  }

  package func status() async throws(QueueError) -> QueueStatus {
    let now = ContinuousClock.now
    let (waiting, inFlight) = state.withLock { state in
      let waiting = state.entries.count { $0.visibleAt <= now }
      return (waiting, state.entries.count - waiting)
    }
    return QueueStatus(
      waiting: waiting, inFlight: inFlight, visibility: visibility,
      deadLetterQueue: maximumReceives.map { _ in "arn:aws:sqs:eu-central-1:1:dead" }, maximumReceives: maximumReceives)
  }
}
