internal import Glibc

/// A real S3 server on a loopback port, started once for all tests of a run and ended with them. Tests share it: each
/// makes buckets of its own, with names from `bucketName(_:)`.
///
/// `make engines` installs the servers in `.build/engines`; `PIXELATER_ENGINES` names another folder with their programs.
/// A server that cannot start fails the test. `PIXELATER_SKIP_ENGINES=1` is for a machine that cannot install them: tests
/// ask `isWanted`; it counts for nothing where `CI` is set.
package struct S3Engine: Sendable {
  /// "SeaweedFS", "MiniStack".
  package let name: String
  /// `http://127.0.0.1:PORT`.
  package let endpoint: String
  package let accessKeyID: String
  package let secretAccessKey: String
  package let region: String
  package let process: ServerProcess

  /// For `@Suite(.enabled(if: S3Engine.isWanted))`.
  package static var isWanted: Bool { variable("CI") != nil || variable("PIXELATER_SKIP_ENGINES") != "1" }

  /// SeaweedFS: checks signatures of any kind. It cannot hold keys with `//`, a leading `/` or `../`, nor of 1024 bytes.
  /// Ready in about 5 s.
  package static func seaweedfs() async throws -> S3Engine { try await sharedSeaweedFS.value }

  /// MiniStack, an S3 in memory that also does queues and functions. It holds any key.
  ///
  /// - Parameter verifying: whether it checks signatures and policies; even then it takes its root key, which is the one
  ///   given here, with any secret. Default: no. The two are different servers.
  package static func ministack(verifying: Bool = false) async throws -> S3Engine {
    try await (verifying ? sharedVerifyingMiniStack : sharedMiniStack).value
  }

  /// A name that no other bucket of any run has.
  ///
  /// - Parameter purpose: lower-case letters, digits and `-`, up to 40.
  package static func bucketName(_ purpose: String = "test") -> String {
    "\(purpose)-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
  }

  private static let sharedSeaweedFS = Task { try await SeaweedFS.start() }
  private static let sharedMiniStack = Task { try await MiniStack.start(verifying: false) }
  private static let sharedVerifyingMiniStack = Task { try await MiniStack.start(verifying: true) }

  static let accessKeyID = "pixelater-tests"
  static let secretAccessKey = "a-secret-of-the-tests/with+signs="
  static let region = "eu-central-1"

  init(name: String, port: UInt16, process: ServerProcess) {
    self.name = name
    self.endpoint = "http://127.0.0.1:\(port)"
    self.accessKeyID = Self.accessKeyID
    self.secretAccessKey = Self.secretAccessKey
    self.region = Self.region
    self.process = process
  }

  /// The path of a program of those that `make engines` installs.
  package static func program(_ name: String) throws(ServerFailure) -> String {
    let folder: String
    if let given = variable("PIXELATER_ENGINES") {
      folder = given
    } else {
      let repository = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
      folder = repository.joined(separator: "/") + "/.build/engines/bin"
    }
    let path = folder + "/" + name
    guard access(path, X_OK) == 0 else {
      throw ServerFailure(
        "no S3 server \(name) in \(folder): run `make engines`, or leave these tests out with PIXELATER_SKIP_ENGINES=1")
    }
    return path
  }

  /// Waits until `isReady`; a server that ends before, as when a port of it was taken meanwhile, is started again.
  ///
  /// - Parameter launch: starts the server with new ports.
  static func start(
    _ name: String, launch: () throws -> (process: ServerProcess, port: UInt16, isReady: () -> Bool)
  ) async throws -> S3Engine {
    var lastWords = ""
    for _ in 1...3 {
      let server = try launch()
      let clock = ContinuousClock()
      let end = clock.now + .seconds(50)
      while server.process.isRunning {
        if server.isReady() { return S3Engine(name: name, port: server.port, process: server.process) }
        guard clock.now < end else {
          throw ServerFailure("\(name) does not answer; its last words:\n\(server.process.lastWords)")
        }
        try await Task.sleep(for: .milliseconds(50))
      }
      lastWords = server.process.lastWords
    }
    throw ServerFailure("\(name) ends at once; its last words:\n\(lastWords)")
  }
}
