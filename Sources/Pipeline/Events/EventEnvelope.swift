package import FoundationEssentials

/// What a function is invoked with: one message, or a batch of a queue's.
package enum EventEnvelope: Sendable {
  /// S3's notification, SNS's or EventBridge's: it succeeds or fails as a whole.
  case message(EventMessage)
  /// SQS's messages, each of which can fail by itself (`batchItemFailures`).
  case batch([Item])

  /// A message of a queue's batch.
  package struct Item: Sendable {
    /// What `batchItemFailures` names it by.
    package var messageID: String
    /// How often it has been given out, 1 or more, as far as that is told.
    package var receiveCount: Int?
    package var sent: Date?
    package var message: Result<EventMessage, EventError>

    package init(
      messageID: String, receiveCount: Int? = nil, sent: Date? = nil, message: Result<EventMessage, EventError>
    ) {
      self.messageID = messageID
      self.receiveCount = receiveCount
      self.sent = sent
      self.message = message
    }
  }

  /// Reads the payload of an invocation.
  ///
  /// - Throws: where it as a whole is none of these forms; a message of a batch that is none fails by itself.
  package init(parsing payload: [UInt8]) throws(EventError) {
    let json = try EventJSON(parsing: payload, limit: EventMessage.maximumBytes)
    guard let records = json["Records"]?.items, records.contains(where: { $0["eventSource"]?.text == "aws:sqs" }) else {
      self = .message(try EventMessage(json))
      return
    }
    var items: [Item] = []
    for record in records { items.append(try Item(record)) }
    self = .batch(items)
  }
}

extension EventEnvelope.Item {
  /// - Throws: without an identifier the failure of this one message could not be told.
  fileprivate init(_ record: EventJSON) throws(EventError) {
    guard let messageID = record["messageId"]?.text, !messageID.isEmpty else { throw .invalidField("messageId") }
    let attributes = record["attributes"]
    self.init(
      messageID: messageID,
      receiveCount: attributes?["ApproximateReceiveCount"]?.text.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil },
      sent: attributes?["SentTimestamp"]?.text.flatMap { Double($0) }.map { Date(timeIntervalSince1970: $0 / 1000) },
      message: Self.message(record["body"]?.text))
  }

  private static func message(_ body: String?) -> Result<EventMessage, EventError> {
    do throws(EventError) {
      guard let body else { throw .invalidField("body") }
      return .success(try EventMessage(parsing: Array(body.utf8)))
    } catch {
      return .failure(error)
    }
  }
}
