import Foundation
import PixelEngine
import TestServers
import Testing

@Suite("The function under a Runtime API", .enabled(if: S3Engine.isWanted), .timeLimit(.minutes(10)))
struct BootstrapTests {
  /// No server is asked for anything with these.
  private static let offline = [
    "bucket_1": "renditions", "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
  ]

  @Test(
    "What it cannot start with is an init error, and the process ends",
    arguments: [
      ([:], "Runtime.InvalidConfiguration"),
      (["bucket_1": "UPPER"], "Runtime.InvalidConfiguration"),
      (["bucket_1": "", "PIXELATER_DESTINATION": "/a/folder"], "Runtime.InvalidConfiguration"),
      (["bucket_1": "same", "PIXELATER_SOURCE": "s3://same"], "Runtime.EndlessLoop"),
      (["bucket_1": "same", "PIXELATER_SOURCE": "s3://same/in/"], "Runtime.EndlessLoop"),
      (["bucket_1": "fine", "PIXELATER_REMOVE_RENDITIONS": "maybe"], "Runtime.InvalidConfiguration"),
      (["bucket_1": "fine", "PIXELATER_JOBS": "many"], "Runtime.InvalidConfiguration"),
    ])
  func initError(variables: [String: String], errorType: String) async throws {
    let run = try FunctionRun([Events.test], variables: variables)
    #expect(try await run.status() == 1)
    #expect(run.calls.map(\.name) == ["init/error"])
    #expect(run.calls.map(\.errorType) == [errorType])
    #expect(run.lines.map { $0["level"] as? String } == ["FATAL"])
  }

  @Test("Without Lambda around it, it says so")
  func alone() async throws {
    let run = try FunctionRun([], variables: ["AWS_LAMBDA_RUNTIME_API": ""])
    #expect(try await run.status() == 1)
    #expect(run.log.contains("started by AWS Lambda"))
  }

  @Test("PIXELATER_DESTINATION wins over bucket_1; parts of one bucket that are apart will do")
  func destination() async throws {
    let run = try FunctionRun(
      [Events.test],
      variables: [
        "bucket_1": "same", "PIXELATER_DESTINATION": "s3://same/out/", "PIXELATER_SOURCE": "s3://same/in/",
      ])
    try await run.settle()
    #expect(run.calls == [.init("invocation/request-0/response", #"{"events":0}"#)])
  }

  @Test("What is no event is an error each time, and a test event is none")
  func unreadable() async throws {
    let run = try FunctionRun(
      ["not JSON", "{}", Events.test, #"{"Records":[]}"#, "[]", Events.s3("a.png", bucket: "UPPER/../x")],
      variables: Self.offline.merging(["http_proxy": "http://127.0.0.1:1"]) { $1 })
    try await run.settle()
    #expect(
      run.calls.map { $0.name.split(separator: "/").last } == [
        "error", "error", "response", "response", "error", "error",
      ])
    #expect(Set(run.calls.compactMap(\.errorType)) == ["Function.InvalidEvent"])
    #expect(run.lines.allSatisfy { ($0["requestId"] as? String)?.hasPrefix("request-") == true })
    #expect(run.connections == 1)
  }

  @Test("A server that is not there is an error, so that Lambda tries again; in a batch it is each message's own")
  func transient() async throws {
    let event = Events.s3("a.png", bucket: "pictures")
    let run = try FunctionRun(
      [event, try Events.batch([("one", event), ("two", Events.test), ("thr\"ee", event), ("four", "junk")])],
      variables: Self.offline.merging(["AWS_MAX_ATTEMPTS": "1"]) { $1 })
    try await run.settle()
    #expect(run.calls.map(\.errorType) == ["Function.Unavailable", nil])
    #expect(
      run.calls.last?.body
        == #"{"batchItemFailures":[{"itemIdentifier":"one"},{"itemIdentifier":"thr\"ee"},{"itemIdentifier":"four"}]}"#)
  }

  @Test("A batch that is done has no failures; a time that is nearly over leaves the rest to the queue")
  func batch() async throws {
    let done = try FunctionRun([try Events.batch([("one", Events.test)])], variables: Self.offline)
    try await done.settle()
    #expect(done.calls == [.init("invocation/request-0/response", #"{"batchItemFailures":[]}"#)])

    // A server that never answers.
    let deaf = try FaultServer { _ in FaultAnswer([.stall]) }
    let late = try FunctionRun(
      [
        try Events.batch([("one", Events.test), ("two", Events.s3("a.png", bucket: "pictures"))]),
        Events.s3("a.png", bucket: "pictures"),
      ], variables: Self.offline.merging(["AWS_ENDPOINT_URL": deaf.url]) { $1 }, time: 4)
    try await late.settle()
    #expect(late.calls.first?.body == #"{"batchItemFailures":[{"itemIdentifier":"two"}]}"#)
    #expect(late.calls.last?.errorType == "Function.DeadlineExceeded")
  }

  @Test("Access that is refused fails the whole batch, loudly")
  func access() async throws {
    let s3 = try FaultServer { _ in
      .status(403, body: Array("<Error><Code>AccessDenied</Code><Message>no</Message></Error>".utf8))
    }
    let event = Events.s3("a.png", bucket: "pictures")
    let run = try FunctionRun(
      [try Events.batch([("one", Events.test), ("two", event)]), event],
      variables: Self.offline.merging(["AWS_ENDPOINT_URL": s3.url]) { $1 })
    try await run.settle()
    #expect(run.calls.map(\.errorType) == ["Function.AccessDenied", "Function.AccessDenied"])
    #expect(run.lines.filter { $0["level"] as? String == "FATAL" }.count == 2)
  }

  @Test("All records count, whatever bucket they name; what is no picture is recorded and done with")
  func records() async throws {
    let aws = try await LocalAWS()
    let buckets = try await aws.makeBuckets("one", "two", "renditions")
    let keys = ["a b+c.png", "folder/é 😀.png"]
    let poison = Array("This is no picture.".utf8)
    try await aws.put([(keys[0], try TestWorkspace.picture()), ("poison.png", poison)], in: buckets[0])
    try await aws.put([(keys[1], try TestWorkspace.picture(format: .jpeg))], in: buckets[1])
    let first = Events.s3(keys[0], "poison.png", "gone.png", bucket: buckets[0])
    let second = Events.s3(keys[1], bucket: buckets[1])
    let run = try FunctionRun(
      [first, second, first], variables: aws.variables.merging(["bucket_1": buckets[2]]) { $1 })
    try await run.settle()

    #expect(run.calls.allSatisfy { $0.name.hasSuffix("/response") })
    let made = keys.flatMap { ExactKey.renditions(of: $0) }
    #expect(try await aws.keys(in: buckets[2]) == Set([ExactKey(".pixelater/failures/poison.png")] + made))
    let record = try JSONSerialization.jsonObject(
      with: try await aws.get(".pixelater/failures/poison.png", in: buckets[2]))
    #expect((record as? [String: Any])?["code"] as? String == "not-an-image")
    // Each event has its line, with the invocation that brought it.
    let told = run.lines.map { "\($0["requestId"] ?? "") \($0["message"] ?? "") \($0["key"] ?? "")" }
    #expect(
      Set(told) == [
        "request-0 written \(keys[0])", "request-0 failed poison.png", "request-0 dropped gone.png",
        "request-1 written \(keys[1])",
        "request-2 dropped \(keys[0])", "request-2 dropped poison.png", "request-2 dropped gone.png",
      ])
  }

  @Test("A hundred events in one process: no file stays open, and memory does not grow")
  func warm() async throws {
    let aws = try await LocalAWS()
    let buckets = try await aws.makeBuckets("source", "renditions")
    let picture = try TestWorkspace.picture(width: 120, height: 80)
    let keys = (0..<120).map { "\($0).png" }
    try await aws.put(keys.map { ($0, picture) }, in: buckets[0])
    let events = keys.map { Events.s3($0, bucket: buckets[0]) }
    let run = try FunctionRun(events, variables: aws.variables.merging(["bucket_1": buckets[1]]) { $1 })
    try await run.asked(21)
    let before = try Usage(of: run.processID)
    try await run.settle()
    let after = try Usage(of: run.processID)
    #expect(run.calls.count == 120 && run.calls.allSatisfy { $0.name.hasSuffix("/response") })
    #expect(run.connections == 1)
    #expect(run.lines.filter { $0["message"] as? String == "written" }.count == 120)
    #expect(after.files <= before.files + 2)
    #expect(after.kibibytes - before.kibibytes < 4096, "\(before) \(after)")
  }
}

/// What a process has.
private struct Usage {
  let files: Int
  /// Resident memory.
  let kibibytes: Int

  init(of process: pid_t) throws {
    files = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
    let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
    kibibytes = try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) })
  }
}
