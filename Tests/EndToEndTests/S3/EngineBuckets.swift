import AWS
import Foundation
import HTTPTransport
import ObjectStore
import TestServers
import Testing

/// What tests do with a real server beside the program: with our own client.
struct EngineBuckets: Sendable {
  let engine: S3Engine
  private let shared: ServiceClient.Shared
  private let endpoint: S3Endpoint

  init(_ engine: S3Engine) throws {
    self.engine = engine
    shared = ServiceClient.Shared(http: Self.transport)
    endpoint = try #require(S3Endpoint(override: engine.endpoint))
  }

  private static let transport = CurlTransport()

  /// What a program needs to know to reach the server.
  var environment: [String: String] {
    [
      "AWS_ACCESS_KEY_ID": engine.accessKeyID, "AWS_SECRET_ACCESS_KEY": engine.secretAccessKey,
      "AWS_REGION": engine.region, "AWS_ENDPOINT_URL": engine.endpoint,
    ]
  }

  /// Makes a bucket.
  func make(_ purpose: String) async throws -> S3Store {
    let store = S3Store(
      bucket: S3Engine.bucketName(purpose), endpoint: endpoint, region: engine.region,
      credentials: Keys(engine: engine),
      shared: shared)
    try await store.create()
    return store
  }

  /// Every key in a bucket.
  func keys(_ store: S3Store) async throws -> [String] {
    let pages = store.list(ListRequest())
    var keys: [String] = []
    for try await page in pages { keys += page.objects.map(\.key.string) }
    return keys
  }

  /// Sets one of a bucket's configurations.
  func set(_ name: String, of bucket: S3Store, _ xml: String) async throws {
    var request = ServiceRequest(.put, path: "/" + bucket.bucket, query: [(name, "")])
    request.body = .bytes(Array(xml.utf8))
    request.payload = .of(Array(xml.utf8))
    _ = try await client("s3").exchange(request)
  }

  /// Makes a queue.
  ///
  /// - Returns: its ARN.
  func makeQueue() async throws -> String {
    let name = S3Engine.bucketName("queue")
    let form = Array("Action=CreateQueue&Version=2012-11-05&QueueName=\(name)".utf8)
    let request = ServiceRequest(
      .post, headers: [HTTPField("Content-Type", "application/x-www-form-urlencoded")], body: .bytes(form),
      payload: .of(form))
    let answer = try await client("sqs").exchange(request)
    let text = String(decoding: answer.body, as: UTF8.self)
    // http://host/000000000000/name
    let account = try #require(text.firstMatch(of: /\/([0-9]{12})\//)).1
    return "arn:aws:sqs:\(engine.region):\(account):\(name)"
  }

  /// Makes a user of IAM who may do what a policy says.
  ///
  /// - Returns: the variables by which a program is that user.
  func makeUser(allowing statements: [(actions: [String], resource: String)]) async throws -> [String: String] {
    let name = S3Engine.bucketName("user")
    let parts = statements.map { statement in
      let actions = statement.actions.map { "\"\($0)\"" }.joined(separator: ",")
      return "{\"Effect\":\"Allow\",\"Action\":[\(actions)],\"Resource\":\"\(statement.resource)\"}"
    }
    let policy = "{\"Version\":\"2012-10-17\",\"Statement\":[\(parts.joined(separator: ","))]}"
    _ = try await identity("CreateUser", [("UserName", name)])
    _ = try await identity(
      "PutUserPolicy", [("UserName", name), ("PolicyName", "tests"), ("PolicyDocument", policy)])
    let answer = try await identity("CreateAccessKey", [("UserName", name)])
    var environment = environment
    environment["AWS_ACCESS_KEY_ID"] = String(
      try #require(answer.firstMatch(of: /<AccessKeyId>([^<]+)</)).1)
    environment["AWS_SECRET_ACCESS_KEY"] = String(
      try #require(answer.firstMatch(of: /<SecretAccessKey>([^<]+)</)).1)
    return environment
  }

  private func identity(_ action: String, _ fields: [(name: String, value: String)]) async throws -> String {
    let form = ([("Action", action), ("Version", "2010-05-08")] + fields).map { name, value in
      name + "=" + (value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
    }.joined(separator: "&")
    let request = ServiceRequest(
      .post, headers: [HTTPField("Content-Type", "application/x-www-form-urlencoded")], body: .bytes(Array(form.utf8)),
      payload: .of(Array(form.utf8)))
    return String(decoding: try await client("iam").exchange(request).body, as: UTF8.self)
  }

  private func client(_ service: String) -> ServiceClient {
    let url = engine.endpoint
    return ServiceClient(
      service: service, region: engine.region, base: { _ in url }, credentials: Keys(engine: engine), shared: shared)
  }

  private struct Keys: CredentialProvider {
    let engine: S3Engine

    func credentials() async throws(CredentialError) -> Credentials {
      Credentials(accessKeyID: engine.accessKeyID, secretAccessKey: engine.secretAccessKey, origin: "the tests")
    }

    func discard(_ rejected: Credentials) async {}
  }
}
