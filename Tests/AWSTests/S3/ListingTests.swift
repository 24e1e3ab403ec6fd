@testable import AWS
import HTTPTransport
import ObjectStore
import Testing

@Suite("Listings as they are answered")
struct ListingTests {
  /// A page as S3 writes it.
  static func page(
    _ keys: [String], next: String? = nil, isTruncated: Bool? = nil, isEncoded: Bool = true, prefixes: [String] = []
  ) -> String {
    var text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
    text += "<Name>bucket</Name><Prefix/><KeyCount>\(keys.count)</KeyCount>"
    if isEncoded { text += "<EncodingType>url</EncodingType>" }
    for key in keys {
      text += "<Contents><Key>\(key)</Key><LastModified>2025-01-01T00:00:00.000Z</LastModified>"
      text += "<ETag>&quot;e-\(key.count)&quot;</ETag><Size>7</Size><StorageClass>STANDARD</StorageClass>"
      text += "<Owner><ID>owner</ID><DisplayName>Key</DisplayName></Owner></Contents>"
    }
    for prefix in prefixes { text += "<CommonPrefixes><Prefix>\(prefix)</Prefix></CommonPrefixes>" }
    if let next { text += "<NextContinuationToken>\(next)</NextContinuationToken>" }
    return text + "<IsTruncated>\(isTruncated ?? (next != nil))</IsTruncated></ListBucketResult>"
  }

  private func store(_ service: ScriptedService) throws -> S3Store {
    S3Store(
      bucket: "bucket", endpoint: try #require(S3Endpoint(override: "http://s3.example.com")),
      credentials: GivenCredentials(), shared: service.shared())
  }

  /// All pages, and the error that the listing ends with.
  private func all(
    _ service: ScriptedService, _ request: ListRequest = ListRequest()
  ) async throws -> (pages: [ListPage], error: StoreError?) {
    var pages: [ListPage] = []
    let store = try store(service)
    do throws(StoreError) {
      for try await page in store.list(request) { pages.append(page) }
    } catch {
      return (pages, error)
    }
    return (pages, nil)
  }

  private func keys(_ pages: [ListPage]) -> [String] { pages.flatMap { $0.objects.map(\.key.string) } }

  @Test("Pages follow their tokens, whatever characters those have")
  func tokens() async throws {
    let service = ScriptedService(
      .ok(Self.page(["a", "b"], next: "1/+= &amp;é")), .ok(Self.page(["c"], next: "2")), .ok(Self.page(["d"])))
    let (pages, error) = try await all(service, ListRequest(prefix: "p +&", startAfter: "p +&0"))
    #expect(error == nil)
    #expect(keys(pages) == ["a", "b", "c", "d"])
    #expect(pages[0].objects[0].etag == "e-1")
    #expect(pages[0].objects[0].size == 7)
    #expect(service.requests.count == 3)
    #expect(service.requests[0].url.contains("start-after=p%20%2B%260"))
    #expect(service.requests[1].url.contains("continuation-token=1%2F%2B%3D%20%26%C3%A9"))
    #expect(service.requests.allSatisfy { $0.url.contains("prefix=p%20%2B%26") })
    #expect(!service.requests[1].url.contains("start-after"))
  }

  @Test("Nothing is asked before the first page is")
  func lazy() throws {
    let service = ScriptedService(.ok(Self.page([])))
    _ = try store(service).list(ListRequest())
    #expect(service.requests.isEmpty)
  }

  @Test("Keys are decoded where the answer says that they are encoded, and only there")
  func encoding() async throws {
    let service = ScriptedService(
      .ok(
        Self.page(
          ["%25%2Bx", "a+b", "new%0Aline", "%E6%97%A5%E6%9C%AC", "%F0%9F%91%BE%01"], prefixes: ["z+%2B%2F"])))
    let (pages, error) = try await all(service)
    #expect(error == nil)
    #expect(keys(pages) == ["%+x", "a b", "new\nline", "日本", "👾\u{1}"])
    #expect(pages[0].commonPrefixes == ["z +/"])
    let plain = try await all(ScriptedService(.ok(Self.page(["%25", "a+b", "a &amp; b"].sorted(), isEncoded: false))))
    #expect(keys(plain.pages) == ["%25", "a &amp; b", "a+b"].map { $0.replacing("&amp;", with: "&") })
  }

  @Test("Empty pages on the way are passed over")
  func empty() async throws {
    let service = ScriptedService(
      .ok(Self.page([], next: "1")), .ok(Self.page([], next: "2")), .ok(Self.page(["a"], next: "3")),
      .ok(Self.page([], next: "4")), .ok(Self.page([])))
    let (pages, error) = try await all(service)
    #expect(error == nil)
    #expect(pages.map { $0.objects.count } == [1])
    #expect(service.requests.count == 5)
  }

  @Test("A listing that goes on without saying where is no whole one", arguments: ["", "<NextContinuationToken/>"])
  func noToken(element: String) async throws {
    let text = Self.page(["a"], isTruncated: true).replacing("<IsTruncated>", with: element + "<IsTruncated>")
    let (pages, error) = try await all(ScriptedService(.ok(text)))
    #expect(pages.isEmpty)
    #expect(error?.isTransient == true)
  }

  @Test("A token that comes again ends it")
  func sameToken() async throws {
    let service = ScriptedService { _, _ in .ok(Self.page([], next: "again")) }
    let (_, error) = try await all(service)
    #expect(
      error?.reason == .unavailable(detail: "the answer is not S3's: a listing that says it goes on, and not where"))
    #expect(service.requests.count == 2)
  }

  @Test("A token of a page that does not go on is none")
  func uselessToken() async throws {
    let service = ScriptedService(.ok(Self.page(["a"], next: "1", isTruncated: false)))
    let (pages, error) = try await all(service)
    #expect(error == nil)
    #expect(keys(pages) == ["a"])
    #expect(service.requests.count == 1)
  }

  @Test(
    "What comes out of order, or twice, ends it: within a page, or from one to the next",
    arguments: [
      [["b", "a"]], [["a", "a"]], [["a", "b"], ["a"]], [["a"], ["a"]], [["a/x", "a-b"]], [["é", "z"]],
      [["\u{10000}", "\u{FFFD}"]],
    ])
  func order(pages: [[String]]) async throws {
    let service = ScriptedService { _, number in
      .ok(Self.page(pages[number], next: number + 1 < pages.count ? "\(number)" : nil, isEncoded: false))
    }
    let (_, error) = try await all(service)
    #expect(error?.reason == .unordered)
    #expect(error?.isTransient == false)
    #expect(service.requests.count == pages.count)
  }

  @Test("Names that no key can have are left out")
  func illegal() async throws {
    let long = String(repeating: "k", count: 1025)
    let service = ScriptedService(.ok(Self.page(["", "%FF%FE", "%C0%80", "%ED%A0%80", "a", long, "z"])))
    let (pages, error) = try await all(service)
    #expect(error == nil)
    #expect(keys(pages) == ["a", "z"])
  }

  static let meagre: [(String, String)] = [
    ("<Size>7</Size>", ""), ("<Size>7</Size>", "<Size>-1</Size>"), ("<Size>7</Size>", "<Size>many</Size>"),
    ("<Size>7</Size>", "<Size>99999999999999999999</Size>"), ("2025-01-01T00:00:00.000Z", "yesterday"),
    ("<LastModified>2025-01-01T00:00:00.000Z</LastModified>", ""),
  ]

  @Test("An object of which too little is told is not one that is not there", arguments: meagre)
  func incomplete(text: String, other: String) async throws {
    let service = ScriptedService(.ok(Self.page(["a"]).replacing(text, with: other)))
    let (pages, error) = try await all(service)
    #expect(pages.isEmpty)
    #expect(error?.isTransient == true)
  }

  @Test(
    "What is no listing is none, least of all an empty one",
    arguments: [
      "", "<html/>", "<Error><Code>x</Code></Error>", "{}", "<ListBucketResult>",
      "<!DOCTYPE x><ListBucketResult/>", "<ListAllMyBucketsResult/>", "<ListVersionsResult/>",
    ])
  func noListing(text: String) async throws {
    let service = ScriptedService(.ok(text))
    let (pages, error) = try await all(service)
    #expect(pages.isEmpty)
    #expect(error != nil)
  }

  @Test("Every cut of a page is an error, wherever its chunks end")
  func cut() async throws {
    let bytes = Array(Self.page(["a", "b"]).utf8)
    for count in stride(from: 0, to: bytes.count, by: 7) {
      let body = Self.body(Array(bytes[..<count]), by: 5)
      await #expect(throws: ServiceError.self, "\(count)") { try await ListAnswer.read(body) }
    }
    for size in [1, 2, 3, 100] {
      let answer = try await ListAnswer.read(Self.body(bytes, by: size))
      #expect(answer.page.objects.map(\.key.string) == ["a", "b"])
    }
  }

  @Test("A page that breaks off is asked for again, from its own beginning")
  func brokenPage() async throws {
    let whole = Self.page(["c", "d"])
    let service = ScriptedService { _, number in
      switch number {
      case 0: .ok(Self.page(["a", "b"], next: "1"))
      case 1:
        Reply {
          .success(
            HTTPResponse(status: 200, body: Self.body(Array(whole.utf8.prefix(300)), by: 50, breaks: true)))
        }
      default: .ok(whole)
      }
    }
    let (pages, error) = try await all(service)
    #expect(error == nil)
    #expect(keys(pages) == ["a", "b", "c", "d"])
    #expect(service.requests.count == 3)
    #expect(service.requests[1].url == service.requests[2].url)
  }

  @Test("A page without end is given up")
  func endless() async {
    let head = Array("<ListBucketResult>".utf8)
    let more = Array(String(repeating: "<Name>x</Name>", count: 10_000).utf8)
    let sent = Locked(0)
    let body = HTTPResponseBody { () throws(HTTPError) in
      sent.withLock { sent in
        sent += 1
        return sent == 1 ? head : more
      }
    }
    await #expect(throws: ServiceError.self) { try await ListAnswer.read(body) }
    #expect(sent.withLock { $0 } < 300)
  }

  private static func body(_ bytes: [UInt8], by size: Int, breaks: Bool = false) -> HTTPResponseBody {
    let rest = Locked(bytes[...])
    return HTTPResponseBody { () throws(HTTPError) in
      let chunk = rest.withLock { rest in
        defer { rest = rest.dropFirst(size) }
        return Array(rest.prefix(size))
      }
      if chunk.isEmpty, breaks { throw .brokenOff(detail: "the test") }
      return chunk.isEmpty ? nil : chunk
    }
  }
}
