import HTTPTransport
import TestServers
import Testing

@Suite("Answers", .timeLimit(.minutes(10)))
struct ResponseTests {
  private let transport = CurlTransport()

  @Test("Any status is an answer, with its body", arguments: [200, 206, 400, 403, 404, 409, 412, 429, 500, 503])
  func status(_ status: Int) async throws {
    let server = try FaultServer { _ in
      .status(status, headers: ["x-amz-request-id: 42", "ETag:   \"e\" "], body: Array("<Error/>".utf8))
    }
    let answer = try await transport.exchange(HTTPRequest(.get, server.url + "/k"))
    #expect(answer.response.status == status)
    #expect(answer.response.headers["X-Amz-Request-Id"] == "42")
    #expect(answer.response.headers["etag"] == "\"e\"")
    #expect(answer.body == Array("<Error/>".utf8))
  }

  @Test("A redirect is an answer, and is not followed", arguments: [301, 302, 303, 307, 308])
  func redirect(_ status: Int) async throws {
    let other = try FaultServer { _ in .ok("elsewhere") }
    let server = try FaultServer { _ in .status(status, headers: ["Location: \(other.url)/k"]) }
    let answer = try await transport.exchange(
      HTTPRequest(.get, server.url + "/k", headers: [HTTPField("Authorization", "secret")]))
    #expect(answer.response.status == status)
    #expect(answer.response.headers["location"] == other.url + "/k")
    #expect(server.requests.count == 1)
    #expect(other.connections == 0)
  }

  @Test("An answer without a body ends with its header, and its connection is kept", arguments: [204, 304])
  func bodyless(_ status: Int) async throws {
    let server = try FaultServer { _ in FaultAnswer([.send(FaultAnswer.header(status, ["ETag: \"e\""]))]) }
    for _ in 0..<2 {
      let answer = try await transport.exchange(HTTPRequest(.get, server.url + "/k"))
      #expect(answer.response.status == status)
      #expect(answer.body.isEmpty)
    }
    #expect(server.connections == 1)
  }

  @Test("A HEAD tells the length of a body that does not come, and its connection is kept")
  func head() async throws {
    let server = try FaultServer { _ in .head(length: 5 << 30, headers: ["x-amz-meta-a: b"]) }
    for _ in 0..<2 {
      let answer = try await transport.exchange(HTTPRequest(.head, server.url + "/k"))
      #expect(answer.response.headers["content-length"] == "\(5 << 30)")
      #expect(answer.response.headers["x-amz-meta-a"] == "b")
      #expect(answer.body.isEmpty)
    }
    #expect(server.connections == 1)
  }

  @Test("Chunks are put together, and trailers passed over")
  func chunked() async throws {
    let chunks = [1, 100, 70_000, 3].map { Pattern.bytes($0) }
    let server = try FaultServer { _ in .chunked(chunks, trailers: ["x-amz-checksum: 1", "x-other: 2"]) }
    for _ in 0..<2 {
      let answer = try await transport.exchange(HTTPRequest(.get, server.url + "/k"))
      #expect(answer.body == Array(chunks.joined()))
      #expect(answer.response.headers["x-amz-checksum"] == nil)
    }
    #expect(server.connections == 1)
  }

  @Test("A body without a length ends with its connection")
  func untilTheEnd() async throws {
    let body = Pattern.bytes(100_000)
    let server = try FaultServer { _ in FaultAnswer([.send(FaultAnswer.header(200, []) + body), .close]) }
    #expect(try await transport.exchange(HTTPRequest(.get, server.url + "/k")).body == body)
  }

  @Test("Interim answers are passed over")
  func interim() async throws {
    let interim = FaultAnswer.header(103, ["Link: </a>", "ETag: \"early\""]) + FaultAnswer.header(100, [])
    let server = try FaultServer { _ in
      FaultAnswer([.send(interim), .send(FaultAnswer.header(201, ["Content-Length: 2"])), .send([1, 2])])
    }
    let answer = try await transport.exchange(HTTPRequest(.get, server.url + "/k"))
    #expect(answer.response.status == 201)
    #expect(answer.response.headers["etag"] == nil)
    #expect(answer.body == [1, 2])
  }

  @Test("A refusal before the body was taken is told")
  func earlyRefusal() async throws {
    let refusal = FaultAnswer.header(403, ["Content-Length: 2", "Connection: close"]) + [1, 2]
    let server = try FaultServer { _ in FaultAnswer(taking: .nothing, [.send(refusal), .stall]) }
    let body = HTTPBody.bytes(Pattern.bytes(8 << 20))
    let answer = try await transport.exchange(HTTPRequest(.put, server.url + "/k", body: body))
    #expect(answer.response.status == 403)
    #expect(answer.body == [1, 2])
    #expect(server.requests.first?.bodyCount == 0)
  }

  @Test("A slow answer comes whole")
  func slow() async throws {
    let server = try FaultServer { _ in
      FaultAnswer([
        .pause(.milliseconds(30)), .send(Array("HTTP/1.1 2".utf8)), .pause(.milliseconds(30)),
        .send(Array("00 OK\r\nContent-Le".utf8)), .pause(.milliseconds(30)), .send(Array("ngth: 4\r\n\r\n".utf8)),
        .pause(.milliseconds(30)), .send([1, 2]), .pause(.milliseconds(30)), .send([3, 4]),
      ])
    }
    #expect(try await transport.exchange(HTTPRequest(.get, server.url + "/k")).body == [1, 2, 3, 4])
  }
}
