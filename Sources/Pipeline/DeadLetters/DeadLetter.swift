package import FoundationEssentials

/// A message that was tried too often, or that a function gave up: what it was about, and why, as far as it says.
package struct DeadLetter: Hashable, Sendable {
  /// Where it lies: a message's identifier, or a key.
  package var id: String
  /// What it tells of; empty where it cannot be read.
  package var events: [ObjectEvent]
  /// Why nobody can read it.
  package var fault: EventError?
  /// Why it was given up, in the words of who did. Foreign text; nil where it does not say, as a queue never does.
  package var reason: String?
  /// How often it was tried, as far as that is told.
  package var attempts: Int?
  /// When it was given up, or sent.
  package var time: Date?
  /// As it was found.
  var held: QueueMessage?

  package init(
    id: String, events: [ObjectEvent], fault: EventError? = nil, reason: String? = nil, attempts: Int? = nil,
    time: Date? = nil
  ) {
    self.id = id
    self.events = events
    self.fault = fault
    self.reason = reason
    self.attempts = attempts
    self.time = time
  }

  /// Reads a message of a dead-letter queue: what the main queue held, the event of a function (`DeadLetterConfig`), or
  /// the record of its on-failure destination.
  package init(_ message: QueueMessage) {
    self.init(id: message.id, content: Array(message.body.utf8))
    held = message
    time = time ?? message.sent
    // What a function's own dead-letter queue adds.
    if let text = message.attributes["ErrorMessage"], !text.isEmpty { reason = reason ?? String(text.prefix(1024)) }
  }

  /// Reads what lies somewhere by its content alone.
  package init(id: String, content: [UInt8]) {
    self.init(id: id, events: [])
    do throws(EventError) {
      let json = try EventJSON(parsing: content, limit: EventMessage.maximumBytes)
      guard let payload = json["requestPayload"], let context = json["requestContext"] else {
        take(try EventMessage(json))
        return
      }
      reason = Self.reason(context, json["responsePayload"], json["responseContext"])
      attempts = context["approximateInvokeCount"]?.number.flatMap { Int(exactly: $0) }
      time = json["timestamp"]?.text.flatMap { try? Date($0, strategy: Self.timestamp) }
      take(try EventMessage(payload))
    } catch {
      fault = error
    }
  }

  private mutating func take(_ message: EventMessage) {
    events = message.events
    fault = message.faults.first ?? (message.events.isEmpty && !message.isTest ? .unknownForm : nil)
  }

  private static let timestamp = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

  /// `RetriesExhausted: the bucket is gone (Runtime.ExitError)`.
  private static func reason(_ context: EventJSON, _ payload: EventJSON?, _ response: EventJSON?) -> String? {
    let condition = context["condition"]?.text
    let message = payload?["errorMessage"]?.text.map { String($0.prefix(1024)) }
    let type = payload?["errorType"]?.text ?? response?["functionError"]?.text
    var text = [condition, message].compactMap { $0 }.joined(separator: ": ")
    if let type { text += text.isEmpty ? type : " (\(type))" }
    return text.isEmpty ? nil : text
  }
}
