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
  /// The box that it lies in, by its name.
  package var place = ""
  /// Why a function was done with it: `RetriesExhausted`, `EventAgeExceeded`. Foreign text, as all of these are.
  package var condition: String?
  package var errorType: String?
  package var errorMessage: String?
  package var function: String?
  package var requestID: String?
  /// How often its queue has given it out, looks among it.
  package var receives: Int?
  /// The beginning of what was found, for showing.
  package var content = ""
  /// As it was found.
  var held: QueueMessage?

  /// Bytes of `content`.
  package static let shownBytes = 4096

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
    receives = message.receiveCount
    // What a function's own dead-letter queue adds.
    func added(_ name: String) -> String? {
      message.attributes[name].flatMap { $0.isEmpty ? nil : String($0.prefix(1024)) }
    }
    errorMessage = errorMessage ?? added("ErrorMessage")
    requestID = requestID ?? added("RequestID")
    reason = reason ?? added("ErrorMessage")
  }

  /// Reads what lies somewhere by its content alone.
  package init(id: String, content: [UInt8]) {
    self.init(id: id, events: [])
    self.content = String(decoding: content.prefix(Self.shownBytes), as: UTF8.self)
    do throws(EventError) {
      let json = try EventJSON(parsing: content, limit: EventMessage.maximumBytes)
      guard let payload = json["requestPayload"], let context = json["requestContext"] else {
        take(try EventMessage(json))
        return
      }
      func text(_ json: EventJSON?) -> String? { json?.text.flatMap { $0.isEmpty ? nil : String($0.prefix(1024)) } }
      condition = text(context["condition"])
      requestID = text(context["requestId"])
      function = text(context["functionArn"])
      errorMessage = text(json["responsePayload"]?["errorMessage"])
      errorType = text(json["responsePayload"]?["errorType"]) ?? text(json["responseContext"]?["functionError"])
      reason = told
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
  private var told: String? {
    var text = [condition, errorMessage].compactMap { $0 }.joined(separator: ": ")
    if let errorType { text += text.isEmpty ? errorType : " (\(errorType))" }
    return text.isEmpty ? nil : text
  }
}

extension DeadLetter {
  /// Which letter it is, of all boxes.
  package struct Identity: Hashable, Sendable {
    package var place: String
    package var id: String

    package init(place: String, id: String) {
      self.place = place
      self.id = id
    }
  }

  package var identity: Identity { Identity(place: place, id: id) }

  /// Without what it takes to remove it: for keeping after it was given back.
  package var released: DeadLetter {
    var letter = self
    letter.held = nil
    return letter
  }
}
