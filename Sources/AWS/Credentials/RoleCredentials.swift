internal import FoundationEssentials
internal import HTTPTransport

/// Credentials of a role, from the Security Token Service.
struct RoleCredentials {
  let environment: AWSEnvironment
  let configuration: AWSConfiguration

  /// A role to take on.
  struct Role {
    var arn: String
    /// Names the session in logs; nil: one is made up.
    var sessionName: String?
    var externalID: String?
    /// 900 to 43,200; nil: the service's own.
    var seconds: Int?
  }

  /// With other credentials (`AssumeRole`).
  func assume(_ role: Role, with credentials: Credentials, origin: String) async throws(CredentialError) -> Credentials
  {
    var form = form("AssumeRole", role)
    if let externalID = role.externalID { form.append(("ExternalId", externalID)) }
    let request = request(form)
    // The service name of the scope; the region is the endpoint's.
    let signed = Signer(service: "sts", region: region ?? "us-east-1").sign(
      request, payload: payload(request), credentials: credentials, date: environment.now())
    return try await exchange(signed, origin: origin)
  }

  /// With a token from elsewhere (`AssumeRoleWithWebIdentity`); the request carries no signature.
  func assume(_ role: Role, tokenFile: String, origin: String) async throws(CredentialError) -> Credentials {
    let token: String
    do throws(SmallFile.Failure) {
      let path = SmallFile.expand(tokenFile, home: environment.home)
      token = String(decoding: try SmallFile.read(path, limit: 64 << 10), as: UTF8.self)
    } catch {
      throw .failed(source: origin, detail: "the token file \(tokenFile): \(error.detail)")
    }
    // Editors and `echo` end it with a newline.
    let trimmed = token.split(whereSeparator: \.isNewline).joined()
    return try await exchange(
      request(form("AssumeRoleWithWebIdentity", role) + [("WebIdentityToken", trimmed)]), origin: origin)
  }

  /// Nil if the environment names no token file.
  func webIdentityOfEnvironment() async throws(CredentialError) -> Credentials? {
    guard let tokenFile = environment.value("AWS_WEB_IDENTITY_TOKEN_FILE") else { return nil }
    let origin = "web identity"
    guard let arn = environment.value("AWS_ROLE_ARN") ?? configuration.profile?["role_arn"] else {
      throw .failed(source: origin, detail: "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not")
    }
    let role = Role(
      arn: arn, sessionName: environment.value("AWS_ROLE_SESSION_NAME") ?? configuration.profile?["role_session_name"])
    return try await assume(role, tokenFile: tokenFile, origin: origin)
  }

  private var region: String? { configuration.region }

  private func form(_ action: String, _ role: Role) -> [(name: String, value: String)] {
    let seconds = Int(environment.now().timeIntervalSince1970.rounded(.down))
    var form = [
      (name: "Action", value: action), (name: "Version", value: "2011-06-15"), (name: "RoleArn", value: role.arn),
      (name: "RoleSessionName", value: role.sessionName ?? "pixelater-\(seconds)"),
    ]
    if let seconds = role.seconds { form.append(("DurationSeconds", String(seconds))) }
    return form
  }

  private func request(_ form: [(name: String, value: String)]) -> HTTPRequest {
    let endpoint =
      configuration.endpointURL(for: "sts") ?? region.map { AWSConfiguration.ownEndpoint(of: "sts", region: $0) }
      ?? "https://sts.amazonaws.com"
    var request = HTTPRequest(
      .post, endpoint + "/",
      headers: [
        HTTPField("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"), HTTPField("Accept", "text/xml"),
      ], body: .bytes(Array(PercentEncoding.query(form).utf8)))
    request.timeouts.total = .seconds(20)
    return request
  }

  private func payload(_ request: HTTPRequest) -> PayloadHash {
    if case .bytes(let bytes) = request.body { .of(bytes) } else { .empty }
  }

  private func exchange(_ request: HTTPRequest, origin: String) async throws(CredentialError) -> Credentials {
    let answer = try await environment.exchange(request, source: origin)
    let read = SecurityTokenAnswer(answer.body)
    guard answer.status == 200 else {
      let code = read?.code.map { " (\($0.prefix(100)))" } ?? ""
      let message = read?.message.map { ": \($0.prefix(500))" } ?? ""
      throw .failed(source: origin, detail: "STS refused with status \(answer.status)\(code)\(message)")
    }
    guard let read, let keyID = read.accessKeyID, let secret = read.secretAccessKey, let token = read.sessionToken,
      let expiration = read.expiration.flatMap(Timestamp.parse), !keyID.isEmpty, !secret.isEmpty, !token.isEmpty
    else {
      throw .failed(source: origin, detail: "STS's answer is not the XML that was expected")
    }
    return Credentials(
      accessKeyID: keyID, secretAccessKey: secret, sessionToken: token, expiration: expiration, origin: origin)
  }
}
