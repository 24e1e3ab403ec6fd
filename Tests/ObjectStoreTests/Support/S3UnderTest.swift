import AWS
import HTTPTransport
@testable import ObjectStore
import TestServers
import Testing

extension StoreMaker {
  /// Buckets of real servers.
  static let s3: [StoreMaker] =
    S3Engine.isWanted
    ? [
      StoreMaker(testDescription: "S3Store on SeaweedFS", quirks: .seaweedFS) {
        try await bucket(of: try await S3Engine.seaweedfs())
      },
      StoreMaker(testDescription: "S3Store on MiniStack", quirks: .miniStack) {
        try await bucket(of: try await S3Engine.ministack())
      },
    ] : []

  /// Stores that keep what is replaced and removed.
  static let versioned: [StoreMaker] =
    [
      StoreMaker(testDescription: "VersionedMemoryStore") {
        StoreUnderTest(store: VersionedMemoryStore(), keepAlive: nil)
      }
    ]
    + (S3Engine.isWanted
      ? [
        StoreMaker(testDescription: "versions on SeaweedFS", quirks: .seaweedFS) {
          try await versionedBucket(of: try await S3Engine.seaweedfs())
        },
        StoreMaker(testDescription: "versions on MiniStack", quirks: .miniStack) {
          try await versionedBucket(of: try await S3Engine.ministack())
        },
      ] : [])

  private static func versionedBucket(of engine: S3Engine) async throws -> StoreUnderTest {
    let made = try await bucket(of: engine)
    let store = try #require(made.store as? S3Store)
    try await configure(
      store.bucket, "versioning",
      "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status></VersioningConfiguration>",
      of: engine)
    return made
  }

  /// Sets one of the configurations of a bucket, or of an object in it.
  static func configure(_ place: String, _ name: String, _ xml: String, of engine: S3Engine) async throws {
    let body = Array(xml.utf8)
    let url = engine.endpoint
    let client = ServiceClient(
      service: "s3", region: engine.region, base: { _ in url }, credentials: FixedCredentials(engine),
      shared: ServiceClient.Shared(http: transport))
    _ = try await client.exchange(
      ServiceRequest(.put, path: "/" + place, query: [(name, "")], body: .bytes(body), payload: .of(body)))
  }

  static func bucketName(of store: any ObjectStore) -> String { (store as? S3Store)?.bucket ?? "" }

  private static let transport = CurlTransport()

  private static func bucket(of engine: S3Engine) async throws -> StoreUnderTest {
    let endpoint = try #require(S3Endpoint(override: engine.endpoint))
    let store = S3Store(
      bucket: S3Engine.bucketName("contract"), endpoint: endpoint, region: engine.region,
      credentials: FixedCredentials(engine), shared: ServiceClient.Shared(http: transport))
    try await store.create()
    return StoreUnderTest(store: store, keepAlive: nil)
  }
}

extension StoreMaker.Quirks {
  static let seaweedFS = StoreMaker.Quirks(
    cannotHold: { key in
      // Keys are paths there.
      let parts = key.string.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      return parts.contains { part in
        part.isEmpty || part.elementsEqual("..".utf8) || part.elementsEqual(".".utf8) || part.count > 255
          || part.contains(UInt8(ascii: "\\"))
      }
    }, listsByComponent: true, listsByPrefixOnly: true, losesEmptyMetadata: true,
    tellsPrefixOfStart: false)
  static let miniStack = StoreMaker.Quirks(tellsPrefixOfStart: false)
}

/// The key of a test server.
struct FixedCredentials: CredentialProvider {
  let engine: S3Engine

  init(_ engine: S3Engine) {
    self.engine = engine
  }

  func credentials() async throws(CredentialError) -> Credentials {
    Credentials(
      accessKeyID: engine.accessKeyID, secretAccessKey: engine.secretAccessKey, origin: "the tests")
  }

  func discard(_ rejected: Credentials) async {}
}
