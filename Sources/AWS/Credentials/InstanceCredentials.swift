internal import HTTPTransport

/// The metadata service of an EC2 instance, version 2: a token first, then the role's name, then its credentials.
struct InstanceCredentials {
  static let name = "EC2 instance metadata"

  enum Finding {
    case found(Credentials)
    /// No instance, or one without a role.
    case absent(String)
  }

  let environment: AWSEnvironment
  let configuration: AWSConfiguration

  func find() async throws(CredentialError) -> Finding {
    if Variables(all: environment.variables).isTrue("AWS_EC2_METADATA_DISABLED") {
      return .absent("AWS_EC2_METADATA_DISABLED")
    }
    let endpoint = try endpoint()
    let token: String
    do throws(CredentialError) {
      let request = request(
        .put, "\(endpoint)/latest/api/token", HTTPField("X-aws-ec2-metadata-token-ttl-seconds", "21600"))
      let answer = try await environment.exchange(request, source: Self.name, attempts: 1)
      guard answer.status == 200 else { return .absent("status \(answer.status)") }
      token = String(decoding: answer.body, as: UTF8.self)
    } catch .failed(_, let detail) {
      // Most machines are no instances: that nobody answers there is no failure.
      return .absent(detail)
    }
    guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .failed(source: Self.name, detail: "its answer is no token")
    }

    let folder = "\(endpoint)/latest/meta-data/iam/security-credentials/"
    let roles = try await get(folder, token: token)
    if roles.status == 404 { return .absent("the instance has no role") }
    try check(roles)
    let role = String(
      decoding: roles.body.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }, as: UTF8.self)
    guard !role.isEmpty else { return .absent("the instance has no role") }

    let answer = try await get(folder + PercentEncoding.query(role), token: token)
    try check(answer)
    let keys = try CredentialAnswer.decode(answer.body, source: Self.name)
    if let code = keys.Code, code != "Success" {
      throw .failed(source: Self.name, detail: "it has no credentials for the instance's role now")
    }
    return .found(try keys.credentials(origin: Self.name))
  }

  private func get(_ url: String, token: String) async throws(CredentialError) -> SourceAnswer {
    try await environment.exchange(
      request(.get, url, HTTPField("X-aws-ec2-metadata-token", token)), source: Self.name)
  }

  private func check(_ answer: SourceAnswer) throws(CredentialError) {
    guard answer.status == 200 else {
      throw .failed(source: Self.name, detail: "it answered with status \(answer.status)")
    }
  }

  private func request(_ method: HTTPMethod, _ url: String, _ header: HTTPField) -> HTTPRequest {
    var request = HTTPRequest(method, url, headers: [header])
    request.timeouts.connect = .seconds(1)
    request.timeouts.stall = .seconds(1)
    request.timeouts.total = .seconds(1)
    return request
  }

  private func endpoint() throws(CredentialError) -> String {
    let profile = configuration.profile
    if let set = environment.value("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? profile?["ec2_metadata_service_endpoint"] {
      let lowered = set.lowercased()
      guard lowered.hasPrefix("http://") || lowered.hasPrefix("https://"), !RequestTarget(set).host.isEmpty,
        set.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
      else {
        throw .failed(source: Self.name, detail: "AWS_EC2_METADATA_SERVICE_ENDPOINT is http:// with a host")
      }
      var endpoint = set[...]
      while endpoint.last == "/" { endpoint.removeLast() }
      return String(endpoint)
    }
    let mode =
      environment.value("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE") ?? profile?["ec2_metadata_service_endpoint_mode"]
    return mode?.lowercased() == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254"
  }
}
