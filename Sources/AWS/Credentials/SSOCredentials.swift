internal import Crypto
internal import FoundationEssentials
internal import HTTPTransport

/// Credentials of a role by single sign-on (IAM Identity Center), with the token that `aws sso login` left in its cache.
struct SSOCredentials {
  let environment: AWSEnvironment
  let configuration: AWSConfiguration

  /// Nil if the profile has no single sign-on.
  func find(_ profile: Profile) async throws(CredentialError) -> Credentials? {
    guard profile["sso_session"] != nil || profile["sso_start_url"] != nil else { return nil }
    let source = "single sign-on of profile '\(profile.name)'"
    func need(_ name: String, _ value: String?) throws(CredentialError) -> String {
      guard let value else { throw .failed(source: source, detail: "\(name) is not set") }
      return value
    }
    let account = try need("sso_account_id", profile["sso_account_id"])
    let role = try need("sso_role_name", profile["sso_role_name"])

    let cacheName: String
    let region: String
    if let session = profile["sso_session"] {
      guard let section = configuration.profiles.section("sso-session", session) else {
        throw .failed(
          source: profile.place("sso_session"), detail: "there is no section [sso-session \(session)]")
      }
      region = try need("sso_region", section.properties["sso_region"]?.value)
      _ = try need("sso_start_url", section.properties["sso_start_url"]?.value)
      cacheName = session
    } else {
      region = try need("sso_region", profile["sso_region"])
      cacheName = try need("sso_start_url", profile["sso_start_url"])
    }
    guard region.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || ($0 > 0x2F && $0 < 0x3A) || ($0 > 0x60 && $0 < 0x7B) })
    else { throw .failed(source: source, detail: "sso_region is written in small letters, digits and '-'") }

    let token = try token(cacheName, profile: profile, source: source)
    let endpoint =
      configuration.endpointURL(for: "sso") ?? AWSConfiguration.ownEndpoint(of: "portal.sso", region: region)
    var request = HTTPRequest(
      .get,
      "\(endpoint)/federation/credentials?\(PercentEncoding.query([("account_id", account), ("role_name", role)]))",
      headers: [HTTPField("x-amz-sso_bearer_token", token)])
    request.timeouts.total = .seconds(20)
    let answer = try await environment.exchange(request, source: source)
    switch answer.status {
    case 200: return try Self.credentials(answer.body, source: source)
    case 401: throw .failed(source: source, detail: "the sign-on is no longer good: \(login(profile))")
    case 403, 404:
      throw .failed(source: source, detail: "it does not give you the role sso_role_name in the account sso_account_id")
    default: throw .failed(source: source, detail: "it answered with status \(answer.status)")
    }
  }

  private func token(_ cacheName: String, profile: Profile, source: String) throws(CredentialError) -> String {
    struct Cached: Decodable {
      let accessToken: String
      let expiresAt: String
    }
    guard let home = environment.home else {
      throw .failed(source: source, detail: "there is no home folder with its cache")
    }
    var name: [UInt8] = []
    Hexadecimal.appendSmall(Insecure.SHA1.hash(data: Array(cacheName.utf8)), to: &name)
    let path = "\(home)/.aws/sso/cache/\(String(decoding: name, as: UTF8.self)).json"
    let content: [UInt8]
    do throws(SmallFile.Failure) {
      content = try SmallFile.read(path)
    } catch .missing {
      throw .failed(source: source, detail: "you are not signed on: \(login(profile))")
    } catch {
      throw .failed(source: path, detail: error.detail)
    }
    guard let cached = try? JSONDecoder().decode(Cached.self, from: Data(content)),
      let expiration = Timestamp.parse(cached.expiresAt), !cached.accessToken.isEmpty,
      cached.accessToken.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
    else {
      throw .failed(source: path, detail: "it is not a sign-on that is understood: \(login(profile))")
    }
    guard expiration > environment.now() else {
      throw .failed(source: source, detail: "the sign-on has expired: \(login(profile))")
    }
    return cached.accessToken
  }

  private func login(_ profile: Profile) -> String { "run 'aws sso login --profile \(profile.name)'" }

  private static func credentials(_ body: [UInt8], source: String) throws(CredentialError) -> Credentials {
    struct Answer: Decodable {
      struct Keys: Decodable {
        let accessKeyId: String
        let secretAccessKey: String
        let sessionToken: String
        /// Milliseconds since 1970.
        let expiration: Double
      }
      let roleCredentials: Keys
    }
    guard let keys = try? JSONDecoder().decode(Answer.self, from: Data(body)).roleCredentials else {
      throw .failed(source: source, detail: "its answer is not the JSON that was expected")
    }
    return Credentials(
      accessKeyID: keys.accessKeyId, secretAccessKey: keys.secretAccessKey, sessionToken: keys.sessionToken,
      expiration: Date(timeIntervalSince1970: keys.expiration / 1000), origin: source)
  }
}
