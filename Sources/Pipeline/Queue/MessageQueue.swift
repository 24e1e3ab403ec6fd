package import FoundationEssentials

/// A queue of messages, as SQS keeps them: given out, hidden for a while, and given out again unless they are deleted.
///
/// At least once and in any order: a message may come twice, also to two workers at the same time.
package protocol MessageQueue: Sendable {
  /// Takes messages, and hides them from others.
  ///
  /// - Parameters:
  ///   - limit: most messages, 1 to 10.
  ///   - wait: how long to wait for the first; up to 20 s.
  ///   - visibility: how long they stay hidden; up to 12 h.
  func receive(limit: Int, wait: Duration, visibility: Duration) async throws(QueueError) -> [QueueMessage]

  /// Removes messages that were received.
  ///
  /// - Returns: those that could not be, with why: they will come again.
  func delete(_ messages: [QueueMessage]) async throws(QueueError) -> [QueueFault]

  /// Hides messages that were received for so much longer, from now; zero gives them back at once.
  func setVisibility(_ visibility: Duration, of messages: [QueueMessage]) async throws(QueueError) -> [QueueFault]

  /// Adds messages.
  ///
  /// - Returns: those that were not taken, by their index in `bodies`.
  func send(_ bodies: [String]) async throws(QueueError) -> [QueueFault]

  /// How the queue is doing; numbers are approximate.
  func status() async throws(QueueError) -> QueueStatus
}

/// A message as it was given out.
package struct QueueMessage: Hashable, Sendable {
  /// The message's own; the same however often it is given out.
  package var id: String
  /// This giving out's; a later one of the same message makes it void.
  package var receipt: String
  package var body: String
  /// How often it has been given out, this time included.
  package var receiveCount: Int
  package var sent: Date?
  /// Further text that came with it, by name. Foreign.
  package var attributes: [String: String]

  package init(
    id: String, receipt: String, body: String, receiveCount: Int = 1, sent: Date? = nil,
    attributes: [String: String] = [:]
  ) {
    self.id = id
    self.receipt = receipt
    self.body = body
    self.receiveCount = receiveCount
    self.sent = sent
    self.attributes = attributes
  }
}

/// One message of a batch that could not be dealt with.
package struct QueueFault: Hashable, Sendable {
  /// In what was given.
  package var index: Int
  /// The queue's own word.
  package var code: String

  package init(index: Int, code: String) {
    self.index = index
    self.code = code
  }
}

package struct QueueStatus: Hashable, Sendable {
  /// Messages that wait.
  package var waiting: Int
  /// Messages that somebody works on.
  package var inFlight: Int
  /// Messages that are not given out yet.
  package var delayed: Int
  /// How long a message stays hidden where the receiver does not say.
  package var visibility: Duration
  /// The queue that takes what was given out too often; its ARN.
  package var deadLetterQueue: String?
  /// How often a message is given out before.
  package var maximumReceives: Int?

  package init(
    waiting: Int, inFlight: Int, delayed: Int = 0, visibility: Duration = .seconds(30), deadLetterQueue: String? = nil,
    maximumReceives: Int? = nil
  ) {
    self.waiting = waiting
    self.inFlight = inFlight
    self.delayed = delayed
    self.visibility = visibility
    self.deadLetterQueue = deadLetterQueue
    self.maximumReceives = maximumReceives
  }
}

/// What went wrong with a call to a queue.
package enum QueueError: Error, Hashable, Sendable {
  case noSuchQueue
  /// The queue keeps what was given out too often for itself, or drops it.
  case noDeadLetterQueue
  case accessDenied
  case expiredCredentials
  /// The queue does not accept the credentials, or there are none to show it.
  case refusedCredentials(detail: String)
  case throttled
  case timeout
  /// The queue cannot be reached or answers with a fault of its own.
  case unavailable(detail: String)
  case cancelled
  /// Anything else it said.
  case other(detail: String)

  /// Whether the same call may succeed later.
  package var isTransient: Bool {
    switch self {
    case .throttled, .timeout, .unavailable: true
    case .noSuchQueue, .noDeadLetterQueue, .accessDenied, .expiredCredentials, .refusedCredentials, .cancelled, .other:
      false
    }
  }
}
