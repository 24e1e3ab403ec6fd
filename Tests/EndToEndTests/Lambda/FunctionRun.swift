import Foundation
import TestServers
import Testing

/// The function's program under a Runtime API that hands it events one after the other, and then lets it wait.
final class FunctionRun: Sendable {
  /// What the program said to the Runtime API, beside asking for the next event.
  struct Call: Sendable, Equatable {
    /// `init/error`, `invocation/request-0/response`.
    var name: String
    var body: String
    var errorType: String?

    init(_ name: String, _ body: String, errorType: String? = nil) {
      self.name = name
      self.body = body
      self.errorType = errorType
    }
  }

  private let program: RunningProgram
  private let server: FaultServer
  private let count: Int
  private let folder: String

  /// - Parameters:
  ///   - command: the program and its arguments. Default: the one built with the tests.
  ///   - variables: beside those that Lambda sets.
  ///   - time: of each event, in seconds.
  init(
    _ events: [String], command: [String] = [FunctionProgram.path], variables: [String: String], time: Double = 60
  ) throws {
    folder = NSTemporaryDirectory() + "pixelater-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    count = events.count
    let place = Place()
    server = try FaultServer { request in
      guard request.method == "GET" else { return .status(202, body: Array(#"{"status":"OK"}"#.utf8)) }
      let number = place.next()
      guard events.indices.contains(number) else { return FaultAnswer([.stall]) }
      let deadline = Int64((Date.now.timeIntervalSince1970 + time) * 1000)
      return .status(
        200,
        headers: [
          "Content-Type: application/json", "Lambda-Runtime-Aws-Request-Id: request-\(number)",
          "Lambda-Runtime-Deadline-Ms: \(deadline)",
          "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-central-1:123456789012:function:test",
          "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0",
        ], body: Array(events[number].utf8))
    }
    let world = [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "en_US.UTF-8", "TZ": ":UTC", "SWIFT_BACKTRACE": "enable=no",
      "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:\(server.port)", "AWS_REGION": "eu-central-1", "_HANDLER": "bootstrap",
      "AWS_LAMBDA_FUNCTION_NAME": "test", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
    ]
    program = try RunningProgram(
      executable: command[0], arguments: Array(command.dropFirst()),
      environment: world.merging(variables) { $1 }, input: "", folder: folder)
  }

  deinit {
    program.signal(SIGKILL)
    try? FileManager.default.removeItem(atPath: folder)
  }

  var processID: pid_t { program.id }

  /// Waits until every event has been answered and the next one is asked for.
  func settle() async throws { try await asked(count + 1) }

  /// Waits until so many events have been asked for: those before the last are answered.
  func asked(_ number: Int) async throws {
    try await eventually("the function asks for event \(number); it said: \(log)", within: .seconds(180)) {
      server.requests.filter { $0.method == "GET" }.count >= number
    }
  }

  /// Waits until the program ends.
  func status() async throws -> Int32 { try await program.result().status }

  var calls: [Call] {
    server.requests.filter { $0.method == "POST" }.map { request in
      Call(
        request.target.replacing("/2018-06-01/runtime/", with: ""), String(decoding: request.body, as: UTF8.self),
        errorType: request["Lambda-Runtime-Function-Error-Type"])
    }
  }

  var connections: Int { server.connections }
  var log: String { program.errors }

  /// The log's lines; one that is no JSON object comes empty.
  var lines: [[String: Any]] {
    log.split(separator: "\n").map { line in
      (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]) ?? [:]
    }
  }
}

/// Counts events, on the threads of a server.
private final class Place: @unchecked Sendable {  // `value` is only touched with `lock` held.
  private var value = 0
  private let lock = NSLock()

  func next() -> Int {
    lock.lock()
    defer { lock.unlock() }
    value += 1
    return value - 1
  }
}

/// Events as AWS sends them.
enum Events {
  /// - Parameter keys: percent- and plus-encoded here.
  static func s3(_ keys: String..., bucket: String, name: String = "ObjectCreated:Put") -> String {
    let records = keys.map { key in
      let allowed = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._*/ ")
      let encoded = (key.addingPercentEncoding(withAllowedCharacters: allowed) ?? "").replacing(" ", with: "+")
      return """
        {"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-central-1","eventTime":"2026-01-02T03:04:05.678Z",\
        "eventName":"\(name)","s3":{"s3SchemaVersion":"1.0","bucket":{"name":"\(bucket)"},\
        "object":{"key":"\(encoded)","size":1}}}
        """
    }
    return #"{"Records":[\#(records.joined(separator: ","))]}"#
  }

  static let test = #"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b","RequestId":"r","HostId":"h"}"#

  /// A batch of a queue.
  static func batch(_ messages: [(id: String, body: String)]) throws -> String {
    let records = messages.map { message in
      [
        "messageId": message.id, "receiptHandle": "handle", "body": message.body, "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:queue", "awsRegion": "eu-central-1",
      ]
    }
    return String(decoding: try JSONSerialization.data(withJSONObject: ["Records": records]), as: UTF8.self)
  }
}
