import HTTPTransport
import Testing

/// Waits until `condition` holds. It may never: the test's time limit ends the wait.
func wait(until condition: () throws -> Bool) async throws {
  while try !condition() { try await Task.sleep(for: .milliseconds(2)) }
}

/// The error of an exchange that must not come about; nil when it does.
func failure(_ exchange: () async throws(HTTPError) -> Void) async -> HTTPError? {
  do {
    try await exchange()
    return nil
  } catch {
    return error
  }
}

extension HTTPError {
  /// The error without its details, which are libcurl's words.
  var kind: String {
    switch self {
    case .unknownHost: "unknownHost"
    case .cannotConnect: "cannotConnect"
    case .insecure: "insecure"
    case .timeout: "timeout"
    case .brokenOff: "brokenOff"
    case .tooLarge: "tooLarge"
    case .unreadableFile: "unreadableFile"
    case .invalidRequest: "invalidRequest"
    case .invalidResponse: "invalidResponse"
    case .cancelled: "cancelled"
    }
  }
}
