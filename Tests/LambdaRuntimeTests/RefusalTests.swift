import Foundation
import LambdaRuntime
import TestServers
import Testing

@Suite("What the Runtime API refuses", .timeLimit(.minutes(10)))
struct RefusalTests {
  typealias Turn = ScriptedRuntimeAPI.Turn

  @Test(
    "An answer that is not taken is logged, and the next event is asked for",
    arguments: [(400, "InvalidRequestID"), (403, "InvalidStateTransition"), (413, "RequestEntityTooLarge")])
  func refused(status: Int, errorType: String) async throws {
    for fails in [false, true] {
      var first = Turn("one")
      first.answer = ScriptedRuntimeAPI.refusal(status, errorType)
      let api = try ScriptedRuntimeAPI([first, Turn("two")])
      let lines = Lines()
      let end = try await api.runtime(log: lines.log).run { (_, context) async throws(InvocationFailure) in
        if fails { throw InvocationFailure(type: "Function.Test", message: "as asked") }
        return []
      }
      let call = fails ? "error" : "response"
      #expect(end == .refused(call: "next", status: 500, errorType: "Fatal"))
      #expect(
        api.calls == [
          "GET invocation/next", "POST invocation/one/\(call)", "GET invocation/next", "POST invocation/two/\(call)",
          "GET invocation/next",
        ])
      let refusals = lines.objects.filter { $0["runtimeErrorType"] == errorType }
      #expect(refusals.map { $0["requestId"] } == ["one"])
      #expect(refusals.map { $0["status"] } == ["\(status)"])
    }
  }

  @Test("After a fault of the Runtime API nothing more is asked")
  func fault() async throws {
    var first = Turn("one")
    first.answer = ScriptedRuntimeAPI.refusal(500, "ContainerError")
    let api = try ScriptedRuntimeAPI([first, Turn("two")])
    let end = try await api.runtime().run { (_, _) async throws(InvocationFailure) in [] }
    #expect(end == .refused(call: "response", status: 500, errorType: "ContainerError"))
    #expect(api.calls == ["GET invocation/next", "POST invocation/one/response"])
  }

  @Test("A 'next' that is refused ends the runtime", arguments: [403, 500, 404, 204])
  func nextRefused(status: Int) async throws {
    let api = try ScriptedRuntimeAPI([], end: ScriptedRuntimeAPI.refusal(status, "InvalidStateTransition"))
    let end = try await api.runtime().run { (_, _) async throws(InvocationFailure) in [] }
    guard case .refused("next", status, _) = end else {
      Issue.record("ended with \(end)")
      return
    }
  }

  @Test("A Runtime API that breaks off ends the runtime")
  func brokenOff() async throws {
    let api = try ScriptedRuntimeAPI([], end: .cut(length: 1000, sent: 10, then: .close))
    let end = try await api.runtime().run { (_, _) async throws(InvocationFailure) in [] }
    guard case .unreachable = end else {
      Issue.record("ended with \(end)")
      return
    }
  }

  @Test("The largest answer is sent; one byte more is refused before it is", .timeLimit(.minutes(10)))
  func tooLarge() async throws {
    let largest = LambdaRuntime.maximumResponse
    #expect(largest == 6_291_556)
    let api = try ScriptedRuntimeAPI([Turn("a", event: "0"), Turn("b", event: "1")])
    _ = try await api.runtime().run { (event, _) async throws(InvocationFailure) in
      [UInt8](repeating: 0x20, count: largest + (event == [UInt8(ascii: "1")] ? 1 : 0))
    }
    let posts = api.server.requests.filter { $0.method == "POST" }
    #expect(posts.map(\.target.last) == ["e", "r"])
    #expect(posts.first?.bodyCount == largest)
    #expect(posts.last?["Lambda-Runtime-Function-Error-Type"] == "Function.ResponseSizeTooLarge")
    #expect((posts.last?.bodyCount ?? 0) < 1000)
  }
}
