import Foundation
import ObjectStore
import PixelEngine
import Testing

@testable import Pipeline

/// Two buckets in memory, a picture, and what happened.
struct Bench: Sendable {
  let source = ScriptedStore(MemoryStore())
  let destination = ScriptedStore(MemoryStore())
  let workspace: Workspace
  let engine: PixelEngine
  let options: RunOptions
  let events = EventLog()
  let picture: [UInt8]
  let otherPicture: [UInt8]

  init(limits: Limits = Limits(), options: RunOptions = RunOptions()) throws {
    workspace = try Workspace(
      source: OpenLocation(Location(place: .bucket(name: "one")), store: source),
      destination: OpenLocation(Location(place: .bucket(name: "two")), store: destination))
    engine = PixelEngine(limits: limits)
    var options = options
    options.retry.sleep = { _ in }
    self.options = options
    picture = try Self.makePicture(width: 200, height: 120, shift: 0)
    otherPicture = try Self.makePicture(width: 160, height: 130, shift: 90)
  }

  /// A colourful PNG, itself a mosaic of a made-up grid.
  private static func makePicture(width: Int, height: Int, shift: Int) throws -> [UInt8] {
    var samples: [UInt8] = []
    for i in 0..<64 * 64 {
      samples.append(UInt8(truncatingIfNeeded: i * 7 + shift))
      samples.append(UInt8(truncatingIfNeeded: i / 16 + shift))
      samples.append(UInt8(i % 64 * 4))
    }
    let grid = Grid(size: .x64, model: .rgb, samples: samples)
    let image = PixelatedImage(
      format: .png, width: width, height: height, model: .rgb, colorProfile: nil, grids: [grid])
    return try PixelEngine().encode(grid, of: image)
  }

  func reference(_ size: GridSize) -> Raster? {
    try? PixelEngine().pixelate(picture, sizes: [size]).grids[0].raster
  }

  @discardableResult
  func land(_ name: String, content: [UInt8]? = nil) async throws -> String {
    try await source.base.put(try key(name), content ?? picture)
  }

  func queue() -> JobQueue {
    JobQueue(workspace: workspace, engine: engine, options: options, onEvent: { events.add($0) })
  }

  /// A queue, and when objects began by a clock, in milliseconds.
  func queue(timedBy clock: JumpingClock) -> (queue: JobQueue, times: Locked<[Int]>) {
    let times = Locked<[Int]>([])
    let queue = JobQueue(workspace: workspace, engine: engine, options: options) { event in
      if case .started = event { times.withLock { $0.append(Int((clock.seconds * 1000).rounded())) } }
      events.add(event)
    }
    return (queue, times)
  }

  func worker() -> Worker {
    Worker(workspace: workspace, engine: engine, options: options, onEvent: { events.add($0) })
  }

  /// Processes objects and returns what became of each, in the order they were given.
  func run(_ names: [String], policy: RunPolicy = RunPolicy()) async -> [JobOutcome] {
    let queue = queue()
    for name in names { if let key = ObjectKey(name) { await queue.offer(key, policy: policy) } }
    await queue.drain()
    return names.compactMap { events.lastOutcome($0) }
  }

  func row(_ name: String) async throws -> StatusRow? {
    try await StatusReader(workspace).row(try key(name))
  }

  /// Every key of the destination.
  func keys() async throws -> [String] {
    var keys: [String] = []
    for try await object in destination.base.list("") { keys.append(object.key.string) }
    return keys
  }
}

func key(_ string: String) throws -> ObjectKey { try #require(ObjectKey(string)) }

struct Unexpected: Error {
  let what: String
  init(_ what: some Any) { self.what = "\(what)" }
}

/// What a queue told, for looking at afterwards and for waiting.
final class EventLog: @unchecked Sendable {  // `state` is only touched with `lock` held.
  private struct State {
    var events: [JobEvent] = []
    var waiting: [(condition: @Sendable ([JobEvent]) -> Bool, resume: CheckedContinuation<Void, Never>)] = []
  }

  private var state = State()
  private let lock = NSLock()

  func add(_ event: JobEvent) {
    let ready = lock.withLock {
      state.events.append(event)
      let events = state.events
      let ready = state.waiting.filter { $0.condition(events) }.map(\.resume)
      state.waiting.removeAll { $0.condition(events) }
      return ready
    }
    ready.forEach { $0.resume() }
  }

  func waitFor(_ condition: @escaping @Sendable ([JobEvent]) -> Bool) async {
    await withCheckedContinuation { continuation in
      let holds = lock.withLock {
        if condition(state.events) { return true }
        state.waiting.append((condition, continuation))
        return false
      }
      if holds { continuation.resume() }
    }
  }

  var events: [JobEvent] { lock.withLock { state.events } }

  var outcomes: [JobOutcome] {
    events.compactMap { if case .finished(_, let outcome, _) = $0 { outcome } else { nil } }
  }

  func lastOutcome(_ name: String) -> JobOutcome? {
    events.reversed().lazy.compactMap { event -> JobOutcome? in
      guard case .finished(let key, let outcome, _) = event, key.string == name else { return nil }
      return outcome
    }.first
  }

  var highestRunning: Int {
    var running: Set<ObjectKey> = []
    return events.reduce(0) { highest, event in
      switch event {
      case .queued, .slowedDown: break
      case .started(let key): running.insert(key)
      case .finished(let key, _, _): running.remove(key)
      }
      return max(highest, running.count)
    }
  }
}

extension [JobEvent] {
  func finished(_ name: String) -> Bool {
    contains { if case .finished(let key, _, _) = $0 { key.string == name } else { false } }
  }
}
