@testable import AWS
import Foundation
import HTTPTransport
import Testing

@Suite("Container, instance and single sign-on")
struct EndpointSourceTests {
  private static let json = """
    {"Code":"Success","Type":"x","AccessKeyId":"K","SecretAccessKey":"SENSITIVE","Token":"T","Expiration":"2025-01-01T06:00:00Z"}
    """

  private func find(_ environment: AWSEnvironment) async throws(CredentialError) -> Credentials {
    try await CredentialChain(environment).credentials()
  }

  @Test("ECS: a path of the container's own host")
  func relative() async throws {
    let http = ScriptedHTTP { (_) throws(HTTPError) in (200, Self.json) }
    let home = try TemporaryHome()
    let found = try await find(home.environment(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x?y"], http: http))
    #expect(
      found
        == Credentials(
          accessKeyID: "K", secretAccessKey: "SENSITIVE", sessionToken: "T", expiration: TemporaryHome.now + 21_600,
          origin: "container"))
    #expect(http.requests.map(\.url) == ["http://169.254.170.2/v2/x?y"])
    #expect(http.requests.first?.header("Authorization") == nil)
  }

  @Test("EKS: a full URL, with the token of a file that wins over the variable's and is read anew")
  func full() async throws {
    let http = ScriptedHTTP { (_) throws(HTTPError) in (200, Self.json) }
    let home = try TemporaryHome()
    var variables = [
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "v",
    ]
    _ = try await find(home.environment(variables, http: http))
    variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = try home.write("t", "one")
    _ = try await find(home.environment(variables, http: http))
    try home.write("t", "two")
    _ = try await find(home.environment(variables, http: http))
    #expect(http.requests.map { $0.header("Authorization") } == ["v", "one", "two"])
    try home.write("t", "SENSITIVE\r\nX: y")
    let error = await failure { () async throws(CredentialError) in
      try await find(home.environment(variables, http: http))
    }
    #expect(error?.words.contains("line breaks") == true)
    #expect(error?.words.contains("SENSITIVE") == false)
    #expect(http.requests.count == 3)
  }

  @Test(
    "Where a token may go",
    arguments: [
      ("https://anywhere/x", true), ("http://localhost:1/x", true), ("http://127.0.0.1", true),
      ("http://127.9.8.7:80/", true),
      ("http://[::1]:80/", true), ("http://[fd00:ec2::23]/", true), ("http://169.254.170.2/", true),
      ("http://10.0.0.1/", false), ("http://localhost.evil/", false), ("http://127.0.0.1.evil/", false),
      ("http://evil/?http://localhost", false), ("http://localhost@evil/", false), ("ftp://localhost/", false),
      ("https://", false),
      ("http://169.254.169.254/", false), ("http://[::2]/", false), ("", false), ("http://evil\\@localhost/", false),
      ("http://127.1/", false),
    ])
  func safeHosts(url: String, isSafe: Bool) {
    #expect(ContainerCredentials.isSafe(url) == isSafe)
  }

  @Test("What a container sets but does not give is an error")
  func containerFails() async throws {
    let home = try TemporaryHome()
    let variables = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"]
    for (status, body, words) in [
      (404, "SENSITIVE", "status 404"), (200, "SENSITIVE", "not the JSON"), (200, "{}", "no AccessKeyId"),
      (200, #"{"AccessKeyId":"A","SecretAccessKey":"SENSITIVE","Expiration":"soon"}"#, "not a date"),
    ] {
      let http = ScriptedHTTP { (_) throws(HTTPError) in (status, body) }
      let error = await failure { () async throws(CredentialError) in
        try await find(home.environment(variables, http: http))
      }
      #expect(error?.words.contains(words) == true)
      #expect(error?.words.contains("SENSITIVE") == false)
    }
    for bad in [
      ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "@evil/"], ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://evil/"],
    ] {
      let http = ScriptedHTTP { (_) throws(HTTPError) in (200, Self.json) }
      #expect(
        await failure { () async throws(CredentialError) in try await find(home.environment(bad, http: http)) } != nil)
      #expect(http.requests.isEmpty)
    }
  }

  @Test("EC2: a token, the role's name, its credentials, each with a second's limit")
  func instance() async throws {
    let http = ScriptedHTTP { (request) throws(HTTPError) in
      switch (request.method, request.url) {
      case (.put, "http://l:1/latest/api/token"):
        request.header("X-aws-ec2-metadata-token-ttl-seconds") == "21600" ? (200, "TOKEN==") : (400, "")
      case (.get, "http://l:1/latest/meta-data/iam/security-credentials/"):
        request.header("X-aws-ec2-metadata-token") == "TOKEN==" ? (200, "my role\nother") : (401, "")
      case (.get, "http://l:1/latest/meta-data/iam/security-credentials/my%20role"):
        request.header("X-aws-ec2-metadata-token") == "TOKEN==" ? (200, Self.json) : (401, "")
      default: (500, "")
      }
    }
    let home = try TemporaryHome()
    let variables = ["AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://l:1/"]
    let found = try await find(home.environment(variables, http: http))
    #expect(found.accessKeyID == "K")
    #expect(found.origin == "EC2 instance metadata")
    #expect(http.requests.count == 3)
    #expect(http.requests.allSatisfy { $0.timeouts.total == .seconds(1) && $0.timeouts.connect == .seconds(1) })
  }

  @Test("A machine that is no instance is asked once, and that is no failure")
  func noInstance() async throws {
    let home = try TemporaryHome()
    let http = ScriptedHTTP.silent
    let error = await failure { () async throws(CredentialError) in
      try await find(home.environment(["AWS_EC2_METADATA_DISABLED": "false"], http: http))
    }
    guard case CredentialError.none(let tried)? = error else {
      Issue.record("not none: \(error?.words ?? "no error")")
      return
    }
    #expect(tried.last == "EC2 instance metadata (nobody answers there)")
    #expect(http.requests.map(\.url) == ["http://169.254.169.254/latest/api/token"])
    let six = ScriptedHTTP.silent
    _ = await failure { () async throws(CredentialError) in
      try await find(
        home.environment(
          ["AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"], http: six))
    }
    #expect(six.requests.map(\.url) == ["http://[fd00:ec2::254]/latest/api/token"])
  }

  @Test("Disabled, the instance's service is not asked")
  func disabled() async throws {
    let http = ScriptedHTTP.silent
    let environment = try TemporaryHome().environment(http: http)
    _ = await failure { () async throws(CredentialError) in try await find(environment) }
    #expect(http.requests.isEmpty)
  }

  @Test("An instance without a role has none; a token with line breaks is not sent on")
  func instanceWithoutRole() async throws {
    let home = try TemporaryHome()
    let noRole = ScriptedHTTP { (request) throws(HTTPError) in request.method == .put ? (200, "T") : (404, "") }
    let error = await failure { () async throws(CredentialError) in
      try await find(home.environment(["AWS_EC2_METADATA_DISABLED": ""], http: noRole))
    }
    #expect(error?.words.hasSuffix("EC2 instance metadata (the instance has no role)") == true)
    let strange = ScriptedHTTP { (_) throws(HTTPError) in (200, "T\r\nX: y") }
    #expect(
      await failure { () async throws(CredentialError) in
        try await find(home.environment(["AWS_EC2_METADATA_DISABLED": ""], http: strange))
      } == .failed(source: "EC2 instance metadata", detail: "its answer is no token"))
    #expect(strange.requests.count == 1)
  }

  private static let sso = """
    [profile legacy]
    sso_start_url = https://my.awsapps.com/start
    sso_region = eu-central-1
    sso_account_id = 123456789012
    sso_role_name = Read Only
    [profile session]
    sso_session = my
    sso_account_id = 123456789012
    sso_role_name = Admin
    [sso-session my]
    sso_region = us-west-2
    sso_start_url = https://my.awsapps.com/start
    [profile half]
    sso_session = my
    [profile lost]
    sso_session = lost
    sso_account_id = 1
    sso_role_name = A
    """
  /// The cache's names are the SHA-1 of `https://my.awsapps.com/start` and of `my`.

  private static let ssoAnswer = """
    {"roleCredentials":{"accessKeyId":"SSO","secretAccessKey":"SENSITIVE","sessionToken":"T","expiration":1735693200000}}
    """

  @Test(
    "Single sign-on, as it was and by sessions",
    arguments: [
      (
        "legacy", "40840c65697c043e2a71754cccb2ab4de3acc1c1", "https://portal.sso.eu-central-1.amazonaws.com",
        "Read%20Only"
      ),
      ("session", "3ece1471f44f63177cbc35ba0b904e0c096b6783", "https://portal.sso.us-west-2.amazonaws.com", "Admin"),
    ])
  func signOn(profile: String, cache: String, endpoint: String, role: String) async throws {
    let home = try TemporaryHome(config: Self.sso)
    let http = ScriptedHTTP { (_) throws(HTTPError) in (200, Self.ssoAnswer) }
    let environment = home.environment(profile: profile, http: http)
    let login = "run 'aws sso login --profile \(profile)'"
    let missing = await failure { () async throws(CredentialError) in try await find(environment) }
    #expect(missing?.words == "single sign-on of profile '\(profile)': you are not signed on: \(login)")

    let file = ".aws/sso/cache/\(cache).json"
    try home.write(file, #"{"accessToken":"SENSITIVE","expiresAt":"2024-12-31T23:59:59Z"}"#)
    let expired = await failure { () async throws(CredentialError) in try await find(environment) }
    #expect(expired?.words == "single sign-on of profile '\(profile)': the sign-on has expired: \(login)")

    try home.write(file, #"{"accessToken":7,"expiresAt":"SENSITIVE"}"#)
    let strange = await failure { () async throws(CredentialError) in try await find(environment) }
    #expect(strange?.words.contains("not a sign-on that is understood") == true)
    #expect(strange?.words.contains("SENSITIVE") == false)
    #expect(http.requests.isEmpty)

    try home.write(file, #"{"accessToken":"bearer","expiresAt":"2025-01-01T00:00:01UTC","region":"x"}"#)
    let found = try await find(environment)
    #expect(found.accessKeyID == "SSO")
    #expect(found.expiration == TemporaryHome.now + 3600)
    #expect(
      http.requests.map(\.url) == [
        "\(endpoint)/federation/credentials?account_id=123456789012&role_name=\(role)"
      ])
    #expect(http.requests.first?.header("x-amz-sso_bearer_token") == "bearer")
  }

  @Test("A sign-on that the server no longer takes")
  func signedOff() async throws {
    let home = try TemporaryHome(config: Self.sso)
    try home.write(
      ".aws/sso/cache/3ece1471f44f63177cbc35ba0b904e0c096b6783.json",
      #"{"accessToken":"SENSITIVE","expiresAt":"2025-02-01T00:00:00Z"}"#)
    for (status, words) in [(401, "run 'aws sso login"), (403, "does not give you the role"), (400, "status 400")] {
      let http = ScriptedHTTP { (_) throws(HTTPError) in (status, "SENSITIVE") }
      let error = await failure { () async throws(CredentialError) in
        try await find(home.environment(profile: "session", http: http))
      }
      #expect(error?.words.contains(words) == true)
      #expect(error?.words.contains("SENSITIVE") == false)
    }
    for (profile, words) in [("half", "sso_account_id is not set"), ("lost", "no section [sso-session lost]")] {
      let error = await failure { () async throws(CredentialError) in try await find(home.environment(profile: profile))
      }
      #expect(error?.words.contains(words) == true)
    }
  }
}
