package import AWS
internal import HTTPTransport
internal import ObjectStore
package import Pipeline

/// Opens buckets with what the settings, the environment and the profiles say of each end of the pipeline.
///
/// Nothing is asked of a server before a bucket is used. Everything opened here shares its connections, its quota of
/// repetitions and, per profile, its credentials.
package final class Buckets: Sendable {
  private let settings: Settings
  private let environment: [String: String]
  private let parts = Locked(Parts())

  private struct Parts {
    /// By the file of certificates, empty where the system's are trusted.
    var services: [String: ServiceClient.Shared] = [:]
    /// By the profile asked for, empty where none is.
    var credentials: [String: CredentialCache] = [:]
  }

  init(settings: Settings, environment: [String: String]) {
    self.settings = settings
    self.environment = environment
  }

  /// Everything a client of one end needs.
  package struct Access: Sendable {
    package let configuration: AWSConfiguration
    package let endpoint: S3Endpoint
    package let region: String
    package let credentials: CredentialCache
    package let shared: ServiceClient.Shared
    /// Whether something says which region; `us-east-1` is where the asking begins otherwise.
    package let isRegionSet: Bool
  }

  /// - Parameter role: whose settings of its own count before the common ones; nil: the common ones alone.
  package func access(for role: Locations.Role?) throws(LocationsError) -> Access {
    let profile = asked(.profile, role)
    let configuration: AWSConfiguration
    do throws(CredentialError) {
      configuration = try AWSConfiguration(
        environment: environment, home: settings.paths.home, profile: profile, region: asked(.region, role),
        endpointURL: asked(.endpointURL, role))
    } catch {
      throw .access(detail: error.description)
    }
    let url = configuration.endpointURL(for: "s3")
    let addressing = settings[.addressing].flatMap(S3AddressingStyle.init(rawValue:)) ?? configuration.addressingStyle
    guard let endpoint = S3Endpoint(override: url, addressing: addressing) else {
      throw .access(detail: "the endpoint is no http:// or https:// URL with a host")
    }
    let shared = shared(configuration)
    return Access(
      configuration: configuration, endpoint: endpoint, region: configuration.region ?? "us-east-1",
      credentials: credentials(profile, shared), shared: shared, isRegionSet: configuration.region != nil)
  }

  package func bucket(_ name: String, for role: Locations.Role) throws(LocationsError) -> S3Store {
    let access = try access(for: role)
    var options = S3Store.Options()
    options.expectedOwner = settings[role == .source ? .sourceOwner : .destinationOwner]
    return S3Store(
      bucket: name, endpoint: access.endpoint, region: access.region, credentials: access.credentials,
      shared: access.shared, options: options)
  }

  /// The buckets that the common credentials own.
  package func account() throws(LocationsError) -> S3Account {
    let access = try access(for: nil)
    return S3Account(
      endpoint: access.endpoint, region: access.region, credentials: access.credentials, shared: access.shared)
  }

  /// A queue, with what is set for the source: it tells of what lands there.
  ///
  /// - Parameter text: the queue's URL.
  package func queue(_ text: String) throws(LocationsError) -> SQSMessageQueue {
    guard let url = QueueURL(text) else { throw .invalidQueue(text) }
    let access = try access(for: .source)
    return SQSMessageQueue(
      SQSQueue(
        url, endpoint: access.configuration.endpointURL(for: "sqs"), region: access.region,
        credentials: access.credentials, shared: access.shared))
  }

  /// A function, with what is set for the source.
  ///
  /// - Parameter name: its name or ARN.
  package func function(_ name: String) throws(LocationsError) -> FunctionEvents {
    let access = try access(for: .source)
    let function = LambdaFunction(
      name, endpoint: access.configuration.endpointURL(for: "lambda"), region: access.region,
      credentials: access.credentials, shared: access.shared)
    guard let function else { throw .access(detail: "'\(name)' is no name of a function") }
    return FunctionEvents(function)
  }

  /// Dead letters, with what is set for the source.
  ///
  /// - Parameter text: a queue's URL, or `s3://bucket/prefix` of a function's on-failure destination.
  package func letters(_ text: String) throws(LocationsError) -> any DeadLetterBox {
    guard text.hasPrefix("s3://") else {
      let queue = try queue(text)
      return QueueLetters(queue, name: { queue.name })
    }
    var location: Location
    do throws(LocationError) {
      location = try Location(parsing: text, workingDirectory: "/")
    } catch {
      throw .invalidQueue(text)
    }
    guard case .bucket(let name) = location.place else { throw .invalidQueue(text) }
    location.server = try access(for: .source).endpoint.override
    let store = try bucket(name, for: .source)
    return ObjectLetters(OpenLocation(location, store: settings.isReadOnly ? store.readOnly : store))
  }

  /// The dead letters of a queue.
  ///
  /// - Parameter text: the queue's URL.
  package func letters(ofQueue text: String) throws(LocationsError) -> any DeadLetterBox {
    let dead = DeadLetterQueue(of: try queue(text))
    return QueueLetters(dead, name: { await dead.name() })
  }

  /// What the settings name besides the two locations: a queue, a function, and where dead letters lie.
  package func eventServices() throws(LocationsError) -> EventServices {
    var services = EventServices()
    services.removesRenditions = settings.removesRenditions
    if let url = settings[.queue] {
      let queue = try queue(url)
      services.queue = EventServices.Receiver(name: queue.name) { (bodies) async throws(QueueError) in
        try await queue.send(bodies)
      }
      services.queueStatus = { () async throws(QueueError) in try await queue.status() }
      services.letters.append(try letters(ofQueue: url))
    }
    if let name = settings[.function] {
      let function = try function(name)
      services.function = EventServices.Receiver(name: name) { (bodies) async throws(QueueError) in
        try await function.send(bodies)
      }
    }
    if let place = settings[.deadLetters] { services.letters.append(try letters(place)) }
    return services
  }

  /// What is set for this program: AWS's own variables are left to AWS's own rules.
  private func asked(_ key: SettingKey, _ role: Locations.Role?) -> String? {
    if let own = role.flatMap({ settings[key.own(of: $0)] }) { return own }
    guard let found = settings.values[key] else { return nil }
    if case .environment(let name) = found.origin, name.hasPrefix("AWS_") { return nil }
    return found.value
  }

  private func shared(_ configuration: AWSConfiguration) -> ServiceClient.Shared {
    parts.withLock { parts in
      let bundle = configuration.caBundle ?? ""
      if let shared = parts.services[bundle] { return shared }
      var transport = TransportConfiguration()
      transport.caBundle = configuration.caBundle
      var shared = ServiceClient.Shared(http: CurlTransport(configuration: transport))
      if let attempts = configuration.maxAttempts { shared.backoff.maximumAttempts = attempts }
      parts.services[bundle] = shared
      return shared
    }
  }

  private func credentials(_ profile: String?, _ shared: ServiceClient.Shared) -> CredentialCache {
    parts.withLock { parts in
      if let cache = parts.credentials[profile ?? ""] { return cache }
      let cache = CredentialCache(
        CredentialChain(
          AWSEnvironment(
            variables: environment, home: settings.paths.home, profile: profile, http: shared.http)))
      parts.credentials[profile ?? ""] = cache
      return cache
    }
  }
}

extension SettingKey {
  /// The setting of one end that counts before this common one.
  fileprivate func own(of role: Locations.Role) -> SettingKey {
    switch (self, role) {
    case (.profile, .source): .sourceProfile
    case (.profile, .destination): .destinationProfile
    case (.region, .source): .sourceRegion
    case (.region, .destination): .destinationRegion
    case (.endpointURL, .source): .sourceEndpointURL
    case (.endpointURL, .destination): .destinationEndpointURL
    default: self
    }
  }
}
