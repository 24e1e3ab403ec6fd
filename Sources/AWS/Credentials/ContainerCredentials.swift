internal import HTTPTransport

/// The endpoint that ECS, EKS and other containers offer to their processes.
struct ContainerCredentials {
  static let name = "container"

  let environment: AWSEnvironment

  /// Nil if no container says that it has such an endpoint.
  func find() async throws(CredentialError) -> Credentials? {
    let url: String
    if let relative = environment.value("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
      guard relative.hasPrefix("/"), isPlain(relative) else {
        throw .failed(
          source: Self.name, detail: "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is a path that starts with '/'")
      }
      url = "http://169.254.170.2\(relative)"
    } else if let full = environment.value("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
      guard isPlain(full), Self.isSafe(full) else {
        throw .failed(
          source: Self.name,
          detail:
            "AWS_CONTAINER_CREDENTIALS_FULL_URI is https://, or http:// to this machine or the container's own host")
      }
      url = full
    } else {
      return nil
    }
    var request = HTTPRequest(.get, url, headers: [HTTPField("Accept", "application/json")])
    if let token = try token() { request.headers.append(HTTPField("Authorization", token)) }
    request.timeouts.connect = .seconds(2)
    request.timeouts.total = .seconds(5)
    let answer = try await environment.exchange(request, source: Self.name)
    guard answer.status == 200 else {
      throw .failed(source: Self.name, detail: "its endpoint answered with status \(answer.status)")
    }
    return try CredentialAnswer.decode(answer.body, source: Self.name).credentials(origin: Self.name)
  }

  /// The file's wins: it is the one that is renewed.
  private func token() throws(CredentialError) -> String? {
    let token: String
    if let path = environment.value("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
      do throws(SmallFile.Failure) {
        token = String(decoding: try SmallFile.read(path, limit: 64 << 10), as: UTF8.self)
      } catch {
        throw .failed(source: Self.name, detail: "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: \(error.detail)")
      }
    } else if let value = environment.value("AWS_CONTAINER_AUTHORIZATION_TOKEN") {
      token = value
    } else {
      return nil
    }
    guard !token.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
      throw .failed(source: Self.name, detail: "its authorization token has line breaks or control characters")
    }
    return token
  }

  private func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { (0x21...0x7E).contains($0) } }

  /// Whether a token may go there: anywhere by TLS, else only to this machine, ECS and EKS.
  static func isSafe(_ url: String) -> Bool {
    let lowered = url.lowercased()
    if lowered.hasPrefix("https://") { return !RequestTarget(lowered).host.isEmpty }
    guard lowered.hasPrefix("http://"), !lowered.contains("@"), !lowered.contains("\\") else { return false }
    var host = RequestTarget(lowered).host[...]
    if host.hasPrefix("[") {
      guard let end = host.firstIndex(of: "]") else { return false }
      return ["[::1]", "[fd00:ec2::23]"].contains(host[...end])
    }
    if let colon = host.firstIndex(of: ":") { host = host[..<colon] }
    if ["localhost", "169.254.170.2", "169.254.170.23"].contains(host) { return true }
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
    return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
  }
}
