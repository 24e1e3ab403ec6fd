/// Credentials of a profile of the shared files.
struct ProfileCredentials {
  let environment: AWSEnvironment
  let configuration: AWSConfiguration
  let roles: RoleCredentials

  /// Those of the role that the profile takes on with other credentials; nil if it names none, or one for a web identity.
  func role(of profile: Profile) async throws(CredentialError) -> Credentials? {
    try await role(of: profile, above: [])
  }

  /// Those that the profile has of its own: web identity, single sign-on, keys, process.
  func own(of profile: Profile) async throws(CredentialError) -> Credentials? {
    if let found = try await webIdentity(of: profile) { return found }
    let sso = SSOCredentials(environment: environment, configuration: configuration)
    if let found = try await sso.find(profile) { return found }
    if let found = try keys(in: profile.credentials, of: profile, path: profile.credentialsPath) { return found }
    if let command = profile["credential_process"] {
      return try await CredentialProcess(environment: environment).run(
        command, source: "credential_process of profile '\(profile.name)'")
    }
    return try keys(in: profile.config, of: profile, path: profile.configPath)
  }

  /// - Parameter above: the profiles that led here, this one not included.
  private func role(of profile: Profile, above: [String]) async throws(CredentialError) -> Credentials? {
    guard let arn = profile["role_arn"], profile["web_identity_token_file"] == nil else { return nil }
    let origin = "role of profile '\(profile.name)'"
    guard profile["mfa_serial"] == nil else {
      throw .failed(
        source: profile.place("mfa_serial"),
        detail:
          "the role wants a code of a device (MFA), which is not asked for here: get credentials with another tool"
          + " and put them into the environment, or set credential_process")
    }
    let role = RoleCredentials.Role(
      arn: arn, sessionName: profile["role_session_name"], externalID: profile["external_id"],
      seconds: try seconds(of: profile))
    let source: Credentials
    switch (profile["source_profile"], profile["credential_source"]) {
    case (let name?, nil): source = try await self.source(named: name, of: profile, above: above + [profile.name])
    case (nil, let kind?): source = try await self.source(ofKind: kind, of: profile)
    case (nil, nil):
      throw .failed(
        source: profile.place("role_arn"), detail: "role_arn needs source_profile or credential_source beside it")
    case (_?, _?):
      throw .failed(
        source: profile.place("credential_source"), detail: "source_profile and credential_source exclude each other")
    }
    return try await roles.assume(role, with: source, origin: origin)
  }

  /// The credentials that a role is taken on with. Keys that stand in the source profile win over its own role, so that a
  /// profile with both can be its own source.
  private func source(
    named name: String, of profile: Profile, above: [String]
  ) async throws(CredentialError) -> Credentials {
    let place = profile.place("source_profile")
    guard let source = configuration.profiles[name] else {
      throw .failed(source: place, detail: "there is no profile '\(name)'")
    }
    var ownKeys = try keys(in: source.credentials, of: source, path: source.credentialsPath)
    if ownKeys == nil { ownKeys = try keys(in: source.config, of: source, path: source.configPath) }
    if above.contains(name) {
      guard name == profile.name, let ownKeys else {
        throw .failed(
          source: place, detail: "the profiles lead in a circle: \((above + [name]).joined(separator: " > "))")
      }
      return ownKeys
    }
    if let ownKeys { return ownKeys }
    if let found = try await role(of: source, above: above) { return found }
    if let found = try await own(of: source) { return found }
    throw .failed(source: place, detail: "the profile '\(name)' has no credentials")
  }

  private func source(ofKind kind: String, of profile: Profile) async throws(CredentialError) -> Credentials {
    let place = profile.place("credential_source")
    switch kind.lowercased() {
    case "environment":
      if let found = try EnvironmentCredentials.find(environment) { return found }
      throw .failed(source: place, detail: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
    case "ecscontainer":
      if let found = try await ContainerCredentials(environment: environment).find() { return found }
      throw .failed(source: place, detail: "this is no container with credentials")
    case "ec2instancemetadata":
      let instance = InstanceCredentials(environment: environment, configuration: configuration)
      switch try await instance.find() {
      case .found(let found): return found
      case .absent(let why): throw .failed(source: place, detail: "no credentials of an EC2 instance: \(why)")
      }
    default:
      throw .failed(
        source: place, detail: "credential_source is Environment, Ec2InstanceMetadata or EcsContainer")
    }
  }

  private func webIdentity(of profile: Profile) async throws(CredentialError) -> Credentials? {
    guard let tokenFile = profile["web_identity_token_file"] else { return nil }
    guard let arn = profile["role_arn"] else {
      throw .failed(
        source: profile.place("web_identity_token_file"), detail: "web_identity_token_file needs role_arn beside it")
    }
    let role = RoleCredentials.Role(
      arn: arn, sessionName: profile["role_session_name"], seconds: try seconds(of: profile))
    return try await roles.assume(role, tokenFile: tokenFile, origin: "web identity of profile '\(profile.name)'")
  }

  private func seconds(of profile: Profile) throws(CredentialError) -> Int? {
    guard let text = profile["duration_seconds"] else { return nil }
    guard let seconds = Int(text), (900...43_200).contains(seconds) else {
      throw .failed(source: profile.place("duration_seconds"), detail: "a role's time is 900 to 43200 seconds")
    }
    return seconds
  }

  /// Both halves of a pair come from the same file.
  private func keys(
    in section: ProfileFile.Section?, of profile: Profile, path: String
  ) throws(CredentialError) -> Credentials? {
    func value(_ name: String) -> String? {
      section?.properties[name].flatMap { $0.value.isEmpty ? nil : $0.value }
    }
    let origin = "profile '\(profile.name)' of \(path)"
    switch (value("aws_access_key_id"), value("aws_secret_access_key")) {
    case (nil, nil): return nil
    case (_?, nil): throw .failed(source: origin, detail: "aws_secret_access_key is not set")
    case (nil, _?): throw .failed(source: origin, detail: "aws_access_key_id is not set")
    case (let keyID?, let secret?):
      return Credentials(
        accessKeyID: keyID, secretAccessKey: secret,
        sessionToken: value("aws_session_token") ?? value("aws_security_token"), origin: origin)
    }
  }
}
