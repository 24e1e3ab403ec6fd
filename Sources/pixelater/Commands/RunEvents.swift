import Pipeline
import Synchronization

/// What a run has to tell, on its way from the jobs to the one who prints it. Whoever gives the run its objects waits
/// while much is still unprinted, so that a slow reader makes the run slow, not its memory large.
final class RunEvents: Sendable {
  let stream: AsyncStream<JobEvent>
  private let sink: AsyncStream<JobEvent>.Continuation
  private let unprinted = Atomic<Int>(0)
  private let ticks: AsyncStream<Void>
  private let tick: AsyncStream<Void>.Continuation

  private static let limit = 4096

  init() {
    (stream, sink) = AsyncStream.makeStream()
    (ticks, tick) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func send(_ event: JobEvent) {
    unprinted.add(1, ordering: .relaxed)
    sink.yield(event)
  }

  /// Says that one was printed.
  func taken() {
    let (_, left) = unprinted.subtract(1, ordering: .relaxed)
    if left == Self.limit / 2 { tick.yield() }
  }

  /// Waits until there is room for more, or the task is cancelled. For one task at a time.
  func room() async {
    guard unprinted.load(ordering: .relaxed) >= Self.limit else { return }
    for await _ in ticks where unprinted.load(ordering: .relaxed) < Self.limit { return }
  }

  func finish() { sink.finish() }
}
