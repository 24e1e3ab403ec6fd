/// What there is besides this process: others who process what they are told of, and boxes of what they gave up.
package struct EventServices: Sendable {
  /// Somebody who takes S3's events.
  package struct Receiver: Sendable {
    /// What people know it by: a queue's name, a function's name or ARN. Foreign text.
    package var name: String
    package var send: EventSender.Send

    package init(name: String, send: @escaping EventSender.Send) {
      self.name = name
      self.send = send
    }
  }

  /// The queue that tells of uploads, and its messages' receivers.
  package var queue: Receiver?
  /// How that queue is doing.
  package var queueStatus: (@Sendable () async throws(QueueError) -> QueueStatus)?
  package var function: Receiver?
  package var letters: [any DeadLetterBox] = []
  /// Whether what was made of an object goes when the object is removed.
  package var removesRenditions = false

  package init() {}

  package func receiver(of way: RunWay) -> Receiver? {
    switch way {
    case .local: nil
    case .queue: queue
    case .lambda: function
    }
  }
}

/// Where objects are processed. Raw values are those of `--via`.
package enum RunWay: String, CaseIterable, Hashable, Sendable {
  /// In this process.
  case local
  /// By whoever takes messages from the queue.
  case queue
  /// By the function, which is invoked once an object.
  case lambda
}
