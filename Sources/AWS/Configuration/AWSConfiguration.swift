/// Where and how to reach AWS's services: from what was asked for, the environment and the profile, in this order.
package struct AWSConfiguration: Sendable {
  /// What was asked for, else `AWS_PROFILE`, `AWS_DEFAULT_PROFILE`, `default`.
  package let profileName: String
  /// Nil: nothing says so.
  package let region: String?
  /// A file of certificates (PEM) to trust in place of the system's: `AWS_CA_BUNDLE`, `ca_bundle`.
  package let caBundle: String?
  /// How often a request is tried at most, 1 or more: `AWS_MAX_ATTEMPTS`, `max_attempts`. Nil: nothing says so.
  package let maxAttempts: Int?
  /// `addressing_style` of the profile's `s3` settings. Default: `auto`.
  package let addressingStyle: S3AddressingStyle

  private let endpoints: [String: String]
  let profiles: Profiles
  /// Nil: there is no `default`, and none was asked for.
  let profile: Profile?

  /// - Parameters:
  ///   - environment: all variables; empty ones count as not set.
  ///   - home: the folder that `.aws` is in.
  ///   - profile: asked for by name: it has to be there.
  ///   - region: asked for; wins over `AWS_REGION`, `AWS_DEFAULT_REGION` and the profile's.
  ///   - endpointURL: asked for; wins over all others, for every service.
  /// - Throws: `noSuchProfile`; `failed`, with file and line or the variable, for a value that cannot be.
  package init(
    environment: [String: String], home: String?, profile: String?, region: String?, endpointURL: String?
  ) throws(CredentialError) {
    let variables = Variables(all: environment)
    let profiles = try Profiles.load(environment: variables, home: home)
    let named = profile ?? variables["AWS_PROFILE"] ?? variables["AWS_DEFAULT_PROFILE"]
    let name = named ?? "default"
    let section = profiles[name]
    guard section != nil || named == nil else { throw .noSuchProfile(name) }

    let settings = Settings(variables: variables, profiles: profiles, profile: section)
    self.profiles = profiles
    self.profile = section
    profileName = name
    self.region = try settings.region(asked: region)
    caBundle = settings.first(["AWS_CA_BUNDLE"], "ca_bundle").map { SmallFile.expand($0.value, home: home) }
    maxAttempts = try settings.maxAttempts()
    addressingStyle = try settings.addressingStyle()
    endpoints = try settings.endpoints(asked: endpointURL)
  }

  /// The endpoint that something sets for a service (`s3`, `sqs`, `sts`, `lambda`, `sso`): what was asked for, else
  /// `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL`, the `services` section of the profile, its `endpoint_url`. Absolute,
  /// `http` or `https`, without a slash at its end. Nil: AWS's own.
  package func endpointURL(for service: String) -> String? { endpoints[service] }

  /// AWS's own endpoint of a service: `https://sts.eu-central-1.amazonaws.com`.
  static func ownEndpoint(of service: String, region: String) -> String {
    "https://\(service).\(region).\(domain(of: region))"
  }

  /// The domain of a region's partition.
  private static func domain(of region: String) -> String {
    let partitions = [
      ("cn-", "amazonaws.com.cn"), ("us-iso-", "c2s.ic.gov"), ("us-isob-", "sc2s.sgov.gov"),
      ("us-isof-", "csp.hci.ic.gov"), ("eu-isoe-", "cloud.adc-e.uk"), ("eusc-", "amazonaws.eu"),
    ]
    return partitions.first { region.hasPrefix($0.0) }?.1 ?? "amazonaws.com"
  }
}

/// How a bucket is named in a URL.
package enum S3AddressingStyle: String, CaseIterable, Hashable, Sendable {
  /// In the host's name at AWS; in the path everywhere else, and for names with dots, which a wildcard certificate does
  /// not cover.
  case auto
  /// `https://host/bucket/key`.
  case path
  /// `https://bucket.host/key`.
  case virtual
}

/// The layers that a configuration is taken from.
private struct Settings {
  /// A value and where it stands, for errors.
  struct Value {
    let value: String
    let place: String
  }

  let variables: Variables
  let profiles: Profiles
  let profile: Profile?

  func first(_ names: [String], _ setting: String) -> Value? {
    for name in names {
      if let value = variables[name] { return Value(value: value, place: name) }
    }
    guard let profile, let value = profile[setting] else { return nil }
    return Value(value: value, place: profile.place(setting))
  }

  func region(asked: String?) throws(CredentialError) -> String? {
    let asked = asked.map { Value(value: $0, place: "the region asked for") }
    guard let found = asked ?? first(["AWS_REGION", "AWS_DEFAULT_REGION"], "region") else { return nil }
    // It becomes part of host names.
    let allowed = found.value.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
      default: false
      }
    }
    guard allowed, (1...63).contains(found.value.utf8.count), !found.value.hasPrefix("-"), !found.value.hasSuffix("-")
    else {
      throw .failed(source: found.place, detail: "a region is written in small letters, digits and '-': eu-central-1")
    }
    return found.value
  }

  func maxAttempts() throws(CredentialError) -> Int? {
    guard let found = first(["AWS_MAX_ATTEMPTS"], "max_attempts") else { return nil }
    guard let count = Int(found.value), count >= 1 else {
      throw .failed(source: found.place, detail: "the number of attempts is a whole number of 1 or more")
    }
    return count
  }

  func addressingStyle() throws(CredentialError) -> S3AddressingStyle {
    guard let profile, let found = profile.property("s3")?.nested["addressing_style"], !found.value.isEmpty else {
      return .auto
    }
    guard let style = S3AddressingStyle(rawValue: found.value.lowercased()) else {
      throw .failed(
        source: "\(profile.configPath), line \(found.line)", detail: "addressing_style is auto, path or virtual")
    }
    return style
  }

  func endpoints(asked: String?) throws(CredentialError) -> [String: String] {
    var endpoints: [String: String] = [:]
    for service in ["s3", "sqs", "sts", "lambda", "sso"] {
      guard let found = try endpoint(of: service, asked: asked) else { continue }
      endpoints[service] = try Self.checked(found)
    }
    return endpoints
  }

  private func endpoint(of service: String, asked: String?) throws(CredentialError) -> Value? {
    if let asked { return Value(value: asked, place: "the endpoint asked for") }
    let isIgnored = first(["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"], "ignore_configured_endpoint_urls")
    if isIgnored?.value.lowercased() == "true" { return nil }
    for name in ["AWS_ENDPOINT_URL_\(service.uppercased())", "AWS_ENDPOINT_URL"] {
      if let value = variables[name] { return Value(value: value, place: name) }
    }
    guard let profile else { return nil }
    if let name = profile["services"] {
      guard let section = profiles.section("services", name) else {
        throw .failed(source: profile.place("services"), detail: "there is no section [services \(name)]")
      }
      if let found = section.properties[service]?.nested["endpoint_url"], !found.value.isEmpty {
        return Value(value: found.value, place: "\(profile.configPath), line \(found.line)")
      }
    }
    return profile["endpoint_url"].map { Value(value: $0, place: profile.place("endpoint_url")) }
  }

  /// The value is not shown: a URL can hold a password.
  private static func checked(_ found: Value) throws(CredentialError) -> String {
    var url = found.value[...]
    while url.last == "/" { url.removeLast() }
    let lowered = url.lowercased()
    let scheme = ["http://", "https://"].first { lowered.hasPrefix($0) }
    guard let scheme, url.utf8.count > scheme.utf8.count, url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      !url.contains("?"), !url.contains("#"), !url.contains("@"),
      !RequestTarget(String(url)).host.isEmpty
    else {
      throw .failed(
        source: found.place, detail: "an endpoint is http:// or https:// with a host, as in http://localhost:9000")
    }
    return String(url)
  }
}

/// Profiles hold secrets: none is told.
extension AWSConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "configuration of profile '\(profileName)'" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["profileName": profileName]) }
}
