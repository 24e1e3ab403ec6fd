@testable import AWS
import HTTPTransport
import ObjectStore
import Testing

@Suite("How many calls at once")
struct RequestGateTests {
  @Test("A refusal halves the number, a burst of them once, and success brings it back")
  func halves() async {
    let gate = RequestGate(limit: 16)
    for _ in 0..<16 { #expect(await gate.enter()) }
    gate.leave(.throttled)
    #expect(gate.limit == 8)
    // They were under way already: the same burst.
    for _ in 0..<15 { gate.leave(.throttled) }
    #expect(gate.limit == 8)
    #expect(await gate.enter())
    gate.leave(.throttled)
    #expect(gate.limit == 4)
    var calls = 0
    while gate.limit < 16, calls < 1000 {
      #expect(await gate.enter())
      gate.leave(.success)
      calls += 1
    }
    // Additive: a place more takes about as many successes as there are places.
    #expect((100...200).contains(calls))
    for _ in 0..<100 {
      #expect(await gate.enter())
      gate.leave(.success)
    }
    #expect(gate.limit == 16)
  }

  @Test("It never closes, and other failures do not move it")
  func atLeastOne() async {
    let gate = RequestGate(limit: 4)
    for _ in 0..<10 {
      #expect(await gate.enter())
      gate.leave(.throttled)
    }
    #expect(gate.limit == 1)
    #expect(await gate.enter())
    gate.leave(.other)
    #expect(gate.limit == 1)
  }

  @Test("Those who wait get in as places are left, first come, first served")
  func waits() async {
    let gate = RequestGate(limit: 1)
    #expect(await gate.enter())
    let order = Locked<[Int]>([])
    await withTaskGroup { group in
      for number in 0..<5 {
        group.addTask {
          #expect(await gate.enter())
          order.withLock { $0.append(number) }
          gate.leave(.success)
        }
        // The next one comes later.
        while gate.waitingCount <= number { await Task.yield() }
      }
      gate.leave(.success)
    }
    #expect(order.withLock { $0 } == [0, 1, 2, 3, 4])
  }

  @Test("Who is cancelled while waiting leaves the line, and takes no place")
  func cancelled() async {
    let gate = RequestGate(limit: 1)
    #expect(await gate.enter())
    let waiter = Task { await gate.enter() }
    while gate.waitingCount == 0 { await Task.yield() }
    waiter.cancel()
    #expect(await waiter.value == false)
    gate.leave(.success)
    #expect(await gate.enter())
    gate.leave(.success)
    let late = Task { () async -> Bool in
      withUnsafeCurrentTask { $0?.cancel() }
      return await gate.enter()
    }
    #expect(await late.value == false)
    #expect(await gate.enter())
  }

  @Test("A client sends no more at once than its gate lets in")
  func client() async throws {
    let running = Locked(0)
    let most = Locked(0)
    let http = CountingHTTP(running: running, most: most)
    let client = ServiceClient(
      service: "s3", region: "us-east-1", base: { _ in "http://x" }, credentials: GivenCredentials(),
      shared: ServiceClient.Shared(http: http), gate: RequestGate(limit: 3))
    try await withThrowingTaskGroup { group in
      for _ in 0..<40 { group.addTask { _ = try await client.exchange(ServiceRequest(.get)) } }
      try await group.waitForAll()
    }
    #expect((1...3).contains(most.withLock { $0 }))
    #expect(running.withLock { $0 } == 0)
  }

  private struct CountingHTTP: HTTPClient {
    let running: Locked<Int>
    let most: Locked<Int>

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
      let now = running.withLock { running in
        running += 1
        return running
      }
      most.withLock { $0 = max($0, now) }
      for _ in 0..<20 { await Task.yield() }
      running.withLock { $0 -= 1 }
      return HTTPResponse(status: 200)
    }
  }
}
