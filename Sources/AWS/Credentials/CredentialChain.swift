/// Looks for credentials where the SDKs do, and in their order; the files are read anew each time.
///
/// 1. `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, unless a profile was asked for by name (`AWS_PROFILE` is not asking:
///    the AWS command line and botocore have it so)
/// 2. the profile's role (`role_arn` with `source_profile` or `credential_source`)
/// 3. a web identity: `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`, unless a profile was asked for, else the profile's
/// 4. the profile's single sign-on, its keys in the credentials file, its `credential_process`, its keys in the config file
/// 5. the container's endpoint
/// 6. the EC2 instance's metadata service (version 2)
///
/// What is set but fails ends the search: other credentials than those that were meant are worse than none.
package struct CredentialChain: CredentialProvider {
  private let environment: AWSEnvironment
  private let region: String?

  /// - Parameter region: asked for; for STS. Default: the environment's or the profile's.
  package init(_ environment: AWSEnvironment, region: String? = nil) {
    self.environment = environment
    self.region = region
  }

  package func credentials() async throws(CredentialError) -> Credentials {
    let configuration = try AWSConfiguration(
      environment: environment.variables, home: environment.home, profile: environment.profile, region: region,
      endpointURL: nil)
    let isProfileAskedFor = environment.profile != nil
    var tried: [String] = []

    if !isProfileAskedFor {
      if let found = try EnvironmentCredentials.find(environment) { return found }
      tried.append(EnvironmentCredentials.name)
    }
    let roles = RoleCredentials(environment: environment, configuration: configuration)
    let profiles = ProfileCredentials(environment: environment, configuration: configuration, roles: roles)
    if let profile = configuration.profile, let found = try await profiles.role(of: profile) { return found }
    if !isProfileAskedFor {
      if let found = try await roles.webIdentityOfEnvironment() { return found }
      tried.append("web identity")
    }
    if let profile = configuration.profile, let found = try await profiles.own(of: profile) { return found }
    tried.append("profile '\(configuration.profileName)'")

    if let found = try await ContainerCredentials(environment: environment).find() { return found }
    tried.append(ContainerCredentials.name)
    let instance = InstanceCredentials(environment: environment, configuration: configuration)
    switch try await instance.find() {
    case .found(let found): return found
    case .absent(let why): tried.append("\(InstanceCredentials.name) (\(why))")
    }
    throw .none(tried: tried)
  }

  /// Nothing is kept here; a `CredentialCache` before the chain does that.
  package func discard(_ rejected: Credentials) async {}
}

/// Keys in environment variables.
enum EnvironmentCredentials {
  static let name = "environment"

  /// - Throws: `failed` if only one half of the pair is there.
  static func find(_ environment: AWSEnvironment) throws(CredentialError) -> Credentials? {
    let keyID = environment.value("AWS_ACCESS_KEY_ID")
    let secret = environment.value("AWS_SECRET_ACCESS_KEY")
    guard keyID != nil || secret != nil else { return nil }
    guard let keyID else { throw .failed(source: name, detail: "AWS_ACCESS_KEY_ID is not set") }
    guard let secret else { throw .failed(source: name, detail: "AWS_SECRET_ACCESS_KEY is not set") }
    let expiration = environment.value("AWS_CREDENTIAL_EXPIRATION").flatMap(Timestamp.parse)
    return Credentials(
      accessKeyID: keyID, secretAccessKey: secret,
      sessionToken: environment.value("AWS_SESSION_TOKEN") ?? environment.value("AWS_SECURITY_TOKEN"),
      expiration: expiration, origin: name)
  }
}
