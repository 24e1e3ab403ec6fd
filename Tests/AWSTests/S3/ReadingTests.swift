@testable import AWS
import HTTPTransport
import ObjectStore
import TestServers
import Testing

@Suite("Objects read over bad connections", .timeLimit(.minutes(10)))
struct ReadingTests {
  static let size = 300_000

  static let breaks: [(name: String, sent: Int, step: FaultAnswer.Step)] = [
    ("closed after the header", 0, .close), ("closed after a byte", 1, .close), ("closed half-way", 150_000, .close),
    ("closed before the last byte", size - 1, .close), ("reset half-way", 150_000, .reset),
    ("silent half-way", 150_000, .stall),
  ]

  @Test("What breaks off goes on where it was, if it is still the same", arguments: breaks.indices)
  func resumed(index: Int) async throws {
    let (name, sent, step) = Self.breaks[index]
    let bucket = try FaultyBucket { request, number in
      .object(request, size: Self.size, sent: number == 0 ? sent : nil, then: step)
    }
    let reading = try await Reading(bucket.store)
    #expect(reading.error == nil, "\(name)")
    #expect(reading.bytes.count == Self.size && Pattern.matches(reading.bytes), "\(name)")
    let requests = bucket.server.requests
    #expect(requests.count == 2, "\(name)")
    #expect(requests[0]["If-Match"] == nil && requests[0]["Range"] == nil)
    #expect(requests[1]["If-Match"] == "\"one\"")
    // A reset may take bytes with it that were under way.
    let start = requests[1]["Range"]?.dropFirst("bytes=".count).split(separator: "-").first.flatMap { Int($0) }
    #expect(try #require(start) <= sent)
    if case .close = step { #expect(start == sent) }
    #expect(requests[1]["Range"]?.hasSuffix("-\(Self.size - 1)") == true)
  }

  @Test("A part that breaks off goes on within itself")
  func resumedPart() async throws {
    let range: Range<Int64> = 50_000..<250_000
    let bucket = try FaultyBucket { request, number in
      .object(request, size: Self.size, sent: number < 3 ? 40_000 : nil)
    }
    let reading = try await Reading(bucket.store, GetOptions(range: range, ifMatch: "one"))
    #expect(reading.error == nil)
    #expect(reading.bytes.count == range.count && Pattern.matches(reading.bytes, from: 50_000))
    #expect(
      bucket.server.requests.map { $0["Range"] } == [
        "bytes=50000-249999", "bytes=90000-249999", "bytes=130000-249999", "bytes=170000-249999",
      ])
    #expect(bucket.server.requests.allSatisfy { $0["If-Match"] == "\"one\"" })
  }

  @Test(
    "What has changed meanwhile is not put together, even by a server that does not look", arguments: [true, false])
  func changed(isChecked: Bool) async throws {
    let bucket = try FaultyBucket { request, number in
      if number == 0 { return .object(request, size: Self.size, sent: 100_000) }
      return isChecked ? .no(412, "PreconditionFailed") : .object(request, size: Self.size, etag: "two")
    }
    let reading = try await Reading(bucket.store)
    #expect(reading.error?.reason == .preconditionFailed)
    #expect(reading.bytes.count == 100_000)
    #expect(bucket.server.requests.count == 2)
  }

  @Test("A connection that never gets further is given up, and what came is no whole")
  func noProgress() async throws {
    let bucket = try FaultyBucket { request, number in
      .object(request, size: Self.size, sent: number == 0 ? 1000 : 0)
    }
    let reading = try await Reading(bucket.store)
    #expect(reading.error?.isTransient == true)
    #expect(reading.bytes.count == 1000)
    #expect(bucket.server.requests.count == 5)
  }

  @Test("An outage while reading is not asked about for ever")
  func outage() async throws {
    let bucket = try FaultyBucket { request, number in
      number == 0 ? .object(request, size: Self.size, sent: 1000) : .status(500)
    }
    let reading = try await Reading(bucket.store)
    #expect(reading.error?.isTransient == true)
    // The repetitions of one call.
    #expect(bucket.server.requests.count == 1 + 4)
  }

  @Test("A small object that breaks off is asked for again", arguments: [0, 1, 99])
  func small(sent: Int) async throws {
    let bucket = try FaultyBucket { request, number in
      .object(request, size: 100, sent: number < 2 ? sent : nil)
    }
    let reading = try await Reading(bucket.store)
    #expect(reading.error == nil)
    #expect(reading.bytes == Pattern.bytes(100))
  }

  @Test("A small object that always breaks off is none")
  func alwaysShort() async throws {
    let bucket = try FaultyBucket { request, _ in .object(request, size: 100, sent: 99) }
    let reading = try await Reading(bucket.store)
    #expect(reading.error?.isTransient == true)
    #expect(reading.bytes.isEmpty)
    #expect(bucket.server.requests.count == 4)
  }

  @Test("A server that says nothing is timed out")
  func silent() async throws {
    let bucket = try FaultyBucket(attempts: 1) { _, _ in FaultAnswer([.stall]) }
    let reading = try await Reading(bucket.store)
    #expect(reading.error?.reason == .timeout)
  }

  @Test(
    "Another part than was asked for is none",
    arguments: [
      "bytes 0-99/1000", "bytes 11-20/1000", "bytes 10-20/1000", "bytes 10-9/1000", "bytes */1000", "10-19/1000", "",
      "bytes 10-99999999999999999999/1000", "bytes 10-9223372036854775807/1000", "bytes -10-19/1000",
    ])
  func wrongPart(contentRange: String) async throws {
    let bucket = try FaultyBucket { _, _ in
      .status(
        206, headers: ["ETag: \"one\"", FaultAnswer.lastModified, "Content-Range: \(contentRange)"],
        body: Pattern.bytes(10))
    }
    let reading = try await Reading(bucket.store, GetOptions(range: 10..<20))
    #expect(reading.error != nil)
    #expect(reading.bytes.isEmpty)
  }

  @Test("All of an object is no part of it")
  func noRanges() async throws {
    let bucket = try FaultyBucket { _, _ in
      .status(200, headers: ["ETag: \"one\"", FaultAnswer.lastModified], body: Pattern.bytes(100))
    }
    let reading = try await Reading(bucket.store, GetOptions(range: 10..<20))
    #expect(reading.error != nil && reading.bytes.isEmpty)
  }

  @Test(
    "An answer without length or time is none",
    arguments: [["Content-Length: 0"], ["Last-Modified: yesterday", "Content-Length: 0"]])
  func incomplete(fields: [String]) async throws {
    let bucket = try FaultyBucket { _, _ in FaultAnswer([.send(FaultAnswer.header(200, fields))]) }
    let key = try #require(ObjectKey("k"))
    #expect(await refusal { () async throws(StoreError) in try await bucket.store.get(key) } != nil)
    #expect(await refusal { () async throws(StoreError) in try await bucket.store.head(key) } != nil)
  }

  @Test("Who stops reading stops the sending")
  func letGo() async throws {
    let bucket = try FaultyBucket { request, _ in
      FaultAnswer([
        .send(
          FaultAnswer.header(
            200, ["ETag: \"one\"", FaultAnswer.lastModified, "Content-Length: \(Int64(1) << 40)"])),
        .sendPattern(1 << 32),
      ])
    }
    let task = Task { try await Reading(bucket.store) }
    while bucket.server.bytesSent < 1 << 20 { try await Task.sleep(for: .milliseconds(2)) }
    task.cancel()
    #expect(try await task.value.error?.reason == .cancelled)
    while bucket.server.abandoned == 0 { try await Task.sleep(for: .milliseconds(2)) }
  }

  @Test("What stays out of order is asked for four times, and by no caller again", arguments: [500, 503])
  func outage(status: Int) async throws {
    let bucket = try FaultyBucket { _, _ in .no(status, "InternalError") }
    let error = try #require(try await Reading(bucket.store).error)
    #expect(error.isTransient && error.hasBeenRetried && !error.isWorthRetrying)
    #expect(bucket.server.requests.count == 4)

    let missing = try FaultyBucket { _, _ in .no(404, "NoSuchKey") }
    #expect(try await Reading(missing.store).error?.hasBeenRetried == false)
  }

  @Test("A store that asks to slow down is obeyed by every call")
  func slowDown() async throws {
    let bucket = try FaultyBucket { request, number in
      if number % 2 == 0 {
        return request.method == "HEAD" ? .noToHead(503) : .no(503, "SlowDown")
      }
      switch request.method {
      case "PUT": return .status(200, headers: ["ETag: \"one\""])
      case "DELETE": return .status(204)
      default:
        return request.target.contains("list-type")
          ? .ok(ListingTests.page(["a"])) : .object(request, size: 10)
      }
    }
    let key = try #require(ObjectKey("k"))
    _ = try await bucket.store.head(key)
    #expect(try await Reading(bucket.store).bytes == Pattern.bytes(10))
    try await bucket.store.put(key, [1])
    try await bucket.store.delete(key)
    var count = 0
    for try await _ in bucket.store.list("") { count += 1 }
    #expect(count == 1)
    #expect(bucket.server.requests.count == 10)
  }

  // MARK: - HEAD

  @Test("A HEAD that is refused without a word is explained by a GET of one byte")
  func explained() async throws {
    for (status, code, reason) in [
      (403, "SignatureDoesNotMatch", StoreError.Reason.refusedCredentials(detail: "SignatureDoesNotMatch")),
      (403, "AccessDenied", .accessDenied), (400, "ExpiredToken", .expiredCredentials),
      (403, "InvalidAccessKeyId", .refusedCredentials(detail: "InvalidAccessKeyId")),
    ] {
      let bucket = try FaultyBucket { request, _ in
        request.method == "HEAD" ? .noToHead(status) : .no(status, code)
      }
      let key = try #require(ObjectKey("k"))
      let error = await refusal { () async throws(StoreError) in try await bucket.store.head(key) }
      #expect(error == StoreError(operation: .head, key: "k", reason: reason), "\(code)")
      #expect(bucket.server.requests.map(\.method) == ["HEAD", "GET"])
      #expect(bucket.server.requests[1]["Range"] == "bytes=0-0")
    }
  }

  @Test("What the GET mends, the HEAD then has; so it is with an empty object", arguments: [10, 0])
  func mended(size: Int) async throws {
    let bucket = try FaultyBucket { request, number in
      switch number {
      case 0: .noToHead(403)
      case 1: .no(403, "RequestTimeTooSkewed", headers: ["Date: Wed, 01 Jan 2025 02:00:00 GMT"])
      case 2: size == 0 ? .no(416, "InvalidRange") : .object(request, size: size)
      default: .object(request, size: size)
      }
    }
    let head = try await bucket.store.head(try #require(ObjectKey("k")))
    #expect(head.summary.size == Int64(size))
    #expect(bucket.server.requests.map(\.method) == ["HEAD", "GET", "GET", "HEAD"])
    #expect(bucket.server.requests[3]["x-amz-date"]?.hasPrefix("20250101T02") == true)
  }

  @Test("An object that is not there needs no explanation")
  func absent() async throws {
    let bucket = try FaultyBucket { _, _ in .noToHead(404) }
    let error = await refusal { () async throws(StoreError) in
      try await bucket.store.head(try ObjectKey("k").unwrapped())
    }
    #expect(error?.reason == .notFound)
    #expect(bucket.server.requests.count == 1)
  }
}

extension Optional where Wrapped == ObjectKey {
  func unwrapped() throws(StoreError) -> ObjectKey {
    guard let self else { throw StoreError(operation: .get, key: "", reason: .notFound) }
    return self
  }
}
