import Foundation
import ObjectStore
import Pipeline
import PixelEngine
import Testing

@testable import Console

/// The whole console but for the terminal, over stores in memory.
@Suite("The console over the pipeline", .timeLimit(.minutes(10)))
struct PipelineBackendTests {
  /// A PNG of one pixel.
  static let png =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

  @Test func noVersionIsRestoredWhereWhatStandsWouldBeLost() async throws {
    let source = VersionedMemoryStore()
    let key = Fixture.key("cat.png")
    try await source.put(key, [1])
    source.set(.suspended)
    try await source.put(key, [2])
    let workspace = try Workspace(
      source: OpenLocation(Location(place: .bucket(name: "in")), store: source),
      destination: OpenLocation(Location(place: .directory(path: "/out")), store: MemoryStore()))
    let backend = PipelineBackend(workspace: workspace, engine: PixelEngine(), pollInterval: .seconds(600))
    let old = try #require(try await backend.versions(of: key).last)
    await #expect(throws: StoreError.self) { try await backend.restore(key, version: old.id) }
    #expect(try await source.read(key, limit: 10).bytes == [2])
    source.set(.enabled)
    try await backend.restore(key, version: old.id)
    #expect(try await source.read(key, limit: 10).bytes == [1])
    #expect(try await source.versions(of: key, limit: nil).map(\.summary.size) == [1, 1, 1])
    await backend.shutdown()
  }

  @Test func processesWhatIsThereAndShowsWhatComes() async throws {
    let picture = try [UInt8](#require(Data(base64Encoded: Self.png)))
    let source = MemoryStore()
    let destination = MemoryStore()
    try await source.put(Fixture.key("broken.png"), content: .bytes(Array("no picture".utf8)), options: PutOptions())
    try await source.put(Fixture.key("cat.png"), content: .bytes(picture), options: PutOptions())
    let workspace = try Workspace(
      source: OpenLocation(Location(place: .directory(path: "/in")), store: source),
      destination: OpenLocation(Location(place: .directory(path: "/out")), store: destination))
    let backend = PipelineBackend(workspace: workspace, engine: PixelEngine(), pollInterval: .milliseconds(200))
    let (messages, post) = AsyncStream.makeStream(of: ConsoleEvent.self)
    let session = ConsoleSession(
      setup: ConsoleSetup(source: "/in", destination: "/out"), size: ScreenSize(columns: 120, rows: 40),
      backend: backend, files: MemoryFiles(), post: { post.yield($0) })
    _ = session.start()
    var iterator = messages.makeAsyncIterator()
    func until(_ text: String) async {
      while !SessionTests.text(session.screen()).contains(text), let message = await iterator.next() {
        _ = session.receive(message)
      }
      #expect(SessionTests.text(session.screen()).contains(text), "\(SessionTests.text(session.screen()))")
    }
    await until("○ 2 pending")
    for key in [Key.character("a"), .character("r"), .enter] { _ = session.handle(.key(key)) }
    await until("● 1 complete  ! 1 failed")
    _ = session.handle(.key(.character("2")))
    await until("! not-an-image")
    _ = session.handle(.key(.character("1")))
    _ = session.handle(.key(.end))
    await until("32×32 · 1:1 · stored")
    try await source.put(Fixture.key("dog.png"), content: .bytes(picture), options: PutOptions())
    await until("dog.png")
    session.stop()
    await session.finish()
    for size in GridSize.allCases {
      let key = Fixture.key(workspace.naming.key(of: Fixture.key("cat.png"), size: size))
      _ = try await destination.head(key)
    }
  }
}
