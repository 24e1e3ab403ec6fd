/// One event under way, and its time.
enum Invocation {
  enum Ending: Sendable {
    case answer([UInt8])
    case failure(InvocationFailure)
    /// The handler still runs, and the time is over.
    case overdue
    /// The runtime's own task was cancelled.
    case cancelled
  }

  /// What may happen while a handler works.
  private enum Event: Sendable {
    case ended(Ending)
    /// Time to stop.
    case nearlyOver
    /// Time to say so.
    case over
  }

  /// Has the handler work on an event; ends with it, and in any case before the deadline.
  static func handle(
    _ bytes: [UInt8], in context: InvocationContext, by handler: @escaping LambdaRuntime.Handler
  ) async -> Ending {
    let time = Time(remaining: context.remaining)
    guard time.untilCancelled > .zero else { return .failure(.deadline) }

    let (events, line) = AsyncStream<Event>.makeStream()
    let work = Task { line.yield(.ended(await ending(of: bytes, in: context, by: handler))) }
    let timer = Task {
      do {
        try await Task.sleep(for: time.untilCancelled)
        line.yield(.nearlyOver)
        try await Task.sleep(for: time.fromThereOn)
        line.yield(.over)
      } catch {}
    }
    defer {
      timer.cancel()
      work.cancel()
      line.finish()
    }

    var isNearlyOver = false
    for await event in events {
      switch event {
      case .nearlyOver:
        isNearlyOver = true
        work.cancel()
      case .over: return .overdue
      case .ended(.failure) where isNearlyOver: return .failure(.deadline)
      case .ended(let ending): return ending
      }
    }
    return .cancelled
  }

  private static func ending(
    of bytes: [UInt8], in context: InvocationContext, by handler: LambdaRuntime.Handler
  ) async -> Ending {
    do throws(InvocationFailure) {
      return .answer(try await handler(bytes, context))
    } catch {
      return .failure(error)
    }
  }

  /// How the time of an event is divided: the handler is cancelled early enough to put things in order, and what came of
  /// it is said early enough to arrive.
  private struct Time {
    let untilCancelled: Duration
    let fromThereOn: Duration

    init(remaining: Duration) {
      // A tenth of the time, 2 s at most; the last quarter of it is for the report.
      let margin = min(.seconds(2), remaining / 10)
      untilCancelled = remaining - margin
      fromThereOn = margin * 3 / 4
    }
  }
}
