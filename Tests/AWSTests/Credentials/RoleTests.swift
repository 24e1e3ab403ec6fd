@testable import AWS
import Foundation
import HTTPTransport
import Testing

@Suite("Roles")
struct RoleTests {
  /// As STS answers, for a role whose ARN ends with its name.
  static func answer(_ request: HTTPRequest) -> String {
    let action = request.text.contains("Action=AssumeRoleWithWebIdentity") ? "AssumeRoleWithWebIdentity" : "AssumeRole"
    let name = request.text.split(separator: "&").first { $0.hasPrefix("RoleArn=") }.map { $0.suffix(1) } ?? "?"
    return """
      <?xml version="1.0"?>
      <\(action)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><\(action)Result>
      <AssumedRoleUser><AssumedRoleId>A:B</AssumedRoleId><Arn>arn</Arn></AssumedRoleUser>
      <Credentials><AccessKeyId>ROLE\(name)</AccessKeyId><SecretAccessKey>a&amp;b</SecretAccessKey>
      <SessionToken>token</SessionToken><Expiration>2025-01-01T01:00:00Z</Expiration></Credentials>
      </\(action)Result></\(action)Response>
      """
  }

  private static let sts = { @Sendable (request: HTTPRequest) throws(HTTPError) -> (status: Int, body: String) in
    (200, answer(request))
  }

  private static let config = """
    [profile base]
    aws_access_key_id = BASE
    aws_secret_access_key = SENSITIVE
    [profile a]
    role_arn = arn:aws:iam::1:role/a
    source_profile = base
    external_id = x/1 2
    role_session_name = me
    duration_seconds = 1800
    region = eu-central-1
    [profile b]
    role_arn = arn:aws:iam::1:role/b
    source_profile = a
    region = cn-north-1
    [profile self]
    role_arn = arn:aws:iam::1:role/s
    source_profile = self
    aws_access_key_id = SELF
    aws_secret_access_key = SENSITIVE
    [profile env]
    role_arn = arn:aws:iam::1:role/e
    credential_source = Environment
    [profile loop1]
    role_arn = arn
    source_profile = loop2
    [profile loop2]
    role_arn = arn
    source_profile = loop1
    [profile loop3]
    role_arn = arn
    source_profile = loop3
    [profile both]
    role_arn = arn
    source_profile = base
    credential_source = Environment
    [profile neither]
    role_arn = arn
    [profile missing]
    role_arn = arn
    source_profile = nowhere
    [profile empty]
    region = r
    [profile source-empty]
    role_arn = arn
    source_profile = empty
    [profile kind]
    role_arn = arn
    credential_source = Elsewhere
    [profile mfa]
    role_arn = arn
    source_profile = base
    mfa_serial = arn:aws:iam::1:mfa/me
    [profile short]
    role_arn = arn
    source_profile = base
    duration_seconds = 899
    [profile ec2]
    role_arn = arn
    credential_source = Ec2InstanceMetadata
    [profile ecs]
    role_arn = arn
    credential_source = EcsContainer
    """

  private func find(
    _ profile: String, _ variables: [String: String] = [:], http: ScriptedHTTP
  ) async throws -> Credentials {
    let home = try TemporaryHome(config: Self.config)
    return try await CredentialChain(home.environment(variables, profile: profile, http: http)).credentials()
  }

  @Test("A role is taken on with the source profile's keys")
  func role() async throws {
    let http = ScriptedHTTP(Self.sts)
    let found = try await find("a", http: http)
    #expect(
      found
        == Credentials(
          accessKeyID: "ROLEa", secretAccessKey: "a&b", sessionToken: "token", expiration: TemporaryHome.now + 3600,
          origin: "role of profile 'a'"))
    let request = try #require(http.requests.first)
    #expect(http.requests.count == 1)
    #expect(request.method == .post)
    #expect(request.url == "https://sts.eu-central-1.amazonaws.com/")
    #expect(
      request.text
        == "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa&RoleSessionName=me"
        + "&DurationSeconds=1800&ExternalId=x%2F1%202")
    #expect(request.header("Authorization")?.contains("Credential=BASE/20250101/eu-central-1/sts/aws4_request") == true)
    #expect(request.header("X-Amz-Security-Token") == nil)
    // The signature is that of the body which is sent.
    var plain = request
    plain.headers = plain.headers.filter { ["Content-Type", "Accept"].contains($0.name) }
    let again = Signer(service: "sts", region: "eu-central-1").sign(
      plain, payload: .of(Array(request.text.utf8)),
      credentials: Credentials(accessKeyID: "BASE", secretAccessKey: "SENSITIVE", origin: ""), date: TemporaryHome.now)
    #expect(again.header("Authorization") == request.header("Authorization"))
  }

  @Test("A role on a role: the second is taken on with the first")
  func chained() async throws {
    let http = ScriptedHTTP(Self.sts)
    #expect(try await find("b", http: http).accessKeyID == "ROLEb")
    #expect(http.requests.count == 2)
    #expect(http.requests[1].url == "https://sts.cn-north-1.amazonaws.com.cn/")
    #expect(http.requests[1].header("Authorization")?.contains("Credential=ROLEa/") == true)
    #expect(http.requests[1].header("X-Amz-Security-Token") == "token")
  }

  @Test("A profile with keys may be its own source")
  func ownSource() async throws {
    let http = ScriptedHTTP(Self.sts)
    #expect(try await find("self", http: http).accessKeyID == "ROLEs")
    #expect(http.requests.first?.header("Authorization")?.contains("Credential=SELF/") == true)
    #expect(http.requests.first?.url == "https://sts.amazonaws.com/")
  }

  @Test
  func environmentAsSource() async throws {
    let http = ScriptedHTTP(Self.sts)
    let keys = [
      "AWS_ACCESS_KEY_ID": "ENVKEY", "AWS_SECRET_ACCESS_KEY": "SENSITIVE", "AWS_ENDPOINT_URL_STS": "http://l:1",
    ]
    #expect(try await find("env", keys, http: http).accessKeyID == "ROLEe")
    #expect(http.requests.first?.url == "http://l:1/")
    #expect(http.requests.first?.header("Authorization")?.contains("Credential=ENVKEY/") == true)
    #expect(http.requests.first?.text.contains("RoleSessionName=pixelater-1735689600") == true)
  }

  @Test(
    "What cannot be is told, and nobody is asked",
    arguments: [
      ("loop1", "the profiles lead in a circle: loop1 > loop2 > loop1"), ("loop3", "in a circle: loop3 > loop3"),
      ("both", "exclude each other"), ("neither", "needs source_profile or credential_source"),
      ("missing", "there is no profile 'nowhere'"), ("source-empty", "'empty' has no credentials"),
      ("kind", "credential_source is Environment,"), ("mfa", "MFA"), ("short", "900 to 43200"), ("env", "are not set"),
      ("ec2", "AWS_EC2_METADATA_DISABLED"), ("ecs", "no container"),
    ])
  func impossible(profile: String, words: String) async throws {
    let http = ScriptedHTTP(Self.sts)
    let home = try TemporaryHome(config: Self.config)
    let error = await failure { () async throws(CredentialError) in
      try await CredentialChain(home.environment(profile: profile, http: http)).credentials()
    }
    #expect(error?.words.contains(words) == true, "\(error?.words ?? "no error")")
    #expect(error?.words.contains("SENSITIVE") == false)
    #expect(http.requests.isEmpty)
  }

  @Test("STS's refusal is told with its code; its troubles are tried again")
  func refused() async throws {
    let refusal = """
      <ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User x may not &lt;do&gt; it</Message></Error>
      </ErrorResponse>
      """
    let denied = ScriptedHTTP { (_) throws(HTTPError) in (403, refusal) }
    let home = try TemporaryHome(config: Self.config)
    let error = await failure { () async throws(CredentialError) in
      try await CredentialChain(home.environment(profile: "a", http: denied)).credentials()
    }
    #expect(
      error
        == .failed(
          source: "role of profile 'a'", detail: "STS refused with status 403 (AccessDenied): User x may not <do> it"))
    #expect(denied.requests.count == 1)
    let broken = ScriptedHTTP { (_) throws(HTTPError) in (503, "SENSITIVE") }
    let trouble = await failure { () async throws(CredentialError) in
      try await CredentialChain(home.environment(profile: "a", http: broken)).credentials()
    }
    #expect(broken.requests.count == 3)
    #expect(trouble?.words == "role of profile 'a': STS refused with status 503")
    let unreachable = ScriptedHTTP.silent
    let silence = await failure { () async throws(CredentialError) in
      try await CredentialChain(home.environment(profile: "a", http: unreachable)).credentials()
    }
    #expect(unreachable.requests.count == 3)
    #expect(silence?.words == "role of profile 'a': nobody answers there")
  }

  @Test(
    "Answers that are not STS's are refused",
    arguments: [
      "", "SENSITIVE", "<a><SENSITIVE></a>", "<Credentials><AccessKeyId>A</AccessKeyId></Credentials>",
      "<!DOCTYPE x [<!ENTITY e 'SENSITIVE'>]><Credentials><AccessKeyId>&e;</AccessKeyId><SecretAccessKey>S</SecretAccessKey>"
        + "<SessionToken>T</SessionToken><Expiration>2025-01-01T01:00:00Z</Expiration></Credentials>",
      String(repeating: "<a>", count: 40) + String(repeating: "</a>", count: 40),
    ])
  func strangeAnswers(body: String) async throws {
    let home = try TemporaryHome(config: Self.config)
    let http = ScriptedHTTP { (_) throws(HTTPError) in (200, body) }
    let error = await failure { () async throws(CredentialError) in
      try await CredentialChain(home.environment(profile: "a", http: http)).credentials()
    }
    #expect(error?.words == "role of profile 'a': STS's answer is not the XML that was expected")
  }

  @Test("A web identity of the environment: unsigned, with the file's token; not if a profile is asked for")
  func webIdentity() async throws {
    let http = ScriptedHTTP(Self.sts)
    let home = try TemporaryHome(config: Self.config)
    let file = try home.write("token", "SENSITIVE.token/+\n")
    let variables = [
      "AWS_WEB_IDENTITY_TOKEN_FILE": file, "AWS_ROLE_ARN": "arn:w", "AWS_ROLE_SESSION_NAME": "s",
      "AWS_REGION": "eu-west-1",
    ]
    let found = try await CredentialChain(home.environment(variables, http: http)).credentials()
    #expect(found.accessKeyID == "ROLEw")
    #expect(found.origin == "web identity")
    let request = try #require(http.requests.first)
    #expect(request.url == "https://sts.eu-west-1.amazonaws.com/")
    #expect(
      request.text == "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aw&RoleSessionName=s"
        + "&WebIdentityToken=SENSITIVE.token%2F%2B")
    #expect(request.header("Authorization") == nil)
    let asked = try await CredentialChain(home.environment(variables, profile: "base", http: http)).credentials()
    #expect(asked.accessKeyID == "BASE")
  }

  @Test
  func webIdentityOfProfile() async throws {
    let http = ScriptedHTTP(Self.sts)
    let home = try TemporaryHome(
      config:
        "[profile w]\nrole_arn = arn:v\nweb_identity_token_file = ~/token\n[profile r]\nrole_arn=arn:r\nsource_profile=w\n"
        + "[profile no-role]\nweb_identity_token_file = ~/token\n")
    let missing = await failure { () async throws(CredentialError) in
      try await CredentialChain(home.environment(profile: "w", http: http)).credentials()
    }
    #expect(missing?.words == "web identity of profile 'w': the token file ~/token: it is not there")
    try home.write("token", "t")
    #expect(
      try await CredentialChain(home.environment(profile: "w", http: http)).credentials().accessKeyID == "ROLEv")
    // And as the source of a role.
    #expect(
      try await CredentialChain(home.environment(profile: "r", http: http)).credentials().accessKeyID == "ROLEr")
    let noRole = await failure { () async throws(CredentialError) in
      try await CredentialChain(home.environment(profile: "no-role", http: http)).credentials()
    }
    #expect(noRole?.words.contains("needs role_arn") == true)
  }
}
