import AWS
import Foundation
import HTTPTransport
import ObjectStore
import TestServers
import Testing

/// Two buckets and a queue on a real server, of a test's own: what lands in the source bucket tells the queue of itself.
struct QueueBench: Sendable {
  let workspace: TestWorkspace
  let source: S3Store
  let destination: S3Store
  let queue: SQSQueue
  let deadLetters: SQSQueue
  private let engine: S3Engine

  private static let http = CurlTransport()

  /// - Parameter visibility: seconds a message stays hidden when its worker is gone.
  init(visibility: Int = 30, maximumReceives: Int = 5) async throws {
    workspace = try TestWorkspace()
    engine = try await S3Engine.ministack()
    let (credentials, shared) = (EngineCredentials(engine), ServiceClient.Shared(http: Self.http))
    let endpoint = try #require(S3Endpoint(override: engine.endpoint))
    source = S3Store(
      bucket: S3Engine.bucketName("in"), endpoint: endpoint, region: engine.region, credentials: credentials,
      shared: shared)
    destination = S3Store(
      bucket: S3Engine.bucketName("out"), endpoint: endpoint, region: engine.region, credentials: credentials,
      shared: shared)
    try await source.create()
    try await destination.create()

    let base = engine.endpoint
    let sqs = ServiceClient(
      service: "sqs", region: engine.region, base: { _ in base }, credentials: credentials, shared: shared)
    let dead = try await Self.makeQueue([:], sqs, engine, shared)
    let main = try await Self.makeQueue(
      [
        "VisibilityTimeout": "\(visibility)",
        "RedrivePolicy": #"{"deadLetterTargetArn":"\#(dead.arn)","maxReceiveCount":"\#(maximumReceives)"}"#,
      ], sqs, engine, shared)
    queue = main.queue
    deadLetters = dead.queue

    let notification =
      "<NotificationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><QueueConfiguration>"
      + "<Queue>\(main.arn)</Queue><Event>s3:ObjectCreated:*</Event><Event>s3:ObjectRemoved:*</Event>"
      + "</QueueConfiguration></NotificationConfiguration>"
    let body = Array(notification.utf8)
    let s3 = ServiceClient(
      service: "s3", region: engine.region, base: { _ in base }, credentials: credentials, shared: shared)
    _ = try await s3.exchange(
      ServiceRequest(
        .put, path: "/\(source.bucket)", query: [("notification", "")], body: .bytes(body), payload: .of(body)))
  }

  private static func makeQueue(
    _ attributes: [String: String], _ client: ServiceClient, _ engine: S3Engine, _ shared: ServiceClient.Shared
  ) async throws -> (queue: SQSQueue, arn: String) {
    let body: [String: Any] = ["QueueName": S3Engine.bucketName("queue"), "Attributes": attributes]
    let answer = try await call(client, "CreateQueue", body)
    let text = try #require(answer["QueueUrl"] as? String)
    let queue = SQSQueue(
      try #require(QueueURL(text)), endpoint: engine.endpoint, region: engine.region,
      credentials: EngineCredentials(engine), shared: shared)
    let found = try await call(client, "GetQueueAttributes", ["QueueUrl": queue.url, "AttributeNames": ["QueueArn"]])
    return (queue, try #require((found["Attributes"] as? [String: String])?["QueueArn"]))
  }

  private static func call(_ client: ServiceClient, _ action: String, _ request: [String: Any]) async throws -> [String:
    Any]
  {
    let body = Array(try JSONSerialization.data(withJSONObject: request))
    let answer = try await client.exchange(
      ServiceRequest(
        .post,
        headers: [
          HTTPField("Content-Type", "application/x-amz-json-1.0"), HTTPField("X-Amz-Target", "AmazonSQS.\(action)"),
        ], body: .bytes(body), payload: .of(body)))
    return try #require(try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any])
  }

  func put(_ key: String, _ bytes: [UInt8]) async throws {
    try await source.put(try #require(ObjectKey(key)), bytes)
  }

  /// The program, with its locations, its server and its credentials in the environment.
  var pixelater: Program {
    Program(
      workspace: workspace,
      environment: [
        "PIXELATER_SOURCE": "s3://\(source.bucket)", "PIXELATER_DESTINATION": "s3://\(destination.bucket)",
        "AWS_ENDPOINT_URL": engine.endpoint, "AWS_REGION": engine.region,
        "AWS_ACCESS_KEY_ID": engine.accessKeyID, "AWS_SECRET_ACCESS_KEY": engine.secretAccessKey,
      ])
  }

  /// Of the server.
  var endpoint: String { engine.endpoint }

  /// The URL as a server on another machine would give it: only its path counts.
  var queueURL: String { "http://localhost:4566" + queue.url.dropFirst(engine.endpoint.count) }

  func start(_ arguments: String...) throws -> RunningProgram {
    try pixelater.start(arguments + ["--queue", queueURL], located: false)
  }

  func run(_ arguments: String...) async throws -> Program.Result {
    try await pixelater.run(arguments, located: false)
  }

  func keys(_ store: S3Store, prefix: String = "") async throws -> [String] {
    var keys: [String] = []
    for try await object in store.list(prefix) { keys.append(object.key.string) }
    return keys
  }
}

private struct EngineCredentials: CredentialProvider {
  let engine: S3Engine

  init(_ engine: S3Engine) {
    self.engine = engine
  }

  func credentials() async throws(CredentialError) -> Credentials {
    Credentials(accessKeyID: engine.accessKeyID, secretAccessKey: engine.secretAccessKey, origin: "the tests")
  }

  func discard(_ rejected: Credentials) async {}
}

extension Program.Result {
  /// The log on standard error, where it was asked for as JSON.
  func log() throws -> [[String: Any]] {
    try errors.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
    }
  }
}
