package import AWS
internal import FoundationEssentials
internal import HTTPTransport
package import Pipeline

/// SQS in the words of the pipeline.
package struct SQSMessageQueue: MessageQueue {
  package let queue: SQSQueue

  package init(_ queue: SQSQueue) {
    self.queue = queue
  }

  package func receive(
    limit: Int, wait: Duration, visibility: Duration
  ) async throws(QueueError) -> [QueueMessage] {
    do throws(ServiceError) {
      return try await queue.receive(limit: limit, wait: wait.wholeSeconds, visibility: visibility.wholeSeconds).map {
        QueueMessage(
          id: $0.id, receipt: $0.receipt, body: $0.body, receiveCount: $0.receiveCount,
          sent: $0.sent.map { Date(timeIntervalSince1970: Double($0) / 1000) }, attributes: $0.attributes)
      }
    } catch {
      throw QueueError(error)
    }
  }

  package func delete(_ messages: [QueueMessage]) async throws(QueueError) -> [QueueFault] {
    do throws(ServiceError) {
      return try await queue.delete(messages.map(\.receipt)).map(QueueFault.init)
    } catch {
      throw QueueError(error)
    }
  }

  package func setVisibility(
    _ visibility: Duration, of messages: [QueueMessage]
  ) async throws(QueueError) -> [QueueFault] {
    do throws(ServiceError) {
      return try await queue.setVisibility(visibility.wholeSeconds, of: messages.map(\.receipt)).map(QueueFault.init)
    } catch {
      throw QueueError(error)
    }
  }

  package func send(_ bodies: [String]) async throws(QueueError) -> [QueueFault] {
    do throws(ServiceError) {
      return try await queue.send(bodies).map(QueueFault.init)
    } catch {
      throw QueueError(error)
    }
  }

  package func status() async throws(QueueError) -> QueueStatus {
    do throws(ServiceError) {
      let found = try await queue.attributes()
      return QueueStatus(
        waiting: found.waiting, inFlight: found.inFlight, delayed: found.delayed,
        visibility: .seconds(found.visibility), deadLetterQueue: found.deadLetterQueue,
        maximumReceives: found.maximumReceives)
    } catch {
      throw QueueError(error)
    }
  }

  /// The queue that takes what this one gave out too often.
  ///
  /// - Throws: `noDeadLetterQueue` among others.
  package func deadLetterQueue() async throws(QueueError) -> SQSMessageQueue {
    guard let arn = try await status().deadLetterQueue else { throw .noDeadLetterQueue }
    do throws(ServiceError) {
      return SQSMessageQueue(try await queue.queue(arn: arn))
    } catch {
      throw QueueError(error)
    }
  }

  /// The queue's own name: the end of its URL.
  package var name: String { queue.url.split(separator: "/").last.map(String.init) ?? queue.url }
}

/// The dead-letter queue of a queue, looked up when it is first used.
package actor DeadLetterQueue: MessageQueue {
  private let main: SQSMessageQueue
  private var found: SQSMessageQueue?

  package init(of main: SQSMessageQueue) {
    self.main = main
  }

  /// Its name, or whose it is where that cannot be found out.
  package func name() async -> String { (try? await queue().name) ?? "the dead-letter queue of \(main.name)" }

  private func queue() async throws(QueueError) -> SQSMessageQueue {
    if let found { return found }
    let queue = try await main.deadLetterQueue()
    found = queue
    return queue
  }

  package func receive(
    limit: Int, wait: Duration, visibility: Duration
  ) async throws(QueueError) -> [QueueMessage] {
    try await queue().receive(limit: limit, wait: wait, visibility: visibility)
  }

  package func delete(_ messages: [QueueMessage]) async throws(QueueError) -> [QueueFault] {
    try await queue().delete(messages)
  }

  package func setVisibility(
    _ visibility: Duration, of messages: [QueueMessage]
  ) async throws(QueueError) -> [QueueFault] {
    try await queue().setVisibility(visibility, of: messages)
  }

  package func send(_ bodies: [String]) async throws(QueueError) -> [QueueFault] { try await queue().send(bodies) }

  package func status() async throws(QueueError) -> QueueStatus { try await queue().status() }
}

extension QueueFault {
  fileprivate init(_ fault: SQSBatchFault) {
    self.init(index: fault.index, code: fault.code)
  }
}

extension Duration {
  /// Seconds, a part of one counted as one: a message is never shown earlier than was asked.
  fileprivate var wholeSeconds: Int {
    Int(clamping: components.seconds) + (components.attoseconds > 0 ? 1 : 0)
  }
}

extension QueueError {
  init(_ error: ServiceError) {
    self =
      switch error {
      case .cancelled: .cancelled
      case .credentials(let error): .refusedCredentials(detail: error.description)
      case .invalidAnswer(let detail): .unavailable(detail: "the answer is not SQS's: \(detail)")
      case .transport(let error): QueueError(error)
      case .refused(let fault): QueueError(fault)
      }
  }

  private init(_ error: HTTPError) {
    self =
      switch error {
      case .timeout: .timeout
      case .cancelled: .cancelled
      case .unknownHost(let detail), .cannotConnect(let detail), .brokenOff(let detail), .invalidResponse(let detail):
        .unavailable(detail: detail)
      case .insecure(let detail), .invalidRequest(let detail): .other(detail: detail)
      case .tooLarge(let limit): .unavailable(detail: "an answer of more than \(limit) bytes")
      case .unreadableFile(let path, let code): .other(detail: "cannot read \(path) (error \(code))")
      }
  }

  private init(_ fault: ServiceFault) {
    let words = [fault.code, String(fault.message.prefix(300))].filter { !$0.isEmpty }.joined(separator: ": ")
    let detail = words.isEmpty ? "status \(fault.status)" : words
    switch fault.code {
    case "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "QueueDeletedRecently": self = .noSuchQueue
    case "AccessDenied", "AccessDeniedException", "KmsAccessDenied": self = .accessDenied
    case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired": self = .expiredCredentials
    case "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException",
      "IncompleteSignature", "MissingAuthenticationToken", "MissingAuthenticationTokenException", "InvalidSecurity",
      "OptInRequired", "RequestExpired", "RequestTimeTooSkewed":
      self = .refusedCredentials(detail: fault.code)
    default:
      switch fault.kind {
      case .throttled: self = .throttled
      case .passing: self = .unavailable(detail: detail)
      case .final: self = fault.status == 401 || fault.status == 403 ? .accessDenied : .other(detail: detail)
      }
    }
  }
}
