import LambdaRuntime
import Pipeline

/// Handles what the function is invoked with: one message, or a batch of a queue's.
///
/// A picture that cannot be processed is recorded, and that is a success: the same again would fail again. What may pass
/// is an error, so that Lambda or the queue tries again. Where nothing can succeed until rights are mended, the whole
/// invocation fails: Lambda then takes less from the queue.
struct EventFunction: Sendable {
  let sources: SourceBuckets

  func handle(_ event: [UInt8], _ context: InvocationContext) async throws(InvocationFailure) -> [UInt8] {
    let answer: Result<[UInt8], InvocationFailure> = await EventLog.$current.withValue(context.log) {
      await Self.answer(event, context, sources)
    }
    return try answer.get()
  }

  private static func answer(
    _ event: [UInt8], _ context: InvocationContext, _ sources: SourceBuckets
  ) async -> Result<[UInt8], InvocationFailure> {
    do throws(EventError) {
      switch try EventEnvelope(parsing: event) {
      case .message(let message): return await answer(message, context, sources)
      case .batch(let items): return await answer(items, context, sources)
      }
    } catch {
      return .failure(.unreadable(error))
    }
  }

  private static func answer(
    _ message: EventMessage, _ context: InvocationContext, _ sources: SourceBuckets
  ) async -> Result<[UInt8], InvocationFailure> {
    let ending = await MessageEnding.settle(message, in: sources)
    if let failure = ending.failure {
      if ending.isAccess { context.log(.fatal, Self.accessWarning, ["advice": .string(failure.message)]) }
      return .failure(failure)
    }
    return .success(Array(#"{"events":\#(message.events.count)}"#.utf8))
  }

  private static func answer(
    _ items: [EventEnvelope.Item], _ context: InvocationContext, _ sources: SourceBuckets
  ) async -> Result<[UInt8], InvocationFailure> {
    let endings = await withTaskGroup(of: NumberedEnding.self) { group in
      for (place, item) in items.enumerated() {
        group.addTask { NumberedEnding(place: place, ending: await MessageEnding.settle(item, in: sources)) }
      }
      return await group.reduce(into: [Int: MessageEnding]()) { $0[$1.place] = $1.ending }
    }
    if let refused = endings.values.first(where: \.isAccess)?.failure {
      context.log(.fatal, Self.accessWarning, ["advice": .string(refused.message)])
      return .failure(refused)
    }
    var failed: [String] = []
    for (place, item) in items.enumerated() {
      guard let failure = endings[place]?.failure else { continue }
      let fields: [String: LambdaLog.Value] = [
        "messageId": .string(item.messageID), "errorType": .string(failure.type),
        "receiveCount": .number(item.receiveCount ?? 0),
      ]
      context.log(.error, failure.message, fields)
      failed.append(item.messageID)
    }
    return .success(batchAnswer(failed: failed))
  }

  /// - Parameter failed: identifiers of messages.
  static func batchAnswer(failed: [String]) -> [UInt8] {
    let items = failed.map { #"{"itemIdentifier":\#(JSONText.quoted($0))}"# }
    return Array(#"{"batchItemFailures":[\#(items.joined(separator: ","))]}"#.utf8)
  }

  private static let accessWarning =
    "Nothing can be processed until somebody mends the function's rights, credentials or region."
}

private struct NumberedEnding: Sendable {
  let place: Int
  let ending: MessageEnding
}

/// What became of a message.
struct MessageEnding: Sendable {
  /// Nil: it is done with.
  var failure: InvocationFailure?
  /// Whether every other message would fail likewise.
  var isAccess = false

  static func settle(_ item: EventEnvelope.Item, in sources: SourceBuckets) async -> MessageEnding {
    switch item.message {
    case .success(let message): await settle(message, in: sources)
    case .failure(let error): MessageEnding(failure: .unreadable(error))
    }
  }

  static func settle(_ message: EventMessage, in sources: SourceBuckets) async -> MessageEnding {
    var outcomes: [EventOutcome] = []
    var refusal: InvocationFailure?
    // As a rule one bucket.
    for (bucket, events) in Dictionary(grouping: message.events, by: \.bucket) {
      do throws(InvocationFailure) {
        outcomes += await (try sources.processor(for: bucket)).process(events)
      } catch {
        refusal = error
      }
    }
    switch MessageVerdict(outcomes, faults: message.faults) {
    case .stop(let failure): return MessageEnding(failure: InvocationFailure(failure), isAccess: true)
    case .postpone(let failure): return MessageEnding(failure: InvocationFailure(failure))
    case .cancelled:
      let message = "The work was ended before it was done."
      return MessageEnding(failure: InvocationFailure(type: "Function.Cancelled", message: message))
    case .unreadable(let error): return MessageEnding(failure: refusal ?? .unreadable(error))
    case .acknowledge: return MessageEnding(failure: refusal)
    }
  }
}

extension InvocationFailure {
  static func unreadable(_ error: EventError) -> InvocationFailure {
    InvocationFailure(type: "Function.InvalidEvent", message: explanation(of: error))
  }

  /// `access-denied` becomes `Function.AccessDenied`.
  init(_ failure: Failure) {
    let name = failure.code.rawValue.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    self.init(type: "Function." + name, message: failure.message)
  }
}
