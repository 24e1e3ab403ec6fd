import AWS
import Foundation
import Testing

@Suite("Configuration")
struct AWSConfigurationTests {
  @Test("Without anything there are only defaults")
  func nothing() throws {
    let configuration = try TemporaryHome().configuration()
    #expect(configuration.profileName == "default")
    #expect(configuration.region == nil)
    #expect(configuration.endpointURL(for: "s3") == nil)
    #expect(configuration.caBundle == nil)
    #expect(configuration.maxAttempts == nil)
    #expect(configuration.addressingStyle == .auto)
    #expect(
      try AWSConfiguration(environment: [:], home: nil, profile: nil, region: nil, endpointURL: nil).profileName
        == "default")
  }

  private static let files = """
    [default]
    region = eu-west-1
    [profile x]
    region = eu-central-1
    ca_bundle = ~/ca.pem
    max_attempts = 5
    s3 =
      addressing_style = path
    endpoint_url = http://profile:1
    services = mine
    [services mine]
    s3 =
      endpoint_url = http://section-s3:1/base/
    """

  @Test("Profile: asked for, AWS_PROFILE, AWS_DEFAULT_PROFILE, default")
  func profile() throws {
    let home = try TemporaryHome(config: Self.files, credentials: "[y]\n")
    #expect(try home.configuration().region == "eu-west-1")
    #expect(try home.configuration(["AWS_DEFAULT_PROFILE": "x"]).region == "eu-central-1")
    #expect(try home.configuration(["AWS_DEFAULT_PROFILE": "x", "AWS_PROFILE": "y"]).profileName == "y")
    #expect(try home.configuration(["AWS_PROFILE": "y"], profile: "x").profileName == "x")
    #expect(try home.configuration(["AWS_PROFILE": ""]).profileName == "default")
    #expect(throws: CredentialError.noSuchProfile("z")) { try home.configuration(profile: "z") }
    #expect(throws: CredentialError.noSuchProfile("z")) { try home.configuration(["AWS_PROFILE": "z"]) }
    #expect(throws: CredentialError.noSuchProfile("default")) {
      try TemporaryHome().configuration(profile: "default")
    }
  }

  @Test("Region: asked for, AWS_REGION, AWS_DEFAULT_REGION, the profile's")
  func region() throws {
    let home = try TemporaryHome(config: Self.files)
    let both = ["AWS_REGION": "a-1", "AWS_DEFAULT_REGION": "b-1"]
    #expect(try home.configuration(both, region: "c-1").region == "c-1")
    #expect(try home.configuration(both).region == "a-1")
    #expect(try home.configuration(["AWS_DEFAULT_REGION": "b-1"], profile: "x").region == "b-1")
    #expect(try home.configuration(["AWS_REGION": ""], profile: "x").region == "eu-central-1")
  }

  @Test(
    "A region that cannot be in a host name is refused", arguments: ["a.evil.com/", "EU-1", "a b", "-a", "é", "a@b"])
  func badRegion(region: String) throws {
    let home = try TemporaryHome()
    #expect(throws: CredentialError.self) { try home.configuration(region: region) }
    #expect(throws: CredentialError.self) { try home.configuration(["AWS_REGION": region]) }
  }

  @Test("Endpoint: asked for, of the service, of all, the services section, the profile's")
  func endpoints() throws {
    let home = try TemporaryHome(config: Self.files)
    let variables = ["AWS_ENDPOINT_URL": "http://all:1", "AWS_ENDPOINT_URL_S3": "https://only-s3"]
    let asked = try home.configuration(variables, profile: "x", endpointURL: "http://asked:9000/")
    #expect(asked.endpointURL(for: "s3") == "http://asked:9000")
    #expect(asked.endpointURL(for: "sqs") == "http://asked:9000")
    let environment = try home.configuration(variables, profile: "x")
    #expect(environment.endpointURL(for: "s3") == "https://only-s3")
    #expect(environment.endpointURL(for: "sqs") == "http://all:1")
    let file = try home.configuration(profile: "x")
    #expect(file.endpointURL(for: "s3") == "http://section-s3:1/base")
    #expect(file.endpointURL(for: "lambda") == "http://profile:1")
    let ignoring = variables.merging(["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"]) { $1 }
    #expect(try home.configuration(ignoring, profile: "x").endpointURL(for: "s3") == nil)
    #expect(try home.configuration(ignoring, endpointURL: "http://a").endpointURL(for: "s3") == "http://a")
  }

  @Test(
    "A bad endpoint is refused, and not shown",
    arguments: [
      "SENSITIVE", "ftp://SENSITIVE", "http://", "http:///", "http://u:SENSITIVE@h", "http://h?SENSITIVE", "http://h h",
    ])
  func badEndpoint(url: String) throws {
    let home = try TemporaryHome(config: "[default]\n\nendpoint_url = \(url)\n")
    for work in [
      { try home.configuration(["AWS_ENDPOINT_URL_S3": url]) }, { try home.configuration(endpointURL: url) },
      { try home.configuration() },
    ] {
      let error = #expect(throws: CredentialError.self) { try work() }
      #expect(error?.words.contains("SENSITIVE") == false)
    }
    let error = #expect(throws: CredentialError.self) { try home.configuration() }
    #expect(error?.words.hasPrefix("\(home.path)/.aws/config, line 3: ") == true)
  }

  @Test
  func othersOfTheProfile() throws {
    let home = try TemporaryHome(config: Self.files)
    let configuration = try home.configuration(profile: "x")
    #expect(configuration.caBundle == home.path + "/ca.pem")
    #expect(configuration.maxAttempts == 5)
    #expect(configuration.addressingStyle == .path)
    let environment = try home.configuration(["AWS_CA_BUNDLE": "/ca", "AWS_MAX_ATTEMPTS": "1"], profile: "x")
    #expect(environment.caBundle == "/ca")
    #expect(environment.maxAttempts == 1)
  }

  @Test(
    "Bad values are told with file and line",
    arguments: [
      ("max_attempts = 0", 2), ("max_attempts = many", 2), ("s3 =\n  addressing_style = sideways", 3),
      ("services = none", 2),
      ("region = A_B", 2),
    ])
  func badValues(setting: String, line: Int) throws {
    let home = try TemporaryHome(config: "[default]\n\(setting)\n")
    let error = #expect(throws: CredentialError.self) { try home.configuration() }
    #expect(error?.words.hasPrefix("\(home.path)/.aws/config, line \(line): ") == true)
  }

  @Test("The files may be elsewhere; one that cannot be read is told")
  func otherFiles() throws {
    let home = try TemporaryHome()
    try home.write("c", "[default]\nregion = r-1")
    #expect(try home.configuration(["AWS_CONFIG_FILE": "\(home.path)/c"]).region == "r-1")
    #expect(try home.configuration(["AWS_CONFIG_FILE": "~/c"]).region == "r-1")
    #expect(try home.configuration(["AWS_CONFIG_FILE": "~/none"]).region == nil)
    #expect(throws: CredentialError.self) { try home.configuration(["AWS_CONFIG_FILE": home.path]) }
  }
}
