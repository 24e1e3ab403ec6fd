import AWS
import Foundation
import HTTPTransport
import ObjectStore

/// A server of S3 that answers as a script says, header fields included. There is no network.
final class ScriptedS3: HTTPClient {
  struct Answer: Sendable {
    var status = 200
    var headers: [HTTPField] = []
    var body = ""

    static func fault(_ status: Int, _ code: String, _ more: String = "", headers: [HTTPField] = []) -> Answer {
      Answer(
        status: status, headers: headers, body: "<Error><Code>\(code)</Code><Message>No.</Message>\(more)</Error>")
    }

    static let emptyListing = Answer(body: "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>")

    func at(_ time: Date) -> Answer {
      let style = Date.VerbatimFormatStyle(
        format:
          "\(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits) GMT",
        locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian))
      var answer = self
      answer.headers.append(HTTPField("Date", time.formatted(style)))
      return answer
    }
  }

  private let script: @Sendable (HTTPRequest) throws(HTTPError) -> Answer
  private let kept = Locked<[HTTPRequest]>([])

  init(_ script: @escaping @Sendable (HTTPRequest) throws(HTTPError) -> Answer) {
    self.script = script
  }

  var requests: [HTTPRequest] { kept.withLock { $0 } }

  func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    kept.withLock { $0.append(request) }
    let answer = try script(request)
    return HTTPResponse(
      status: answer.status, headers: HTTPHeaders(answer.headers), body: HTTPResponseBody(Array(answer.body.utf8)))
  }

  /// 2025-01-01T00:00:00Z: the time on this machine.
  static let now = Date(timeIntervalSince1970: 1_735_689_600)

  var shared: ServiceClient.Shared {
    var shared = ServiceClient.Shared(http: self)
    shared.backoff.sleep = { _ in }
    shared.now = { Self.now }
    return shared
  }

  func bucket(_ name: String = "bucket", region: String = "us-east-1", owner: String? = nil) throws -> S3Store {
    guard let endpoint = S3Endpoint(override: "http://server.test") else { throw CancellationError() }
    var options = S3Store.Options()
    options.expectedOwner = owner
    return S3Store(
      bucket: name, endpoint: endpoint, region: region, credentials: FixedCredentials(), shared: shared,
      options: options)
  }
}

struct FixedCredentials: CredentialProvider {
  func credentials() async throws(CredentialError) -> Credentials {
    Credentials(accessKeyID: "AKID", secretAccessKey: "secret", origin: "a test")
  }

  func discard(_ rejected: Credentials) async {}
}
