import Foundation
import ObjectStore
import PixelEngine
import Testing

@testable import Pipeline

@Suite("Worker of a queue")
struct QueueWorkerTests {
  private func options(drains: Bool = true, jobs: Int = 4) -> QueueWorker.Options {
    var options = QueueWorker.Options()
    options.jobs = jobs
    options.drains = drains
    options.drainWait = .milliseconds(40)
    options.wait = .milliseconds(200)
    options.firstReturn = .milliseconds(20)
    options.firstPause = .milliseconds(5)
    options.grace = .seconds(5)
    return options
  }

  private func worker(
    _ bench: Bench, _ queue: MemoryQueue, _ options: QueueWorker.Options, log: OccurrenceLog = OccurrenceLog()
  ) -> QueueWorker {
    var processing = EventProcessor.Options()
    processing.run = bench.options
    let processor = EventProcessor(workspace: bench.workspace, engine: bench.engine, options: processing)
    return QueueWorker(queue: queue, processor: processor, options: options) { log.add($0) }
  }

  private func tell(_ queue: MemoryQueue, _ names: [String]) async throws {
    for name in names {
      try await queue.send([EventMessage.body(of: [ObjectEvent(bucket: "one", key: try key(name))])])
    }
  }

  @Test("hostile names and a poison picture: everything that can be done is done, and the queue is empty")
  func drain() async throws {
    let bench = try Bench()
    let queue = MemoryQueue(maximumReceives: 5)
    let names = HostileNames.all.filter { $0.utf8.count < 900 && !$0.hasSuffix(".exe") }
    for name in names { try await bench.land(name) }
    try await bench.land("poison.png", content: [1, 2, 3])
    try await tell(queue, names + ["poison.png"] + names)
    try await queue.send([EventSamples.test, EventSamples.topic(EventMessage.body(of: []))])
    let log = OccurrenceLog()
    #expect(await worker(bench, queue, options(), log: log).run() == .drained)
    #expect(queue.count == 0 && queue.deadLetters.isEmpty)
    #expect(queue.mostHeld <= 4 + 10)
    let keys = try await bench.keys()
    #expect(keys.count { $0.hasPrefix("pixelated-") } == 5 * names.count)
    #expect(keys.filter { $0.hasPrefix(FailureRecord.prefix) } == [FailureRecord.prefix + "poison.png"])
    #expect(bench.destination.count(.put) == 5 * names.count + 1)
    #expect(log.tests == 1)
  }

  @Test("no more messages are held than can be worked on")
  func bounded() async throws {
    let bench = try Bench()
    let queue = MemoryQueue()
    for index in 0..<20 { try await bench.land("n\(index).png") }
    try await tell(queue, (0..<20).map { "n\($0).png" })
    bench.source.before { call in
      // What waits to be deleted is done with, and may still be hidden.
      if call.operation == .get { #expect(queue.count - queue.visibleCount <= 3 + 12) }
    }
    #expect(await worker(bench, queue, options(jobs: 3)).run() == .drained)
    #expect(bench.source.mostConcurrentCalls <= 3)
    #expect(try await bench.keys().count == 100)
  }

  @Test("work that takes longer than messages stay hidden keeps them hidden")
  func heartbeat() async throws {
    let bench = try Bench()
    let queue = MemoryQueue(visibility: .milliseconds(200))
    try await bench.land("slow.png")
    try await tell(queue, ["slow.png"])
    bench.source.delay(.get, by: .milliseconds(900))
    #expect(await worker(bench, queue, options()).run() == .drained)
    #expect(bench.source.count(.get) == 1)
    #expect(queue.visibilityCalls >= 3)
  }

  @Test("what may pass comes back, and is done once it has passed")
  func transient() async throws {
    let bench = try Bench()
    let queue = MemoryQueue(maximumReceives: 5)
    try await bench.land("a.png")
    try await tell(queue, ["a.png"])
    bench.destination.fail(
      .put, where: { $0.hasPrefix("pixelated-8x8") }, times: 2 * bench.options.retry.maximumAttempts, with: .throttled)
    let log = OccurrenceLog()
    #expect(await worker(bench, queue, options(), log: log).run() == .drained)
    #expect(queue.count == 0 && queue.deadLetters.isEmpty)
    #expect(try await bench.row("a.png")?.state == .complete)
    #expect(log.verdicts.count { if case .postpone = $0 { true } else { false } } == 2)
  }

  @Test("what never passes ends in the dead letters, with its failure recorded")
  func exhausted() async throws {
    let bench = try Bench()
    let queue = MemoryQueue(maximumReceives: 3)
    try await bench.land("a.png")
    try await tell(queue, ["a.png"])
    bench.source.fail(.get, with: .timeout)
    #expect(await worker(bench, queue, options()).run() == .drained)
    #expect(queue.deadLetters.count == 1)
    #expect(try await bench.row("a.png")?.failure?.code == .timeout)
  }

  @Test("missing rights stop the intake: nothing is lost, nothing used up")
  func access() async throws {
    let bench = try Bench()
    let queue = MemoryQueue(maximumReceives: 5)
    let names = (0..<30).map { "n\($0).png" }
    for name in names { try await bench.land(name) }
    try await tell(queue, names)
    bench.destination.fail(.put, with: .accessDenied)
    guard case .refused(let failure) = await worker(bench, queue, options(drains: false)).run() else {
      throw Unexpected("not refused")
    }
    #expect(failure.code == .accessDenied)
    #expect(queue.count == 30 && queue.visibleCount == 30 && queue.deadLetters.isEmpty)
    #expect(queue.receiveCounts.allSatisfy { $0 <= 1 } && queue.receiveCounts.reduce(0, +) <= 8)
    bench.destination.calm()
    #expect(await worker(bench, queue, options()).run() == .drained)
    #expect(try await bench.keys().count { $0.hasPrefix("pixelated-") } == 150)
  }

  @Test("what nobody can read goes to the dead letters, and away where there are none")
  func unreadable() async throws {
    let bench = try Bench()
    for maximum in [3, nil] {
      let queue = MemoryQueue(maximumReceives: maximum)
      try await queue.send(["hello world", #"{"Records":[{"eventSource":"aws:dynamodb"}]}"#])
      let log = OccurrenceLog()
      #expect(await worker(bench, queue, options(), log: log).run() == .drained)
      #expect(queue.count == 0)
      #expect(queue.deadLetters.count == (maximum == nil ? 0 : 2))
      #expect(log.verdicts.contains(.unreadable(.notJSON)) && log.verdicts.contains(.unreadable(.unknownForm)))
    }
  }

  @Test("cancelled, it finishes what is under way and leaves the rest")
  func cancelled() async throws {
    let bench = try Bench()
    let queue = MemoryQueue()
    let names = (0..<10).map { "n\($0).png" }
    for name in names { try await bench.land(name) }
    try await tell(queue, names)
    let gate = Gate()
    bench.source.before { call in if call.operation == .get { await gate.pass() } }
    let run = Task { [worker = worker(bench, queue, options(drains: false, jobs: 2))] in await worker.run() }
    await gate.arrived(2)
    run.cancel()
    await gate.open()
    #expect(await run.value == .cancelled)
    #expect(try await bench.keys().count == 10)
    #expect(queue.count == 8 && queue.visibleCount == 8)
  }

  @Test("cancelled, it gives back what does not end in time")
  func graceIsOver() async throws {
    let bench = try Bench()
    let queue = MemoryQueue()
    try await bench.land("slow.png")
    try await tell(queue, ["slow.png"])
    bench.source.delay(.get, by: .seconds(600))
    var options = options(drains: false)
    options.grace = .milliseconds(50)
    let log = OccurrenceLog()
    let run = Task { [worker = worker(bench, queue, options, log: log)] in await worker.run() }
    while bench.source.count(.get) == 0 { try await Task.sleep(for: .milliseconds(5)) }
    run.cancel()
    #expect(await run.value == .cancelled)
    #expect(log.verdicts == [.cancelled])
    #expect(queue.count == 1 && queue.visibleCount == 1)
    #expect(try await bench.keys().isEmpty)
  }

  @Test("a queue that does not answer is asked again; one that refuses ends it")
  func queueFaults() async throws {
    let bench = try Bench()
    let queue = MemoryQueue()
    try await bench.land("a.png")
    try await tell(queue, ["a.png"])
    queue.fail([.timeout, .unavailable(detail: "503"), .throttled])
    #expect(await worker(bench, queue, options()).run() == .drained)
    #expect(try await bench.row("a.png")?.state == .complete)
    queue.fail([.accessDenied])
    #expect(await worker(bench, queue, options(drains: false)).run() == .queue(.accessDenied))
    queue.fail(Array(repeating: .timeout, count: 5))
    #expect(await worker(bench, queue, options()).run() == .queue(.timeout))
  }

  @Test("three workers share a queue that gives out some messages twice")
  func several() async throws {
    let bench = try Bench()
    let queue = MemoryQueue(visibility: .milliseconds(150))
    let names = (0..<40).map { "n\($0).png" }
    for name in names { try await bench.land(name) }
    try await tell(queue, names + names.reversed())
    let workers = (0..<3).map { _ in worker(bench, queue, options(jobs: 2)) }
    await withTaskGroup(of: Void.self) { group in
      for worker in workers { group.addTask { #expect(await worker.run() == .drained) } }
    }
    #expect(queue.count == 0)
    #expect(try await bench.keys().count == 200)
    for name in names { #expect(try await bench.row(name)?.state == .complete) }
  }
}

/// Holds tasks until it is opened.
actor Gate {
  private var isOpen = false
  private var held: [CheckedContinuation<Void, Never>] = []
  private var wanted: (count: Int, resume: CheckedContinuation<Void, Never>)?

  func pass() async {
    if isOpen { return }
    await withCheckedContinuation { continuation in
      held.append(continuation)
      if let wanted, held.count >= wanted.count {
        self.wanted = nil
        wanted.resume.resume()
      }
    }
  }

  func arrived(_ count: Int) async {
    if held.count >= count { return }
    await withCheckedContinuation { wanted = (count, $0) }
  }

  func open() {
    isOpen = true
    held.forEach { $0.resume() }
    held = []
  }
}

final class OccurrenceLog: @unchecked Sendable {  // `all` is only touched with `lock` held.
  private var all: [QueueWorker.Occurrence] = []
  private let lock = NSLock()

  func add(_ occurrence: QueueWorker.Occurrence) { lock.withLock { all.append(occurrence) } }

  var verdicts: [MessageVerdict] {
    lock.withLock { all.compactMap { if case .settled(_, let verdict, _) = $0 { verdict } else { nil } } }
  }

  var tests: Int { lock.withLock { all.count { if case .test = $0 { true } else { false } } } }
}
