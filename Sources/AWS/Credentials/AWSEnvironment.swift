package import FoundationEssentials
package import HTTPTransport

/// What credentials are looked for in: the process's environment, or a test's.
package struct AWSEnvironment: Sendable {
  /// All environment variables; empty ones count as not set.
  package var variables: [String: String]
  /// The folder that `.aws` is in; nil: there is none.
  package var home: String?
  /// A profile asked for by name (`--profile`), as against one of `AWS_PROFILE`.
  package var profile: String?
  package var http: any HTTPClient
  package var now: @Sendable () -> Date
  /// Waited before a failed exchange is tried again, doubled each time. Default: 200 ms.
  package var retryPause: Duration = .milliseconds(200)
  /// How long a `credential_process` may take. Default: 60 s.
  package var processLimit: Duration = .seconds(60)

  package init(
    variables: [String: String], home: String?, profile: String? = nil, http: any HTTPClient,
    now: @escaping @Sendable () -> Date = { Date() }
  ) {
    self.variables = variables
    self.home = home
    self.profile = profile
    self.http = http
    self.now = now
  }
}

extension AWSEnvironment {
  func value(_ name: String) -> String? { Variables(all: variables)[name] }

  /// An exchange with a source of credentials; the answer is small.
  ///
  /// - Parameters:
  ///   - source: its name, for errors.
  ///   - attempts: transient failures and answers of 500 and above are tried again.
  func exchange(
    _ request: HTTPRequest, source: String, attempts: Int = 3
  ) async throws(CredentialError) -> SourceAnswer {
    var pause = retryPause
    var attempt = 1
    while true {
      let isLast = attempt >= attempts
      do throws(HTTPError) {
        let (response, body) = try await http.exchange(request, limit: 256 << 10)
        if isLast || response.status < 500 { return SourceAnswer(status: response.status, body: body) }
      } catch {
        if error == .cancelled { throw .cancelled }
        if isLast || !error.isTransient { throw .failed(source: source, detail: error.plainText) }
      }
      do { try await Task.sleep(for: pause) } catch { throw .cancelled }
      pause *= 2
      attempt += 1
    }
  }
}

/// What a source answered.
struct SourceAnswer {
  let status: Int
  let body: [UInt8]
}

extension HTTPError {
  /// A few words, without URLs.
  var plainText: String {
    switch self {
    case .unknownHost: "its host is not known"
    case .cannotConnect: "nobody answers there"
    case .insecure: "no safe connection (TLS)"
    case .timeout: "no answer in time"
    case .brokenOff: "the connection broke"
    case .tooLarge(let limit): "the answer has more than \(limit) bytes"
    case .unreadableFile: "a file cannot be read"
    case .invalidRequest: "it cannot be asked"
    case .invalidResponse: "its answer is not HTTP"
    case .cancelled: "cancelled"
    }
  }
}

/// Variables hold secrets: none is told.
extension AWSEnvironment: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "environment of \(variables.count) variables" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["variables": variables.count]) }
}
