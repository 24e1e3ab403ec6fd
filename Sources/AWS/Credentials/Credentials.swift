package import FoundationEssentials

/// What a request is signed with. Its description holds no secret.
package struct Credentials: Hashable, Sendable {
  package var accessKeyID: String
  package var secretAccessKey: String
  package var sessionToken: String?
  /// When they stop being good; nil: not known to.
  package var expiration: Date?
  /// Where they were found, for people: `environment`, `profile 'x' of ~/.aws/credentials`. No secret, but foreign text.
  package var origin: String

  package init(
    accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiration: Date? = nil,
    origin: String
  ) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
    self.expiration = expiration
    self.origin = origin
  }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "credentials from \(origin)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["origin": origin]) }
}

/// Gives credentials that are good now, fetching or refreshing them when needed.
package protocol CredentialProvider: Sendable {
  func credentials() async throws(CredentialError) -> Credentials
  /// Called when a server said that `rejected` have expired: the next call gives others if there are any.
  func discard(_ rejected: Credentials) async
}

/// Why there are no credentials. Details hold no secret.
package enum CredentialError: Error, Hashable, Sendable {
  /// Nothing in the chain has any; what was looked at, in order.
  case none(tried: [String])
  /// A profile that was named is not there.
  case noSuchProfile(String)
  /// A source that should have them failed: its name and why, and what to do.
  case failed(source: String, detail: String)
  case cancelled
}

extension CredentialError: CustomStringConvertible {
  /// For people. Foreign text: escape before printing.
  package var description: String {
    switch self {
    case .none(let tried): "no AWS credentials were found (looked at: \(tried.joined(separator: ", ")))"
    case .noSuchProfile(let name): "there is no AWS profile '\(name)'"
    case .failed(let source, let detail): "\(source): \(detail)"
    case .cancelled: "cancelled"
    }
  }
}
