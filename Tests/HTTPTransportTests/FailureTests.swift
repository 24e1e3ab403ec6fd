import HTTPTransport
import TestServers
import Testing

@Suite("Exchanges that fail", .timeLimit(.minutes(10)))
struct FailureTests {
  private let transport = CurlTransport()

  /// A fault of a server and what is told of it.
  struct Fault: Sendable, CustomTestStringConvertible {
    let name: String
    let kind: String
    let answer: FaultAnswer

    init(_ name: String, _ kind: String, _ answer: FaultAnswer) {
      self.name = name
      self.kind = kind
      self.answer = answer
    }

    var testDescription: String { name }
  }

  private static let chunkedHeader = FaultAnswer.header(200, ["Transfer-Encoding: chunked"])

  static let broken = [
    Fault("a small body cut short", "brokenOff", .cut(length: 1000, sent: 999, then: .close)),
    Fault("a large body cut short", "brokenOff", .cut(length: 1 << 20, sent: 700_000, then: .close)),
    Fault("a body of which nothing comes", "brokenOff", .cut(length: 1, sent: 0, then: .close)),
    Fault(
      "a reset in mid-body", "brokenOff", .cut(length: 1 << 20, sent: 300_000, then: .pause(.milliseconds(20)), .reset)),
    Fault(
      "chunks without their end", "brokenOff", FaultAnswer([.send(chunkedHeader + Array("3\r\nabc\r\n".utf8)), .close])),
    Fault("a chunk cut short", "brokenOff", FaultAnswer([.send(chunkedHeader + Array("ff\r\nabc".utf8)), .close])),
    Fault("no answer", "brokenOff", FaultAnswer([.close])),
    Fault("a reset before the answer", "brokenOff", FaultAnswer([.reset])),
    Fault("a header cut short", "brokenOff", .raw("HTTP/1.1 200 OK\r\nContent-Le")),
    Fault("a status line cut short", "brokenOff", .raw("HTTP/1.1 2")),
    // Libcurl tells it as a failure to receive.
    Fault(
      "a chunk of a size that is no number", "brokenOff",
      FaultAnswer([.send(chunkedHeader + Array("zz\r\nabc\r\n0\r\n\r\n".utf8)), .close])),
  ]

  static let invalid = [
    Fault("not HTTP", "invalidResponse", .raw("220 mail.example ESMTP\r\n\r\n")),
    Fault("bytes of no meaning", "invalidResponse", .raw("\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}\r\n\r\n")),
    Fault("a TLS alert", "invalidResponse", .raw("\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}\u{46}")),
    Fault("a page without a header", "invalidResponse", .raw("<html>hello</html>")),
    Fault("a status that is no number", "invalidResponse", .raw("HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n")),
    Fault("another HTTP", "invalidResponse", .raw("HTTP/7.0 200 OK\r\nContent-Length: 0\r\n\r\n")),
    Fault(
      "a length below zero", "invalidResponse",
      FaultAnswer([.send(FaultAnswer.header(200, ["Content-Length: -5"]) + [1, 2, 3]), .close])),
    Fault(
      "a header of many fields", "invalidResponse",
      .status(200, headers: (0..<10_000).map { "x-field-\($0): \(String(repeating: "v", count: 40))" })),
    Fault(
      "a field of 300 KiB", "invalidResponse",
      .status(200, headers: ["x: " + String(repeating: "v", count: 300 << 10)])),
    Fault(
      "a field without end", "invalidResponse",
      FaultAnswer([.send(Array("HTTP/1.1 200 OK\r\nx: ".utf8)), .sendPattern(64 << 20)])),
    Fault(
      "interim answers without end", "invalidResponse",
      FaultAnswer(
        Array(repeating: .send(Array(repeating: FaultAnswer.header(100, []), count: 1000).flatMap { $0 }), count: 100))),
  ]

  @Test("What is not a whole answer is not taken for one", arguments: broken + invalid)
  func fault(_ fault: Fault) async throws {
    let server = try FaultServer { _ in fault.answer }
    let error = await failure { () async throws(HTTPError) in
      _ = try await transport.exchange(HTTPRequest(.get, server.url + "/k"), limit: 128 << 20)
    }
    #expect(error?.kind == fault.kind, "\(String(describing: error))")
    #expect(error?.isTransient == true)
    try await wait { server.openConnections == 0 }
  }

  @Test("The same faults, told to a PUT", arguments: broken)
  func faultOfPut(_ fault: Fault) async throws {
    let server = try FaultServer { _ in fault.answer }
    let error = await failure { () async throws(HTTPError) in
      _ = try await transport.exchange(
        HTTPRequest(.put, server.url + "/k", body: .bytes(Pattern.bytes(100_000))), limit: 128 << 20)
    }
    #expect(error?.kind == fault.kind, "\(String(describing: error))")
    #expect(server.requests.allSatisfy { $0.bodyCount == 100_000 })
  }

  @Test("A reset while a body is sent is told")
  func resetOfUpload() async throws {
    let server = try FaultServer { _ in FaultAnswer(taking: .only(100_000), [.reset]) }
    let error = await failure { () async throws(HTTPError) in
      _ = try await transport.exchange(
        HTTPRequest(.put, server.url + "/k", body: .bytes(Pattern.bytes(16 << 20))))
    }
    #expect(error?.kind == "brokenOff")
  }

  @Test("A port where nobody listens")
  func refused() async throws {
    let port = try Loopback.freePorts(1)[0]
    let error = await failure { () async throws(HTTPError) in
      _ = try await transport.exchange(HTTPRequest(.get, "http://127.0.0.1:\(port)/"))
    }
    #expect(error?.kind == "cannotConnect")
  }

  @Test("Nobody's words hold the URL or a field")
  func secrets() async throws {
    let server = try FaultServer { _ in FaultAnswer([.reset]) }
    let port = try Loopback.freePorts(1)[0]
    for url in [server.url, "http://127.0.0.1:\(port)"] {
      let error = await failure { () async throws(HTTPError) in
        let secret = HTTPField("Authorization", "SENSITIVE")
        _ = try await transport.exchange(HTTPRequest(.get, url + "/?X-Amz-Signature=SENSITIVE", headers: [secret]))
      }
      #expect(error != nil && !"\(String(describing: error))".contains("SENSITIVE"))
    }
  }
}
