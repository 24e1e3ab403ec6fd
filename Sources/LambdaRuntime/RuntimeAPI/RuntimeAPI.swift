internal import HTTPTransport

/// The calls of the Runtime API, version 2018-06-01 (AWS Lambda Developer Guide, "Using the Lambda runtime API for
/// custom runtimes").
struct RuntimeAPI: Sendable {
  private let base: String
  private let http: any HTTPClient

  /// More than Lambda ever gives: 6 MiB to a caller who waits, 1 MiB otherwise.
  private static let maximumEvent = 16 << 20

  /// - Parameter address: `host:port`.
  init(address: String, http: any HTTPClient) throws(RuntimeError) {
    let isPlain = address.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "-"),
        UInt8(ascii: "["), UInt8(ascii: "]"):
        true
      default: false
      }
    }
    guard isPlain, let colon = address.lastIndex(of: ":"), colon != address.startIndex,
      let port = UInt16(address[colon...].dropFirst()), port > 0
    else { throw .invalidAddress }
    base = "http://\(address)/2018-06-01/runtime"
    self.http = http
  }

  /// Waits for the next event, as long as it takes: the process is frozen meanwhile.
  func next() async throws(RuntimeError) -> ReceivedInvocation {
    var request = HTTPRequest(.get, base + "/invocation/next")
    request.timeouts.stall = nil
    let (response, body) = try await exchange(request, limit: Self.maximumEvent)
    guard response.status == 200 else {
      throw .refused(call: "next", status: response.status, errorType: RuntimeAnswer.errorType(in: body))
    }
    return try ReceivedInvocation(response.headers, event: body)
  }

  func response(_ bytes: [UInt8], to requestID: String) async throws(RuntimeError) -> RuntimeAnswer {
    try await post("/invocation/\(requestID)/response", bytes)
  }

  func error(_ failure: InvocationFailure, to requestID: String) async throws(RuntimeError) -> RuntimeAnswer {
    try await post("/invocation/\(requestID)/error", failure.body, errorType: failure.type)
  }

  func initError(_ failure: InvocationFailure) async throws(RuntimeError) -> RuntimeAnswer {
    try await post("/init/error", failure.body, errorType: failure.type)
  }

  private func post(
    _ path: String, _ bytes: [UInt8], errorType: String? = nil
  ) async throws(RuntimeError) -> RuntimeAnswer {
    var headers = [HTTPField("Content-Type", "application/json")]
    if let errorType { headers.append(HTTPField("Lambda-Runtime-Function-Error-Type", errorType)) }
    let request = HTTPRequest(.post, base + path, headers: headers, body: .bytes(bytes))
    let (response, body) = try await exchange(request, limit: 64 << 10)
    return RuntimeAnswer(status: response.status, errorType: RuntimeAnswer.errorType(in: body))
  }

  private func exchange(
    _ request: HTTPRequest, limit: Int
  ) async throws(RuntimeError) -> (response: HTTPResponse, body: [UInt8]) {
    do throws(HTTPError) {
      return try await http.exchange(request, limit: limit)
    } catch {
      throw error == .cancelled ? .cancelled : .unreachable(error)
    }
  }
}
