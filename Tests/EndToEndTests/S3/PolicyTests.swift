import AWS
import Foundation
import HTTPTransport
import ObjectStore
import TestServers
import Testing

/// With the policy that the README shows, word for word, on a server that enforces policies.
@Suite("What the program has to be allowed", .enabled(if: S3Engine.isWanted), .timeLimit(.minutes(10)))
struct PolicyTests {
  /// The README's policy for these buckets.
  private static func policy(_ buckets: BucketWorkspace) throws -> [String: Any] {
    let readme = try String(contentsOfFile: ReadmeTests.path, encoding: .utf8)
    let first = try #require(readme.range(of: "<!-- policy: begin -->\n```json\n"))
    let last = try #require(readme.range(of: "```\n<!-- policy: end -->"))
    let text = readme[first.upperBound..<last.lowerBound].replacing("my-photos", with: buckets.source.bucket)
      .replacing("my-renditions", with: buckets.destination.bucket)
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  /// Without some of one statement's actions.
  private static func without(_ actions: Set<String>, in statement: String, _ policy: [String: Any]) throws -> String {
    var policy = policy
    let statements = try #require(policy["Statement"] as? [[String: Any]])
    #expect(statements.contains { $0["Sid"] as? String == statement } || actions.isEmpty)
    policy["Statement"] = try statements.compactMap { entry -> [String: Any]? in
      guard entry["Sid"] as? String == statement else { return entry }
      var entry = entry
      let all = try #require(entry["Action"] as? [String])
      #expect(actions.isSubset(of: all))
      let rest = all.filter { !actions.contains($0) }
      entry["Action"] = rest
      return rest.isEmpty ? nil : entry
    }
    return String(decoding: try JSONSerialization.data(withJSONObject: policy), as: UTF8.self)
  }

  private struct Lack: Sendable {
    var statement: String
    var action: String
    var command: [String]
    var status: Int32
  }

  /// What breaks without each.
  private static let lacks = [
    Lack(statement: "ListSource", action: "s3:ListBucket", command: ["status"], status: 69),
    Lack(statement: "ListDestination", action: "s3:ListBucket", command: ["status"], status: 69),
    Lack(statement: "WriteDestination", action: "s3:GetObject", command: ["verify"], status: 1),
    Lack(statement: "WriteDestination", action: "s3:PutObject", command: ["run", "--all", "--json"], status: 1),
    Lack(
      statement: "WriteDestination", action: "s3:DeleteObject", command: ["clean", "--orphans", "--yes"], status: 69),
    Lack(statement: "ReadSource", action: "s3:GetObject", command: ["run", "--all", "--json"], status: 1),
  ]

  @Test("The README's policy is enough, and every action of it is needed")
  func leastPrivilege() async throws {
    let engine = try await S3Engine.ministack(verifying: true)
    let buckets = try await BucketWorkspace(engine)
    let policy = try Self.policy(buckets)
    let actions = try #require(policy["Statement"] as? [[String: Any]]).flatMap { $0["Action"] as? [String] ?? [] }
    #expect(!actions.contains { $0.contains("*") })
    // Aborting is looked at by itself.
    #expect(actions.count == Self.lacks.count + 1)

    // One complete, one to be made, orphans to be removed.
    for name in ["complete.png", "gone.png"] {
      try await buckets.source.put(try #require(ObjectKey(name)), try TestWorkspace.picture())
    }
    #expect(try await buckets("run", "--all").status == 0)
    try await buckets.source.delete(try #require(ObjectKey("gone.png")))
    try await buckets.source.put(try #require(ObjectKey("new + one.png")), try TestWorkspace.picture(seed: 1))

    let user = try await IAMUser("least", on: engine)
    let identity = [
      "AWS_ACCESS_KEY_ID": user.credentials.accessKeyID, "AWS_SECRET_ACCESS_KEY": user.credentials.secretAccessKey,
    ]
    let nothing = try await buckets("status", with: identity)
    #expect(nothing.status == 69 && nothing.errors.contains("denied"), "\(nothing.errors)")

    for lack in Self.lacks {
      try await user.put(policy: try Self.without([lack.action], in: lack.statement, policy))
      let result = try await buckets.run(lack.command, with: identity)
      let told = result.output + result.errors
      #expect(result.status == lack.status, "\(lack) \(told)")
      #expect(told.contains("denied"), "\(lack) \(told)")
    }

    // To look only.
    try await user.put(
      policy: try Self.without(
        ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"], in: "WriteDestination", policy))
    for command in [
      ["status"], ["status", "--json"], ["ls", "source"], ["ls", "destination"], ["verify"],
      ["preview", "complete.png", "--size", "8"],
    ] {
      let result = try await buckets.run(command + ["--read-only"], with: identity)
      #expect(result.status == 0, "\(command) \(result.output) \(result.errors)")
    }

    try await user.put(policy: try Self.without([], in: "", policy))
    for command in [
      ["run", "--all", "--force"], ["status", "--json"], ["verify"], ["clean", "--orphans", "--yes"],
      ["worker", "--drain"],
    ] {
      let result = try await buckets.run(command, with: identity)
      #expect(result.status == 0, "\(command) \(result.output) \(result.errors)")
    }
    #expect(try await buckets.destination.contents().count == 10)
  }

  @Test(
    "An upload that fails is given up with the README's policy, and stays without its action", arguments: [true, false])
  func abort(isAllowed: Bool) async throws {
    let engine = try await S3Engine.ministack(verifying: true)
    let buckets = try await BucketWorkspace(engine)
    let user = try await IAMUser("abort", on: engine)
    try await user.put(
      policy: try Self.without(
        isAllowed ? [] : ["s3:AbortMultipartUpload"], in: "WriteDestination", try Self.policy(buckets)))
    var options = S3Store.Options()
    options.multipartThreshold = 1 << 20
    let store = try BucketWorkspace.bucket(
      buckets.destination.bucket, of: engine, credentials: user.credentials, options: options, http: PoorNetwork())
    await #expect(throws: StoreError.self) {
      try await store.put(try #require(ObjectKey("large")), [UInt8](repeating: 7, count: 12 << 20))
    }
    let endpoint = engine.endpoint + "/" + buckets.destination.bucket
    let client = ServiceClient(
      service: "s3", region: engine.region, base: { _ in endpoint },
      credentials: KnownCredentials(
        known: Credentials(
          accessKeyID: engine.accessKeyID, secretAccessKey: engine.secretAccessKey, origin: "the tests")),
      shared: ServiceClient.Shared(http: CurlTransport()))
    let answer = try await client.exchange(ServiceRequest(.get, query: [("uploads", "")]))
    #expect(String(decoding: answer.body, as: UTF8.self).contains("<UploadId>") == !isAllowed)
  }

  /// The second part never gets through.
  private struct PoorNetwork: HTTPClient {
    let base = CurlTransport()

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
      if request.url.contains("partNumber=2") { throw .invalidRequest(detail: "the test") }
      return try await base.send(request)
    }
  }
}
