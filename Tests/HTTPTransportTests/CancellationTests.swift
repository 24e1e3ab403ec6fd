import HTTPTransport
import TestServers
import Testing

@Suite("Cancellation", .timeLimit(.minutes(10)))
struct CancellationTests {
  private let transport = CurlTransport()

  @Test("While the answer is waited for")
  func beforeAnswer() async throws {
    let server = try FaultServer { _ in FaultAnswer([.stall]) }
    let task = Task { try await transport.exchange(HTTPRequest(.get, server.url + "/k")).body }
    try await wait { server.requests.count == 1 }
    task.cancel()
    #expect(await Self.error(task) == .cancelled)
    try await wait { server.abandoned == 1 && server.openConnections == 0 }
  }

  @Test("While the body is waited for", arguments: [1000, 1 << 20])
  func inBody(length: Int) async throws {
    let server = try FaultServer { _ in .cut(length: length, sent: length / 2, then: .stall) }
    let task = Task { try await transport.exchange(HTTPRequest(.get, server.url + "/k")).body }
    try await wait { server.bytesSent > length / 2 }
    task.cancel()
    #expect(await Self.error(task) == .cancelled)
    try await wait { server.abandoned == 1 && server.openConnections == 0 }
  }

  @Test("While the body is sent")
  func inUpload() async throws {
    let server = try FaultServer { _ in FaultAnswer(taking: .only(1000), [.pause(.milliseconds(200)), .drain]) }
    let body = HTTPBody.bytes(Pattern.bytes(32 << 20))
    let task = Task { try await transport.exchange(HTTPRequest(.put, server.url + "/k", body: body)).body }
    try await wait { server.requests.first?.bodyCount == 1000 }
    task.cancel()
    #expect(await Self.error(task) == .cancelled)
    try await wait { server.abandoned == 1 && server.openConnections == 0 }
  }

  @Test("While the connection is waited for")
  func connecting() async throws {
    let deaf = try DeafPort()
    let task = Task { try await transport.exchange(HTTPRequest(.get, "http://127.0.0.1:\(deaf.port)/")).body }
    try await Task.sleep(for: .milliseconds(50))
    task.cancel()
    #expect(await Self.error(task) == .cancelled)
  }

  @Test("Before it began")
  func beforeBeginning() async throws {
    let server = try FaultServer { _ in .ok() }
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await transport.exchange(HTTPRequest(.get, server.url + "/k")).body
    }
    task.cancel()
    #expect(await Self.error(task) == .cancelled)
    #expect(server.requests.isEmpty)
  }

  @Test("A transfer that was cancelled leaves the others alone")
  func others() async throws {
    let server = try FaultServer { $0.target == "/stall" ? FaultAnswer([.stall]) : .pattern(1 << 20) }
    let stalled = Task { try await transport.exchange(HTTPRequest(.get, server.url + "/stall")).body }
    let response = try await transport.send(HTTPRequest(.get, server.url + "/k"))
    try await wait { server.requests.count == 2 }
    stalled.cancel()
    #expect(await Self.error(stalled) == .cancelled)
    #expect(try await response.body.collect(limit: 1 << 20) == Pattern.bytes(1 << 20))
  }

  /// A continuation that is resumed twice ends the process; one that is not resumed runs into the time limit.
  @Test("A hundred requests, cancelled at any moment, each end once", .serialized, arguments: 0..<5)
  func atRandom(round: Int) async throws {
    let server = try FaultServer { request in
      let count = Int(request.target.dropFirst()) ?? 0
      return FaultAnswer(
        [.pause(.milliseconds(count % 7)), .send(FaultAnswer.header(200, ["Content-Length: \(count * 3000)"]))]
          + [.sendPattern(count * 1500), .pause(.milliseconds(count % 5)), .sendPattern(count * 1500)])
    }
    var random = Seeded(state: UInt64(round + 1))
    let tasks = (0..<100).map { number in
      Task { try await transport.exchange(HTTPRequest(.get, server.url + "/\(number)"), limit: 1 << 20).body.count }
    }
    let delays = tasks.map { _ in Int.random(in: 0..<20, using: &random) }
    await withTaskGroup(of: Void.self) { group in
      for (task, delay) in zip(tasks, delays) {
        group.addTask {
          try? await Task.sleep(for: .milliseconds(delay))
          task.cancel()
        }
      }
    }
    for (number, task) in tasks.enumerated() {
      switch await task.result {
      case .success(let count): #expect(count == number * 3000)
      case .failure(let error): #expect(error as? HTTPError == .cancelled)
      }
    }
    let answer = try await transport.exchange(HTTPRequest(.get, server.url + "/10"))
    #expect(answer.body.count == 30_000)
  }

  private static func error(_ task: Task<[UInt8], any Error>) async -> HTTPError? {
    guard case .failure(let error) = await task.result else { return nil }
    return error as? HTTPError
  }
}

/// SplitMix64: the same numbers in each run.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
