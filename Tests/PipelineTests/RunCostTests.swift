import Foundation
import ObjectStore
import PixelEngine
import Testing

@testable import Pipeline

@Suite("What a run by others roughly costs")
struct RunCostTests {
  static func plan(_ objects: Int, bytes: Int64) -> Plan {
    var plan = Plan()
    plan.objects = objects
    plan.bytes = bytes
    return plan
  }

  @Test("a million objects by a queue: messages, reads and writes at list prices")
  func queue() throws {
    let cost = try #require(RunCost(Self.plan(1_000_000, bytes: 1 << 40), way: .queue))
    // 3 requests of SQS at 0.40 a million, 10 reads at 0.40 a million, 5 writes at 5 a million.
    #expect(abs(cost.dollars - (1.2 + 4 + 25)) < 0.001)
  }

  @Test("by a function: compute by the megapixels that the bytes may hold, and invocations")
  func function() throws {
    let cost = try #require(RunCost(Self.plan(10_000, bytes: 10_000 * 3_500_000), way: .lambda))
    // 10 MP each: 0.9 s of 1.7275 GB.
    let compute = 10_000 * 0.9 * 1769 / 1024 * 0.0000166667
    #expect(abs(cost.dollars - (0.29 + 0.002 + compute)) < 0.001)
  }

  @Test("here it costs nothing that could be said")
  func local() { #expect(RunCost(Self.plan(5, bytes: 5), way: .local) == nil) }

  @Test("the requests that are reckoned with are those that are made")
  func requests() async throws {
    let bench = try Bench()
    try await bench.land("a.png")
    let processor = EventProcessor(workspace: bench.workspace, engine: bench.engine)
    _ = await processor.process([ObjectEvent(bucket: "one", key: try key("a.png"))])
    let calls = bench.source.calls + bench.destination.calls
    let writes = calls.count { $0.operation == .put }
    let reads = calls.count { $0.operation == .get || $0.operation == .head }
    #expect(Double(writes) == RunCost.writes && Double(reads) == RunCost.reads, "\(calls)")
  }
}
