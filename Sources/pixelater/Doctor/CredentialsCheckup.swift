import AWS
import Console
import FoundationEssentials
import ObjectStore
import Pipeline

/// Whether there are credentials, whose they are, and whether the server takes them.
struct CredentialsCheckup: Sendable {
  let configuration: AWSConfiguration
  let endpoint: S3Endpoint
  let credentials: CredentialCache
  let shared: ServiceClient.Shared

  /// What was found, and who they are.
  enum Found: Sendable {
    case credentials(Credentials)
    case nothing(CredentialError)
  }

  func find() async -> Found {
    do throws(CredentialError) {
      return .credentials(try await credentials.credentials())
    } catch {
      return .nothing(error)
    }
  }

  /// Nil where the server does not tell.
  enum Identity: Sendable {
    case known(CallerIdentity)
    case untold
    case refused(StoreError)
  }

  /// Asks AWS, or the server that the settings name in its place. Credentials that are meant for another server than
  /// AWS's are not shown to AWS.
  func identity() async -> Identity {
    let hasOwnServer = configuration.endpointURL(for: "sts") != nil
    guard hasOwnServer || isAWS else { return .untold }
    let service = SecurityTokenService(
      configuration: configuration, credentials: credentials, shared: shared)
    do throws(StoreError) {
      return .known(try await service.callerIdentity())
    } catch {
      switch error.reason {
      // Other servers than AWS's may answer anything to a question they do not know.
      case .refusedCredentials, .expiredCredentials: return hasOwnServer ? .untold : .refused(error)
      default: return .untold
      }
    }
  }

  private var isAWS: Bool {
    guard let url = endpoint.override else { return true }
    let host = url.drop { $0 != "/" }.drop { $0 == "/" }.prefix { $0 != "/" && $0 != ":" }
    return host.hasSuffix(".amazonaws.com") || host.hasSuffix(".amazonaws.com.cn")
  }

  /// - Parameter refusal: what the bucket's server said of them.
  static func finding(_ found: Found, _ identity: Identity, refusal: StoreError?, now: Date = Date()) -> Finding {
    let credentials: Credentials
    switch found {
    case .nothing(let error): return finding(error)
    case .credentials(let some): credentials = some
    }
    var detail = "from \(credentials.origin)"
    if let end = credentials.expiration {
      detail += ", good until \(Format.date(end.timeIntervalSince1970)) UTC"
      detail += " (\(Format.duration(milliseconds: Int(max(0, min(end.timeIntervalSince(now), 1e9)) * 1000))))"
    }
    if let refusal {
      return Finding("credentials", detail + ": refused", advice: explanation(of: refusal))
    }
    switch identity {
    case .refused(let error): return Finding("credentials", detail + ": refused", advice: explanation(of: error))
    case .untold: detail += "; the server does not tell who they are"
    case .known(let caller): detail += "; \(caller.arn), account \(caller.account)"
    }
    if let end = credentials.expiration, end.timeIntervalSince(now) < 600 {
      return .note("credentials", detail, advice: "renew them before a long run")
    }
    return Finding("credentials", detail)
  }

  private static func finding(_ error: CredentialError) -> Finding {
    switch error {
    case .none(let tried):
      Finding(
        "credentials", "none found; looked at: " + tried.joined(separator: ", "),
        advice: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, run aws configure, or name a profile with --profile")
    case .noSuchProfile: unusable(error.description)
    case .failed(let source, let detail):
      Finding(
        "credentials", "\(source): \(detail)",
        advice: "mend or unset this; while it is set, no other credentials are looked for")
    case .cancelled: Finding("credentials", "not looked for to the end")
    }
  }

  /// The profile or something in it cannot be.
  static func unusable(_ detail: String) -> Finding {
    Finding(
      "credentials", detail,
      advice: "correct it in the profile's files or where it is set; pixelater info shows where settings come from")
  }

  /// One line where both ends are alike.
  static func merged(source: Finding?, destination: Finding?) -> [Finding] {
    guard let source, let destination else { return [source, destination].compactMap { $0 } }
    guard source != destination else { return [source] }
    var lines = [source, destination]
    lines[0].detail = "of the source: " + source.detail
    lines[1].detail = "of the destination: " + destination.detail
    return lines
  }
}
