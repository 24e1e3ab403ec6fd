internal import FoundationEssentials

/// A message as it was given out.
package struct SQSMessage: Hashable, Sendable {
  package let id: String
  package let receipt: String
  package let body: String
  /// How often it has been given out, this time included.
  package let receiveCount: Int
  /// Milliseconds since 1970.
  package let sent: Int64?
  /// Text that its sender added, by name. Foreign.
  package let attributes: [String: String]

  /// - Returns: nil where the body is not what its digest says.
  init?(_ message: ReceiveAnswer.Message) {
    if let digest = message.MD5OfBody, digest.lowercased() != MD5Digest(of: Array(message.Body.utf8)).hexadecimal {
      return nil
    }
    id = message.MessageId
    receipt = message.ReceiptHandle
    body = message.Body
    receiveCount = message.Attributes?["ApproximateReceiveCount"].flatMap { Int($0) } ?? 1
    sent = message.Attributes?["SentTimestamp"].flatMap { Int64($0) }
    attributes = (message.MessageAttributes ?? [:]).compactMapValues { $0.StringValue }
  }
}

/// A message of a batch that could not be dealt with.
package struct SQSBatchFault: Hashable, Sendable {
  package let index: Int
  package let code: String
}

/// How a queue is set up and doing. Numbers of messages are approximate.
package struct SQSAttributes: Hashable, Sendable {
  package let waiting: Int
  package let inFlight: Int
  package let delayed: Int
  /// Seconds.
  package let visibility: Int
  package let deadLetterQueue: String?
  package let maximumReceives: Int?

  init(_ fields: [String: String]) {
    func number(_ name: String) -> Int? { fields[name].flatMap { Int($0) } }
    waiting = number("ApproximateNumberOfMessages") ?? 0
    inFlight = number("ApproximateNumberOfMessagesNotVisible") ?? 0
    delayed = number("ApproximateNumberOfMessagesDelayed") ?? 0
    visibility = number("VisibilityTimeout") ?? 30
    let policy = fields["RedrivePolicy"].flatMap {
      try? JSONDecoder().decode(RedrivePolicy.self, from: Data($0.utf8))
    }
    deadLetterQueue = policy?.deadLetterTargetArn
    maximumReceives = policy?.maxReceiveCount?.value
  }
}
