import Foundation
import ObjectStore
import PixelEngine
import Testing

@testable import Pipeline

@Suite("Dead letters")
struct RedriverTests {
  private static func record(_ payload: String, error: String = "the picture is damaged") -> String {
    """
    {"version":"1.0","timestamp":"2026-11-21T14:03:59.000Z","requestContext":{"requestId":"r",
    "functionArn":"arn:aws:lambda:eu-central-1:1:function:f:$LATEST","condition":"RetriesExhausted",
    "approximateInvokeCount":3},"requestPayload":\(payload),"responseContext":{"statusCode":200,
    "executedVersion":"$LATEST","functionError":"Unhandled"},
    "responsePayload":{"errorMessage":"\(error)","errorType":"Runtime.Failed"}}
    """
  }

  private func event(_ name: String, bucket: String = "one") throws -> String {
    EventMessage.body(of: [ObjectEvent(bucket: bucket, key: try key(name))])
  }

  private func redriver(_ bench: Bench, _ box: any DeadLetterBox) -> Redriver {
    var options = EventProcessor.Options()
    options.run = bench.options
    return Redriver(workspace: bench.workspace, engine: bench.engine, options: options, box: box)
  }

  private func redrive(
    _ bench: Bench, _ box: any DeadLetterBox, by way: Redriver.Way = .local
  ) async throws -> [String: RedriveOutcome] {
    let letters = try await box.take(limit: 100)
    let outcomes = Locked<[String: RedriveOutcome]>([:])
    await redriver(bench, box).redrive(letters, by: way) { letter, outcome in
      outcomes.withLock { $0[letter.events.first?.key.string ?? letter.id] = outcome }
    }
    return outcomes.withLock { $0 }
  }

  @Test("a function's record tells its event, the reason and the tries", arguments: [true, false])
  func functionRecord(isTopic: Bool) throws {
    let payload = EventSamples.notification()
    let letter = DeadLetter(
      id: "x", content: Array(Self.record(isTopic ? EventSamples.topicRecords([payload]) : payload).utf8))
    #expect(letter.events.map(\.key.string) == ["red flower.jpg"])
    #expect(letter.reason == "RetriesExhausted: the picture is damaged (Runtime.Failed)")
    #expect(letter.attempts == 3 && letter.time == Date(timeIntervalSince1970: 1_795_269_839) && letter.fault == nil)
  }

  @Test("a function's own dead-letter queue holds the event, with the reason beside it")
  func deadLetterConfig() throws {
    let message = QueueMessage(
      id: "m", receipt: "r", body: EventSamples.bus(), sent: Date(timeIntervalSince1970: 7),
      attributes: ["ErrorMessage": "out of memory", "ErrorCode": "200"])
    let letter = DeadLetter(message)
    #expect(letter.reason == "out of memory" && letter.events.count == 1)
    #expect(letter.time == Date(timeIntervalSince1970: 7))
  }

  @Test(
    "what cannot be read says so",
    arguments: [
      "", "hello", "{}", #"{"requestPayload":5,"requestContext":{}}"#, #"{"requestPayload":{},"requestContext":[]}"#,
    ])
  func unreadable(content: String) {
    let letter = DeadLetter(id: "x", content: Array(content.utf8))
    #expect(letter.fault != nil && letter.events.isEmpty)
  }

  @Test("a look at a queue's letters leaves all of them there")
  func looking() async throws {
    let queue = MemoryQueue()
    for index in 0..<35 { try await queue.send([try event("n\(index).png")]) }
    let box = QueueLetters(queue, wait: .milliseconds(10))
    let letters = try await box.take(limit: 100)
    #expect(letters.count == 35 && Set(letters.map(\.id)).count == 35 && queue.visibleCount == 0)
    await box.giveBack(letters)
    #expect(queue.count == 35 && queue.visibleCount == 35)
    #expect(try await box.take(limit: 12).count == 12)
  }

  @Test("a look that breaks off gives back what it has")
  func brokenLook() async throws {
    let queue = MemoryQueue()
    for index in 0..<10 { try await queue.send([try event("n\(index).png")]) }
    let box = QueueLetters(FailsSecond(base: queue), wait: .zero)
    await #expect(throws: QueueError.timeout) { try await box.take(limit: 100) }
    #expect(queue.visibleCount == 10)
  }

  @Test("the plan counts objects once, and what is none of ours")
  func plan() async throws {
    let bench = try Bench()
    let bodies = [
      try event("a.png"), try event("a.png"), Self.record(try event("b.png")), try event("c.png", bucket: "other"),
      try event("pixelated-8x8-a.png"), try event("notes.txt"), "hello",
    ]
    let letters = bodies.enumerated().map { DeadLetter(id: "\($0)", content: Array($1.utf8)) }
    let plan = RedrivePlan(letters, workspace: bench.workspace)
    #expect(plan.letters == 7 && plan.objects == 2 && plan.foreign == 3 && plan.unreadable == 1)
  }

  @Test("here: what succeeds goes, what fails again stays, and what is not ours stays")
  func local() async throws {
    let bench = try Bench()
    let queue = MemoryQueue()
    try await bench.land("mended.png", content: [1])
    let old = EventProcessor(workspace: bench.workspace, engine: bench.engine)
    _ = await old.process([ObjectEvent(bucket: "one", key: try key("mended.png"))])
    try await bench.land("mended.png")
    try await bench.land("broken.png", content: [1, 2])
    try await queue.send([
      try event("mended.png"), Self.record(try event("broken.png")), try event("gone.png"),
      try event("x.png", bucket: "other"), "hello",
    ])
    let outcomes = try await redrive(bench, QueueLetters(queue, wait: .milliseconds(10)))
    #expect(outcomes["mended.png"] == .done && outcomes["gone.png"] == .done)
    guard case .failed(let failure)? = outcomes["broken.png"] else { throw Unexpected(outcomes) }
    #expect(failure.code == .notAnImage)
    #expect(outcomes["x.png"] == .kept(nil) && outcomes.values.contains(.kept(.notJSON)))
    #expect(queue.count == 3 && queue.visibleCount == 3)
    #expect(try await bench.row("mended.png")?.state == .complete)
  }

  @Test("a permanent failure is tried again when somebody asks, and only then")
  func retriesPermanent() async throws {
    let bench = try Bench()
    let queue = MemoryQueue()
    try await bench.land("broken.png", content: [1, 2])
    try await queue.send([try event("broken.png")])
    for attempts in 1...2 {
      _ = try await redrive(bench, QueueLetters(queue, wait: .milliseconds(10)))
      #expect(try await bench.row("broken.png")?.failure?.attempts == attempts)
    }
    #expect(queue.count == 1)
  }

  @Test("an outage keeps the letters")
  func outage() async throws {
    let bench = try Bench()
    let queue = MemoryQueue()
    try await bench.land("a.png")
    try await queue.send([try event("a.png")])
    bench.destination.fail(.put, with: .unavailable(detail: "503"))
    let outcomes = try await redrive(bench, QueueLetters(queue, wait: .milliseconds(10)))
    guard case .failed? = outcomes["a.png"] else { throw Unexpected(outcomes) }
    #expect(queue.visibleCount == 1)
  }

  @Test("by the queue: a letter goes once its outputs stand, and stays as long as they do not")
  func byQueue() async throws {
    let bench = try Bench()
    let (dead, main) = (MemoryQueue(), MemoryQueue())
    for name in ["a.png", "b.png"] { try await bench.land(name) }
    try await dead.send([try event("a.png"), try event("b.png")])
    let box = QueueLetters(dead, wait: .milliseconds(10))
    #expect(try await redrive(bench, box, by: .queue(main, wait: .zero)) == ["a.png": .sent, "b.png": .sent])
    #expect(dead.visibleCount == 2 && main.count == 2)
    var options = QueueWorker.Options()
    options.drains = true
    options.drainWait = .milliseconds(20)
    let processor = EventProcessor(workspace: bench.workspace, engine: bench.engine)
    let worker = QueueWorker(queue: main, processor: processor, options: options)
    #expect(await worker.run() == .drained)
    // The outputs stand by now: nothing is sent again.
    #expect(try await redrive(bench, box, by: .queue(main, wait: .zero)) == ["a.png": .done, "b.png": .done])
    #expect(dead.count == 0 && main.count == 0)
  }

  @Test("records in a bucket are read, redriven and removed one by one")
  func objects() async throws {
    let bench = try Bench()
    let store = MemoryStore()
    try await bench.land("a.png")
    let prefix = "aws/lambda/async/f/2026/11/21/"
    try await store.put(try key(prefix + "1"), Array(Self.record(try event("a.png")).utf8))
    try await store.put(try key(prefix + "2"), Array("garbage".utf8))
    try await store.put(try key("elsewhere"), Array("else".utf8))
    let location = OpenLocation(Location(place: .bucket(name: "three"), prefix: "aws/"), store: store)
    let outcomes = try await redrive(bench, ObjectLetters(location))
    #expect(outcomes == ["a.png": .done, prefix + "2": .kept(.notJSON)])
    #expect(try await !store.contains(try key(prefix + "1")))
    #expect(try await store.contains(try key(prefix + "2")))
    #expect(try await store.contains(try key("elsewhere")))
  }
}

/// Answers once, and then no more.
private struct FailsSecond: MessageQueue {
  let base: MemoryQueue
  private let polls = Counter()

  init(base: MemoryQueue) { self.base = base }

  func receive(limit: Int, wait: Duration, visibility: Duration) async throws(QueueError) -> [QueueMessage] {
    guard await polls.next() == 1 else { throw .timeout }
    return try await base.receive(limit: limit, wait: wait, visibility: visibility)
  }
  func delete(_ messages: [QueueMessage]) async throws(QueueError) -> [QueueFault] { try await base.delete(messages) }
  func setVisibility(_ visibility: Duration, of messages: [QueueMessage]) async throws(QueueError) -> [QueueFault] {
    try await base.setVisibility(visibility, of: messages)
  }
  func send(_ bodies: [String]) async throws(QueueError) -> [QueueFault] { try await base.send(bodies) }
  func status() async throws(QueueError) -> QueueStatus { try await base.status() }
}
