internal import FoundationEssentials
internal import HTTPTransport
package import ObjectStore

/// Who signs, as AWS sees it (GetCallerIdentity). Foreign text.
package struct CallerIdentity: Hashable, Sendable {
  /// Twelve digits.
  package var account: String
  /// `arn:aws:iam::123456789012:user/name`, `arn:aws:sts::123456789012:assumed-role/role/session`.
  package var arn: String
  package var userID: String

  package init(account: String, arn: String, userID: String) {
    self.account = account
    self.arn = arn
    self.userID = userID
  }
}

/// The Security Token Service, asked who we are. It needs no permission.
package struct SecurityTokenService: Sendable {
  private let client: ServiceClient

  /// - Parameter shared: of all clients of the process.
  package init(
    configuration: AWSConfiguration, credentials: any CredentialProvider, shared: ServiceClient.Shared
  ) {
    let override = configuration.endpointURL(for: "sts")
    let hasRegion = configuration.region != nil
    client = ServiceClient(
      service: "sts", region: configuration.region ?? "us-east-1",
      base: { region in
        override ?? (hasRegion ? AWSConfiguration.ownEndpoint(of: "sts", region: region) : "https://sts.amazonaws.com")
      },
      credentials: credentials, shared: shared)
  }

  /// - Throws: `refusedCredentials` and `expiredCredentials` where AWS does not know or trust them; what else a server says
  ///   that has no such service.
  package func callerIdentity() async throws(StoreError) -> CallerIdentity {
    let form = Array("Action=GetCallerIdentity&Version=2011-06-15".utf8)
    var request = ServiceRequest(
      .post,
      headers: [
        HTTPField("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"), HTTPField("Accept", "text/xml"),
      ], body: .bytes(form), payload: .of(form))
    request.timeouts = S3Store.probeTimeouts
    do throws(ServiceError) {
      return try Self.read(try await client.exchange(request, limit: 64 << 10).body)
    } catch {
      var result = error.storeError(.open, "")
      // STS's own word for a key that AWS does not know.
      if case .refused(let fault) = error, fault.code == "InvalidClientTokenId" {
        result.reason = .refusedCredentials(detail: fault.code)
      }
      throw result
    }
  }

  private static func read(_ body: [UInt8]) throws(ServiceError) -> CallerIdentity {
    guard let root = try? XMLElement(parsing: body), root.name == "GetCallerIdentityResponse",
      let result = root["GetCallerIdentityResult"], let account = result["Account"]?.text,
      let arn = result["Arn"]?.text, !arn.isEmpty
    else { throw .invalidAnswer(detail: "no GetCallerIdentityResponse") }
    return CallerIdentity(account: account, arn: arn, userID: result["UserId"]?.text ?? "")
  }
}
