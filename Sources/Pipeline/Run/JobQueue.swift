package import ObjectStore
package import PixelEngine

/// Processes objects, a bounded number at a time, in the order they were given; but a few that a person asked for go before
/// what has just landed, and that before the many of a run.
///
/// An object that is given again while it waits is not queued twice; while it runs, it is processed once more
/// afterwards, since it may have changed. Everything that happens is told to `onEvent`, in order.
package actor JobQueue {
  private struct Job {
    let key: ObjectKey
    let policy: RunPolicy
    /// What a listing told of the object, where it came from one.
    let row: StatusRow?
    let priority: Priority
  }

  /// What goes first.
  package enum Priority: Int, CaseIterable, Comparable, Sendable {
    /// A person waits for it.
    case asked
    /// It has just come, or changed.
    case landed
    /// One of many that have waited for long.
    case bulk

    package static func < (a: Priority, b: Priority) -> Bool { a.rawValue < b.rawValue }
  }

  private let processor: ObjectProcessor
  private let reader: StatusReader
  private let naming: RenditionNaming
  private let options: RunOptions
  private let onEvent: @Sendable (JobEvent) -> Void

  private let pace: StartPace
  private nonisolated let isPaused = Locked(false)

  /// A line for each priority: those of the first go first.
  private var lines = Priority.allCases.map { _ in WaitingLine<Job>() }
  private var running: [ObjectKey: Task<Void, Never>] = [:]
  /// Given again while they ran.
  private var again: [ObjectKey: Job] = [:]
  private var roomWanted: [CheckedContinuation<Void, Never>] = []
  private var idleWanted: [CheckedContinuation<Void, Never>] = []
  /// Begins what waits once the pace allows it.
  private var waker: Task<Void, Never>?

  /// - Parameter onEvent: called on the queue's own context, but for `slowedDown`; must not block.
  package init(
    workspace: Workspace, engine: PixelEngine, options: RunOptions = RunOptions(),
    onEvent: @escaping @Sendable (JobEvent) -> Void
  ) {
    pace = StartPace(options)
    let options = options.telling(pace) { onEvent(.slowedDown($0)) }
    processor = ObjectProcessor(workspace: workspace, engine: engine, options: options)
    reader = StatusReader(workspace)
    naming = workspace.naming
    self.options = options
    self.onEvent = onEvent
  }

  /// Submissions of so many objects at most are what a person waits for.
  package static let fewObjects = 16

  /// Adds objects and returns at once.
  ///
  /// - Parameter priority: nil: a few are what a person waits for, more are a bulk.
  package nonisolated func submit(_ keys: [ObjectKey], policy: RunPolicy, priority: Priority? = nil) {
    let priority = priority ?? (keys.count <= Self.fewObjects ? .asked : .bulk)
    Task { await self.add(keys, policy: policy, priority: priority) }
  }

  /// Adds an object of a bulk; waits while many are waiting already.
  package func offer(_ row: StatusRow, policy: RunPolicy) async {
    await waitForRoom()
    add(Job(key: row.key, policy: policy, row: row, priority: .bulk))
  }

  /// Adds an object of a bulk of which only the key is known; waits while many are waiting already.
  package func offer(_ key: ObjectKey, policy: RunPolicy) async {
    await waitForRoom()
    add(Job(key: key, policy: policy, row: nil, priority: .bulk))
  }

  /// Returns when nothing waits or runs.
  package func drain() async {
    while !isIdle {
      await withCheckedContinuation { idleWanted.append($0) }
    }
  }

  /// Begins nothing more until it is told to go on, whoever asked for it: what runs is finished, what is added waits, and
  /// can be cancelled.
  package nonisolated func setPaused(_ paused: Bool) {
    isPaused.withLock { $0 = paused }
    Task { await self.startJobs() }
  }

  /// Begins no more than so many objects a second from now on; nil: as fast as it goes.
  package nonisolated func setRate(_ rate: ObjectRate?) {
    pace.setRate(rate)
    Task { await self.rateChanged() }
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

  private func add(_ keys: [ObjectKey], policy: RunPolicy, priority: Priority) {
    for key in keys { add(Job(key: key, policy: policy, row: nil, priority: priority)) }
  }

  private func add(_ job: Job) {
    if running[job.key] != nil {
      again[job.key] = job
      return
    }
    let line = job.priority.rawValue
    // One that goes sooner keeps its place.
    if lines[..<line].contains(where: { $0.holds(job.key) }) { return }
    var wasWaiting = false
    for later in lines.indices where later > line { wasWaiting = lines[later].remove(job.key) || wasWaiting }
    guard lines[line].append(job, for: job.key), !wasWaiting else { return }
    onEvent(.queued(job.key))
    startJobs()
  }

  private func next() -> Job? {
    for line in lines.indices {
      if let job = lines[line].popFirst() { return job }
    }
    return nil
  }

  private var isWaiting: Bool { lines.contains { !$0.isEmpty } }
  private var isIdle: Bool { running.isEmpty && !isWaiting }
  private var hasRoom: Bool { lines[Priority.bulk.rawValue].count < 4 * options.jobs }

  private func waitForRoom() async {
    while !hasRoom, !Task.isCancelled {
      await withCheckedContinuation { roomWanted.append($0) }
    }
  }

  private func remove(_ key: ObjectKey) {
    again[key] = nil
    running[key]?.cancel()
    var wasWaiting = false
    for line in lines.indices { wasWaiting = lines[line].remove(key) || wasWaiting }
    guard wasWaiting else { return }
    onEvent(.finished(key, .cancelled, milliseconds: 0))
    wakeWaiters()
  }

  private func removeAll() {
    again = [:]
    for task in running.values { task.cancel() }
    while let job = next() { onEvent(.finished(job.key, .cancelled, milliseconds: 0)) }
    waker?.cancel()
    waker = nil
    wakeWaiters()
  }

  // MARK: Running

  private func startJobs() {
    while running.count < options.jobs, isWaiting, !isPaused.withLock({ $0 }) {
      if let wait = pace.take() {
        startJobs(after: wait)
        break
      }
      guard let job = next() else { break }
      onEvent(.started(job.key))
      running[job.key] = Task { await self.run(job) }
    }
    wakeWaiters()
  }

  private func startJobs(after wait: Duration) {
    guard waker == nil else { return }
    waker = Task { [options] in
      _ = try? await options.clock.sleep(wait)
      if Task.isCancelled { return }
      waker = nil
      startJobs()
    }
  }

  private func rateChanged() {
    waker?.cancel()
    waker = nil
    startJobs()
  }

  private func run(_ job: Job) async {
    let start = ContinuousClock.now
    let outcome = await process(job)
    let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
    running[job.key] = nil
    pace.ended(outcome)
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
    if hasRoom {
      roomWanted.forEach { $0.resume() }
      roomWanted = []
    }
    if isIdle {
      idleWanted.forEach { $0.resume() }
      idleWanted = []
    }
  }
}
