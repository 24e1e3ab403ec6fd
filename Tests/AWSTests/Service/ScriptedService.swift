@testable import AWS
import Foundation
import HTTPTransport
import ObjectStore

/// A service that answers as a test says, to a client whose clock, luck and waits are the test's as well: nothing here
/// ever sleeps.
final class ScriptedService: HTTPClient {
  typealias Answering = @Sendable (_ request: HTTPRequest, _ number: Int) -> Reply

  private let answering: Answering
  private let kept = Locked<[HTTPRequest]>([])
  private let slept = Locked<[Duration]>([])

  /// - Parameter answering: given the request, and how many there were before it.
  init(_ answering: @escaping Answering) {
    self.answering = answering
  }

  /// Answers in this order; the last answer stands for all that follow.
  convenience init(_ replies: Reply...) {
    self.init { _, number in replies[min(number, replies.count - 1)] }
  }

  var requests: [HTTPRequest] { kept.withLock { $0 } }
  var waits: [Duration] { slept.withLock { $0 } }

  func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    let number = kept.withLock { kept in
      kept.append(request)
      return kept.count - 1
    }
    return try answering(request, number).make().get()
  }

  /// What clients share, with luck of `random` in all waits.
  func shared(random: Double = 0.5, capacity: Int = 500, now: Date = ScriptedService.now) -> ServiceClient.Shared {
    var shared = ServiceClient.Shared(http: self)
    shared.quota = RetryQuota(capacity: capacity)
    shared.now = { now }
    shared.backoff.random = { random }
    shared.backoff.sleep = { [slept] duration in slept.withLock { $0.append(duration) } }
    return shared
  }

  func client(
    _ credentials: any CredentialProvider = GivenCredentials(), region: String = "eu-central-1",
    shared: ServiceClient.Shared? = nil, gate: RequestGate = RequestGate()
  ) -> ServiceClient {
    ServiceClient(
      service: "s3", region: region, base: { "https://s3.\($0).example.com" }, credentials: credentials,
      shared: shared ?? self.shared(), gate: gate)
  }

  /// 2025-01-01T00:00:00Z.
  static let now = Date(timeIntervalSince1970: 1_735_689_600)
}

/// One answer of a scripted service.
struct Reply: Sendable {
  /// Makes a body of its own each time: one is read once.
  let make: @Sendable () -> Result<HTTPResponse, HTTPError>

  static func ok(_ text: String = "", headers: [String: String] = [:], status: Int = 200) -> Reply {
    Reply {
      .success(
        HTTPResponse(
          status: status, headers: HTTPHeaders(headers.map { HTTPField($0.key, $0.value) }),
          body: HTTPResponseBody(Array(text.utf8))))
    }
  }

  /// As S3 says no.
  static func no(_ status: Int, _ code: String, headers: [String: String] = [:], more: String = "") -> Reply {
    ok(
      "<?xml version=\"1.0\"?>\n<Error><Code>\(code)</Code><Message>SENSITIVE? no: \(code)</Message>\(more)</Error>",
      headers: headers, status: status)
  }

  static func broken(_ error: HTTPError) -> Reply { Reply { .failure(error) } }
}

/// Credentials in this order, each given until it is discarded; the last one stays.
actor GivenCredentials: CredentialProvider {
  private var all: [Credentials]
  private(set) var discarded: [Credentials] = []
  private(set) var renewalFails = false

  init(_ all: [Credentials] = [.numbered(1)], renewalFails: Bool = false) {
    self.all = all
    self.renewalFails = renewalFails
  }

  func credentials() async throws(CredentialError) -> Credentials {
    if renewalFails, !discarded.isEmpty { throw .failed(source: "the tests", detail: "no more of them") }
    return all[0]
  }

  func discard(_ rejected: Credentials) async {
    discarded.append(rejected)
    if all.count > 1 { all.removeFirst() }
  }
}

extension Credentials {
  /// Every secret in them can be searched for.
  static func numbered(_ number: Int) -> Credentials {
    Credentials(
      accessKeyID: "KEY\(number)", secretAccessKey: "SENSITIVE-secret-\(number)",
      sessionToken: "SENSITIVE-token-\(number)", origin: "the tests")
  }
}

/// The error that a call ends with.
func fault<Value>(of call: () async throws(ServiceError) -> Value) async -> ServiceError? {
  do throws(ServiceError) {
    _ = try await call()
    return nil
  } catch {
    return error
  }
}

extension ServiceError {
  /// The service's word.
  var code: String? {
    if case .refused(let fault) = self { return fault.code }
    return nil
  }
}
