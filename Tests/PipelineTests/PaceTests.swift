import Foundation
import ObjectStore
import PixelEngine
import Testing

@testable import Pipeline

@Suite("Rates") struct ObjectRateTests {
  @Test("are what people write") func words() {
    #expect(ObjectRate("5")?.perSecond == 5 && ObjectRate("0.5")?.perSecond == 0.5)
    #expect(ObjectRate("300")?.description == "300" && ObjectRate("0.5")?.description == "0.5")
    for text in ["", "0", "-1", "nan", "inf", "1e3", "0x5", "5/s", " 5", "0.0001", "1000001", "1.2.3", "."] {
      #expect(ObjectRate(text) == nil, "\(text)")
    }
    #expect(ObjectRate(perSecond: .nan) == nil && ObjectRate(perSecond: .infinity) == nil)
  }

  /// Whoever asks whenever: in no span of time does more begin than the rate and one burst.
  @Test("are kept in every span of time", arguments: [0.3, 1, 2.5, 40, 1000])
  func bucket(perSecond: Double) throws {
    let rate = try #require(ObjectRate(perSecond: perSecond))
    var random = SplitMix(seed: UInt64(perSecond * 10))
    var bucket = TokenBucket(rate, at: .zero)
    var now = Duration.zero
    var times: [Double] = []
    while times.count < 1500 {
      if let wait = bucket.take(at: now) {
        #expect(wait > .zero)
        // Sometimes to the moment, sometimes too late, sometimes too early.
        now += random.next() % 3 == 0 ? wait : wait * (Double(random.next() % 200) / 100) + .microseconds(1)
      } else {
        times.append(now / .seconds(1))
        if random.next() % 97 == 0 { now += .seconds(Double(random.next() % 1000) / 100) }
      }
    }
    #expect(rate.burst == max(1, perSecond))
    for first in stride(from: 0, to: times.count, by: 7) {
      for last in stride(from: first, to: times.count, by: 11) {
        let most = rate.burst + (times[last] - times[first]) * perSecond
        #expect(Double(last - first + 1) <= most + 0.01)
      }
    }
  }

  @Test("are reached to the moment, and what was for nothing is given back") func exact() throws {
    let rate = try #require(ObjectRate(perSecond: 0.5))
    var bucket = TokenBucket(rate, at: .seconds(7))
    #expect(bucket.take(at: .seconds(7)) == nil)
    #expect(bucket.take(at: .seconds(7)) == .seconds(2))
    #expect(bucket.take(at: .seconds(8)) == .seconds(1))
    #expect(bucket.take(at: .seconds(9)) == nil)
    bucket.giveBack()
    #expect(bucket.take(at: .seconds(9)) == nil)
    #expect(bucket.take(at: .seconds(1000)) == nil)
    #expect(bucket.take(at: .seconds(1000)) == .seconds(2), "idle time is not saved up")
  }
}

@Suite("The pace of a queue", .timeLimit(.minutes(5)))
struct QueuePaceTests {
  private let clock = JumpingClock()

  private func bench(jobs: Int = 4, rate: Double? = nil) throws -> Bench {
    var options = RunOptions()
    options.jobs = jobs
    options.rate = rate.flatMap { ObjectRate(perSecond: $0) }
    options.clock = clock.run
    options.retry.random = { 0.5 }
    return try Bench(options: options)
  }

  private func land(_ count: Int, in bench: Bench) async throws -> [ObjectKey] {
    var keys: [ObjectKey] = []
    for i in 0..<count {
      try await bench.land("p\(100 + i).png")
      keys.append(try key("p\(100 + i).png"))
    }
    return keys
  }

  @Test("objects begin at the rate, also less than one a second", arguments: [(5.0, 200), (0.5, 2000)])
  func rate(perSecond: Double, interval: Int) async throws {
    let bench = try bench(rate: perSecond)
    let keys = try await land(12, in: bench)
    let (queue, times) = bench.queue(timedBy: clock)
    queue.submit(keys, policy: RunPolicy())
    await bench.events.waitFor { $0.endings == 12 }
    #expect(times.withLock { $0 } == (0..<12).map { $0 * interval })
    #expect(bench.events.outcomes.allSatisfy { $0 == .written(renditions: 5) })
  }

  @Test("a queue that was idle begins what a second brings at once, and no more")
  func burst() async throws {
    let bench = try bench(jobs: 20, rate: 5)
    let keys = try await land(10, in: bench)
    let (queue, times) = bench.queue(timedBy: clock)
    clock.advance(by: .seconds(100))
    queue.submit(keys, policy: RunPolicy())
    await bench.events.waitFor { $0.endings == 10 }
    #expect(times.withLock { $0 } == (0..<10).map { 100_000 + max(0, $0 - 4) * 200 })
  }

  @Test("another rate holds from now on, and none lets all go")
  func change() async throws {
    // An hour for each: nothing but the change lets the second begin.
    let bench = try bench(jobs: 8)
    let keys = try await land(6, in: bench)
    var options = bench.options
    options.rate = ObjectRate(perSecond: 0.01)
    options.clock.sleep = { _ in
      try await Task.sleep(for: .seconds(3600))
    }
    let queue = JobQueue(workspace: bench.workspace, engine: bench.engine, options: options) { bench.events.add($0) }
    queue.submit(keys, policy: RunPolicy())
    await bench.events.waitFor { $0.endings == 1 }
    #expect(bench.events.started.count == 1)
    queue.setRate(nil)
    await queue.drain()
    #expect(bench.events.started.count == 6)
  }

  @Test("what turns out to need nothing does not count")
  func needless() async throws {
    let bench = try bench(jobs: 1, rate: 1)
    let keys = try await land(6, in: bench)
    _ = await bench.run(keys.dropLast().map(\.string))
    let done = bench.events.started.count
    let began = clock.seconds
    let (queue, times) = bench.queue(timedBy: clock)
    queue.submit(keys, policy: RunPolicy())
    await bench.events.waitFor { $0.endings == done + 6 }
    #expect(times.withLock { $0 } == Array(repeating: Int(began * 1000), count: 6))
  }

  @Test("when a store asks to slow down nothing begins for a while, whichever object it was, and longer each time")
  func throttled() async throws {
    let bench = try bench(jobs: 1)
    let keys = try await land(6, in: bench)
    // The first, the one begun right after the rest, and one after another went well.
    for index in [0, 1, 3] { bench.source.fail(.get, key: keys[index].string, times: 1, with: .throttled) }
    let (queue, times) = bench.queue(timedBy: clock)
    queue.submit(keys, policy: RunPolicy())
    await bench.events.waitFor { $0.endings == 6 }
    // 0.75 of 1 s; then of 2 s; then of 1 s again.
    #expect(times.withLock { $0 } == [0, 750, 2250, 2250, 3000, 3000])
    let rests = bench.events.events.compactMap { if case .slowedDown(let rest) = $0 { rest } else { nil } }
    #expect(rests == [.milliseconds(750), .milliseconds(1500), .milliseconds(750)])
    #expect(bench.events.outcomes.allSatisfy { $0 == .written(renditions: 5) })
  }

  @Test("all lanes rest, also where the store has repeated the call itself and given up")
  func lanes() async throws {
    let bench = try bench(jobs: 2)
    let keys = try await land(6, in: bench)
    let gate = Gauge()
    bench.source.before { call in
      guard call.operation == .get else { return }
      await gate.add(1)
      // Both are under way before the first is told to slow down.
      while await gate.now < 2 { await Task.yield() }
    }
    bench.source.fail(.get, key: keys[0].string, times: bench.options.retry.maximumAttempts, with: .throttled)
    let (queue, times) = bench.queue(timedBy: clock)
    queue.submit(keys, policy: RunPolicy())
    await bench.events.waitFor { $0.endings == 6 }
    let began = times.withLock { $0 }
    #expect(Array(began.prefix(2)) == [0, 0])
    #expect(began.dropFirst(2).allSatisfy { $0 >= 750 }, "\(began)")
    #expect(
      bench.events.outcomes.count { if case .failed(let failure) = $0 { failure.code == .throttled } else { false } }
        == 1)
  }

  @Test(
    "paused, what runs is finished and nothing begins, not what a person asks for either; all of it can be cancelled")
  func pause() async throws {
    let bench = try bench(jobs: 1)
    let keys = try await land(4, in: bench)
    let queue = bench.queue()
    let isHeld = Locked(true)
    bench.source.before { call in
      while call.operation == .get, isHeld.withLock({ $0 }) { await Task.yield() }
    }
    queue.submit([keys[0]], policy: RunPolicy())
    await bench.events.waitFor { !$0.started.isEmpty }
    queue.setPaused(true)
    queue.submit([keys[1], keys[2], keys[3]], policy: RunPolicy())
    await bench.events.waitFor { $0.count { if case .queued = $0 { true } else { false } } == 4 }
    isHeld.withLock { $0 = false }
    await bench.events.waitFor { $0.finished(keys[0].string) }
    #expect(bench.events.lastOutcome(keys[0].string) == .written(renditions: 5))
    queue.cancel(keys[2])
    await bench.events.waitFor { $0.finished(keys[2].string) }
    #expect(bench.events.started == [keys[0]])
    queue.setPaused(false)
    await queue.drain()
    #expect(bench.events.started == [keys[0], keys[1], keys[3]])
    #expect(bench.events.lastOutcome(keys[2].string) == .cancelled)

    queue.setPaused(true)
    queue.submit([keys[2]], policy: RunPolicy())
    await bench.events.waitFor { $0.count { if case .queued = $0 { true } else { false } } == 5 }
    // Ends though it is paused.
    await queue.shutdown()
    #expect(bench.events.started.count == 3)
  }

  @Test("pausing and resuming in quick succession ends as it was said last")
  func toggling() async throws {
    let bench = try bench()
    let keys = try await land(2, in: bench)
    for round in 0..<50 {
      let queue = bench.queue()
      for _ in 0...round % 4 {
        queue.setPaused(true)
        queue.setPaused(false)
      }
      queue.submit(keys, policy: RunPolicy(force: true))
      await bench.events.waitFor { $0.endings == 2 * (round + 1) }
    }
  }

  @Test("what a person asks for goes first, then what has landed, then the bulk")
  func priorities() async throws {
    let bench = try bench(jobs: 1)
    let keys = try await land(9, in: bench)
    let queue = bench.queue()
    queue.setPaused(true)
    queue.submit(Array(keys[0..<5]), policy: RunPolicy(), priority: .bulk)
    await bench.events.waitFor { $0.count == 5 }
    queue.submit([keys[5], keys[3]], policy: RunPolicy(), priority: .landed)
    await bench.events.waitFor { $0.count == 6 }
    queue.submit([keys[6], keys[4]], policy: RunPolicy())
    await bench.events.waitFor { $0.count == 7 }
    // Who waits in front is not sent back.
    queue.submit([keys[6], keys[5], keys[7]], policy: RunPolicy(), priority: .bulk)
    await bench.events.waitFor { $0.count == 8 }
    queue.setPaused(false)
    await queue.drain()
    #expect(bench.events.started == [6, 4, 5, 3, 0, 1, 2, 7].map { keys[$0] })
  }

  @Test("events are settled at the rate, and those that need nothing do not count")
  func events() async throws {
    let bench = try bench(jobs: 1, rate: 2)
    let keys = try await land(6, in: bench)
    _ = await bench.run([keys[0].string, keys[1].string])
    let began = clock.seconds
    var options = EventProcessor.Options()
    options.run = bench.options
    let times = Locked<[Double]>([])
    let clock = clock
    let processor = EventProcessor(workspace: bench.workspace, engine: bench.engine, options: options) { settled in
      if case .written = settled.outcome { times.withLock { $0.append(clock.seconds - began) } }
    }
    let outcomes = await processor.process(keys.map { ObjectEvent(bucket: "one", key: $0) })
    #expect(
      outcomes == Array(repeating: .dropped(.complete), count: 2) + Array(repeating: .written(renditions: 5), count: 4))
    // Whenever the other two come.
    #expect(times.withLock { $0 } == [0, 0.5, 1, 1.5])
  }

  @Test("an event that waits for its turn is given up when it is cancelled")
  func cancelled() async throws {
    let bench = try bench(jobs: 2, rate: 0.01)
    let keys = try await land(2, in: bench)
    var options = EventProcessor.Options()
    options.run = bench.options
    options.run.clock.sleep = { _ in try await Task.sleep(for: .seconds(3600)) }
    let processor = EventProcessor(workspace: bench.workspace, engine: bench.engine, options: options)
    #expect(await processor.process([ObjectEvent(bucket: "one", key: keys[0])]) == [.written(renditions: 5)])
    let waiting = Task { await processor.process([ObjectEvent(bucket: "one", key: keys[1])]) }
    waiting.cancel()
    #expect(await waiting.value == [.cancelled])
  }
}

@Suite("New work and old", .timeLimit(.minutes(5)))
struct NewWorkTests {
  @Test("what lands while a worker has more to do than its queue holds goes before it")
  func landing() async throws {
    var options = RunOptions()
    options.jobs = 1
    let bench = try Bench(options: options)
    for i in 0..<40 { try await bench.land("old-\(100 + i).png") }
    let calls = Counter()
    bench.source.before { call in
      guard call.operation == .get, await calls.next() == 1 else { return }
      _ = try? await bench.land("zz-new.png")
      // The first sweep has not come to its end: most of it does not fit into the queue.
      await bench.events.waitFor {
        $0.contains { if case .queued(let key) = $0 { key.string == "zz-new.png" } else { false } }
      }
    }
    let worker = bench.worker()
    let running = Task { try await worker.run() }
    await bench.events.waitFor { $0.finished("zz-new.png") }
    #expect(bench.events.started.prefix(3).contains(try key("zz-new.png")), "\(bench.events.started.map(\.string))")
    running.cancel()
    try await running.value
  }

  @Test("a worker that cannot begin says so; later, what may pass is tried again")
  func failing() async throws {
    let bench = try Bench()
    bench.source.fail(.list, with: .unreachable(detail: "no host"))
    await #expect(throws: StoreError.self) { try await bench.worker().run() }
  }
}

@Suite("Plans with a limit") struct PlanLimitTests {
  @Test("take the first so many, and count the others by themselves")
  func limit() throws {
    var plan = Plan(limit: 2)
    var taken: [String] = []
    for (i, name) in ["a.png", "b.txt", "c.png", "d.png", "e.txt", "f.png"].enumerated() {
      let row = StatusRow(
        source: ObjectSummary(key: try key(name), size: Int64(10 + i), lastModified: .distantPast, etag: "e"))
      if plan.add(row, RunPolicy().decide(row, naming: RenditionNaming())) == .process { taken.append(name) }
    }
    #expect(taken == ["a.png", "c.png"])
    #expect(plan.objects == 2 && plan.bytes == 22 && plan.requests == 16)
    #expect(plan.skipped == [.unsupported: 2, .limit: 2])
    #expect(plan.firstKeys.map(\.string) == ["a.png", "c.png"])
  }
}

@Suite("Passing at a rate") struct PassingTests {
  @Test("What needed nothing lets the next go on, though it sleeps already")
  func giveBack() async throws {
    let slept = Locked<[Duration]>([])
    let pace = Locked<StartPace?>(nil)
    var options = RunOptions()
    options.rate = ObjectRate("0.1")
    options.clock = RunClock(now: { .zero }) { wait in
      slept.withLock { $0.append(wait) }
      pace.withLock { $0 }?.ended(.needless)
    }
    let tested = StartPace(options)
    pace.withLock { $0 = tested }
    #expect(await tested.pass())
    #expect(await tested.pass())
    #expect(slept.withLock { $0 } == [.milliseconds(100)])
  }
}

@Suite("What a plan says is written") struct PlanWritingTests {
  @Test("five renditions of each object, and how many of them stand")
  func replaced() throws {
    var plan = Plan()
    for (name, standing) in [("a.png", 0), ("b.png", 2), ("c.png", 5)] {
      var set = RenditionSet()
      for size in GridSize.allCases.prefix(standing) { set[size] = standing == 5 ? .stale : .present }
      let source = ObjectSummary(key: try key(name), size: 1, lastModified: .distantPast, etag: "e")
      plan.add(StatusRow(source: source, renditions: set), .process)
    }
    #expect(plan.written == 15 && plan.replaced == 7)
    let row = ObjectSummary(key: try key("d.png"), size: 1, lastModified: .distantPast, etag: "e")
    plan.add(StatusRow(source: row, renditions: RenditionSet(repeating: .present)), .skip(.complete))
    #expect(plan.written == 15 && plan.replaced == 7, "what is left alone is not written")
  }
}

extension [JobEvent] {
  var endings: Int { count { if case .finished = $0 { true } else { false } } }
  var started: [ObjectKey] { compactMap { if case .started(let key) = $0 { key } else { nil } } }
}

extension EventLog {
  var started: [ObjectKey] { events.started }
}
