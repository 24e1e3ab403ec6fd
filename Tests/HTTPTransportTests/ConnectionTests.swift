import Foundation
import Glibc
import HTTPTransport
import TestServers
import Testing

@Suite("Connections", .timeLimit(.minutes(10)))
struct ConnectionTests {
  private let transport = CurlTransport()

  @Test("Requests one after another share a connection")
  func oneAfterAnother() async throws {
    let server = try FaultServer { request in request.method == "HEAD" ? .head(length: 9) : .ok(request.target) }
    for number in 0..<50 {
      let method = [HTTPMethod.get, .head, .put, .post, .delete][number % 5]
      let body: HTTPBody = method == .put || method == .post ? .bytes([1, 2, 3]) : .none
      _ = try await transport.exchange(HTTPRequest(method, server.url + "/\(number)", body: body))
    }
    #expect(server.requests.count == 50)
    #expect(server.connections == 1)
  }

  @Test("Sixteen lanes need no more than sixteen connections")
  func lanes() async throws {
    let server = try FaultServer { .ok($0.target) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for lane in 0..<16 {
        group.addTask {
          for number in 0..<40 {
            let answer = try await transport.exchange(HTTPRequest(.get, server.url + "/\(lane)/\(number)"))
            #expect(answer.body == Array("/\(lane)/\(number)".utf8))
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(server.requests.count == 16 * 40)
    #expect(server.connections <= 16)
  }

  @Test("Three hundred requests at once")
  func atOnce() async throws {
    let server = try FaultServer { request in
      FaultAnswer([.pause(.milliseconds(20))] + FaultAnswer.ok(request.target).steps)
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<300 {
        group.addTask {
          let answer = try await transport.exchange(HTTPRequest(.get, server.url + "/\(number)"))
          #expect(answer.body == Array("/\(number)".utf8))
        }
      }
      try await group.waitForAll()
    }
    #expect(server.requests.count == 300)
    #expect(server.connections <= 300)
  }

  @Test("A connection that the server closed meanwhile is made anew", arguments: [HTTPMethod.get, .put])
  func closedMeanwhile(_ method: HTTPMethod) async throws {
    // The server says nothing of it: the client learns of it by the next request.
    let server = try FaultServer { FaultAnswer(FaultAnswer.ok($0.target).steps + [.close]) }
    let body: HTTPBody = method == .put ? .bytes(Pattern.bytes(100_000)) : .none
    for number in 0..<20 {
      let answer = try await transport.exchange(HTTPRequest(method, server.url + "/\(number)", body: body))
      #expect(answer.body == Array("/\(number)".utf8))
    }
    #expect(server.requests.count == 20)
  }

  @Test("A file is sent again from its beginning when the kept connection had been closed")
  func fileAgain() async throws {
    let server = try FaultServer { _ in FaultAnswer(FaultAnswer.ok().steps + [.close]) }
    let file = try TemporaryFile(Pattern.bytes(500_000))
    let body = HTTPBody.file(path: file.path, range: 100_000..<500_000)
    for _ in 0..<10 { _ = try await transport.exchange(HTTPRequest(.put, server.url + "/k", body: body)) }
    let whole = server.requests.filter { $0.bodyCount == 400_000 }
    #expect(whole.count == 10)
    #expect(whole.allSatisfy { Pattern.matches($0.body, from: 100_000) })
  }

  @Test("Connections end with their transport")
  func ends() async throws {
    let server = try FaultServer { _ in .ok() }
    do {
      let transport = CurlTransport()
      _ = try await transport.exchange(HTTPRequest(.get, server.url + "/"))
      #expect(server.openConnections == 1)
    }
    try await wait { server.openConnections == 0 }
  }

  @Test("A program started meanwhile does not hold connections open")
  func notInherited() async throws {
    let server = try FaultServer { _ in FaultAnswer([.stall]) }
    let task = Task { try await transport.exchange(HTTPRequest(.get, server.url + "/k")).body }
    try await wait { server.requests.count == 1 }
    var child: pid_t = 0
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("600"), nil]
    defer { arguments.forEach { free($0) } }
    try #require(posix_spawnp(&child, "sleep", nil, nil, &arguments, environ) == 0)
    defer {
      kill(child, SIGKILL)
      waitpid(child, nil, 0)
    }
    task.cancel()
    try await wait { server.abandoned == 1 }
  }

  @Test("A proxy named by the environment is used, except for hosts that it is not for")
  func proxy() async throws {
    // The environment is the whole process's: this goes into one of its own.
    await #expect(processExitsWith: .success) {
      let proxy = try FaultServer { _ in .ok("from the proxy") }
      let direct = try FaultServer { _ in .ok("direct") }
      for name in ["HTTP_PROXY", "all_proxy", "ALL_PROXY", "NO_PROXY"] { unsetenv(name) }
      setenv("http_proxy", proxy.url, 1)
      setenv("no_proxy", "127.0.0.1", 1)
      let transport = CurlTransport()
      let there = try await transport.exchange(HTTPRequest(.get, "http://bucket.invalid/a//../b"))
      try #require(there.body == Array("from the proxy".utf8))
      try #require(proxy.requests.map(\.target) == ["http://bucket.invalid/a//../b"])
      try #require(proxy.requests.first?["host"] == "bucket.invalid")
      let here = try await transport.exchange(HTTPRequest(.get, direct.url + "/"))
      try #require(here.body == Array("direct".utf8))
    }
  }
}
