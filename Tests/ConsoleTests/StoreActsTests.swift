import Foundation
import ObjectStore
import Pipeline
import PixelEngine
import Testing

@testable import Console

/// A store in memory that gives out links and keeps versions, as S3 does.
private final class BucketStore: PresigningStore, VersionedStore {
  let base = ScriptedStore(MemoryStore())
  let kept = Locked<[ObjectKey: [ObjectVersion]]>([:])
  let links = Locked<[String]>([])

  func head(_ key: ObjectKey) async throws(StoreError) -> ObjectHead { try await base.head(key) }

  func get(_ key: ObjectKey, options: GetOptions) async throws(StoreError) -> ObjectContent {
    guard let version = options.version else { return try await base.get(key, options: options) }
    var options = options
    options.version = nil
    guard let name = ObjectKey("versions/\(version)") else {
      throw StoreError(operation: .get, key: key.string, reason: .notFound)
    }
    return try await base.get(name, options: options)
  }

  func put(_ key: ObjectKey, content: PutContent, options: PutOptions) async throws(StoreError) -> String {
    try await base.put(key, content: content, options: options)
  }

  func delete(_ key: ObjectKey) async throws(StoreError) { try await base.delete(key) }

  func list(_ request: ListRequest) -> ListPages { base.list(request) }

  func presignedURL(of key: ObjectKey, seconds: Int) async throws(StoreError) -> PresignedURL {
    links.withLock { $0.append("\(key.string) \(seconds)") }
    return PresignedURL(
      url: "https://bucket.example/\(key.string)?secret",
      expires: Date(timeIntervalSince1970: Fixture.now + Double(seconds)))
  }

  func versions(of key: ObjectKey, limit: Int?) async throws(StoreError) -> [ObjectVersion] {
    kept.withLock { $0[key] ?? [] }
  }

  func versioning() async throws(StoreError) -> BucketVersioning { .never }

  func remove(_ keys: [ObjectKey]) async -> [Removal] {
    let errors = await base.delete(keys)
    return keys.map { key in Removal(key: key, error: errors.first { $0.key == key.string }) }
  }

  func delete(_ key: ObjectKey, version: String) async throws(StoreError) {}
  func restore(_ key: ObjectKey, version: String) async throws(StoreError) -> String { "" }
}

/// A session over stores in memory, and a folder for its downloads.
private final class Stage {
  let source = BucketStore()
  let destination = BucketStore()
  let workspace: Workspace
  let folder: String
  let session: ConsoleSession
  private var messages: AsyncStream<ConsoleEvent>.Iterator

  init(readOnly: Bool = false, objects: [String: [UInt8]]) async throws {
    folder = NSTemporaryDirectory() + "pixelater-console-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, bytes) in objects { try await source.base.put(Fixture.key("photos/" + name), bytes) }
    workspace = try Workspace(
      source: OpenLocation(
        Location(place: .bucket(name: "in"), prefix: "photos/"), store: readOnly ? source.readOnly : source),
      destination: OpenLocation(
        Location(place: .bucket(name: "out")), store: readOnly ? destination.readOnly : destination))
    let backend = PipelineBackend(workspace: workspace, engine: PixelEngine(), pollInterval: .seconds(600))
    let (stream, post) = AsyncStream.makeStream(of: ConsoleEvent.self)
    messages = stream.makeAsyncIterator()
    session = ConsoleSession(
      setup: ConsoleSetup(source: "s3://in/photos/", destination: "s3://out/", isReadOnly: readOnly, folder: folder),
      size: ScreenSize(columns: 120, rows: 40), backend: backend, files: files, post: { post.yield($0) },
      clock: { Fixture.now })
    _ = session.start()
    await until("● live")
  }

  let files = MemoryFiles()

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var text: String { SessionTests.text(session.screen()) }

  @discardableResult
  func until(_ wanted: String) async -> [TerminalEffect] {
    var effects: [TerminalEffect] = []
    while !text.contains(wanted), let message = await messages.next() { effects += session.receive(message) }
    #expect(text.contains(wanted), "\(text)")
    return effects
  }

  func press(_ keys: Key...) { for key in keys { _ = session.handle(.key(key)) } }

  func type(_ text: String) { for character in text { press(.character(character)) } }

  func end() async {
    session.stop()
    await session.finish()
  }
}

@Suite("What the console does to stores", .timeLimit(.minutes(10)))
struct StoreActsTests {
  static let png = Array(Data(base64Encoded: PipelineBackendTests.png) ?? Data())

  @Test func downloadsWithRenditionsAndNamesWhatFailed() async throws {
    let stage = try await Stage(objects: ["a/cat.png": Self.png, "b.png": Self.png])
    stage.press(.character("a"), .character("r"), .enter)
    await stage.until("● 2 complete")
    stage.source.base.fail(.get, key: "photos/b.png", with: .accessDenied)
    stage.press(.character("a"), .character("d"), .down, .left)
    await stage.until("12 files")
    stage.press(.enter)
    await stage.until("1 failed: Access is denied to read the object")
    let names = FileManager.default.enumerator(atPath: stage.folder)?.compactMap { $0 as? String } ?? []
    let files = names.filter { $0.hasSuffix(".png") }
    #expect(
      Set(files)
        == Set(
          ["a/cat.png"]
            + [8, 16, 32, 48, 64].flatMap { ["pixelated-\($0)x\($0)-a/cat.png", "pixelated-\($0)x\($0)-b.png"] }))
    #expect(FileManager.default.contents(atPath: stage.folder + "/a/cat.png") == Data(Self.png))
    await stage.end()
  }

  @Test func anUploadShowsUp() async throws {
    let stage = try await Stage(objects: [:])
    try Data(Self.png).write(to: URL(fileURLWithPath: stage.folder + "/dog.png"))
    stage.press(.character("u"))
    stage.type(stage.folder + "/d")
    stage.press(.tab)
    await stage.until("dog.png")
    stage.press(.enter)
    await stage.until("Uploaded 1")
    await stage.until("1 object ")
    let head = try await stage.source.base.head(Fixture.key("photos/dog.png"))
    #expect(head.contentType == "image/png")
    // Once more: asked first.
    stage.press(.character("u"))
    stage.type(stage.folder + "/dog.png")
    stage.press(.enter)
    await stage.until("REPLACED")
    #expect(stage.source.base.count(.put) == 1)
    stage.press(.character("y"))
    await stage.until("Uploaded 1")
    await stage.end()
    #expect(stage.source.base.count(.put) == 2)
  }

  @Test func deletesRenditionsAndNothingElse() async throws {
    let stage = try await Stage(objects: ["cat.png": Self.png])
    stage.press(.character("r"), .enter)
    await stage.until("● 1 complete")
    stage.press(.character("D"), .character("y"))
    await stage.until("Deleted 5")
    await stage.until("○ 1 pending")
    #expect(try await stage.source.base.contains(Fixture.key("photos/cat.png")))
    for try await object in stage.destination.base.list("") { Issue.record("\(object.key.string) is still there") }
    await stage.end()
  }

  @Test func linksGoToTheClipboardAlone() async throws {
    let stage = try await Stage(objects: ["cat.png": Self.png])
    stage.press(.character("y"), .right, .character("u"))
    let effects = await stage.until("Copied a link, good until 21:26")
    #expect(effects == [.copy("https://bucket.example/photos/cat.png?secret")])
    #expect(stage.source.links.withLock { $0 } == ["photos/cat.png 43200"])
    stage.press(.character("5"))
    #expect(!stage.text.contains("secret"))
    await stage.end()
  }

  @Test func aVersionIsDownloaded() async throws {
    let stage = try await Stage(readOnly: true, objects: ["cat.png": Self.png])
    try await stage.source.base.put(Fixture.key("versions/v1"), Array("old".utf8))
    let summary = ObjectSummary(
      key: Fixture.key("photos/cat.png"), size: 3, lastModified: Date(timeIntervalSince1970: Fixture.now - 90),
      etag: "x")
    stage.source.kept.withLock {
      $0[summary.key] = [ObjectVersion(id: "v1", summary: summary, isLatest: true, isDeleteMarker: false)]
    }
    stage.press(.enter, .character("V"))
    await stage.until("There is one version")
    stage.press(.character("d"))
    await stage.until("1 file,")
    stage.press(.enter)
    await stage.until("Downloaded 1")
    #expect(FileManager.default.contents(atPath: stage.folder + "/cat~v1.png") == Data("old".utf8))
    await stage.end()
  }

  @Test func leavingCancelsAndLeavesNoHalfFile() async throws {
    let stage = try await Stage(objects: ["cat.png": Self.png])
    let (started, note) = AsyncStream.makeStream(of: Void.self)
    stage.press(.character("d"))
    await stage.until("1 file,")
    stage.source.base.before { call in
      guard call.operation == .get else { return }
      note.yield()
      try? await Task.sleep(for: .seconds(60))
    }
    stage.press(.enter)
    for await _ in started { break }
    await stage.end()
    #expect(try FileManager.default.contentsOfDirectory(atPath: stage.folder) == [])
  }
}
