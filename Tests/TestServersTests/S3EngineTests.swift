import Foundation
import Glibc
import TestServers
import Testing

@Suite("S3 engines", .enabled(if: S3Engine.isWanted), .timeLimit(.minutes(10)))
struct S3EngineTests {
  @Test("SeaweedFS answers, and refuses a request without a signature")
  func seaweedfs() async throws {
    let engine = try await S3Engine.seaweedfs()
    #expect(engine.process.isRunning)
    #expect(try await status(engine.endpoint + "/") == 403)
  }

  @Test("MiniStack answers, and refuses an unknown key only when told to", arguments: [false, true])
  func ministack(verifying: Bool) async throws {
    let engine = try await S3Engine.ministack(verifying: verifying)
    #expect(engine.process.isRunning)
    let now = Date.now.formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
    let authorization =
      "AWS4-HMAC-SHA256 Credential=NOBODY/\(now.prefix(8))/\(engine.region)/s3/aws4_request, "
      + "SignedHeaders=host;x-amz-date, Signature=" + String(repeating: "0", count: 64)
    let status = try await status(
      engine.endpoint + "/", header: "X-Amz-Date: \(now)\r\nAuthorization: \(authorization)\r\n")
    #expect(status == (verifying ? 403 : 200))
  }

  @Test("Tests share an engine")
  func shared() async throws {
    async let first = S3Engine.seaweedfs()
    async let second = S3Engine.seaweedfs()
    let processes = try await [first.process.processID, second.process.processID]
    #expect(processes[0] == processes[1])
  }

  @Test("Bucket names are lawful and differ")
  func bucketNames() {
    let names = (0..<100).map { _ in S3Engine.bucketName() }
    #expect(Set(names).count == 100)
    #expect(names.allSatisfy { (3...63).contains($0.utf8.count) && $0.wholeMatch(of: /[a-z0-9][a-z0-9-]*/) != nil })
  }

  private func status(_ url: String, header: String = "") async throws -> Int {
    let parts = try #require(URLComponents(string: url))
    let port = try #require(parts.port.flatMap(UInt16.init(exactly:)))
    return try #require(Loopback.status(port: port, path: parts.path, header: header))
  }
}
