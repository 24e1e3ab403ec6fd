import HTTPTransport
import ObjectStore

/// Answers requests from a script, and keeps them. There is no network.
final class ScriptedHTTP: HTTPClient {
  typealias Script = @Sendable (HTTPRequest) throws(HTTPError) -> (status: Int, body: String)

  private let script: Script
  private let kept = Locked<[HTTPRequest]>([])

  init(_ script: @escaping Script) {
    self.script = script
  }

  /// One that nobody should ask.
  static var silent: ScriptedHTTP {
    ScriptedHTTP { (_) throws(HTTPError) in throw .cannotConnect(detail: "the test has no network") }
  }

  var requests: [HTTPRequest] { kept.withLock { $0 } }

  func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    kept.withLock { $0.append(request) }
    let answer = try script(request)
    return HTTPResponse(status: answer.status, body: HTTPResponseBody(Array(answer.body.utf8)))
  }
}

extension HTTPRequest {
  func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  var text: String {
    if case .bytes(let bytes) = body { String(decoding: bytes, as: UTF8.self) } else { "" }
  }
}
