import Foundation
import LambdaRuntime
import Synchronization
import TestServers

/// A Runtime API that hands out given events one after the other, then ends the runtime with a status of 500.
struct ScriptedRuntimeAPI: Sendable {
  /// One event, and what is said to its answer.
  struct Turn: Sendable {
    var event = "{}"
    /// Field names as AWS writes them, unless a test has others.
    var fields: [String]
    var isChunked = false
    /// To the response or the error.
    var answer = ScriptedRuntimeAPI.accepted

    /// - Parameter time: until the deadline, in seconds.
    init(_ id: String, event: String = "{}", time: Double = 60, fields: [String] = []) {
      self.event = event
      let deadline = Int64((Date.now.timeIntervalSince1970 + time) * 1000)
      self.fields =
        [
          "Lambda-Runtime-Aws-Request-Id: \(id)", "Lambda-Runtime-Deadline-Ms: \(deadline)",
          "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-central-1:123456789012:function:test",
        ] + fields
    }
  }

  static let accepted = FaultAnswer.status(202, body: Array(#"{"status":"OK"}"#.utf8))

  static func refusal(_ status: Int, _ errorType: String) -> FaultAnswer {
    .status(status, body: Array(#"{"errorMessage":"no","errorType":"\#(errorType)"}"#.utf8))
  }

  let server: FaultServer

  /// - Parameter end: to `next` after the last event.
  init(_ turns: [Turn], end: FaultAnswer = refusal(500, "Fatal")) throws {
    let next = Counter()
    server = try FaultServer { request in
      if request.method == "GET" {
        let place = next.take()
        guard turns.indices.contains(place) else { return end }
        return Self.answer(turns[place])
      }
      let place = next.value - 1
      return turns.indices.contains(place) ? turns[place].answer : Self.accepted
    }
  }

  private static func answer(_ turn: Turn) -> FaultAnswer {
    let body = Array(turn.event.utf8)
    guard turn.isChunked else { return .status(200, headers: turn.fields, body: body) }
    var bytes = FaultAnswer.header(200, turn.fields + ["Transfer-Encoding: chunked"])
    for byte in body { bytes += [UInt8(ascii: "1"), 13, 10, byte, 13, 10] }
    return FaultAnswer([.send(bytes + Array("0\r\n\r\n".utf8))])
  }

  var address: String { "127.0.0.1:\(server.port)" }

  func runtime(log: LambdaLog = .silent) throws -> LambdaRuntime { try LambdaRuntime(address: address, log: log) }

  /// What was asked, in a line each: `GET invocation/next`.
  var calls: [String] {
    server.requests.map { "\($0.method) \($0.target.replacing("/2018-06-01/runtime/", with: ""))" }
  }

  /// The bodies of the responses and errors.
  var bodies: [String] {
    server.requests.filter { $0.method == "POST" }.map { String(decoding: $0.body, as: UTF8.self) }
  }
}

final class Counter: Sendable {
  private let count = Atomic(0)

  /// The count before this.
  func take() -> Int { count.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue }

  var value: Int { count.load(ordering: .sequentiallyConsistent) }
}

/// Log lines kept for a test.
final class Lines: Sendable {
  private let lines = Guarded([String]())

  var log: LambdaLog { LambdaLog(minimum: .trace) { self.append($0) } }

  var all: [String] { lines.withLock { $0 } }

  var objects: [[String: String]] {
    all.map { line in
      let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return (object ?? [:]).mapValues { "\($0)" }
    }
  }

  private func append(_ line: [UInt8]) { lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
}

extension LambdaLog {
  static var silent: LambdaLog { LambdaLog { _ in } }
}

final class Guarded<Value>: @unchecked Sendable {  // `value` is only touched with `lock` held.
  private var value: Value
  private let lock = NSLock()

  init(_ value: sending Value) { self.value = value }

  func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return body(&value)
  }
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
