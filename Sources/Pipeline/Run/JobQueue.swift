package import ObjectStore
package import PixelEngine

/// Processes objects, a bounded number at a time, in the order they were given; but a few that a person asked for go before
/// the many of a run.
///
/// An object that is given again while it waits is not queued twice; while it runs, it is processed once more
/// afterwards, since it may have changed. Everything that happens is told to `onEvent`, in order.
package actor JobQueue {
  private struct Job {
    let key: ObjectKey
    let policy: RunPolicy
    /// What a listing told of the object, where it came from one.
    let row: StatusRow?
  }

  private let processor: ObjectProcessor
  private let reader: StatusReader
  private let naming: RenditionNaming
  private let options: RunOptions
  private let onEvent: @Sendable (JobEvent) -> Void

  private var waiting = WaitingLine<Job>()
  /// Those that go first.
  private var hurried = WaitingLine<Job>()
  private var running: [ObjectKey: Task<Void, Never>] = [:]
  /// Given again while they ran.
  private var again: [ObjectKey: Job] = [:]
  private var roomWanted: [CheckedContinuation<Void, Never>] = []
  private var idleWanted: [CheckedContinuation<Void, Never>] = []

  /// - Parameter onEvent: called on the queue's own context; must not block.
  package init(
    workspace: Workspace, engine: PixelEngine, options: RunOptions = RunOptions(),
    onEvent: @escaping @Sendable (JobEvent) -> Void
  ) {
    processor = ObjectProcessor(workspace: workspace, engine: engine, options: options)
    reader = StatusReader(workspace)
    naming = workspace.naming
    self.options = options
    self.onEvent = onEvent
  }

  /// Submissions of so many objects at most are what a person waits for.
  package static let fewObjects = 16

  /// Adds objects and returns at once. A few go before all that were submitted together in greater number.
  package nonisolated func submit(_ keys: [ObjectKey], policy: RunPolicy) {
    Task { await self.add(keys, policy: policy) }
  }

  /// Adds an object; waits while many are waiting already.
  package func offer(_ row: StatusRow, policy: RunPolicy) async {
    await waitForRoom()
    add(Job(key: row.key, policy: policy, row: row))
  }

  /// Adds an object of which only the key is known; waits while many are waiting already.
  package func offer(_ key: ObjectKey, policy: RunPolicy) async {
    await waitForRoom()
    add(Job(key: key, policy: policy, row: nil))
  }

  /// Returns when nothing waits or runs.
  package func drain() async {
    while !waiting.isEmpty || !hurried.isEmpty || !running.isEmpty {
      await withCheckedContinuation { idleWanted.append($0) }
    }
  }

  /// Takes an object out of the queue, or stops it where it runs.
  package nonisolated func cancel(_ key: ObjectKey) {
    Task { await self.remove(key) }
  }

  package nonisolated func cancelAll() {
    Task { await self.removeAll() }
  }

  /// Cancels everything and returns when it has ended.
  package func shutdown() async {
    removeAll()
    await drain()
  }

  // MARK: Waiting

  private func add(_ keys: [ObjectKey], policy: RunPolicy) {
    let isHurried = keys.count <= Self.fewObjects
    for key in keys { add(Job(key: key, policy: policy, row: nil), isHurried: isHurried) }
  }

  private func add(_ job: Job, isHurried: Bool = false) {
    if running[job.key] != nil {
      again[job.key] = job
      return
    }
    let isNew: Bool
    if isHurried {
      let wasWaiting = waiting.remove(job.key)
      isNew = hurried.append(job, for: job.key) && !wasWaiting
    } else {
      // One that goes first keeps its place.
      isNew = !hurried.holds(job.key) && waiting.append(job, for: job.key)
    }
    guard isNew else { return }
    onEvent(.queued(job.key))
    startJobs()
  }

  private func next() -> Job? { hurried.popFirst() ?? waiting.popFirst() }

  private func waitForRoom() async {
    while waiting.count >= 4 * options.jobs, !Task.isCancelled {
      await withCheckedContinuation { roomWanted.append($0) }
    }
  }

  private func remove(_ key: ObjectKey) {
    again[key] = nil
    running[key]?.cancel()
    guard hurried.remove(key) || waiting.remove(key) else { return }
    onEvent(.finished(key, .cancelled, milliseconds: 0))
    wakeWaiters()
  }

  private func removeAll() {
    again = [:]
    for task in running.values { task.cancel() }
    while let job = next() { onEvent(.finished(job.key, .cancelled, milliseconds: 0)) }
    wakeWaiters()
  }

  // MARK: Running

  private func startJobs() {
    while running.count < options.jobs, let job = next() {
      onEvent(.started(job.key))
      running[job.key] = Task { await self.run(job) }
    }
    wakeWaiters()
  }

  private func run(_ job: Job) async {
    let start = ContinuousClock.now
    let outcome = await process(job)
    let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
    running[job.key] = nil
    onEvent(.finished(job.key, outcome, milliseconds: milliseconds))
    if let next = again.removeValue(forKey: job.key) { add(next) }
    startJobs()
  }

  private nonisolated func process(_ job: Job) async -> JobOutcome {
    do throws(StoreError) {
      guard let row = try await current(job) else { return .skipped(.notFound) }
      if case .skip(let reason) = job.policy.decide(row, naming: naming) { return .skipped(reason) }
      return await processor.process(row)
    } catch {
      if case .cancelled = error.reason { return .cancelled }
      return .failed(Failure(error, stage: .read))
    }
  }

  private nonisolated func current(_ job: Job) async throws(StoreError) -> StatusRow? {
    if let row = job.row { return row }
    return try await options.retry { () async throws(StoreError) in try await reader.row(job.key) }
  }

  private func wakeWaiters() {
    if waiting.count < 4 * options.jobs {
      roomWanted.forEach { $0.resume() }
      roomWanted = []
    }
    if waiting.isEmpty, hurried.isEmpty, running.isEmpty {
      idleWanted.forEach { $0.resume() }
      idleWanted = []
    }
  }
}
