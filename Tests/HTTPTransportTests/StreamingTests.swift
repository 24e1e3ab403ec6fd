import HTTPTransport
import TestServers
import Testing

@Suite("Bodies in pieces", .timeLimit(.minutes(10)))
struct StreamingTests {
  private let transport = CurlTransport()
  private static let large = 64 << 20

  @Test("A body that is read slowly is sent slowly, and comes whole")
  func backPressure() async throws {
    let server = try FaultServer { _ in .pattern(Self.large) }
    let response = try await transport.send(HTTPRequest(.get, server.url + "/k"))
    // Nobody reads: the server comes to a halt once every buffer between is full.
    var sent = -1
    while server.bytesSent != sent {
      sent = server.bytesSent
      try await Task.sleep(for: .milliseconds(250))
    }
    // Sockets of this system hold some MiB on either side; the transport itself 1 MiB.
    #expect(sent < 20 << 20)

    var count = 0
    var largest = 0
    var isSame = true
    while let chunk = try await response.body.next() {
      #expect(!chunk.isEmpty)
      isSame = isSame && Pattern.matches(chunk, from: count)
      count += chunk.count
      largest = max(largest, chunk.count)
    }
    #expect(count == Self.large)
    #expect(isSame)
    #expect(largest <= 2 << 20)
    #expect(try await response.body.next() == nil)
  }

  @Test("The header is told while the body is on its way")
  func headerFirst() async throws {
    let server = try FaultServer { _ in .cut(length: 1 << 20, sent: 10, then: .stall) }
    let response = try await transport.send(HTTPRequest(.get, server.url + "/k"))
    #expect(response.status == 200)
    #expect(try await response.body.next() == Pattern.bytes(10))
  }

  @Test("A body of no more than the limit is taken", arguments: [0, 1, 1000, 100_000])
  func withinLimit(_ count: Int) async throws {
    let server = try FaultServer { _ in .pattern(count) }
    let answer = try await transport.exchange(HTTPRequest(.get, server.url + "/k"), limit: count)
    #expect(answer.body.count == count && Pattern.matches(answer.body))
  }

  @Test("A body of more than the limit is not taken", arguments: [1, 1000, 200_000])
  func beyondLimit(_ count: Int) async throws {
    let server = try FaultServer { _ in .pattern(count) }
    let error = await failure { () async throws(HTTPError) in
      _ = try await transport.exchange(HTTPRequest(.get, server.url + "/k"), limit: count - 1)
    }
    #expect(error == .tooLarge(limit: count - 1))
  }

  @Test("Reaching the limit ends the transfer")
  func limitEndsTransfer() async throws {
    let server = try FaultServer { _ in .pattern(Self.large) }
    let error = await failure { () async throws(HTTPError) in
      _ = try await transport.exchange(HTTPRequest(.get, server.url + "/k"), limit: 1000)
    }
    #expect(error == .tooLarge(limit: 1000))
    try await wait { server.abandoned == 1 && server.openConnections == 0 }
  }

  @Test("A chunked body has no length to believe, and a limit all the same")
  func endless() async throws {
    let chunk = Array("100000\r\n".utf8) + Pattern.bytes(1 << 20) + [13, 10]
    let header = FaultAnswer.header(200, ["Transfer-Encoding: chunked"])
    let server = try FaultServer { _ in FaultAnswer([.send(header)] + Array(repeating: .send(chunk), count: 500)) }
    let error = await failure { () async throws(HTTPError) in
      _ = try await transport.exchange(HTTPRequest(.get, server.url + "/k"), limit: 5 << 20)
    }
    #expect(error == .tooLarge(limit: 5 << 20))
    try await wait { server.abandoned == 1 }
  }

  @Test("Letting a body go ends its transfer", arguments: [0, 1, 3])
  func letGo(chunks: Int) async throws {
    let server = try FaultServer { _ in .pattern(Self.large) }
    do {
      let response = try await transport.send(HTTPRequest(.get, server.url + "/k"))
      for _ in 0..<chunks { #expect(try await response.body.next() != nil) }
    }
    try await wait { server.abandoned == 1 && server.openConnections == 0 }
  }

  @Test("Many bodies flow at once, each with its own reader")
  func sideBySide() async throws {
    let server = try FaultServer { .pattern(Int($0.target.dropFirst()) ?? 0) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for lane in 0..<16 {
        let count = 3_000_000 + lane * 1001
        group.addTask {
          let response = try await transport.send(HTTPRequest(.get, server.url + "/\(count)"))
          let body = try await response.body.collect(limit: count)
          #expect(body.count == count && Pattern.matches(body))
        }
      }
      try await group.waitForAll()
    }
    #expect(server.connections <= 16)
  }
}
