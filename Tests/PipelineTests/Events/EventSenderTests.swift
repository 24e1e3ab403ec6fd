import Foundation
import ObjectStore
import Testing

@testable import Pipeline

@Suite("Telling others of objects")
struct EventSenderTests {
  private func row(_ name: String) throws -> StatusRow {
    StatusRow(
      source: ObjectSummary(key: try key(name), size: 9, lastModified: Date(timeIntervalSince1970: 1), etag: "e"))
  }

  @Test("objects go out in tens, under their whole keys, and never what looks like a rendition")
  func batches() async throws {
    let store = MemoryStore()
    let workspace = try Workspace(
      source: OpenLocation(Location(place: .bucket(name: "one"), prefix: "in/"), store: store),
      destination: OpenLocation(Location(place: .bucket(name: "two")), store: store))
    let calls = Locked<[[String]]>([])
    let send: EventSender.Send = { (bodies) async throws(QueueError) in
      calls.withLock { $0.append(bodies) }
      return []
    }
    let sender = try #require(EventSender(workspace: workspace, rate: ObjectRate(perSecond: 100_000), send: send))
    var sent: [ObjectKey] = []
    for index in 0..<23 { sent += try await sender.offer(try row("n+ \(index).png")) }
    #expect(sent.count == 20)
    #expect(try await sender.offer(try row("pixelated-8x8-a.png")).isEmpty)
    sent += try await sender.flush()
    let bodies = calls.withLock { $0 }
    #expect(bodies.map(\.count) == [10, 10, 3])
    #expect(sent.map(\.string) == (0..<23).map { "n+ \($0).png" })
    let events = try bodies.joined().flatMap { try EventMessage($0).events }
    #expect(events.map(\.key.string) == (0..<23).map { "in/n+ \($0).png" })
    #expect(events.allSatisfy { $0.bucket == "one" && $0.etag == "e" && $0.size == 9 && $0.sequencer == nil })
  }

  @Test("what is not taken is sent again, and told where it is never taken")
  func faults() async throws {
    let bench = try Bench()
    let calls = Locked<[Int]>([])
    let send: EventSender.Send = { (bodies) async throws(QueueError) in
      calls.withLock { $0.append(bodies.count) }
      return calls.withLock { $0.count } == 1 ? [QueueFault(index: 1, code: "InternalError")] : []
    }
    let sender = try #require(EventSender(workspace: bench.workspace, rate: ObjectRate(perSecond: 100_000), send: send))
    for index in 0..<3 { _ = try await sender.offer(try row("\(index).png")) }
    #expect(try await sender.flush().map(\.string) == ["0.png", "2.png", "1.png"])
    #expect(calls.withLock { $0 } == [3, 1])

    let never: EventSender.Send = { (bodies) async throws(QueueError) in
      bodies.indices.map { QueueFault(index: $0, code: "InternalError") }
    }
    let refused = try #require(
      EventSender(workspace: bench.workspace, rate: ObjectRate(perSecond: 100_000), send: never))
    _ = try await refused.offer(try row("a.png"))
    await #expect(throws: QueueError.self) { try await refused.flush() }
  }

  @Test("no more objects are told of in a second than was asked for")
  func rate() async throws {
    #expect(try await times(of: 40, at: 200) == [0, 0.05, 0.1, 0.15].flatMap { Array(repeating: $0, count: 10) })
    // No call brings more than a second may.
    #expect(try await times(of: 7, at: 3) == [0, 0, 0, 1, 1, 1, 2])
    #expect(try await times(of: 3, at: 0.5) == [0, 2, 4])
  }

  /// When each of so many objects was told of, in seconds.
  private func times(of count: Int, at perSecond: Double) async throws -> [Double] {
    let bench = try Bench()
    let clock = JumpingClock()
    let times = Locked<[Double]>([])
    let send: EventSender.Send = { (bodies) async throws(QueueError) in
      times.withLock { $0 += bodies.map { _ in clock.seconds } }
      return []
    }
    let sender = try #require(
      EventSender(
        workspace: bench.workspace, rate: ObjectRate(perSecond: perSecond), clock: clock.run, send: send))
    for index in 0..<count { _ = try await sender.offer(try row("\(index).png")) }
    _ = try await sender.flush()
    return times.withLock { $0.map { ($0 * 1000).rounded() / 1000 } }
  }
}
