import FoundationEssentials

/// Does what a queue's messages ask for, for as long as it runs.
///
/// - It never holds more messages than it can work on, so that others can have the rest.
/// - What it works on stays hidden: their time is extended at half of it, again and again.
/// - A message goes only once its events are settled: their outputs written and confirmed, or their failures recorded.
/// - What may pass comes back after a while that grows with the tries; what nobody can read goes to the dead letters.
/// - When rights are missing it stops and gives back what it holds, before the queue runs out into the dead letters.
package actor QueueWorker {
  package struct Options: Sendable {
    /// Messages worked on at once, 1 or more. Default: as many as objects are processed at once.
    package var jobs = RunOptions().jobs
    /// End when the queue is empty.
    package var drains = false
    /// How long to wait for messages, up to 20 s; while draining, for each of the two polls that have to find nothing.
    package var wait: Duration = .seconds(20)
    package var drainWait: Duration = .seconds(2)
    /// How long a message is hidden at a time, at most: what a worker that was killed held comes back after this. The
    /// queue's own time counts where it is shorter.
    package var visibility: Duration = .seconds(120)
    /// How long work under way may go on after the task was cancelled.
    package var grace: Duration = .seconds(20)
    /// How long a message that failed is hidden, after its first try; twice as long after each further one, up to
    /// `maximumReturn`. Half of it is random.
    package var firstReturn: Duration = .seconds(10)
    package var maximumReturn: Duration = .seconds(900)
    /// How long to wait before messages are taken again when nothing succeeds, at first and at most.
    package var firstPause: Duration = .seconds(1)
    package var maximumPause: Duration = .seconds(30)
    /// A number in 0..<1.
    package var random: @Sendable () -> Double = { Double.random(in: 0..<1) }

    package init() {}
  }

  /// Why it ended.
  package enum End: Hashable, Sendable {
    /// Nothing was left to do.
    case drained
    /// The task was cancelled.
    case cancelled
    /// The stores refuse.
    case refused(Failure)
    /// The queue refuses, or is not there.
    case queue(QueueError)
  }

  /// What happens beside the events themselves.
  package enum Occurrence: Hashable, Sendable {
    case started(visibility: Duration, status: QueueStatus?)
    /// A message was settled; what became of it.
    case settled(QueueMessage, MessageVerdict, returnsIn: Duration?)
    /// S3 tested the connection.
    case test(QueueMessage)
    case pollFailed(QueueError, retryIn: Duration)
    /// A message could not be removed or hidden: it will come again.
    case changeFailed(QueueError)
    case paused(Duration)
  }

  private let queue: any MessageQueue
  private let processor: EventProcessor
  private let options: Options
  private let onOccurrence: @Sendable (Occurrence) -> Void

  private var end: End?
  private var visibility: Duration
  private var hasDeadLetters = true
  /// What is worked on, by receipt.
  private var held: [String: Held] = [:]
  /// What can be removed.
  private var done: [QueueMessage] = []
  private var flushing: Task<Void, Never>?
  /// The call and the pause that the intake waits in.
  private var polling: Task<Result<[QueueMessage], QueueError>, Never>?
  private var resting: Task<Void, Never>?
  private var changed: CheckedContinuation<Void, Never>?
  /// When the last of the messages that were given back is to be had again.
  private var lastReturn = ContinuousClock.now
  private var failuresInARow = 0

  private struct Held {
    var message: QueueMessage
    var work: Task<MessageVerdict, Never>
  }

  /// Receives of one message after which draining waits for it no more.
  private static let patience = 5
  private static let batch = 10
  private static let answerTime: Duration = .seconds(1)
  private static let flushDelay: Duration = .milliseconds(200)

  /// - Parameter onOccurrence: must not block.
  package init(
    queue: any MessageQueue, processor: EventProcessor, options: Options = Options(),
    onOccurrence: @escaping @Sendable (Occurrence) -> Void = { _ in }
  ) {
    self.queue = queue
    self.processor = processor
    self.options = options
    self.onOccurrence = onOccurrence
    visibility = options.visibility
  }

  /// Works until there is nothing left, where that was wanted, until the task is cancelled, or until it has to stop. Once.
  package func run() async -> End {
    let shift = Task { await self.work() }
    return await withTaskCancellationHandler {
      await shift.value
    } onCancel: {
      Task { await self.stop(.cancelled) }
    }
  }

  private func work() async -> End {
    await lookAtQueue()
    let beats = Task { await self.keepHidden() }
    await takeIn()
    await finish()
    beats.cancel()
    await flush()
    return end ?? .cancelled
  }

  /// How the queue is set up. One that does not say is worked on nevertheless.
  private func lookAtQueue() async {
    do throws(QueueError) {
      let status = try await queue.status()
      if status.visibility > .zero { visibility = min(visibility, status.visibility) }
      hasDeadLetters = status.deadLetterQueue != nil
      onOccurrence(.started(visibility: visibility, status: status))
    } catch {
      if error == .accessDenied || error.isTransient {
        onOccurrence(.started(visibility: visibility, status: nil))
      } else {
        stop(.queue(error))
      }
    }
  }

  private func stop(_ reason: End) {
    guard end == nil else { return }
    end = reason
    resting?.cancel()
    wake()
    // A call that is given up may have taken messages, which then stay hidden although nobody has them. Where there are
    // some it answers soon; where it does not there are none.
    guard let polling else { return }
    Task {
      _ = try? await Task.sleep(for: Self.answerTime)
      polling.cancel()
    }
  }

  private func wake() {
    changed?.resume()
    changed = nil
  }

  private func change() async {
    await withCheckedContinuation { changed = $0 }
  }

  // MARK: Intake

  private func takeIn() async {
    var emptyPolls = 0
    var failedPolls = 0
    while end == nil {
      await pauseIfNothingSucceeds()
      while held.count >= options.jobs, end == nil { await change() }
      if end != nil { return }
      let began = ContinuousClock.now
      switch await poll() {
      case .success(let messages):
        failedPolls = 0
        if end != nil { return await giveBack(messages, after: .zero) }
        for message in messages { begin(message) }
        guard options.drains else { continue }
        // What comes back later was not to be seen yet.
        emptyPolls = messages.isEmpty && held.isEmpty && began >= lastReturn ? emptyPolls + 1 : 0
        if emptyPolls == 2 { stop(.drained) }
      case .failure(let error):
        if end != nil { return }
        failedPolls += 1
        guard error.isTransient, !(options.drains && failedPolls >= Self.patience) else { return stop(.queue(error)) }
        let pause = growing(options.firstPause, failedPolls, atMost: options.maximumPause)
        onOccurrence(.pollFailed(error, retryIn: pause))
        await rest(pause)
      }
    }
  }

  private func poll() async -> Result<[QueueMessage], QueueError> {
    let room = min(Self.batch, options.jobs - held.count)
    let wait = options.drains ? options.drainWait : options.wait
    let (queue, visibility) = (queue, visibility)
    let call = Task { await Self.receive(from: queue, room, wait, visibility) }
    polling = call
    defer { polling = nil }
    return await call.value
  }

  private static func receive(
    from queue: any MessageQueue, _ limit: Int, _ wait: Duration, _ visibility: Duration
  ) async -> Result<[QueueMessage], QueueError> {
    do throws(QueueError) {
      return .success(try await queue.receive(limit: limit, wait: wait, visibility: visibility))
    } catch {
      return .failure(error)
    }
  }

  /// An outage would use up the receives of one message after the other.
  private func pauseIfNothingSucceeds() async {
    let rounds = failuresInARow / options.jobs
    guard rounds > 0 else { return }
    let pause = growing(options.firstPause, rounds, atMost: options.maximumPause)
    onOccurrence(.paused(pause))
    await rest(pause)
  }

  private func rest(_ duration: Duration) async {
    if end != nil { return }
    let sleep = Task { _ = try? await Task.sleep(for: duration) }
    resting = sleep
    await sleep.value
    resting = nil
  }

  /// Twice as long each time, half of it by chance.
  private func growing(_ first: Duration, _ times: Int, atMost maximum: Duration) -> Duration {
    min(first * Double(1 << min(max(times, 1) - 1, 20)), maximum) * (0.5 + options.random() / 2)
  }

  // MARK: Messages

  private func begin(_ message: QueueMessage) {
    let (processor, onOccurrence) = (processor, onOccurrence)
    let work = Task { await Self.verdict(on: message, processor, onOccurrence) }
    held[message.receipt] = Held(message: message, work: work)
    Task { await settle(message, await work.value) }
  }

  private static func verdict(
    on message: QueueMessage, _ processor: EventProcessor, _ onOccurrence: @Sendable (Occurrence) -> Void
  ) async -> MessageVerdict {
    do throws(EventError) {
      let content = try EventMessage(parsing: Array(message.body.utf8))
      if content.isTest { onOccurrence(.test(message)) }
      return await processor.process(content)
    } catch {
      return .unreadable(error)
    }
  }

  private func settle(_ message: QueueMessage, _ verdict: MessageVerdict) async {
    var returnsIn: Duration?
    switch verdict {
    case .acknowledge:
      failuresInARow = 0
      done.append(message)
    case .unreadable where !hasDeadLetters:
      // It would come again for as long as the queue keeps it.
      done.append(message)
    case .unreadable:
      // The queue itself moves it on after as many receives as it is set up for.
      returnsIn = .zero
    case .postpone:
      failuresInARow += 1
      let delay = growing(options.firstReturn, message.receiveCount, atMost: options.maximumReturn)
      returnsIn = delay
      if message.receiveCount < Self.patience { lastReturn = max(lastReturn, .now + delay) }
    case .stop(let failure):
      returnsIn = .zero
      stop(.refused(failure))
    case .cancelled:
      returnsIn = .zero
    }
    if let returnsIn { await giveBack([message], after: returnsIn) }
    onOccurrence(.settled(message, verdict, returnsIn: returnsIn))
    held[message.receipt] = nil
    flushSoon()
    wake()
  }

  private func giveBack(_ messages: [QueueMessage], after delay: Duration) async {
    await changing { [queue] () async throws(QueueError) in try await queue.setVisibility(delay, of: messages) }
  }

  /// A message that could not be changed comes again by itself; only missing rights are worth stopping for.
  private func changing(_ call: @Sendable () async throws(QueueError) -> [QueueFault]) async {
    do throws(QueueError) {
      for fault in try await call() { onOccurrence(.changeFailed(.other(detail: fault.code))) }
    } catch {
      onOccurrence(.changeFailed(error))
      if !error.isTransient, error != .cancelled { stop(.queue(error)) }
    }
  }

  /// Removes what is done in batches: at once when one is full, else a moment later.
  private func flushSoon() {
    guard !done.isEmpty, flushing == nil else { return }
    flushing = Task {
      if self.done.count < Self.batch { _ = try? await Task.sleep(for: Self.flushDelay) }
      await self.flush()
      self.flushing = nil
      self.flushSoon()
    }
  }

  private func flush() async {
    while !done.isEmpty {
      let batch = Array(done.prefix(Self.batch))
      done.removeFirst(batch.count)
      await changing { [queue] () async throws(QueueError) in try await queue.delete(batch) }
    }
  }

  private func keepHidden() async {
    while (try? await Task.sleep(for: visibility / 2)) != nil {
      let messages = held.values.map(\.message)
      for start in stride(from: 0, to: messages.count, by: Self.batch) {
        let part = Array(messages[start..<min(start + Self.batch, messages.count)]).filter { held[$0.receipt] != nil }
        if !part.isEmpty { await giveBack(part, after: visibility) }
      }
    }
  }

  // MARK: Ending

  /// Waits for what is under way, and gives it up when that takes too long.
  private func finish() async {
    let deadline = Task {
      guard (try? await Task.sleep(for: options.grace)) != nil else { return }
      for held in self.held.values { held.work.cancel() }
    }
    while !held.isEmpty { await change() }
    deadline.cancel()
    await flushing?.value
  }
}
