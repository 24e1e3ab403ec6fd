import Foundation
import HTTPTransport
import TestServers
import Testing

@Suite("Requests as they are sent", .timeLimit(.minutes(10)))
struct RequestTests {
  private let transport = CurlTransport()

  @Test(
    "A path and a query are sent as they are",
    arguments: [
      "/", "/a", "/a/../b//c", "/../../x", "/./x/.", "//x", "/a%2Fb%2f", "/%2E%2E/x", "/%E2%82%AC+%20~*'()",
      "/a;b=c,d:@&=$!",
      "/?", "/?list-type=2&prefix=a%2F..%2Fb&x", "/b/?uploads", "/a?x=/../y//",
      "/b/" + String(repeating: "k", count: 3000),
    ])
  func target(_ target: String) async throws {
    let server = try FaultServer { _ in .ok() }
    _ = try await transport.exchange(HTTPRequest(.get, server.url + target))
    #expect(server.requests.map(\.target) == [target])
  }

  @Test("Each method is sent by its name", arguments: [HTTPMethod.get, .head, .put, .post, .delete])
  func method(_ method: HTTPMethod) async throws {
    let server = try FaultServer { $0.method == "HEAD" ? .head(length: 7) : .ok("body") }
    let answer = try await transport.exchange(HTTPRequest(method, server.url + "/k"))
    #expect(answer.response.status == 200)
    #expect(answer.body == (method == .head ? [] : Array("body".utf8)))
    #expect(server.requests.map(\.method) == [method.rawValue])
  }

  @Test("Fields are sent in their order, and little besides")
  func fields() async throws {
    let server = try FaultServer { _ in .ok() }
    let fields = [
      HTTPField("x-amz-date", "20260101T000000Z"), HTTPField("X-Amz-Meta-B", "two  words"), HTTPField("a", "1"),
      HTTPField("x-empty", ""), HTTPField("Authorization", "AWS4-HMAC-SHA256 Credential=a/b, Signature=c"),
    ]
    _ = try await transport.exchange(HTTPRequest(.get, server.url + "/", headers: fields))
    let seen = try #require(server.requests.first).fields
    #expect(seen.filter { field in fields.contains { $0.name == field.name } }.map(\.name) == fields.map(\.name))
    #expect(seen.filter { field in fields.contains { $0.name == field.name } }.map(\.value) == fields.map(\.value))
    let others = Set(seen.map(\.name)).subtracting(fields.map(\.name))
    #expect(others == ["Host", "User-Agent"])
    #expect(server.requests.first?["host"] == "127.0.0.1:\(server.port)")
    #expect(server.requests.first?["user-agent"] == "pixelater")
  }

  @Test("A body-less request of a kind that has one says so", arguments: [HTTPMethod.put, .post])
  func emptyBody(_ method: HTTPMethod) async throws {
    let server = try FaultServer { _ in .ok() }
    for body in [HTTPBody.none, .bytes([])] {
      _ = try await transport.exchange(HTTPRequest(method, server.url + "/k", body: body))
    }
    #expect(server.requests.map { $0["content-length"] } == ["0", "0"])
    #expect(server.requests.allSatisfy { $0["transfer-encoding"] == nil && $0["expect"] == nil })
    #expect(server.requests.allSatisfy { $0["content-type"] == nil })
    #expect(server.connections == 1)
  }

  @Test("Bytes are sent, with their length", arguments: [HTTPMethod.put, .post], [1, 5000, 1 << 20, 3 << 20])
  func bytes(_ method: HTTPMethod, _ count: Int) async throws {
    let server = try FaultServer { _ in .ok("stored") }
    let bytes = Pattern.bytes(count)
    let answer = try await transport.exchange(HTTPRequest(method, server.url + "/k", body: .bytes(bytes)))
    #expect(answer.body == Array("stored".utf8))
    let request = try #require(server.requests.first)
    #expect(request["content-length"] == "\(count)")
    #expect(request["transfer-encoding"] == nil)
    #expect(request.bodyCount == count)
    #expect(request.body == Array(bytes.prefix(1 << 20)))
  }

  @Test(
    "A part of a file is sent",
    arguments: [0..<0, 0..<1, 0..<3_000_000, 100..<200, 2_999_999..<3_000_000] as [Range<Int64>])
  func file(_ range: Range<Int64>) async throws {
    let server = try FaultServer { _ in .ok() }
    let file = try TemporaryFile(Pattern.bytes(3_000_000))
    _ = try await transport.exchange(HTTPRequest(.put, server.url + "/k", body: .file(path: file.path, range: range)))
    let request = try #require(server.requests.first)
    #expect(request["content-length"] == "\(range.count)")
    #expect(request.bodyCount == range.count)
    #expect(request.body == Pattern.bytes(min(range.count, 1 << 20), from: Int(range.lowerBound)))
  }

  @Test("A file shorter than was said is told", arguments: [0..<101, 100..<200, 5000..<5001] as [Range<Int64>])
  func shortFile(_ range: Range<Int64>) async throws {
    let server = try FaultServer { _ in .ok() }
    let file = try TemporaryFile(Pattern.bytes(100))
    let error = await failure { () async throws(HTTPError) in
      _ = try await transport.exchange(HTTPRequest(.put, server.url + "/k", body: .file(path: file.path, range: range)))
    }
    #expect(error == .unreadableFile(path: file.path, code: ENODATA))
    try await wait { server.openConnections == 0 }
  }

  @Test("A file that is not there is told, and nobody is asked")
  func missingFile() async throws {
    let server = try FaultServer { _ in .ok() }
    let path = "/nonexistent/pixelater"
    let error = await failure { () async throws(HTTPError) in
      _ = try await transport.exchange(HTTPRequest(.put, server.url + "/k", body: .file(path: path, range: 0..<1)))
    }
    #expect(error == .unreadableFile(path: path, code: ENOENT))
    #expect(server.connections == 0)
  }

  @Test("A file is read while it is sent, not before")
  func fileIsStreamed() async throws {
    let file = try TemporaryFile([])
    let size: Int64 = 64 << 20
    try #require(truncate(file.path, off_t(size)) == 0)
    let path = file.path
    // Before it takes the body, the server makes the file shorter: what had been read by then is what fits the buffers.
    let server = try FaultServer { _ in
      usleep(300_000)
      truncate(path, 32 << 20)
      return .ok()
    }
    let error = await failure { () async throws(HTTPError) in
      _ = try await transport.exchange(HTTPRequest(.put, server.url + "/k", body: .file(path: path, range: 0..<size)))
    }
    #expect(error == .unreadableFile(path: path, code: ENODATA))
  }

  @Test(
    "What cannot be asked is refused, and nothing is sent",
    arguments: [
      "", "no url", "ftp://127.0.0.1/x", "file:///etc/hostname", "http://", "http://127.0.0.1:99999/", "/path",
      "http://127.0.0.1:1/a b", "http://127.0.0.1:1/a\r\nX: y", "http://127.0.0.1:1/\u{e9}", "http://[::1/",
    ])
  func invalidURL(_ url: String) async throws {
    let error = await failure { () async throws(HTTPError) in
      _ = try await transport.exchange(HTTPRequest(.get, url))
    }
    #expect(error?.kind == "invalidRequest")
  }

  @Test(
    "A field that would break the header is refused",
    arguments: [
      HTTPField("a", "b\r\nX-Evil: 1"), HTTPField("a", "b\nc"), HTTPField("a", "b\0c"), HTTPField("a b", "c"),
      HTTPField("", "c"), HTTPField("a:", "c"), HTTPField("a\r\nb", "c"), HTTPField("\u{e9}", "c"),
    ])
  func invalidField(_ field: HTTPField) async throws {
    let server = try FaultServer { _ in .ok() }
    let error = await failure { () async throws(HTTPError) in
      _ = try await transport.exchange(HTTPRequest(.get, server.url + "/", headers: [field]))
    }
    #expect(error?.kind == "invalidRequest")
    #expect(server.connections == 0)
  }
}
