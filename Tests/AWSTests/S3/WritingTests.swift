@testable import AWS
import Foundation
import HTTPTransport
import ObjectStore
import TestServers
import Testing

@Suite("Objects written over bad connections", .timeLimit(.minutes(10)))
struct WritingTests {
  static let mebibyte = 1 << 20

  /// Parts of 5 MiB from 6 MiB on.
  static func options(parallel: Int = 4) -> S3Store.Options {
    var options = S3Store.Options()
    options.multipartThreshold = 6 << 20
    options.partSize = 5 << 20
    options.parallelParts = parallel
    return options
  }

  /// A server's side of an upload in parts.
  static func answer(_ request: FaultRequest) -> FaultAnswer {
    switch request.method {
    case "POST" where request.target.contains("?uploads"):
      .ok("<InitiateMultipartUploadResult><UploadId>up &amp; 1</UploadId></InitiateMultipartUploadResult>")
    case "POST": .ok("<CompleteMultipartUploadResult><ETag>&quot;whole-2&quot;</ETag></CompleteMultipartUploadResult>")
    case "PUT": .status(200, headers: ["ETag: \"part\""])
    default: .status(204)
    }
  }

  private func key() throws -> ObjectKey { try #require(ObjectKey("a key")) }

  private func isAbort(_ request: FaultRequest) -> Bool {
    request.method == "DELETE" && request.target == "/bucket/a%20key?uploadId=up%20%26%201"
  }

  private func isComplete(_ request: FaultRequest) -> Bool {
    request.method == "POST" && request.target.contains("?uploadId=")
  }

  @Test("Parts go several at once, each with its checksum, and are put together in order")
  func parallel() async throws {
    let parts = Locked(0)
    let bucket = try FaultyBucket(Self.options(parallel: 3)) { request, _ in
      if request.method == "PUT" {
        // Nobody is answered before three have come; the time is for the case that they never do.
        parts.withLock { $0 += 1 }
        let end = ContinuousClock.now + .seconds(20)
        while parts.withLock({ $0 }) < 3, ContinuousClock.now < end { usleep(1000) }
        if parts.withLock({ $0 }) < 3 { return .no(403, "NotParallel") }
      }
      return Self.answer(request)
    }
    let content = Pattern.bytes(21 << 20)
    let etag = try await bucket.store.put(
      try key(), content: .bytes(content), options: PutOptions(contentType: "image/png", metadata: ["a": "b"]))
    #expect(etag == "whole-2")
    let requests = bucket.server.requests
    let sent = requests.filter { $0.method == "PUT" }
    #expect(sent.map(\.bodyCount).sorted() == [Self.mebibyte] + Array(repeating: 5 << 20, count: 4))
    for request in sent {
      let number = try #require(
        request.target.split(separator: "partNumber=").last?.prefix { $0.isNumber }.first?.wholeNumberValue)
      let start = (number - 1) * (5 << 20)
      let part = Array(content[start..<min(start + (5 << 20), content.count)])
      #expect(request["x-amz-checksum-sha256"] == SHA256Digest(of: part).base64)
      #expect(request["x-amz-content-sha256"] == SHA256Digest(of: part).hexadecimal)
      #expect(Pattern.matches(request.body, from: start))
    }
    let first = try #require(requests.first)
    #expect(first.target == "/bucket/a%20key?uploads=")
    #expect(first["x-amz-meta-a"] == "b" && first["Content-Type"] == "image/png")
    let last = try #require(requests.last)
    #expect(isComplete(last))
    let numbers = String(decoding: last.body, as: UTF8.self).split(separator: "<PartNumber>").dropFirst()
      .compactMap { $0.first?.wholeNumberValue }
    #expect(numbers == [1, 2, 3, 4, 5])
    #expect(!requests.contains(where: isAbort))
  }

  @Test("What is not above the threshold goes in one")
  func threshold() async throws {
    let bucket = try FaultyBucket(Self.options()) { request, _ in Self.answer(request) }
    try await bucket.store.put(try key(), Pattern.bytes(6 << 20))
    #expect(bucket.server.requests.count == 1)
    #expect(bucket.server.requests[0].bodyCount == 6 << 20)
    try await bucket.store.put(try key(), Pattern.bytes(6 << 20 + 1))
    #expect(bucket.server.requests.filter { $0.method == "PUT" }.count == 3)
  }

  @Test("A part that passes after a while does no harm")
  func partRepeated() async throws {
    let bucket = try FaultyBucket(Self.options()) { request, number in
      switch number {
      case 1: FaultAnswer(taking: .only(1000), [.reset])
      case 2: .no(503, "SlowDown")
      case 3: .no(500, "InternalError")
      default: Self.answer(request)
      }
    }
    #expect(try await bucket.store.put(try key(), Pattern.bytes(11 << 20)) == "whole-2")
    #expect(!bucket.server.requests.contains(where: isAbort))
  }

  @Test("A part that fails gives the upload up", arguments: [(403, "AccessDenied"), (500, "InternalError")])
  func partFails(status: Int, code: String) async throws {
    let bucket = try FaultyBucket(Self.options(parallel: 2)) { request, _ in
      request.target.contains("partNumber=2") ? .no(status, code) : Self.answer(request)
    }
    let key = try key()
    let error = await refusal { () async throws(StoreError) in
      try await bucket.store.put(key, Pattern.bytes(16 << 20))
    }
    #expect(error?.operation == .put)
    #expect(error?.isTransient == (status == 500))
    #expect(bucket.server.requests.filter(isAbort).count == 1)
    #expect(bucket.server.requests.last.map(isAbort) == true)
    #expect(!bucket.server.requests.contains(where: isComplete))
  }

  @Test("A part without an ETag cannot be put together with others")
  func partWithoutTag() async throws {
    let bucket = try FaultyBucket(Self.options()) { request, _ in
      request.method == "PUT" ? .status(200) : Self.answer(request)
    }
    let key = try key()
    #expect(
      await refusal { () async throws(StoreError) in try await bucket.store.put(key, Pattern.bytes(7 << 20)) } != nil)
    #expect(bucket.server.requests.last.map(isAbort) == true)
  }

  @Test("An upload that is cancelled is given up")
  func cancelled() async throws {
    let bucket = try FaultyBucket(Self.options()) { request, _ in
      request.method == "PUT" ? FaultAnswer(taking: .only(100), [.drain]) : Self.answer(request)
    }
    let key = try key()
    let put = Task {
      await refusal { () async throws(StoreError) in try await bucket.store.put(key, Pattern.bytes(30 << 20)) }
    }
    while !bucket.server.requests.contains(where: { $0.method == "PUT" }) {
      try await Task.sleep(for: .milliseconds(2))
    }
    put.cancel()
    #expect(await put.value?.reason == .cancelled)
    #expect(bucket.server.requests.filter(isAbort).count == 1)
    #expect(!bucket.server.requests.contains(where: isComplete))
  }

  @Test("A file that shrinks or grows under way is not stored", arguments: [5 << 20, 13 << 20])
  func fileChanges(size: Int) async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "upload-\(UUID().uuidString)").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(Pattern.bytes(12 << 20)).write(to: URL(filePath: path))
    let bucket = try FaultyBucket(Self.options(parallel: 1)) { request, number in
      // The first part lies before both ends.
      if number == 1 { truncate(path, off_t(size)) }
      return Self.answer(request)
    }
    let key = try key()
    let error = await refusal { () async throws(StoreError) in
      try await bucket.store.put(key, content: .file(path: path), options: PutOptions())
    }
    guard case .other = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(bucket.server.requests.last.map(isAbort) == true)
    #expect(!bucket.server.requests.contains(where: isComplete))
  }

  @Test("No file, or none that can be read, sends nothing")
  func noFile() async throws {
    let bucket = try FaultyBucket { request, _ in Self.answer(request) }
    let key = try key()
    for path in ["", "/none/such", "/", "/dev/null"] {
      let error = await refusal { () async throws(StoreError) in
        try await bucket.store.put(key, content: .file(path: path), options: PutOptions())
      }
      #expect(error?.isTransient == false, "\(path)")
    }
    #expect(bucket.server.requests.isEmpty)
  }

  @Test("An answer of success that turns out to be none is repeated where that helps")
  func completeFails() async throws {
    let failed = "<?xml version=\"1.0\"?>\n<Error><Code>InternalError</Code><Message>Try again.</Message></Error>"
    let tries = Locked(0)
    let bucket = try FaultyBucket(Self.options()) { request, _ in
      guard request.method == "POST", request.target.contains("?uploadId=") else { return Self.answer(request) }
      let number = tries.withLock { tries in
        tries += 1
        return tries
      }
      // The blanks come while it is at work.
      return number < 3
        ? FaultAnswer.chunked([Array(" \n ".utf8), Array(failed.utf8)]) : Self.answer(request)
    }
    #expect(try await bucket.store.put(try key(), Pattern.bytes(7 << 20)) == "whole-2")
    #expect(bucket.server.requests.filter(isComplete).count == 3)
    #expect(!bucket.server.requests.contains(where: isAbort))
  }

  static let incomplete: [(String, StoreError.Reason?)] = [
    ("<Error><Code>AccessDenied</Code></Error>", .accessDenied),
    ("<Error><Code>SomethingNew</Code><Message>x</Message></Error>", .other(detail: "SomethingNew: x (200)")),
    ("<CompleteMultipartUploadResult/>", nil), ("", nil), ("<CompleteMultipartUploadResult>", nil), ("ok", nil),
  ]

  @Test("An answer of success that does not say so is a failure", arguments: incomplete)
  func completeIsNone(text: String, reason: StoreError.Reason?) async throws {
    let bucket = try FaultyBucket(Self.options()) { request, _ in
      request.method == "POST" && request.target.contains("?uploadId=") ? .ok(text) : Self.answer(request)
    }
    let key = try key()
    let error = try #require(
      await refusal { () async throws(StoreError) in try await bucket.store.put(key, Pattern.bytes(7 << 20)) })
    if let reason { #expect(error.reason == reason) } else { #expect(error.isTransient) }
    #expect(bucket.server.requests.last.map(isAbort) == true)
  }

  @Test("An upload that somebody gave up is no object that is not there")
  func uploadGone() async throws {
    let bucket = try FaultyBucket(Self.options()) { request, _ in
      request.method == "POST" && request.target.contains("?uploadId=")
        ? .no(404, "NoSuchUpload") : Self.answer(request)
    }
    let key = try key()
    let error = await refusal { () async throws(StoreError) in
      try await bucket.store.put(key, Pattern.bytes(7 << 20))
    }
    #expect(error?.isTransient == true)
  }

  @Test("An object of one part is sent again when its answer is lost, and has its checksum")
  func putRepeated() async throws {
    let bucket = try FaultyBucket { request, number in
      switch number {
      case 0: FaultAnswer([.reset])
      case 1: FaultAnswer([.send(Array("HTTP/1.1 200 OK\r\nETag".utf8)), .close])
      default: Self.answer(request)
      }
    }
    #expect(try await bucket.store.put(try key(), Pattern.bytes(1000)) == "part")
    #expect(bucket.server.requests.map(\.bodyCount) == [1000, 1000, 1000])
    #expect(
      bucket.server.requests.allSatisfy {
        $0["x-amz-checksum-sha256"] == SHA256Digest(of: Pattern.bytes(1000)).base64
      })
  }

  // MARK: - Removing

  @Test("Of many objects those that stay are told, and those that may go later are tried again")
  func deletePartly() async throws {
    let bucket = try FaultyBucket { request, _ in
      if request.method == "DELETE" {
        return request.target.hasSuffix("/slow") ? .status(204) : .no(403, "AccessDenied")
      }
      return .ok(
        """
        <DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
        <Error><Key>kept &amp; &lt;b&gt;</Key><Code>AccessDenied</Code><Message>no</Message></Error>
        <Error><Key>slow</Key><Code>SlowDown</Code></Error>
        <Error><Key>worse</Key><Code>InternalError</Code></Error>
        <Error><Key>gone</Key><Code>NoSuchKey</Code></Error></DeleteResult>
        """)
    }
    let keys = ["a", "kept & <b>", "slow", "worse", "gone", "\u{1}"].compactMap { ObjectKey($0) }
    let errors = await bucket.store.delete(keys)
    #expect(
      Set(errors) == [
        StoreError(operation: .delete, key: "kept & <b>", reason: .accessDenied),
        StoreError(operation: .delete, key: "worse", reason: .accessDenied),
        StoreError(operation: .delete, key: "\u{1}", reason: .accessDenied),
      ])
    let posted = try #require(bucket.server.requests.first { $0.method == "POST" })
    #expect(posted.target == "/bucket/?delete=")
    #expect(posted["Content-MD5"] == MD5Digest(of: posted.body).base64)
    #expect(try XMLElement(parsing: posted.body).children.compactMap { $0["Key"]?.text }.count == 5)
  }

  @Test(
    "An answer that is none removed nothing", arguments: ["", "<html/>", "<DeleteResult>", "ok", "<ListBucketResult/>"])
  func deleteAnswer(text: String) async throws {
    let bucket = try FaultyBucket { _, _ in .ok(text) }
    let keys = ["a", "b"].compactMap { ObjectKey($0) }
    #expect(Set(await bucket.store.delete(keys).map(\.key)) == ["a", "b"])
  }

  @Test("A whole batch that is refused is told of each object")
  func deleteRefused() async throws {
    for body in ["<Error><Code>AccessDenied</Code></Error>"] {
      for status in [200, 403] {
        let bucket = try FaultyBucket { _, _ in .status(status, body: Array(body.utf8)) }
        let errors = await bucket.store.delete((0..<3).compactMap { ObjectKey("\($0)") })
        #expect(errors.map(\.reason) == Array(repeating: .accessDenied, count: 3), "\(status)")
      }
    }
  }

  @Test("A thousand go at once, and no more")
  func deleteBatches() async throws {
    let bucket = try FaultyBucket { _, _ in .ok("<DeleteResult/>") }
    let keys = (0..<2001).compactMap { ObjectKey("\($0)") }
    #expect(await bucket.store.delete(keys).isEmpty)
    #expect(bucket.server.requests.map(\.method) == ["POST", "POST", "DELETE"])
    #expect(await bucket.store.delete([]).isEmpty)
  }

  // MARK: - Whose bucket, and how many connections

  @Test("Every call says whose bucket it has to be, and signs that")
  func owner() async throws {
    var options = Self.options()
    options.expectedOwner = "111122223333"
    let bucket = try FaultyBucket(options) { request, number in
      if number == 0 { return .noToHead(403) }
      if request.method == "HEAD" || request.method == "GET" && !request.target.contains("?") {
        return .object(request, size: 300_000, sent: request["Range"] == nil && request.method == "GET" ? 1000 : nil)
      }
      if request.target.contains("list-type") { return .ok(ListingTests.page(["a"])) }
      if request.target.contains("versions") { return .ok("<ListVersionsResult/>") }
      if request.target.contains("?delete") { return .ok("<DeleteResult/>") }
      if request.target.contains("partNumber=2") { return .no(403, "AccessDenied") }
      return Self.answer(request)
    }
    let store = bucket.store
    let key = try key()
    _ = try await store.head(key)
    #expect(try await Reading(store).error == nil)
    try await store.put(key, [1])
    try await store.put(key, Pattern.bytes(3 << 20))
    #expect(
      await refusal { () async throws(StoreError) in try await store.put(key, Pattern.bytes(11 << 20)) } != nil)
    try await store.delete(key)
    #expect(await store.delete(["a", "b"].compactMap { ObjectKey($0) }).isEmpty)
    for try await _ in store.list("") {}
    _ = try await store.versions(of: key)
    let requests = bucket.server.requests
    #expect(requests.count >= 14)
    for request in requests {
      #expect(request["x-amz-expected-bucket-owner"] == "111122223333", "\(request.method) \(request.target)")
      #expect(request["Authorization"]?.contains("x-amz-expected-bucket-owner") == true)
    }
    // A link is for others, who send no such field.
    let link = try await store.presignedURL(of: key, seconds: 60)
    #expect(!link.url.contains("expected"))
  }

  @Test("No more connections than calls at once, however many calls and whatever they are")
  func connections() async throws {
    // What is repeated on a busy machine takes another connection, and so does what had to make room for another test's.
    let bucket = try FaultyBucket(stall: .seconds(60), transport: CurlTransport()) { request, _ in
      switch request.method {
      case "PUT", "DELETE": Self.answer(request)
      default:
        request.target.contains("list-type") ? .ok(ListingTests.page(["a"])) : .object(request, size: 100_000)
      }
    }
    try await withThrowingTaskGroup { group in
      for worker in 0..<6 {
        group.addTask {
          for round in 0..<15 {
            let key = try ObjectKey("\(worker)-\(round)").unwrapped()
            try await bucket.store.put(key, Pattern.bytes(50_000))
            _ = try await bucket.store.head(key)
            #expect(try await bucket.store.read(key, limit: 1 << 20).bytes.count == 100_000)
            for try await _ in bucket.store.list("") {}
            try await bucket.store.delete(key)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(bucket.server.requests.count == 6 * 15 * 5)
    #expect((1...6).contains(bucket.server.connections), "\(bucket.server.connections)")
  }
}
