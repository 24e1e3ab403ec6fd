@testable import AWS
import Foundation
import HTTPTransport
import ObjectStore
import Testing

@Suite("Repeating calls")
struct RetryTests {
  static let passing: [(name: String, reply: Reply)] = [
    ("unknown host", .broken(.unknownHost("x"))), ("refused", .broken(.cannotConnect(detail: "x"))),
    ("timeout", .broken(.timeout)), ("reset", .broken(.brokenOff(detail: "x"))),
    ("nonsense", .broken(.invalidResponse(detail: "x"))),
    ("500", .ok(status: 500)), ("502", .ok("<html>Bad Gateway</html>", status: 502)), ("503", .ok(status: 503)),
    ("504", .ok(status: 504)), ("InternalError", .no(500, "InternalError")),
    ("ServiceUnavailable", .no(503, "ServiceUnavailable")), ("RequestTimeout", .no(400, "RequestTimeout")),
    ("PriorRequestNotComplete", .no(400, "PriorRequestNotComplete")),
    ("ConditionalRequestConflict", .no(409, "ConditionalRequestConflict")),
    ("OperationAborted", .no(409, "OperationAborted")),
  ]

  static let throttling: [(name: String, reply: Reply)] = [
    ("SlowDown", .no(503, "SlowDown")), ("429", .ok(status: 429)), ("Throttling", .no(400, "Throttling")),
    ("ThrottlingException", .no(400, "ThrottlingException")),
    ("RequestLimitExceeded", .no(503, "RequestLimitExceeded")),
    ("BandwidthLimitExceeded", .no(503, "BandwidthLimitExceeded")),
    ("TooManyRequestsException", .no(429, "TooManyRequestsException")),
  ]

  @Test("What may pass is repeated at once nearly, what is throttled after a second", arguments: passing.indices)
  func passes(index: Int) async throws {
    let service = ScriptedService(Self.passing[index].reply, .ok("well"))
    let answer = try await service.client().exchange(ServiceRequest(.get))
    #expect(String(decoding: answer.body, as: UTF8.self) == "well", "\(Self.passing[index].name)")
    #expect(service.waits == [.milliseconds(25)], "\(Self.passing[index].name)")
  }

  @Test("A throttled call waits for longer", arguments: throttling.indices)
  func throttled(index: Int) async throws {
    let service = ScriptedService(Self.throttling[index].reply, .ok())
    let client = service.client()
    _ = try await client.exchange(ServiceRequest(.get))
    #expect(service.waits == [.milliseconds(500)], "\(Self.throttling[index].name)")
    #expect((32...33).contains(client.gate.limit), "\(Self.throttling[index].name)")
  }

  @Test(
    "What will not pass is not repeated",
    arguments: [
      (403, "AccessDenied"), (403, "SignatureDoesNotMatch"), (403, "InvalidAccessKeyId"), (404, "NoSuchKey"),
      (404, "NoSuchBucket"), (412, "PreconditionFailed"), (416, "InvalidRange"), (400, "InvalidToken"),
      (403, "InvalidObjectState"), (400, "BadDigest"), (404, ""), (403, ""), (405, "MethodNotAllowed"),
    ])
  func final(status: Int, code: String) async {
    let service = ScriptedService(.no(status, code))
    let fault = await fault { () async throws(ServiceError) in
      try await service.client().exchange(ServiceRequest(.get))
    }
    #expect(fault?.code == code)
    #expect(service.requests.count == 1)
    #expect(service.waits.isEmpty)
  }

  @Test("Waits grow, are a random part of their bound, and there are three of them", arguments: [0, 0.5, 0.999])
  func bounds(random: Double) async {
    for (reply, first) in [(Reply.ok(status: 500), 50.0), (.no(503, "SlowDown"), 1000)] {
      let service = ScriptedService(reply)
      let client = service.client(shared: service.shared(random: random))
      let fault = await fault { () async throws(ServiceError) in try await client.exchange(ServiceRequest(.get)) }
      #expect(fault != nil)
      #expect(service.requests.count == 4)
      #expect(service.waits.map { $0 / .milliseconds(1) } == [1, 2, 4].map { $0 * first * random })
    }
  }

  @Test("No wait is longer than the cap, however many went before")
  func cap() {
    var backoff = Backoff()
    backoff.random = { 0.999 }
    for failures in [1, 2, 10, 31, 32, 63, 64, 1000, Int.max] {
      for throttled in [false, true] {
        let delay = backoff.delay(afterFailures: failures, throttled: throttled, hint: nil)
        #expect(delay > .zero && delay <= backoff.cap)
      }
    }
  }

  @Test("Waits of many clients differ")
  func jitter() {
    let backoff = Backoff()
    let waits = (0..<1000).map { _ in backoff.delay(afterFailures: 5, throttled: false, hint: nil) }
    #expect(Set(waits).count > 900)
    #expect(waits.allSatisfy { $0 >= .zero && $0 <= .milliseconds(800) })
    let mean = waits.reduce(Duration.zero, +) / 1000
    #expect((.milliseconds(340)...(.milliseconds(460))).contains(mean))
  }

  @Test(
    "What the server asks to wait is waited for",
    arguments: [
      ("retry-after", "3", 3000), ("Retry-After", "0", 25), ("x-amz-retry-after", "1500", 1500),
      // Longer than anybody wants to look at a screen.
      ("retry-after", "3600", 20_000), ("x-amz-retry-after", "99999999999999", 20_000),
      // Not a number of seconds, or none that can be.
      ("retry-after", "-1", 25), ("retry-after", "soon", 25), ("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT", 25),
      ("retry-after", "99999999999999999999999", 25),
    ])
  func hint(name: String, value: String, milliseconds: Int) async throws {
    let service = ScriptedService(.no(503, "ServiceUnavailable", headers: [name: value]), .ok())
    _ = try await service.client().exchange(ServiceRequest(.get))
    #expect(service.waits == [.milliseconds(milliseconds)])
  }

  @Test("A wait longer than the server asked for is cut to five seconds more")
  func hintAbove() {
    var backoff = Backoff()
    backoff.random = { 0.999 }
    let delay = backoff.delay(afterFailures: 10, throttled: true, hint: .seconds(1))
    #expect(delay == .seconds(6))
  }

  @Test("When most calls fail, repetitions run out, and come back with success")
  func quota() async throws {
    let service = ScriptedService { request, _ in request.url.hasSuffix("/bad") ? .ok(status: 500) : .ok() }
    let client = service.client(shared: service.shared(capacity: 25))
    func sent(_ path: String) async -> Int {
      let before = service.requests.count
      _ = await fault { () async throws(ServiceError) in try await client.exchange(ServiceRequest(.get, path: path)) }
      return service.requests.count - before
    }
    // 25 tokens are five repetitions of 5.
    #expect(await sent("/bad") == 4)
    #expect(await sent("/bad") == 3)
    #expect(await sent("/bad") == 1)
    #expect(await sent("/bad") == 1)
    // A token each.
    for _ in 0..<4 { #expect(await sent("/good") == 1) }
    #expect(await sent("/bad") == 1)
    #expect(await sent("/good") == 1)
    #expect(await sent("/bad") == 2)
    for _ in 0..<1000 { _ = await sent("/good") }
    // Never more than it can hold.
    #expect(await sent("/bad") == 4)
    #expect(await sent("/bad") == 3)
    #expect(await sent("/bad") == 1)
  }

  @Test("A repetition that succeeds costs nothing; one after a timeout costs double")
  func cost() async throws {
    let timeouts = ScriptedService(.broken(.timeout))
    let client = timeouts.client(shared: timeouts.shared(capacity: 20))
    _ = await fault { () async throws(ServiceError) in try await client.exchange(ServiceRequest(.get)) }
    #expect(timeouts.requests.count == 3)

    let flaky = ScriptedService { _, number in number % 2 == 0 ? .ok(status: 500) : .ok() }
    let patient = flaky.client(shared: flaky.shared(capacity: 5))
    for _ in 0..<20 { _ = try await patient.exchange(ServiceRequest(.get)) }
    #expect(flaky.requests.count == 40)
  }

  @Test("Clients that share a quota run out together")
  func sharedQuota() async {
    let service = ScriptedService(.ok(status: 500))
    let shared = service.shared(capacity: 15)
    for expected in [4, 5, 6] {
      let client = service.client(shared: shared)
      _ = await fault { () async throws(ServiceError) in try await client.exchange(ServiceRequest(.get)) }
      #expect(service.requests.count == expected)
    }
  }

  @Test("A call that is cancelled while it waits ends")
  func cancelled() async {
    let service = ScriptedService(.ok(status: 500))
    var shared = service.shared()
    let (waiting, sink) = AsyncStream<Void>.makeStream()
    shared.backoff.sleep = { _ in
      sink.yield()
      try await Task.sleep(for: .seconds(3600))
    }
    let client = service.client(shared: shared)
    let call = Task {
      await fault { () async throws(ServiceError) in try await client.exchange(ServiceRequest(.get)) }
    }
    for await _ in waiting { break }
    call.cancel()
    #expect(await call.value == .cancelled)
    #expect(service.requests.count == 1)
  }

  @Test("The body of a refusal is no measure of it: one that is too long tells no less than its status")
  func longRefusal() async throws {
    let page = "<html>" + String(repeating: "Bad Gateway. ", count: 10_000) + "</html>"
    let service = ScriptedService(.ok(page, status: 502), .ok("well"))
    _ = try await service.client().exchange(ServiceRequest(.get))
    #expect(service.requests.count == 2)
    let denied = ScriptedService(.ok(page, status: 403))
    let fault = await fault { () async throws(ServiceError) in
      try await denied.client().exchange(ServiceRequest(.get))
    }
    #expect(fault == .refused(ServiceFault(status: 403)))
  }

  @Test("Nobody who cannot be reached stays without a name")
  func host() async {
    let service = ScriptedService(.broken(.cannotConnect(detail: "Couldn't connect to server")))
    let fault = await fault { () async throws(ServiceError) in
      try await service.client().exchange(ServiceRequest(.get, path: "/SENSITIVE", query: [("SENSITIVE", "1")]))
    }
    #expect(fault == .transport(.cannotConnect(detail: "s3.eu-central-1.example.com: Couldn't connect to server")))
  }

  @Test("Errors hold no secret")
  func secrets() async throws {
    let replies: [Reply] =
      Self.passing.map(\.reply) + [
        .no(
          403, "SignatureDoesNotMatch",
          more: "<AWSAccessKeyId>KEY1</AWSAccessKeyId><StringToSign>SENSITIVE</StringToSign>"),
        .no(400, "ExpiredToken", more: "<Token-0>SENSITIVE-token-1</Token-0>"), .no(403, "InvalidAccessKeyId"),
      ]
    for reply in replies {
      let client = ScriptedService(reply).client(GivenCredentials([.numbered(1), .numbered(2)]))
      let fault = try #require(
        await fault { () async throws(ServiceError) in
          try await client.exchange(ServiceRequest(.get, query: [("X-Amz-Signature", "SENSITIVE")]))
        })
      var text = ""
      dump(fault, to: &text)
      text += "\(fault) \(String(reflecting: fault)) \(fault.storeError(.get, "key")) \(fault.localizedDescription)"
      // The service's own message is told: the script has marked it.
      #expect(!text.replacing("SENSITIVE? no", with: "").contains("SENSITIVE"), "\(text)")
    }
  }
}
