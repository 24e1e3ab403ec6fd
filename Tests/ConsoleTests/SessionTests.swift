import Foundation
import ObjectStore
import Pipeline
import PixelEngine
import Synchronization
import Testing

@testable import Console

/// A backend with nothing behind it.
final class FakeBackend: ConsoleBackend {
  let rows: [StatusRow]
  let changed: AsyncStream<BucketChange>
  let change: AsyncStream<BucketChange>.Continuation
  private let onEvent = Locked<(@Sendable (JobEvent) -> Void)?>(nil)
  let submitted = Locked<[String]>([])

  init(rows: [StatusRow]) {
    self.rows = rows
    (changed, change) = AsyncStream.makeStream(of: BucketChange.self)
  }

  func list(_ take: (ListedRows) async -> Bool) async throws(StoreError) {
    var rest = rows[...]
    while !rest.isEmpty {
      guard await take(ListedRows(rows: Array(rest.prefix(1000)))) else { return }
      rest = rest.dropFirst(1000)
    }
  }

  func row(_ key: ObjectKey) async throws(StoreError) -> StatusRow? {
    if key.string.hasPrefix("gone") { return nil }
    return Fixture.row(key.string, renditions: Fixture.complete)
  }

  func pictures(of key: ObjectKey, sizes: [GridSize]) async throws(Failure) -> [GridSize: PreviewPicture] {
    Dictionary(
      uniqueKeysWithValues: sizes.map { ($0, PreviewPicture(raster: Fixture.picture($0.side), isStored: true)) })
  }

  func original(of key: ObjectKey, maxWidth: Int, maxHeight: Int) async throws(Failure) -> Raster {
    Fixture.picture(20, 10)
  }

  func changes() -> AsyncStream<BucketChange> { changed }

  func startJobs(onEvent: @escaping @Sendable (JobEvent) -> Void) { self.onEvent.withLock { $0 = onEvent } }

  func submit(_ keys: [ObjectKey], policy: RunPolicy) {
    submitted.withLock { $0 += keys.map(\.string) }
    let tell = onEvent.withLock { $0 }
    for key in keys { tell?(.queued(key)) }
    for key in keys {
      tell?(.started(key))
      tell?(.finished(key, .written(renditions: 5), milliseconds: 3))
    }
  }

  let offers = StoreOffers()

  func link(to object: WorkspaceObject, seconds: Int) async throws(StoreError) -> PresignedURL {
    throw StoreError(operation: .get, key: object.source.string, reason: .notFound)
  }

  func versions(of key: ObjectKey) async throws(StoreError) -> [ObjectVersion] { [] }

  func pictures(of key: ObjectKey, version: String, sizes: [GridSize]) async throws(Failure) -> [GridSize: Raster] {
    Dictionary(uniqueKeysWithValues: sizes.map { ($0, Fixture.picture($0.side)) })
  }

  func restore(_ key: ObjectKey, version: String) async throws(StoreError) {}
  func versioning() async throws(StoreError) -> BucketVersioning { .never }
  func undelete(_ objects: [DeletedObject], onEvent: @escaping @Sendable (TransferEvent) -> Void) async {}

  func completion(of path: String, foldersOnly: Bool) async -> LocalPath.Completion {
    LocalPath.Completion(text: path, names: [])
  }

  func check(_ request: DownloadRequest) async throws(TransferError) -> DownloadCheck {
    DownloadCheck(folder: request.folder, isNew: false, existing: 0)
  }

  func download(_ request: DownloadRequest, onEvent: @escaping @Sendable (TransferEvent) -> Void) async {}

  func check(upload path: String, to key: ObjectKey) async throws(TransferError) -> UploadCheck {
    throw .notAFile(path: path)
  }

  func upload(_ path: String, to key: ObjectKey) async throws(TransferError) -> Int64 {
    throw .notAFile(path: path)
  }

  func deleteRenditions(_ objects: [WorkspaceObject], onEvent: @escaping @Sendable (TransferEvent) -> Void) async {}

  func removeOrphans(onEvent: @escaping @Sendable (TransferEvent) -> Void) async throws(StoreError) {}

  func verify(_ row: StatusRow) async -> ObjectVerdict { ObjectVerdict(key: row.key, result: .success([])) }

  func renditions(of key: ObjectKey) async throws(StoreError) -> [StoredRendition] { [] }
  func description(of key: ObjectKey) async throws(StoreError) -> SourceDescription? { nil }

  func recomputed(_ key: ObjectKey, sizes: [GridSize]) async throws(Failure) -> [GridSize: Raster] { [:] }

  let places = EventPlaces()
  func depth() async -> EventDepth { EventDepth() }
  func look(limit: Int) async -> LetterLook { LetterLook(letters: []) }
  func handOver(
    _ rows: [StatusRow], to way: RunWay, onSent: @escaping @Sendable ([ObjectKey]) -> Void
  ) async throws(QueueError) {}
  func redrive(
    _ letters: [DeadLetter.Identity], by way: RunWay,
    onEnd: @escaping @Sendable (DeadLetter.Identity, RedriveOutcome?) -> Void
  ) async throws(QueueError) {}

  func cancel(_ key: ObjectKey) {}
  func cancelAll() {}
  func setPaused(_ paused: Bool) {}
  func setRate(_ rate: ObjectRate?) {}
  func shutdown() async {}
}

@Suite("A session over a backend", .timeLimit(.minutes(10)))
struct SessionTests {
  /// Runs a session by hand until its state is as wanted.
  static func run(
    _ backend: FakeBackend, size: ScreenSize = ScreenSize(columns: 120, rows: 40),
    _ body: (ConsoleSession, @escaping (String, (ScreenGrid) -> Bool) async -> Void) async -> Void
  ) async {
    let (messages, post) = AsyncStream.makeStream(of: ConsoleEvent.self)
    let session = ConsoleSession(
      setup: ConsoleSetup(source: "/in", destination: "/out"), size: size, backend: backend, files: MemoryFiles(),
      post: { post.yield($0) },
      clock: { Fixture.now })
    _ = session.start()
    var iterator = messages.makeAsyncIterator()
    await body(session) { _, isReached in
      while !isReached(session.screen()) {
        guard let message = await iterator.next() else { return }
        _ = session.receive(message)
      }
    }
    session.stop()
    await session.finish()
  }

  static func text(_ grid: ScreenGrid) -> String {
    (0..<grid.size.rows).map { row in (0..<grid.size.columns).map { grid[$0, row].text }.joined() }.joined(
      separator: "\n")
  }

  @Test func listsPicturesProcessesAndProves() async {
    let backend = FakeBackend(rows: (0..<1500).map { Fixture.row("k\(10_000 + $0).png") })
    await Self.run(backend) { session, until in
      await until("listed") { Self.text($0).contains("● live") && Self.text($0).contains("1,500 objects") }
      await until("pictured") { Self.text($0).contains("stored") && Self.text($0).contains("original") }
      _ = session.handle(.key(.character("r")))
      #expect(Self.text(session.screen()).contains("Process this object?"))
      _ = session.handle(.key(.enter))
      await until("proven") { Self.text($0).contains("● 1 complete") }
      #expect(backend.submitted.withLock { $0 } == ["k10000.png"])
      backend.change.yield(.objects([Fixture.key("a-new-one.png"), Fixture.key("gone.png")]))
      await until("appeared") { Self.text($0).contains("a-new-one.png") && Self.text($0).contains("1,501 objects") }
      #expect(session.handle(.key(.character("q"))) == [.quit(status: 0)])
    }
  }

  @Test func manyRows() async {
    let backend = FakeBackend(
      rows: (0..<20_000).map {
        Fixture.row("photos/\(1_000_000 + $0).jpg", renditions: $0 % 3 == 0 ? Fixture.complete : RenditionSet())
      })
    await Self.run(backend) { session, until in
      // The first page is there long before the end.
      await until("first page") { Self.text($0).contains("photos/1000000.jpg") }
      #expect(Self.text(session.screen()).contains("more coming"))
      _ = session.handle(.key(.down))
      await until("all") { Self.text($0).contains("● live") && Self.text($0).contains("20,000 objects") }
      _ = session.handle(.key(.character("/")))
      for character in "19999" { _ = session.handle(.key(.character(character))) }
      await until("filtered") { Self.text($0).contains("photos/1019999.jpg") }
      #expect(Self.text(session.screen()).contains("1 shown"))
    }
  }
}
