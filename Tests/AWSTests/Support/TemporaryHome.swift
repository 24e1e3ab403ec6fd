import AWS
import Foundation
import HTTPTransport

/// A home folder that goes with the value.
final class TemporaryHome: Sendable {
  let path: String

  init(config: String? = nil, credentials: String? = nil) throws {
    path = FileManager.default.temporaryDirectory.appending(path: "home-\(UUID().uuidString)").path()
    if let config { try write(".aws/config", config) }
    if let credentials { try write(".aws/credentials", credentials) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    let file = URL(filePath: path).appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return file.path()
  }

  /// 2025-01-01T00:00:00Z.
  static let now = Date(timeIntervalSince1970: 1_735_689_600)

  /// No metadata service, unless the variables say otherwise.
  func environment(
    _ variables: [String: String] = [:], profile: String? = nil, http: any HTTPClient = ScriptedHTTP.silent
  ) -> AWSEnvironment {
    var all = ["AWS_EC2_METADATA_DISABLED": "true", "PATH": "/usr/bin:/bin"]
    all.merge(variables) { $1 }
    var environment = AWSEnvironment(variables: all, home: path, profile: profile, http: http, now: { Self.now })
    environment.retryPause = .zero
    return environment
  }

  func configuration(
    _ variables: [String: String] = [:], profile: String? = nil, region: String? = nil, endpointURL: String? = nil
  ) throws(CredentialError) -> AWSConfiguration {
    try AWSConfiguration(
      environment: variables, home: path, profile: profile, region: region, endpointURL: endpointURL)
  }
}

/// The error that something ends with.
func failure<Value>(_ work: () async throws(CredentialError) -> Value) async -> CredentialError? {
  do throws(CredentialError) {
    _ = try await work()
    return nil
  } catch {
    return error
  }
}

extension CredentialError {
  /// Source and detail of `failed`.
  var words: String {
    switch self {
    case .failed(let source, let detail): "\(source): \(detail)"
    case .noSuchProfile(let name): "no profile \(name)"
    case .none(let tried): "none: \(tried.joined(separator: ", "))"
    case .cancelled: "cancelled"
    }
  }
}
