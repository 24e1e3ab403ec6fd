import HTTPTransport
import TestServers
import Testing

@Suite("Timeouts", .timeLimit(.minutes(10)))
struct TimeoutTests {
  private let transport = CurlTransport()

  @Test("A connection that does not come about")
  func connect() async throws {
    let deaf = try DeafPort()
    var request = HTTPRequest(.get, "http://127.0.0.1:\(deaf.port)/")
    request.timeouts.connect = .milliseconds(200)
    #expect(await error(request) == .timeout)
  }

  @Test("A server that never answers")
  func noAnswer() async throws {
    let server = try FaultServer { _ in FaultAnswer([.stall]) }
    var request = HTTPRequest(.get, server.url + "/k")
    request.timeouts.stall = .seconds(1)
    #expect(await error(request) == .timeout)
    try await wait { server.abandoned == 1 }
  }

  @Test("A body that stops half-way", arguments: [1000, 1 << 20])
  func stalledBody(length: Int) async throws {
    let server = try FaultServer { _ in .cut(length: length, sent: length / 2, then: .stall) }
    var request = HTTPRequest(.get, server.url + "/k")
    request.timeouts.stall = .seconds(1)
    #expect(await error(request) == .timeout)
    try await wait { server.abandoned == 1 }
  }

  @Test("A server that stops taking the body")
  func stalledUpload() async throws {
    let server = try FaultServer { _ in FaultAnswer(taking: .only(100_000), [.stall]) }
    var request = HTTPRequest(.put, server.url + "/k", body: .bytes(Pattern.bytes(32 << 20)))
    request.timeouts.stall = .seconds(1)
    #expect(await error(request) == .timeout)
  }

  @Test("A body that drips for longer than the whole exchange may take")
  func total() async throws {
    let drip = Array(repeating: [FaultAnswer.Step.send([0]), .pause(.milliseconds(20))], count: 3000).flatMap { $0 }
    let server = try FaultServer { _ in
      FaultAnswer([.send(FaultAnswer.header(200, ["Content-Length: 1000000"]))] + drip)
    }
    var request = HTTPRequest(.get, server.url + "/k")
    request.timeouts.total = .milliseconds(300)
    #expect(await error(request) == .timeout)
    try await wait { server.abandoned == 1 }
  }

  @Test("A reader may take its time")
  func slowReader() async throws {
    let count = 32 << 20
    let server = try FaultServer { _ in .pattern(count) }
    var request = HTTPRequest(.get, server.url + "/k")
    request.timeouts.stall = .seconds(1)
    let response = try await transport.send(request)
    let first = try #require(try await response.body.next())
    try await Task.sleep(for: .milliseconds(3500))
    #expect(try await response.body.collect(limit: count).count == count - first.count)
  }

  @Test("A body that pauses for less than the timeout comes whole")
  func pauses() async throws {
    let server = try FaultServer { _ in
      .cut(length: 200_000, sent: 100_000, then: .pause(.milliseconds(800)), .sendPattern(100_000))
    }
    var request = HTTPRequest(.get, server.url + "/k")
    request.timeouts.stall = .seconds(3)
    #expect(try await transport.exchange(request).body.count == 200_000)
  }

  private func error(_ request: HTTPRequest) async -> HTTPError? {
    await failure { () async throws(HTTPError) in _ = try await transport.exchange(request) }
  }
}
