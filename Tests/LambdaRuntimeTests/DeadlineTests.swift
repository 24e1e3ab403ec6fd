import Foundation
import HTTPTransport
import LambdaRuntime
import TestServers
import Testing

@Suite("The time of an event", .timeLimit(.minutes(10)))
struct DeadlineTests {
  /// The times are long where a handler has to come to its end within what is left of them: the machine may be busy.
  typealias Turn = ScriptedRuntimeAPI.Turn

  @Test("An event whose time is over is not begun", arguments: [0.0, -5, -1e9])
  func passed(_ time: Double) async throws {
    let api = try ScriptedRuntimeAPI([Turn("late", time: time), Turn("next")])
    let handled = Guarded([String]())
    _ = try await api.runtime().run { (_, context) async throws(InvocationFailure) in
      handled.withLock { $0.append(context.requestID) }
      return []
    }
    #expect(handled.withLock { $0 } == ["next"])
    #expect(api.calls.contains("POST invocation/late/error"))
    #expect(api.bodies.first?.contains("Function.DeadlineExceeded") == true)
  }

  @Test("A handler that takes too long is cancelled in time, and the error says why")
  func cancelled() async throws {
    let api = try ScriptedRuntimeAPI([Turn("slow", time: 20), Turn("next")])
    let end = try await api.runtime().run { (_, context) async throws(InvocationFailure) in
      guard context.requestID == "slow" else { return [] }
      do {
        try await Task.sleep(for: .seconds(1000))
      } catch {
        throw InvocationFailure(type: "Function.Cancelled", message: "of no interest")
      }
      return []
    }
    #expect(end == .refused(call: "next", status: 500, errorType: "Fatal"))
    #expect(
      api.calls == [
        "GET invocation/next", "POST invocation/slow/error", "GET invocation/next", "POST invocation/next/response",
        "GET invocation/next",
      ])
    #expect(api.bodies.first?.contains("Function.DeadlineExceeded") == true)
  }

  @Test("What a cancelled handler still returns is the answer")
  func partial() async throws {
    let api = try ScriptedRuntimeAPI([Turn("slow", time: 20)])
    _ = try await api.runtime().run { (_, _) async throws(InvocationFailure) in
      try? await Task.sleep(for: .seconds(1000))
      return Array("half".utf8)
    }
    #expect(api.calls == ["GET invocation/next", "POST invocation/slow/response", "GET invocation/next"])
    #expect(api.bodies == ["half"])
  }

  @Test("A handler that does not heed its end is reported in time, and no second one runs beside it")
  func stubborn() async throws {
    let api = try ScriptedRuntimeAPI([Turn("stubborn", time: 20), Turn("next")])
    let (released, release) = AsyncStream<Void>.makeStream()
    let end = try await api.runtime().run { (_, _) async throws(InvocationFailure) in
      // A task of its own does not hear of the cancellation.
      await Task { for await _ in released {} }.value
      return []
    }
    release.finish()
    #expect(end == .handlerDoesNotStop)
    #expect(api.calls == ["GET invocation/next", "POST invocation/stubborn/error"])
  }

  @Test("The next event is waited for without a limit")
  func patience() async throws {
    let asked = Guarded([HTTPTimeouts]())
    let http = Recorder { request in asked.withLock { $0.append(request.timeouts) } }
    let runtime = try LambdaRuntime(address: "127.0.0.1:9001", log: .silent, http: http)
    #expect(await runtime.run { (_, _) async throws(InvocationFailure) in [] } == .unreachable(.timeout))
    let timeouts = asked.withLock { $0 }
    #expect(timeouts.count == 1)
    #expect(timeouts.allSatisfy { $0.stall == nil && $0.total == nil })
  }

  @Test("A runtime whose task is cancelled ends, waiting or working")
  func ended() async throws {
    let waiting = try ScriptedRuntimeAPI([], end: FaultAnswer([.stall]))
    let runtime = try waiting.runtime()
    let task = Task { await runtime.run { (_, _) async throws(InvocationFailure) in [] } }
    while waiting.server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    task.cancel()
    #expect(await task.value == .cancelled)

    let working = try ScriptedRuntimeAPI([Turn("a")])
    let second = try working.runtime()
    let (begun, begin) = AsyncStream<Void>.makeStream()
    let work = Task {
      await second.run { (_, _) async throws(InvocationFailure) in
        begin.yield()
        try? await Task.sleep(for: .seconds(1000))
        return []
      }
    }
    for await _ in begun { break }
    work.cancel()
    #expect(await work.value == .cancelled)
    #expect(working.calls == ["GET invocation/next"])
  }
}

/// Tells what it is asked, and answers nothing.
private struct Recorder: HTTPClient {
  let see: @Sendable (HTTPRequest) -> Void

  func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    see(request)
    throw .timeout
  }
}
