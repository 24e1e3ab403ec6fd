@testable import AWS
import Foundation
import HTTPTransport
import Testing

@Suite("Credential chain")
struct ChainTests {
  private static let keys = ["AWS_ACCESS_KEY_ID": "ENVKEY", "AWS_SECRET_ACCESS_KEY": "SENSITIVE"]

  private func find(_ environment: AWSEnvironment) async throws(CredentialError) -> Credentials {
    try await CredentialChain(environment).credentials()
  }

  @Test("The environment's keys, with token and end")
  func environment() async throws {
    let home = try TemporaryHome(credentials: "[default]\naws_access_key_id = A\naws_secret_access_key = B\n")
    let found = try await find(
      home.environment(
        Self.keys.merging([
          "AWS_SESSION_TOKEN": "t", "AWS_CREDENTIAL_EXPIRATION": "2025-01-01T01:00:00Z",
        ]) { $1 }))
    #expect(
      found
        == Credentials(
          accessKeyID: "ENVKEY", secretAccessKey: "SENSITIVE", sessionToken: "t",
          expiration: TemporaryHome.now + 3600, origin: "environment"))
  }

  @Test("A profile that is asked for goes before the environment; AWS_PROFILE does not")
  func askedProfile() async throws {
    let home = try TemporaryHome(credentials: "[x]\naws_access_key_id = A\naws_secret_access_key = B\n")
    #expect(try await find(home.environment(Self.keys, profile: "x")).accessKeyID == "A")
    let variables = Self.keys.merging(["AWS_PROFILE": "x"]) { $1 }
    #expect(try await find(home.environment(variables)).accessKeyID == "ENVKEY")
    #expect(try await find(home.environment(["AWS_PROFILE": "x"])).accessKeyID == "A")
    #expect(
      await failure { () async throws(CredentialError) in try await find(home.environment(profile: "y")) }
        == .noSuchProfile("y"))
  }

  @Test("Half a pair is an error, and not the start of a search")
  func half() async throws {
    let home = try TemporaryHome(
      config: "[profile c]\naws_secret_access_key = SENSITIVE\n", credentials: "[default]\naws_access_key_id = A\n")
    for environment in [
      home.environment(["AWS_ACCESS_KEY_ID": "A"]), home.environment(["AWS_SECRET_ACCESS_KEY": "SENSITIVE"]),
      home.environment(), home.environment(profile: "c"),
    ] {
      let error = await failure { () async throws(CredentialError) in try await find(environment) }
      #expect(error?.words.contains("is not set") == true)
      #expect(error?.words.contains("SENSITIVE") == false)
    }
  }

  @Test("Keys of the credentials file, then a process, then keys of the config file")
  func orderInProfile() async throws {
    let config = """
      [default]
      aws_access_key_id = CONFIG
      aws_secret_access_key = S
      aws_session_token = T
      [profile p]
      aws_access_key_id = CONFIG
      aws_secret_access_key = S
      credential_process = echo '{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"S"}'
      """
    let home = try TemporaryHome(config: config)
    #expect(try await find(home.environment()).accessKeyID == "CONFIG")
    #expect(try await find(home.environment()).sessionToken == "T")
    #expect(try await find(home.environment()).origin == "profile 'default' of \(home.path)/.aws/config")
    #expect(try await find(home.environment(profile: "p")).accessKeyID == "PROCESS")
    try home.write(".aws/credentials", "[default]\naws_access_key_id=FILE\naws_secret_access_key=S\n[p]\n")
    #expect(try await find(home.environment()).accessKeyID == "FILE")
    #expect(try await find(home.environment()).sessionToken == nil)
  }

  @Test("Nothing anywhere: what was looked at, in order")
  func nothing() async throws {
    let home = try TemporaryHome()
    #expect(
      await failure { () async throws(CredentialError) in try await find(home.environment()) }
        == CredentialError.none(tried: [
          "environment", "web identity", "profile 'default'", "container",
          "EC2 instance metadata (AWS_EC2_METADATA_DISABLED)",
        ]))
  }

  @Test("Files are read anew each time")
  func changedFile() async throws {
    let home = try TemporaryHome(credentials: "[default]\naws_access_key_id=A\naws_secret_access_key=S\n")
    let chain = CredentialChain(home.environment())
    #expect(try await chain.credentials().accessKeyID == "A")
    try home.write(".aws/credentials", "[default]\naws_access_key_id=B\naws_secret_access_key=S\n")
    #expect(try await chain.credentials().accessKeyID == "B")
  }
}
