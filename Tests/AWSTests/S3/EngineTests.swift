@testable import AWS
import Foundation
import HTTPTransport
import ObjectStore
import TestServers
import Testing

@Suite("S3Store on real servers", .enabled(if: S3Engine.isWanted), .timeLimit(.minutes(10)))
struct EngineTests {
  private static let transport = CurlTransport()

  /// - Parameter clock: seconds that the client's clock is ahead.
  private func bucket(
    _ engine: S3Engine, secret: String? = nil, clock: TimeInterval = 0, options: S3Store.Options = S3Store.Options(),
    name: String = S3Engine.bucketName("aws"), http: any HTTPClient = transport
  ) async throws -> S3Store {
    var shared = ServiceClient.Shared(http: http)
    shared.now = { Date(timeIntervalSinceNow: clock) }
    let credentials = Credentials(
      accessKeyID: engine.accessKeyID, secretAccessKey: secret ?? engine.secretAccessKey, origin: "the tests")
    return S3Store(
      bucket: name, endpoint: try #require(S3Endpoint(override: engine.endpoint)), region: engine.region,
      credentials: GivenCredentials([credentials]), shared: shared, options: options)
  }

  private func engine(_ name: String) async throws -> S3Engine {
    name == "SeaweedFS" ? try await S3Engine.seaweedfs() : try await S3Engine.ministack()
  }

  private func key(_ text: String) throws -> ObjectKey { try #require(ObjectKey(text)) }

  @Test("40 MiB go in parts from a file, and come back as they were", arguments: ["SeaweedFS", "MiniStack"])
  func multipart(name: String) async throws {
    var options = S3Store.Options()
    options.multipartThreshold = 1 << 20
    options.partSize = 5 << 20
    let store = try await bucket(try await engine(name), options: options)
    try await store.create()
    let path = FileManager.default.temporaryDirectory.appending(path: "upload-\(UUID().uuidString)").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let size = 40 << 20 + 12_345
    try Data(Pattern.bytes(size)).write(to: URL(filePath: path))
    let key = try key("large + object/40 MiB.bin")
    let etag = try await store.put(
      key, content: .file(path: path), options: PutOptions(contentType: "image/png", metadata: ["a": "b c"]))
    let head = try await store.head(key)
    #expect(head.summary.size == Int64(size))
    #expect(head.summary.etag == etag)
    #expect(etag.hasSuffix("-9"))
    #expect(head.contentType == "image/png")
    #expect(head.metadata == ["a": "b c"])
    var offset = 0
    for try await chunk in try await store.get(key).chunks {
      #expect(Pattern.matches(chunk, from: offset))
      offset += chunk.count
    }
    #expect(offset == size)
    let part = try await store.read(
      key, limit: 1 << 20, options: GetOptions(range: 5 << 20 - 10..<5 << 20 + 10, ifMatch: etag))
    #expect(Pattern.matches(part.bytes, from: 5 << 20 - 10) && part.bytes.count == 20)
  }

  @Test("An upload that is given up leaves nothing behind", arguments: ["SeaweedFS", "MiniStack"])
  func abort(name: String) async throws {
    var options = S3Store.Options()
    options.multipartThreshold = 1 << 20
    options.partSize = 5 << 20
    let http = FailingPart(base: Self.transport)
    let store = try await bucket(try await engine(name), options: options, http: http)
    try await store.create()
    let key = try key("never there")
    let error = await refusal { () async throws(StoreError) in try await store.put(key, Pattern.bytes(16 << 20)) }
    #expect(error?.operation == .put)
    // There was one to be given up.
    #expect(http.created.withLock { $0 } == 1)
    #expect(try await uploads(store) == 0)
    #expect(await refusal { () async throws(StoreError) in try await store.head(key) }?.reason == .notFound)
  }

  /// A network on which the third part never gets through.
  private struct FailingPart: HTTPClient {
    let base: CurlTransport
    /// Uploads that were begun.
    let created = Locked(0)

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
      if request.url.contains("partNumber=3") { throw .invalidRequest(detail: "the test") }
      let answer = try await base.send(request)
      if request.url.hasSuffix("?uploads="), request.method == .post, answer.status == 200 {
        created.withLock { $0 += 1 }
      }
      return answer
    }
  }

  private func uploads(_ store: S3Store) async throws -> Int {
    let answer = try await store.client.exchange(store.request(.get, query: [("uploads", "")]))
    return try XMLElement(parsing: answer.body).children.filter { $0.name == "Upload" }.count
  }

  // MARK: - Links

  @Test("A link is good for anybody, for its object, and for its time")
  func link() async throws {
    let engine = try await S3Engine.seaweedfs()
    let store = try await bucket(engine)
    try await store.create()
    let key = try key("folder/a + b %25 ü.png")
    try await store.put(key, Pattern.bytes(1000))
    let link = try await store.presignedURL(of: key, seconds: 600)
    #expect((590...600).contains(link.expires.timeIntervalSinceNow))
    let answer = try await Self.transport.exchange(HTTPRequest(.get, link.url))
    #expect(answer.response.status == 200)
    #expect(answer.body == Pattern.bytes(1000))

    let other = try await Self.transport.exchange(HTTPRequest(.put, link.url, body: .bytes([1])))
    #expect(other.response.status == 403)
    let elsewhere = link.url.replacing("folder/", with: "other/")
    #expect(elsewhere != link.url)
    #expect(try await Self.transport.exchange(HTTPRequest(.get, elsewhere)).response.status == 403)
    let longer = link.url.replacing("X-Amz-Expires=600", with: "X-Amz-Expires=6000")
    #expect(longer != link.url)
    #expect(try await Self.transport.exchange(HTTPRequest(.get, longer)).response.status == 403)

    // Made an hour ago by a clock that is right, for a minute.
    let old = try await bucket(engine, clock: -3600, name: store.bucket).presignedURL(of: key, seconds: 60)
    #expect(try await Self.transport.exchange(HTTPRequest(.get, old.url)).response.status == 403)
  }

  // MARK: - Faults as servers tell them

  @Test("A server's own words for what is wrong are understood")
  func faults() async throws {
    let engine = try await S3Engine.seaweedfs()
    let store = try await bucket(engine)
    try await store.create()
    let key = try key("k")
    try await store.put(key, [1, 2, 3])
    let impostor = try await bucket(engine, secret: "SENSITIVE", name: store.bucket)
    for call in Call.allCases {
      let error = await refusal { () async throws(StoreError) in try await call.make(of: impostor, key) }
      #expect(error?.reason == .refusedCredentials(detail: "SignatureDoesNotMatch"), "\(call)")
      #expect(!String(reflecting: error).contains("SENSITIVE"))
    }
    // An hour off, and mended by what the server says: also of a HEAD, whose answer has no word of it.
    for clock in [-3600.0, 3600] {
      #expect(try await bucket(engine, clock: clock, name: store.bucket).head(key).summary.size == 3)
      let late = try await bucket(engine, clock: clock, name: store.bucket)
      #expect(try await late.read(key, limit: 10).bytes == [1, 2, 3])
      #expect((abs(late.client.clockOffset + clock)) < 60)
    }
    let missing = try await bucket(engine)
    let error = await refusal { () async throws(StoreError) in try await Call.list.make(of: missing, key) }
    #expect(error?.reason == .noSuchBucket)
    #expect(
      await refusal { () async throws(StoreError) in
        try await store.get(key, options: GetOptions(ifMatch: "none"))
      }?.reason == .preconditionFailed)
  }

  private enum Call: CaseIterable {
    case head, get, put, list

    func make(of store: S3Store, _ key: ObjectKey) async throws(StoreError) {
      switch self {
      case .head: _ = try await store.head(key)
      case .get: _ = try await store.get(key)
      case .put: try await store.put(key, [1])
      case .list: for try await _ in store.list("") {}
      }
    }
  }

  // MARK: - Versions

  @Test("Every version of an object is told, newest first, delete markers too, and can be read")
  func versions() async throws {
    let store = try await bucket(try await S3Engine.ministack())
    try await store.create()
    let key = try key("a + b")
    try await store.put(key, [0])
    #expect(try await store.versions(of: key).map(\.id) == ["null"])
    var request = store.request(.put, query: [("versioning", "")])
    let body = Array(
      "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status></VersioningConfiguration>"
        .utf8)
    request.body = .bytes(body)
    request.payload = .of(body)
    _ = try await store.client.exchange(request)

    try await store.put(key, [1])
    try await store.put(key, [2, 2])
    try await store.delete(key)
    try await store.put(try self.key("a + b/other"), [9])
    try await store.put(try self.key("a + bc"), [9])
    let versions = try await store.versions(of: key)
    #expect(versions.map(\.isDeleteMarker) == [true, false, false, false])
    #expect(versions.map(\.isLatest) == [true, false, false, false])
    #expect(versions.map(\.summary.size) == [0, 2, 1, 1])
    #expect(versions.allSatisfy { $0.summary.key == key })
    #expect(Set(versions.map(\.id)).count == 4 && versions.last?.id == "null")
    #expect(await refusal { () async throws(StoreError) in try await store.head(key) }?.reason == .notFound)
    for (version, bytes): (ObjectVersion, [UInt8]) in zip(versions.dropFirst(), [[2, 2], [1], [0]]) {
      let read = try await store.read(key, limit: 10, options: GetOptions(version: version.id))
      #expect(read.bytes == bytes)
    }
    #expect(try await store.versions(of: try self.key("none")).isEmpty)
  }
}
