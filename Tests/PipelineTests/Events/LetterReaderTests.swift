import Foundation
import ObjectStore
import PixelEngine
import Testing

@testable import Pipeline

@Suite("Looking at dead letters")
struct LetterReaderTests {
  private func event(_ name: String, bucket: String = "one") throws -> String {
    EventMessage.body(of: [ObjectEvent(bucket: bucket, key: try key(name))])
  }

  @Test("each tells what failed, by itself or by its object's record, and all stay where they are")
  func look() async throws {
    let bench = try Bench()
    let queue = MemoryQueue()
    try await bench.land("broken.png", content: [1, 2])
    _ = await EventProcessor(workspace: bench.workspace, engine: bench.engine)
      .process([ObjectEvent(bucket: "one", key: try key("broken.png"))])
    try await queue.send([
      try event("broken.png"), try event("silent.png"), try event("x.png", bucket: "other"), "hello",
      #"{"requestContext":{"condition":"EventAgeExceeded","requestId":"r1"},"requestPayload":\#(try event("a.png"))}"#,
    ])
    let box = QueueLetters(queue, name: { "uploads-dead" }, wait: .milliseconds(10))
    let letters = try await LetterReader(bench.workspace).look(into: box, limit: 100)
    #expect(letters.map(\.cause) == ["not-an-image", "not told", "foreign", "unreadable", "EventAgeExceeded"])
    #expect(letters[0].reason?.hasPrefix("not-an-image: ") == true && letters[0].attempts == 1)
    #expect(letters[4].letter.requestID == "r1" && letters[4].keys.map(\.string) == ["a.png"])
    #expect(letters.allSatisfy { $0.letter.place == "uploads-dead" && $0.letter.receives == 1 })
    #expect(letters.allSatisfy { $0.letter.held == nil } && queue.visibleCount == 5)
    let plan = RedrivePlan(letters)
    #expect(plan.letters == 5 && plan.objects == 3 && plan.foreign == 1 && plan.unreadable == 1)
  }

  @Test("letters are taken by their names, and nobody is kept from the others")
  func byName() async throws {
    let queue = MemoryQueue()
    for index in 0..<25 { try await queue.send([try event("n\(index).png")]) }
    let box = QueueLetters(queue, name: { "q" }, wait: .milliseconds(10))
    let all = try await box.take(limit: 100)
    await box.giveBack(all)
    let wanted = Set(all.filter { $0.events[0].key.string.hasSuffix("7.png") }.map(\.identity))
    #expect(wanted.count == 2)
    let gone = DeadLetter.Identity(place: "q", id: "not there")
    let elsewhere = DeadLetter.Identity(place: "other", id: all[0].id)
    let taken = try await box.take(wanted.union([gone, elsewhere]))
    #expect(Set(taken.map(\.identity)) == wanted)
    #expect(queue.visibleCount == 23)
    #expect(try await box.remove(taken).isEmpty && queue.count == 23)
    #expect(try await box.count() == LetterCount(letters: 23))
  }

  @Test("a look that is cancelled gives back what it has")
  func cancelled() async throws {
    let queue = MemoryQueue()
    for index in 0..<5 { try await queue.send([try event("n\(index).png")]) }
    let box = QueueLetters(queue, wait: .milliseconds(200))
    let task = Task { try await box.take(limit: 100) }
    while queue.visibleCount > 0 { try await Task.sleep(for: .milliseconds(2)) }
    task.cancel()
    await #expect(throws: QueueError.cancelled) { try await task.value }
    #expect(queue.visibleCount == 5)
  }

  @Test("a queue's letters and a bucket's are one box, each removed where it lies")
  func joined() async throws {
    let queue = MemoryQueue()
    let store = MemoryStore()
    try await queue.send([try event("a.png")])
    try await store.put(try key("aws/1"), Array(try event("b.png").utf8))
    try await store.put(try key("aws/2"), Array(try event("c.png").utf8))
    let location = OpenLocation(Location(place: .bucket(name: "three"), prefix: "aws/"), store: store)
    let bucket = ObjectLetters(location)
    let box = JoinedLetters([QueueLetters(queue, name: { "q" }, wait: .milliseconds(10)), bucket])
    let count = try await box.count()
    #expect(count.letters == 3 && count.oldest != nil && !count.isAtLeast)
    let letters = try await box.take(limit: 2)
    #expect(letters.map(\.place) == ["q", "s3://three/aws/"])
    #expect(try await box.remove(letters).isEmpty)
    #expect(queue.count == 0)
    let left = try await box.take(limit: 10)
    #expect(left.map(\.id) == ["aws/2"])
    #expect(try await box.take([DeadLetter.Identity(place: "s3://three/aws/", id: "aws/2")]).count == 1)
    #expect(try await box.take([DeadLetter.Identity(place: "s3://three/aws/", id: "aws/1")]).isEmpty)
    // Of two boxes one that does not answer keeps nothing of the other.
    let broken = MemoryQueue()
    broken.fail([.timeout])
    try await queue.send([try event("d.png")])
    let pair = JoinedLetters([
      QueueLetters(queue, name: { "q" }, wait: .milliseconds(10)), QueueLetters(broken, name: { "b" }, wait: .zero),
    ])
    await #expect(throws: QueueError.timeout) { try await pair.take(limit: 10) }
    #expect(queue.visibleCount == 1)
  }
}
