import Foundation
import ObjectStore
import PixelEngine
import Testing

@testable import Pipeline

@Suite("Processing of events")
struct EventProcessorTests {
  private func processor(_ bench: Bench, removes: Bool = false) -> EventProcessor {
    var options = EventProcessor.Options()
    options.run = bench.options
    options.removesRenditions = removes
    return EventProcessor(workspace: bench.workspace, engine: bench.engine, options: options)
  }

  private func event(
    _ name: String, _ kind: ObjectEvent.Kind = .created, bucket: String = "one", sequencer: String? = nil
  ) throws -> ObjectEvent {
    ObjectEvent(bucket: bucket, key: try key(name), kind: kind, sequencer: sequencer.flatMap { Sequencer($0) })
  }

  @Test("an upload gets its renditions, and once only")
  func created() async throws {
    let bench = try Bench()
    try await bench.land("a b+c.png")
    let processor = processor(bench)
    let event = try event("a b+c.png", sequencer: "01")
    #expect(await processor.process([event]) == [.written(renditions: 5)])
    #expect(try await bench.row("a b+c.png")?.state == .complete)
    let reads = bench.source.count(.get)
    #expect(await processor.process([event, event]) == [.dropped(.complete), .dropped(.complete)])
    #expect(bench.source.count(.get) == reads)
  }

  @Test("doubled events of one moment are done once, one after the other")
  func together() async throws {
    let bench = try Bench()
    try await bench.land("a.png")
    let outcomes = await processor(bench).process(Array(repeating: try event("a.png"), count: 8))
    #expect(outcomes.count { $0 == .written(renditions: 5) } == 1)
    #expect(outcomes.count { $0 == .dropped(.complete) } == 7)
    #expect(bench.destination.count(.put) == 5)
  }

  @Test("what is not of the source comes to nothing, and asks no store")
  func elsewhere() async throws {
    let bench = try Bench()
    let outcomes = await processor(bench).process([
      try event("a.png", bucket: "two"), try event("pixelated-8x8-a.png"), try event("notes.txt"),
      try event("a.png", .removed),
    ])
    #expect(
      outcomes == [
        .dropped(.otherBucket), .dropped(.rendition), .dropped(.unsupported), .dropped(.removalKept),
      ])
    #expect(bench.source.calls.isEmpty && bench.destination.calls.isEmpty)
  }

  @Test("keys are taken below the source's prefix")
  func prefix() async throws {
    let source = MemoryStore()
    let bench = try Bench()
    let workspace = try Workspace(
      source: OpenLocation(Location(place: .bucket(name: "one"), prefix: "in/"), store: source),
      destination: OpenLocation(Location(place: .bucket(name: "one"), prefix: "out/"), store: source))
    try await source.put(try key("in/a.png"), bench.picture)
    let processor = EventProcessor(workspace: workspace, engine: bench.engine)
    let outcomes = await processor.process([try event("in/a.png"), try event("other/a.png")])
    #expect(outcomes == [.written(renditions: 5), .dropped(.otherPrefix)])
    #expect(try await source.contains(try key("out/pixelated-8x8-a.png")))
    // What was just written tells of itself, and must not begin another round.
    #expect(await processor.process([try event("out/pixelated-8x8-a.png")]) == [.dropped(.otherPrefix)])
  }

  @Test("an older event is dropped once a later one was settled, of the same key alone")
  func order() async throws {
    let bench = try Bench()
    try await bench.land("a.png")
    try await bench.land("b.png")
    let processor = processor(bench)
    #expect(await processor.process([try event("a.png", sequencer: "05")]) == [.written(renditions: 5)])
    let calls = bench.destination.calls.count
    #expect(await processor.process([try event("a.png", sequencer: "04")]) == [.dropped(.outdated)])
    #expect(bench.destination.calls.count == calls)
    #expect(await processor.process([try event("b.png", sequencer: "04")]) == [.written(renditions: 5)])
  }

  @Test("a later event that failed for a while does not hide an older one")
  func failedOrder() async throws {
    let bench = try Bench()
    try await bench.land("a.png")
    bench.source.fail(.get, times: bench.options.retry.maximumAttempts, with: .unavailable(detail: "x"))
    let processor = processor(bench)
    guard case .postponed(let failure) = await processor.process([try event("a.png", sequencer: "05")])[0] else {
      throw Unexpected("not postponed")
    }
    #expect(failure.code == .unavailable)
    #expect(await processor.process([try event("a.png", sequencer: "04")]) == [.written(renditions: 5)])
    #expect(try await bench.row("a.png")?.failure == nil)
  }

  @Test("renditions of other content of the same second are made anew")
  func provenance() async throws {
    let bench = try Bench()
    try await bench.land("a.png")
    let processor = processor(bench)
    #expect(await processor.process([try event("a.png")]) == [.written(renditions: 5)])
    let etag = try await bench.land("a.png", content: bench.otherPicture)
    // By their times the renditions are newer: as if the source had been replaced within a second.
    for size in GridSize.allCases {
      let name = try key(RenditionNaming().key(of: try key("a.png"), size: size))
      let old = try await bench.destination.base.read(name, limit: 1 << 20)
      try await bench.destination.base.put(name, old.bytes, options: PutOptions(metadata: old.head.metadata))
    }
    #expect(try await bench.row("a.png")?.state == .complete)
    #expect(await processor.process([try event("a.png")]) == [.written(renditions: 5)])
    #expect(try await provenances(bench, "a.png") == Set([etag]))
  }

  private func provenances(_ bench: Bench, _ name: String) async throws -> Set<String?> {
    var etags: Set<String?> = []
    for size in GridSize.allCases {
      let rendition = try key(RenditionNaming().key(of: try key(name), size: size))
      etags.insert(try await bench.destination.base.head(rendition).metadata[Provenance.sourceETag])
    }
    return etags
  }

  @Test("a source replaced while its renditions are made has none of the older version written")
  func replacedMeanwhile() async throws {
    let bench = try Bench()
    try await bench.land("a.png")
    let replaced = Counter()
    let other = bench.otherPicture
    bench.source.before { call in
      // The looks at it are: whether there is anything to do, before writing, and after.
      guard call.operation == .head, await replaced.next() == 2, let key = ObjectKey(call.key) else { return }
      _ = try? await bench.source.base.put(key, other)
    }
    #expect(await processor(bench).process([try event("a.png")]) == [.written(renditions: 5)])
    #expect(bench.destination.count(.put) == 5)
    let etag = try await bench.source.base.head(try key("a.png")).summary.etag
    #expect(try await provenances(bench, "a.png") == Set([etag]))
  }

  @Test("a picture that cannot be is recorded once, acknowledged, and not read again")
  func poison() async throws {
    let bench = try Bench()
    try await bench.land("poison.png", content: Array("no picture".utf8))
    let processor = processor(bench)
    let message = EventMessage(events: [try event("poison.png")])
    guard case .failed(let failure) = await processor.process(message.events)[0] else { throw Unexpected("no failure") }
    #expect(failure.code == .notAnImage)
    #expect(MessageVerdict([.failed(failure)]) == .acknowledge)
    let record = try await bench.row("poison.png")?.failure
    #expect(record?.code == .notAnImage && record?.attempts == 1)
    let reads = bench.source.count(.get)
    #expect(await processor.process(message.events) == [.dropped(.permanentFailure)])
    #expect(bench.source.count(.get) == reads)
    // Mended, it is processed.
    try await bench.land("poison.png")
    #expect(await processor.process(message) == .acknowledge)
    #expect(try await bench.row("poison.png")?.state == .complete)
  }

  @Test(
    "rights and credentials stop the intake",
    arguments: [StoreError.Reason.accessDenied, .expiredCredentials, .noCredentials(detail: "x"), .wrongRegion(nil)])
  func access(reason: StoreError.Reason) async throws {
    for operation in [StoreError.Operation.head, .put] {
      let bench = try Bench()
      try await bench.land("a.png")
      bench.destination.fail(operation, where: { $0.hasPrefix("pixelated") }, with: reason)
      guard case .stop(let failure) = await processor(bench).process(EventMessage(events: [try event("a.png")])) else {
        throw Unexpected("not stopped")
      }
      #expect(failure.code.kind == .access)
    }
  }

  @Test("an object that is gone comes to nothing")
  func gone() async throws {
    let bench = try Bench()
    #expect(await processor(bench).process([try event("a.png")]) == [.dropped(.gone)])
    #expect(try await bench.keys().isEmpty)
  }

  @Test("removal takes the renditions and the record along where that is wanted, and only if the object is gone")
  func removed() async throws {
    let bench = try Bench()
    try await bench.land("a.png")
    try await bench.land("bad.png", content: [1, 2, 3])
    let processor = processor(bench, removes: true)
    _ = await processor.process([try event("a.png", sequencer: "01"), try event("bad.png")])
    #expect(try await bench.keys().count == 6)
    // A version below was removed, or it came back: it stands.
    #expect(await processor.process([try event("a.png", .removed, sequencer: "02")]) == [.dropped(.complete)])
    #expect(try await bench.keys().count == 6)
    try await bench.source.base.delete(try key("a.png"))
    try await bench.source.base.delete(try key("bad.png"))
    let outcomes = await processor.process([
      try event("a.png", .removed, sequencer: "03"), try event("bad.png", .removed),
    ])
    #expect(outcomes == [.removed, .removed])
    #expect(try await bench.keys().isEmpty)
    #expect(await processor.process([try event("a.png", .created, sequencer: "02")]) == [.dropped(.outdated)])
  }

  @Test("an object removed while it is processed leaves nothing behind, where removal is wanted")
  func removedMeanwhile() async throws {
    let bench = try Bench()
    try await bench.land("a.png")
    bench.destination.before { call in
      if call.operation == .put, let key = ObjectKey("a.png") { try? await bench.source.base.delete(key) }
    }
    #expect(await processor(bench, removes: true).process([try event("a.png")]) == [.removed])
    #expect(try await bench.keys().isEmpty)
  }

  @Test("doubled, shuffled, overwritten and removed: the end is what the buckets say", arguments: 0..<6)
  func shuffled(seed: Int) async throws {
    var random = SplitMix(seed: UInt64(seed))
    let bench = try Bench()
    let names = (0..<4).map { "n\($0).png" }
    var events: [ObjectEvent] = []
    var sequence = 0
    let processors = [processor(bench, removes: true), processor(bench, removes: true)]
    func step() async throws {
      sequence += 1
      let name = names.randomElement(using: &random) ?? ""
      let number = String(sequence + 4096, radix: 16)
      switch Int.random(in: 0..<5, using: &random) {
      case 0:
        try await bench.source.base.delete(try key(name))
        events.append(try event(name, .removed, sequencer: number))
      case 1: try await bench.land(name, content: Array("broken \(sequence)".utf8))
      case 2: try await bench.land(name, content: bench.otherPicture)
      default: try await bench.land(name)
      }
      events.append(try event(name, sequencer: number))
    }
    for _ in 0..<3 {
      for _ in 0..<6 { try await step() }
      // Each process hears of everything, some of it twice, in an order of its own; the last of it after the last change.
      for _ in 0..<2 {
        let heard = (events + events.suffix(4)).shuffled(using: &random)
        async let first = processors[0].process(heard)
        async let second = processors[1].process(heard.reversed())
        _ = await (first, second)
      }
    }
    for name in names {
      let prefix = RenditionNaming().prefix(for: .x8)
      guard let row = try await bench.row(name) else {
        #expect(try await !bench.keys().contains { $0 == prefix + name || $0 == FailureRecord.prefix + name })
        continue
      }
      if let record = row.failure {
        #expect(record.code == .notAnImage && record.sourceETag == row.etag)
      } else {
        #expect(row.state == .complete)
        #expect(try await provenances(bench, name) == Set([row.etag]))
      }
    }
  }

  @Test("the verdict on a message is that of its worst event")
  func verdicts() {
    let passing = Failure(code: .throttled, message: "", stage: .read)
    let access = Failure(code: .accessDenied, message: "", stage: .read)
    #expect(MessageVerdict([]) == .acknowledge)
    #expect(MessageVerdict([.written(renditions: 5), .dropped(.gone), .removed]) == .acknowledge)
    #expect(MessageVerdict([.written(renditions: 5), .postponed(passing)]) == .postpone(passing))
    #expect(MessageVerdict([.postponed(passing), .refused(access), .cancelled]) == .stop(access))
    #expect(MessageVerdict([.cancelled, .written(renditions: 5)]) == .cancelled)
    #expect(MessageVerdict([.written(renditions: 5)], faults: [.invalidKey]) == .unreadable(.invalidKey))
    #expect(MessageVerdict([.postponed(passing)], faults: [.invalidKey]) == .postpone(passing))
  }
}
