import AWS
import Foundation
import HTTPTransport
import ObjectStore
import TestServers
import Testing

/// Two buckets of a test's own, the program's world with them as its locations, and what tests put in them.
struct BucketWorkspace: Sendable {
  let engine: S3Engine
  let workspace: TestWorkspace
  let source: S3Store
  let destination: S3Store

  init(_ engine: S3Engine) async throws {
    self.engine = engine
    workspace = try TestWorkspace()
    source = try Self.bucket(S3Engine.bucketName("photos"), of: engine)
    destination = try Self.bucket(S3Engine.bucketName("renditions"), of: engine)
    try await source.create()
    try await destination.create()
  }

  private static let transport = CurlTransport()

  static func bucket(
    _ name: String, of engine: S3Engine, credentials: Credentials? = nil, options: S3Store.Options = S3Store.Options(),
    http: any HTTPClient = transport
  ) throws -> S3Store {
    S3Store(
      bucket: name, endpoint: try #require(S3Endpoint(override: engine.endpoint)), region: engine.region,
      credentials: KnownCredentials(
        known: credentials
          ?? Credentials(
            accessKeyID: engine.accessKeyID, secretAccessKey: engine.secretAccessKey, origin: "the tests")),
      shared: ServiceClient.Shared(http: http), options: options)
  }

  /// All that tells the program of the server. There is nothing else of AWS in its world.
  var environment: [String: String] {
    [
      "AWS_ACCESS_KEY_ID": engine.accessKeyID, "AWS_SECRET_ACCESS_KEY": engine.secretAccessKey,
      "AWS_REGION": engine.region, "AWS_ENDPOINT_URL": engine.endpoint, "AWS_EC2_METADATA_DISABLED": "true",
      "PIXELATER_SOURCE": "s3://" + source.bucket, "PIXELATER_DESTINATION": "s3://" + destination.bucket,
    ]
  }

  /// Runs a command on the buckets.
  func callAsFunction(_ arguments: String..., with more: [String: String] = [:]) async throws -> Program.Result {
    try await run(arguments, with: more)
  }

  func run(_ arguments: [String], with more: [String: String] = [:]) async throws -> Program.Result {
    try await Program(workspace: workspace, environment: environment.merging(more) { _, new in new })
      .run(arguments, located: false)
  }
}

struct KnownCredentials: CredentialProvider {
  let known: Credentials

  func credentials() async throws(CredentialError) -> Credentials { known }
  func discard(_ rejected: Credentials) async {}
}

extension ObjectStore {
  /// Puts many objects, some at once.
  func fill(_ objects: [(key: ObjectKey, bytes: [UInt8])]) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, object) in objects.enumerated() {
        if index >= 8 { try await group.next() }
        group.addTask { try await self.put(object.key, object.bytes) }
      }
      try await group.waitForAll()
    }
  }

  /// Every object by its key's bytes: two keys may be one text to `String`.
  func contents() async throws -> [ObjectKey: [UInt8]] {
    var keys: [ObjectKey] = []
    for try await object in list("") { keys.append(object.key) }
    return try await withThrowingTaskGroup(of: (ObjectKey, [UInt8]).self) { group in
      var contents: [ObjectKey: [UInt8]] = [:]
      for (index, key) in keys.enumerated() {
        if index >= 8, let (key, bytes) = try await group.next() { contents[key] = bytes }
        group.addTask { (key, try await self.read(key, limit: 1 << 24).bytes) }
      }
      for try await (key, bytes) in group { contents[key] = bytes }
      return contents
    }
  }
}

extension S3Engine {
  static func named(_ name: String) async throws -> S3Engine {
    name == "SeaweedFS" ? try await seaweedfs() : try await ministack()
  }
}
