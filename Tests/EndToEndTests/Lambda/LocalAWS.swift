import Foundation
import TestServers
import Testing

/// The local AWS, spoken to as a plain client does.
struct LocalAWS: Sendable {
  let engine: S3Engine
  private let folder: TestWorkspace

  init(verifying: Bool = false) async throws {
    engine = try await S3Engine.ministack(verifying: verifying)
    folder = try TestWorkspace()
  }

  /// What a program needs to use it.
  var variables: [String: String] {
    [
      "AWS_ENDPOINT_URL": engine.endpoint, "AWS_ACCESS_KEY_ID": engine.accessKeyID,
      "AWS_SECRET_ACCESS_KEY": engine.secretAccessKey, "AWS_REGION": engine.region,
    ]
  }

  @discardableResult
  func ask(_ action: String, _ request: [String: Any] = [:]) async throws -> [String: Any] {
    let script = #filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.endIndex) + "/stack.py"
    let input = try JSONSerialization.data(withJSONObject: request.merging(["action": action]) { $1 })
    let program = try RunningProgram(
      executable: try S3Engine.program("python"), arguments: [String(script), engine.endpoint, engine.region],
      environment: variables.merging(["PATH": "/usr/bin:/bin", "HOME": folder.folder, "PYTHONDONTWRITEBYTECODE": "1"]) {
        $1
      }, input: String(decoding: input, as: UTF8.self), folder: folder.folder)
    let result = try await program.result()
    try #require(result.status == 0, "\(action): \(result.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }

  /// New buckets, one for each purpose.
  func makeBuckets(_ purposes: String...) async throws -> [String] {
    let names = purposes.map { S3Engine.bucketName($0) }
    try await ask("buckets", ["buckets": names])
    return names
  }

  /// - Parameter objects: pairs and no dictionary: keys that Swift takes for the same text may be two objects.
  func put(_ objects: [(key: String, bytes: [UInt8])], in bucket: String) async throws {
    let list = objects.map { [$0.key, Data($0.bytes).base64EncodedString()] }
    try await ask("put", ["bucket": bucket, "objects": list])
  }

  func keys(in bucket: String) async throws -> Set<ExactKey> {
    let keys = try #require(try await ask("keys", ["bucket": bucket])["keys"] as? [String])
    return Set(keys.map { ExactKey($0) })
  }

  func get(_ key: String, in bucket: String) async throws -> Data {
    let body = try #require(try await ask("get", ["bucket": bucket, "key": key])["body"] as? String)
    return try #require(Data(base64Encoded: body))
  }
}

/// A key, byte by byte.
struct ExactKey: Hashable, Sendable, CustomStringConvertible {
  private let bytes: [UInt8]

  init(_ text: String) { bytes = Array(text.utf8) }

  var description: String { String(decoding: bytes, as: UTF8.self) }

  /// Those of a picture's renditions.
  static func renditions(of key: String) -> [ExactKey] {
    [8, 16, 32, 48, 64].map { ExactKey("pixelated-\($0)x\($0)-\(key)") }
  }
}
