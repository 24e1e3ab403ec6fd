import Foundation
import Glibc
import LambdaRuntime
import TestServers
import Testing

@Suite("The Runtime API, call by call", .timeLimit(.minutes(10)))
struct ExchangeTests {
  typealias Turn = ScriptedRuntimeAPI.Turn

  @Test("Each event is asked for, handled and answered, in order and over one connection")
  func sequence() async throws {
    let api = try ScriptedRuntimeAPI([
      Turn("one", event: #"{"n":1}"#), Turn("two", event: "not JSON"), Turn("three", event: #"{"n":3}"#),
    ])
    let end = try await api.runtime().run { (event, context) async throws(InvocationFailure) in
      guard event.first == UInt8(ascii: "{") else {
        throw InvocationFailure(type: "Function.InvalidEvent", message: "no \"JSON\"\n")
      }
      return Array("{\"of\":\"\(context.requestID)\"}".utf8)
    }
    #expect(end == .refused(call: "next", status: 500, errorType: "Fatal"))
    #expect(
      api.calls == [
        "GET invocation/next", "POST invocation/one/response", "GET invocation/next", "POST invocation/two/error",
        "GET invocation/next", "POST invocation/three/response", "GET invocation/next",
      ])
    #expect(
      api.bodies == [
        #"{"of":"one"}"#,
        #"{"errorMessage":"no \"JSON\"\n","errorType":"Function.InvalidEvent","stackTrace":[]}"#,
        #"{"of":"three"}"#,
      ])
    #expect(api.server.connections == 1)
    let posts = api.server.requests.filter { $0.method == "POST" }
    #expect(posts.allSatisfy { $0["Content-Type"] == "application/json" })
    #expect(
      posts.map { $0["Lambda-Runtime-Function-Error-Type"] } == [nil, "Function.InvalidEvent", nil])
  }

  @Test("A hundred events go over one connection")
  func warm() async throws {
    let api = try ScriptedRuntimeAPI((0..<100).map { Turn("id-\($0)", event: "{\"n\":\($0)}") })
    let runtime = try api.runtime()
    _ = await runtime.run { (event, _) async throws(InvocationFailure) in event }
    #expect(api.server.connections == 1)
    #expect(api.bodies == (0..<100).map { "{\"n\":\($0)}" })
  }

  @Test("An event in chunks is put together")
  func chunked() async throws {
    var turn = Turn("a", event: String(repeating: "0123456789", count: 50))
    turn.isChunked = true
    let api = try ScriptedRuntimeAPI([turn])
    _ = try await api.runtime().run { (event, _) async throws(InvocationFailure) in event }
    #expect(api.bodies == [turn.event])
  }

  @Test("Field names count in any case")
  func fields() async throws {
    var turn = Turn("a")
    turn.fields = turn.fields.map { $0.replacing("Lambda-Runtime", with: "lAMBDA-rUNTIME") }
    turn.fields.append("lambda-runtime-trace-id: Root=1-2-3")
    let api = try ScriptedRuntimeAPI([turn])
    _ = try await api.runtime().run { (_, context) async throws(InvocationFailure) in
      #expect(context.functionARN.hasSuffix(":function:test"))
      #expect(context.traceID == "Root=1-2-3")
      #expect(context.remaining > .seconds(1) && context.remaining <= .seconds(60))
      return []
    }
    #expect(api.calls.contains("POST invocation/a/response"))
  }

  @Test("The trace is in the environment while its event is handled")
  func trace() async {
    // The environment is the process's: other tests change it too.
    await #expect(processExitsWith: .success) {
      let trace = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1"
      let api = try ScriptedRuntimeAPI([
        Turn("a", fields: ["Lambda-Runtime-Trace-Id: \(trace)"]), Turn("b"),
        Turn("c", fields: ["Lambda-Runtime-Trace-Id: short"]),
        Turn("d", fields: ["Lambda-Runtime-Trace-Id: \(String(repeating: "x", count: 4000))"]),
      ])
      let seen = Guarded([String]())
      _ = try await api.runtime().run { (_, context) async throws(InvocationFailure) in
        let variable = getenv("_X_AMZN_TRACE_ID").map { String(cString: $0) } ?? "none"
        seen.withLock { $0.append("\(context.requestID) \(variable)") }
        return []
      }
      precondition(seen.withLock { $0 } == ["a \(trace)", "b ", "c short", "d "])
    }
  }

  @Test("An event of which the Runtime API says too little ends the runtime", arguments: ["Request-Id", "Deadline"])
  func missingField(_ name: String) async throws {
    var turn = Turn("a")
    turn.fields.removeAll { $0.contains(name) }
    let api = try ScriptedRuntimeAPI([turn])
    let end = try await api.runtime().run { (_, _) async throws(InvocationFailure) in [] }
    guard case .invalidAnswer = end else {
      Issue.record("ended with \(end)")
      return
    }
    #expect(api.calls == ["GET invocation/next"])
  }

  @Test("A request id that could lead elsewhere is refused", arguments: ["../next", "a b", "a?b", "é", ""])
  func hostileID(_ id: String) async throws {
    let api = try ScriptedRuntimeAPI([Turn(id)])
    let end = try await api.runtime().run { (_, _) async throws(InvocationFailure) in [] }
    #expect(end == .invalidAnswer(detail: "a request id"))
  }

  @Test(
    "An address is host and port", arguments: ["", "127.0.0.1", ":9001", "a:b", "a:0", "a/b:1", "a@b:1", "a:70000"])
  func address(_ address: String) {
    #expect(throws: RuntimeError.invalidAddress) { try LambdaRuntime(address: address, log: .silent) }
  }

  @Test("Why it cannot start is told, and nothing is asked for")
  func initFailure() async throws {
    let api = try ScriptedRuntimeAPI([])
    let lines = Lines()
    try await api.runtime(log: lines.log).reportInitFailure(
      InvocationFailure(type: "Runtime.InvalidConfiguration", message: "No destination."))
    #expect(api.calls == ["POST init/error"])
    #expect(
      api.bodies == [
        #"{"errorMessage":"No destination.","errorType":"Runtime.InvalidConfiguration","stackTrace":[]}"#
      ])
    #expect(api.server.requests.first?["lambda-runtime-function-error-type"] == "Runtime.InvalidConfiguration")
    #expect(lines.objects.map { $0["level"] } == ["FATAL"])
  }

  @Test("An error type that is no name is not sent")
  func errorType() {
    #expect(InvocationFailure(type: "Function.A\r\nX: y", message: "").type == "Function.Unknown")
    #expect(InvocationFailure(type: "Function.A-1_b", message: "").type == "Function.A-1_b")
  }
}
