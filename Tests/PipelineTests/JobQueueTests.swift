import Foundation
import ObjectStore
import PixelEngine
import Testing

@testable import Pipeline

@Suite struct JobQueueTests {
  @Test func writesFiveRenditionsWithTheirProvenance() async throws {
    let bench = try Bench()
    let etag = try await bench.land("in/a b.png")
    #expect(await bench.run(["in/a b.png"]) == [.written(renditions: 5)])

    for size in GridSize.allCases {
      let name = try key("pixelated-\(size.side)x\(size.side)-in/a b.png")
      let (head, bytes) = try await bench.destination.read(name, limit: 1 << 20)
      #expect(head.contentType == "image/png")
      #expect(head.metadata == ["pixelater-source-etag": etag, "pixelater-engine": PixelEngine.version])
      #expect(try PixelEngine().readGrid(bytes, size: size).raster == bench.reference(size))
    }
    #expect(try await bench.row("in/a b.png")?.state == .complete)
    #expect(bench.destination.count(.put) == 5)
  }

  @Test func aPictureThatCannotBeReadLeavesARecordAndNothingElse() async throws {
    let bench = try Bench()
    try await bench.land("note.png", content: Array("hello".utf8))
    let outcome = try #require(await bench.run(["note.png"]).first)
    guard case .failed(let failure) = outcome else { throw Unexpected(outcome) }
    #expect(failure.code == .notAnImage)

    #expect(try await bench.keys() == [".pixelater/failures/note.png"])
    let record = try #require(try await bench.row("note.png")?.failure)
    #expect(record.code == .notAnImage && record.stage == .decode && record.attempts == 1)
    #expect(record.message == failure.message && record.engineVersion == PixelEngine.version)

    // Once more: left alone while the source is the same, tried again when forced or when it changed.
    #expect(await bench.run(["note.png"]) == [.skipped(.permanentFailure)])
    _ = await bench.run(["note.png"], policy: RunPolicy(force: true))
    let again = try #require(try await bench.row("note.png")?.failure)
    #expect(again.attempts == 2 && again.firstFailed == record.firstFailed)

    try await bench.land("note.png")
    #expect(await bench.run(["note.png"]) == [.written(renditions: 5)])
    #expect(try await bench.row("note.png")?.state == .complete)
    #expect(try await !bench.keys().contains(".pixelater/failures/note.png"))
  }

  @Test func aTransientFaultIsRepeatedAndLeavesNoTrace() async throws {
    let bench = try Bench()
    try await bench.land("a.png")
    bench.source.fail(.get, times: 2, with: .timeout)
    bench.destination.fail(.put, key: "pixelated-32x32-a.png", times: 3, with: .throttled)
    #expect(await bench.run(["a.png"]) == [.written(renditions: 5)])
    #expect(try await bench.keys().count == 5)
  }

  @Test func aFaultThatStaysIsRecordedAndPassesLater() async throws {
    let bench = try Bench()
    try await bench.land("a.png")
    bench.destination.fail(.put, key: "pixelated-64x64-a.png", with: .accessDenied)
    let outcome = try #require(await bench.run(["a.png"]).first)
    guard case .failed(let failure) = outcome else { throw Unexpected(outcome) }
    #expect(failure.code == .accessDenied && failure.stage == .write)
    #expect(bench.destination.count(.put, key: "pixelated-64x64-a.png") == 1)
    #expect(try await bench.row("a.png")?.state == .failed)

    bench.destination.calm()
    #expect(await bench.run(["a.png"]) == [.written(renditions: 5)])
    #expect(try await bench.row("a.png")?.state == .complete)
  }

  @Test func aSourceThatChangesMeanwhileIsProcessedAgain() async throws {
    let bench = try Bench()
    try await bench.land("a.png")
    let changes = Counter()
    bench.destination.before { call in
      guard call.operation == .put, await changes.next() == 3 else { return }
      _ = try? await bench.land("a.png", content: bench.otherPicture)
    }
    #expect(await bench.run(["a.png"]) == [.written(renditions: 5)])
    let head = try await bench.source.head(try key("a.png"))
    for size in GridSize.allCases {
      let (rendition, bytes) = try await bench.destination.read(
        try key("pixelated-\(size.side)x\(size.side)-a.png"), limit: 1 << 20)
      #expect(rendition.metadata["pixelater-source-etag"] == head.summary.etag)
      let expected = try PixelEngine().pixelate(bench.otherPicture, sizes: [size]).grids[0].raster
      #expect(try PixelEngine().readGrid(bytes, size: size).raster == expected)
    }
  }

  @Test func aSourceThatKeepsChangingIsGivenUp() async throws {
    let bench = try Bench()
    try await bench.land("a.png")
    bench.destination.before { call in
      if call.key == "pixelated-8x8-a.png", call.operation == .put { _ = try? await bench.land("a.png") }
    }
    let outcome = try #require(await bench.run(["a.png"]).first)
    guard case .failed(let failure) = outcome else { throw Unexpected(outcome) }
    #expect(failure.code == .changed)
  }

  @Test func aSourceThatIsGoneIsSkippedAndLeavesNoRecord() async throws {
    let bench = try Bench()
    #expect(await bench.run(["never.png"]) == [.skipped(.notFound)])
    #expect(try await bench.keys().isEmpty)
  }

  @Test func aKeyTooLongForItsRenditionsIsRecordedAndFound() async throws {
    let bench = try Bench()
    let name = String(repeating: "k", count: 1012)
    try await bench.land(name)
    let outcome = try #require(await bench.run([name]).first)
    guard case .failed(let failure) = outcome else { throw Unexpected(outcome) }
    #expect(failure.code == .keyTooLong)
    #expect(try await bench.row(name)?.failure?.code == .keyTooLong)
    var listed: [StatusItem] = []
    for try await batch in StatusListing(bench.workspace) { listed += batch }
    guard case .object(let row)? = listed.first, listed.count == 1 else { throw Unexpected(listed) }
    #expect(row.state == .failed && row.failure?.code == .keyTooLong)
    #expect(await bench.run([name]) == [.skipped(.permanentFailure)])
  }

  @Test func anObjectOverTheFileLimitIsNotRead() async throws {
    var limits = Limits()
    limits.fileBytes = 10
    let bench = try Bench(limits: limits)
    try await bench.land("a.png")
    let outcome = try #require(await bench.run(["a.png"]).first)
    guard case .failed(let failure) = outcome else { throw Unexpected(outcome) }
    #expect(failure.code == .tooLarge)
    #expect(bench.source.count(.get) == 0)
  }

  @Test func runsNoMoreJobsThanAllowed() async throws {
    var options = RunOptions()
    options.jobs = 3
    let bench = try Bench(options: options)
    let names = (0..<20).map { "p\($0).png" }
    for name in names { try await bench.land(name) }
    bench.source.delay(.get, by: .milliseconds(2))
    let outcomes = await bench.run(names)
    #expect(outcomes == Array(repeating: .written(renditions: 5), count: 20))
    #expect(bench.source.mostConcurrentCalls <= 3)
    #expect(bench.events.highestRunning <= 3)
  }

  @Test func whatWaitsAndWhatRunsCanBeCancelled() async throws {
    var options = RunOptions()
    options.jobs = 1
    let bench = try Bench(options: options)
    try await bench.land("a.png")
    try await bench.land("b.png")
    bench.source.delay(.get, by: .seconds(3600))
    let queue = bench.queue()
    for name in ["a.png", "b.png"] { await queue.offer(try key(name), policy: RunPolicy()) }
    await bench.events.waitFor { $0.contains { if case .started = $0 { true } else { false } } }
    queue.cancel(try key("b.png"))
    await bench.events.waitFor { $0.contains { if case .finished = $0 { true } else { false } } }
    await queue.shutdown()
    #expect(bench.events.outcomes == [.cancelled, .cancelled])
    #expect(try await bench.keys().isEmpty)
  }

  @Test func aFewGoBeforeTheMany() async throws {
    var options = RunOptions()
    options.jobs = 1
    let bench = try Bench(options: options)
    let many = (0..<JobQueue.fewObjects + 4).map { "many-\(100 + $0).png" }
    for name in many + ["mine.png"] { try await bench.land(name) }
    bench.source.delay(.get, by: .milliseconds(5))
    let queue = bench.queue()
    queue.submit(try many.map { try key($0) }, policy: RunPolicy())
    await bench.events.waitFor { events in
      events.count { if case .queued = $0 { true } else { false } } == many.count
    }
    // One that nobody has asked for yet, and one that waits with the many.
    queue.submit([try key("mine.png"), try key(many[many.count - 1])], policy: RunPolicy())
    await bench.events.waitFor { events in
      events.count { if case .finished = $0 { true } else { false } } == many.count + 1
    }
    await queue.shutdown()
    let started = bench.events.events.compactMap { event in
      if case .started(let key) = event { key.string } else { nil }
    }
    let queued = bench.events.events.count { if case .queued = $0 { true } else { false } }
    #expect(queued == many.count + 1, "what waited already is told of once")
    #expect(Set(started) == Set(many + ["mine.png"]) && started.count == many.count + 1)
    let place = try #require(started.firstIndex(of: "mine.png"))
    #expect(place < many.count - 2 && started[place + 1] == many.last)
  }

  @Test func anObjectGivenTwiceIsProcessedOnceAfterTheOther() async throws {
    var options = RunOptions()
    options.jobs = 4
    let bench = try Bench(options: options)
    try await bench.land("a.png")
    let queue = bench.queue()
    for _ in 0..<5 { await queue.offer(try key("a.png"), policy: RunPolicy()) }
    await queue.drain()
    #expect(bench.events.highestRunning == 1)
    #expect(bench.events.outcomes.filter { $0 == .written(renditions: 5) }.count == 1)
  }
}

@Suite struct WorkerTests {
  @Test func drainsWhatIsNotDoneAndStops() async throws {
    let bench = try Bench()
    for name in ["a.png", "b.png", "c/d.png", "notes.txt"] { try await bench.land(name) }
    try await bench.land("bad.png", content: [1, 2, 3])
    try await bench.worker().drain()
    #expect(bench.events.outcomes.filter { $0 == .written(renditions: 5) }.count == 3)
    #expect(try await bench.row("bad.png")?.state == .failed)
    #expect(try await bench.row("notes.txt")?.state == .unsupported)
    #expect(bench.events.outcomes.count == 4)
  }

  @Test func processesWhatLandsWhileItRuns() async throws {
    let bench = try Bench()
    try await bench.land("before.png")
    let worker = bench.worker()
    let running = Task { try await worker.run() }
    await bench.events.waitFor { $0.finished("before.png") }
    try await bench.land("later.png")
    await bench.events.waitFor { $0.finished("later.png") }
    running.cancel()
    try await running.value
    #expect(try await bench.row("later.png")?.state == .complete)
  }
}

@Suite struct UpkeepTests {
  @Test func verifyFindsWhatIsWrong() async throws {
    let bench = try Bench()
    try await bench.land("a.png")
    _ = await bench.run(["a.png"])
    let verifier = Verifier(workspace: bench.workspace, engine: PixelEngine())
    let row = try #require(try await bench.row("a.png"))
    #expect(try await verifier.verify(row).compactMap(\.fault).isEmpty)

    let name = try key("pixelated-16x16-a.png")
    let whole = try await bench.destination.read(name, limit: 1 << 20)
    let options = PutOptions(contentType: "image/png", metadata: whole.head.metadata)
    try await bench.destination.put(name, Array(whole.bytes.dropLast(20)), options: options)
    #expect(try await verifier.verify(row)[1].fault?.code == "truncated")

    try await bench.destination.put(name, bench.picture, options: options)
    #expect(try await verifier.verify(row)[1].fault?.code == "not-flat")

    try await bench.destination.put(name, whole.bytes)
    #expect(try await verifier.verify(row)[1].fault?.code == "wrong-source")

    let other = try PixelEngine().pixelate(bench.otherPicture, sizes: [.x16])
    try await bench.destination.put(name, try PixelEngine().encode(other.grids[0], of: other), options: options)
    #expect(["wrong-size", "wrong-colors"].contains(try await verifier.verify(row)[1].fault?.code))
  }

  @Test(
    arguments: [(1, 1), (3, 2), (20, 12), (40, 30), (7, 200), (63, 65), (64, 64), (130, 70)], [ImageFormat.png, .jpeg])
  func whatAnyPictureBecomesIsWell(size: (Int, Int), format: ImageFormat) async throws {
    let bench = try Bench()
    let (width, height) = size
    // Neighbours as unlike as can be: the hardest for a JPEG, and for cells without a pixel.
    var state: UInt32 = 1
    let pixels = (0..<width * height).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return RGBA(
        red: UInt8(truncatingIfNeeded: state >> 24), green: UInt8(truncatingIfNeeded: state >> 16),
        blue: UInt8(truncatingIfNeeded: state >> 8))
    }
    let raster = Raster(width: width, height: height, pixels: pixels)
    try await bench.land("a", content: try PixelEngine().encode(raster, as: format))
    #expect(await bench.run(["a"]) == [.written(renditions: 5)])
    let verifier = Verifier(workspace: bench.workspace, engine: PixelEngine())
    let row = try #require(try await bench.row("a"))
    let results = try await verifier.verify(row)
    #expect(results.count == 5)
    #expect(results.compactMap(\.fault).isEmpty)
  }

  @Test(arguments: [(20, 12), (40, 30), (300, 200)], [ImageFormat.png, .jpeg])
  func verifyTellsAnotherPictureOfTheSameSize(size: (Int, Int), format: ImageFormat) async throws {
    let bench = try Bench()
    let (width, height) = size
    let engine = PixelEngine()
    func flat(_ level: UInt8) throws -> [UInt8] {
      let pixel = RGBA(red: level, green: level, blue: level)
      return try engine.encode(
        Raster(width: width, height: height, pixels: Array(repeating: pixel, count: width * height)), as: format)
    }
    try await bench.land("a", content: try flat(100))
    _ = await bench.run(["a"])
    let other = try engine.pixelate(try flat(120))
    for grid in other.grids {
      let name = try key("pixelated-\(grid.size.side)x\(grid.size.side)-a")
      let head = try await bench.destination.head(name)
      try await bench.destination.put(
        name, try engine.encode(grid, of: other), options: PutOptions(metadata: head.metadata))
    }
    let row = try #require(try await bench.row("a"))
    let results = try await Verifier(workspace: bench.workspace, engine: engine).verify(row)
    #expect(results.map { $0.fault?.code } == Array(repeating: "wrong-colors", count: 5))
  }

  @Test func cellsWithoutAPixelAreNotSeen() {
    #expect(VisibleCells.cells(length: 1, side: 8) == [4])
    #expect(VisibleCells.cells(length: 3, side: 8) == [1, 4, 6])
    #expect(VisibleCells.cells(length: 64, side: 64) == Array(0..<64))
    #expect(VisibleCells.cells(length: 65, side: 64) == Array(0..<64))
  }

  @Test func cleanRemovesOrphansAlone() async throws {
    let bench = try Bench()
    for name in ["a.png", "b/c.png"] { try await bench.land(name) }
    try await bench.land("bad.png", content: [0])
    _ = await bench.run(["a.png", "b/c.png", "bad.png"])
    try await bench.destination.put(try key("somebody-else.txt"), [1])
    for name in ["b/c.png", "bad.png"] { try await bench.source.delete(try key(name)) }

    let cleaner = OrphanCleaner(workspace: bench.workspace)
    let plan = try await cleaner.plan()
    #expect(plan.renditions == 5 && plan.records == 1 && plan.bytes > 0)
    var removed: [String] = []
    try await cleaner.clean { removed.append($0.key) }
    #expect(removed.count == 6)
    #expect(try await bench.keys().filter { !$0.hasSuffix("-a.png") } == ["somebody-else.txt"])
    #expect(try await cleaner.plan().isEmpty)
  }
}

@Suite struct PreviewReaderTests {
  @Test func readsWhatIsStoredAndComputesTheRest() async throws {
    let bench = try Bench()
    try await bench.land("a.png")
    _ = await bench.run(["a.png"])
    try await bench.destination.delete(try key("pixelated-48x48-a.png"))
    let reader = PreviewReader(workspace: bench.workspace, engine: PixelEngine())
    let preview = try await reader.preview(of: try key("a.png"))
    for size in GridSize.allCases {
      let tile = try #require(preview.tiles[size])
      #expect(tile.isStored == (size != .x48))
      #expect(tile.raster == bench.reference(size))
    }
    let original = try await reader.original(of: try key("a.png"), maxWidth: 40, maxHeight: 30)
    #expect(original.width == 40 && original.height <= 30)
  }

  @Test func saysWhyThereIsNone() async throws {
    let bench = try Bench()
    try await bench.land("bad.png", content: Array("GIF89a......".utf8))
    let reader = PreviewReader(workspace: bench.workspace, engine: PixelEngine())
    await #expect(throws: Failure.self) { try await reader.preview(of: try key("bad.png")) }
  }
}
