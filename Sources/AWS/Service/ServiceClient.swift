package import FoundationEssentials
package import HTTPTransport
internal import ObjectStore

/// One call to a service, before it is signed.
package struct ServiceRequest: Sendable {
  package var method: HTTPMethod
  /// Percent-encoded, from the `/` on.
  package var path: String
  package var query: [(name: String, value: String)]
  package var headers: [HTTPField]
  package var body: HTTPBody
  package var payload: PayloadHash
  package var timeouts: HTTPTimeouts

  package init(
    _ method: HTTPMethod, path: String = "/", query: [(name: String, value: String)] = [], headers: [HTTPField] = [],
    body: HTTPBody = .none, payload: PayloadHash = .empty, timeouts: HTTPTimeouts = HTTPTimeouts()
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
    self.payload = payload
    self.timeouts = timeouts
  }
}

/// Signs calls, sends them, and repeats those that are worth it.
///
/// - A fault that may pass is repeated after a jittered wait, within the quota all clients share.
/// - A service that asks to slow down is asked by fewer at once, whoever they are.
/// - A clock that is off, a wrong region and expired credentials are mended once per call, outside that count.
package final class ServiceClient: Sendable {
  /// What clients of one process have in common.
  package struct Shared: Sendable {
    package var http: any HTTPClient
    package var quota = RetryQuota()
    package var backoff = Backoff()
    package var now: @Sendable () -> Date = { Date() }

    package init(http: any HTTPClient) {
      self.http = http
    }
  }

  /// Makes the start of a URL, up to the path, from a region.
  package typealias BaseURL = @Sendable (_ region: String) -> String

  private struct State {
    var region: String
    /// Seconds that the server's clock is ahead of ours.
    var clockOffset: TimeInterval = 0
  }

  package let gate: RequestGate
  private let service: String
  let shared: Shared
  private let credentials: any CredentialProvider
  private let base: BaseURL
  private let state: Locked<State>

  package init(
    service: String, region: String, base: @escaping BaseURL, credentials: any CredentialProvider, shared: Shared,
    gate: RequestGate = RequestGate()
  ) {
    self.service = service
    self.base = base
    self.credentials = credentials
    self.shared = shared
    self.gate = gate
    state = Locked(State(region: region))
  }

  /// The region that calls go to now; what was given may have been mended.
  package var region: String { state.withLock { $0.region } }

  /// Seconds by which the server's clock was found to be ahead of ours; 0 as long as no call failed for it.
  package var clockOffset: TimeInterval { state.withLock { $0.clockOffset } }

  /// Sends a call whose answer is small.
  package func exchange(
    _ request: ServiceRequest, limit: Int = 1 << 20
  ) async throws(ServiceError) -> (response: HTTPResponse, body: [UInt8]) {
    try await attempt { [self] (credentials) async throws(ServiceError) in
      let answer = try await sendOnce(request, credentials)
      do throws(HTTPError) {
        return (answer, try await answer.body.collect(limit: limit))
      } catch {
        throw ServiceError(error)
      }
    }
  }

  /// Sends a call whose answer is read as it arrives. What breaks later is the reader's to mend.
  package func stream(_ request: ServiceRequest) async throws(ServiceError) -> HTTPResponse {
    try await attempt { [self] (credentials) async throws(ServiceError) in try await sendOnce(request, credentials) }
  }

  /// Runs `body` until it succeeds, fails for good, or repetitions are used up. For calls that read their answer while
  /// it arrives, and must begin again when it breaks off.
  func attempt<Answer: Sendable>(
    _ body: @Sendable (Credentials) async throws(ServiceError) -> Answer
  ) async throws(ServiceError) -> Answer {
    var failures = 0
    var mended: Set<ServiceFault.Remedy> = []
    var cost: Int?
    while true {
      let credentials = try await currentCredentials()
      guard await gate.enter() else { throw .cancelled }
      let failure: ServiceError
      do throws(ServiceError) {
        let answer = try await body(credentials)
        gate.leave(.success)
        shared.quota.giveBack(cost)
        return answer
      } catch {
        failure = error
      }
      let remedy = failure.remedy
      gate.leave(remedy == .slowDown ? .throttled : .other)
      if Task.isCancelled { throw .cancelled }
      switch remedy {
      case .none: throw failure
      case .setClock, .renewCredentials, .changeRegion:
        guard mended.insert(remedy).inserted, await mend(remedy, failure, credentials) else { throw failure }
      case .retry, .slowDown:
        failures += 1
        let price = failure == .transport(.timeout) ? RetryQuota.costAfterTimeout : RetryQuota.cost
        guard failures < shared.backoff.maximumAttempts, shared.quota.take(price) else { throw failure }
        cost = price
        let delay = shared.backoff.delay(
          afterFailures: failures, throttled: remedy == .slowDown, hint: failure.retryAfter)
        do { try await shared.backoff.sleep(delay) } catch { throw .cancelled }
      }
    }
  }

  /// For a body that broke off: waits as before a repetition, and takes it from the quota.
  ///
  /// - Returns: false where it is not to be repeated, for want of quota or because the task was cancelled.
  func waitToRepeat(after failure: ServiceError, failures: Int) async -> Bool {
    let price = failure == .transport(.timeout) ? RetryQuota.costAfterTimeout : RetryQuota.cost
    guard shared.quota.take(price) else { return false }
    let delay = shared.backoff.delay(afterFailures: failures, throttled: false, hint: nil)
    do { try await shared.backoff.sleep(delay) } catch { return false }
    return true
  }

  /// Signs and sends once. An answer other than 2xx throws.
  func sendOnce(_ request: ServiceRequest, _ credentials: Credentials) async throws(ServiceError) -> HTTPResponse {
    let signed = sign(request, credentials)
    let response: HTTPResponse
    var body: [UInt8] = []
    do throws(HTTPError) {
      response = try await shared.http.send(signed)
    } catch {
      throw ServiceError(error.naming(RequestTarget(signed.url).host))
    }
    if (200..<300).contains(response.status) { return response }
    do throws(HTTPError) {
      body = try await response.body.collect(limit: 1 << 16)
    } catch {
      // A page of a proxy's may be of any length: the status tells what there is to tell.
      guard case .tooLarge = error else { throw ServiceError(error) }
    }
    var fault = ServiceFault(response, body: body)
    fault.serverTime = response.headers["date"].flatMap { HTTPDate.date(of: $0) }
    fault.retryAfter = Self.retryAfter(response.headers)
    throw .refused(fault)
  }

  /// A URL that carries its signature.
  ///
  /// - Parameter seconds: how long it is good.
  package func presign(_ request: ServiceRequest, seconds: Int) async throws(ServiceError) -> (
    url: String, expires: Date
  ) {
    let credentials = try await currentCredentials()
    let state = state.withLock { $0 }
    let now = shared.now()
    let url = Signer(service: service, region: state.region).presign(
      HTTPRequest(request.method, url(request, state.region)), seconds: seconds, credentials: credentials,
      date: now.addingTimeInterval(state.clockOffset))
    let expires = now.addingTimeInterval(TimeInterval(seconds))
    return (url, credentials.expiration.map { min($0, expires) } ?? expires)
  }

  private func sign(_ request: ServiceRequest, _ credentials: Credentials) -> HTTPRequest {
    let state = state.withLock { $0 }
    return Signer(service: service, region: state.region).sign(
      HTTPRequest(
        request.method, url(request, state.region), headers: request.headers, body: request.body,
        timeouts: request.timeouts),
      payload: request.payload, credentials: credentials,
      date: shared.now().addingTimeInterval(state.clockOffset))
  }

  private func url(_ request: ServiceRequest, _ region: String) -> String {
    let url = base(region) + request.path
    return request.query.isEmpty ? url : url + "?" + PercentEncoding.query(request.query)
  }

  private func currentCredentials() async throws(ServiceError) -> Credentials {
    do throws(CredentialError) {
      return try await credentials.credentials()
    } catch {
      throw error == .cancelled ? .cancelled : .credentials(error)
    }
  }

  /// Mends what a fault complains about; false where there is nothing to change.
  private func mend(_ remedy: ServiceFault.Remedy, _ failure: ServiceError, _ used: Credentials) async -> Bool {
    guard case .refused(let fault) = failure else { return false }
    switch remedy {
    case .setClock:
      guard let time = fault.serverTime else { return false }
      let offset = time.timeIntervalSince(shared.now())
      state.withLock { $0.clockOffset = offset }
      return true
    case .renewCredentials:
      await credentials.discard(used)
      return (try? await credentials.credentials()).map { !$0.isSame(as: used) } ?? false
    case .changeRegion:
      return state.withLock { state in
        // Another call may have changed it already: then this one was sent to the old region, and goes again as well.
        guard let region = fault.region, Self.isRegion(region) else { return false }
        state.region = region
        return true
      }
    case .retry, .slowDown, .none: return false
    }
  }

  /// The name becomes part of a host name: nothing but what regions are made of.
  private static func isRegion(_ text: String) -> Bool {
    (1...40).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
      }
  }

  /// `x-amz-retry-after` is in milliseconds, `Retry-After` in seconds (RFC 9110, 10.2.3).
  private static func retryAfter(_ headers: HTTPHeaders) -> Duration? {
    if let text = headers["x-amz-retry-after"], let value = Int(text), value >= 0 {
      return .milliseconds(min(value, 86_400_000))
    }
    if let text = headers["retry-after"], let value = Int(text), value >= 0 { return .seconds(min(value, 86_400)) }
    return nil
  }
}

extension HTTPError {
  /// The same with the server's name where it is the server that cannot be reached: there may be several.
  fileprivate func naming(_ host: String) -> HTTPError {
    switch self {
    case .unknownHost(let detail): .unknownHost("\(host): \(detail)")
    case .cannotConnect(let detail): .cannotConnect(detail: "\(host): \(detail)")
    default: self
    }
  }
}

extension ServiceError {
  init(_ error: HTTPError) {
    self = error == .cancelled ? .cancelled : .transport(error)
  }

  var remedy: ServiceFault.Remedy {
    switch self {
    case .transport(let error): error.isTransient ? .retry : .none
    case .refused(let fault): fault.remedy
    case .credentials, .cancelled, .invalidAnswer: .none
    }
  }

  fileprivate var retryAfter: Duration? {
    if case .refused(let fault) = self { return fault.retryAfter }
    return nil
  }
}
