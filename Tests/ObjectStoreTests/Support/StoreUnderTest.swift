@testable import ObjectStore
import Testing

/// A way to make an empty store. Another kind of store joins the contract by another line here.
struct StoreMaker: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// What the server behind the store, not the store, gets wrong.
  var quirks = Quirks()
  let make: @Sendable () async throws -> StoreUnderTest

  static let watchable = [memory, directory]
  static let all = watchable + s3

  struct Quirks: Sendable {
    /// Keys that the server cannot hold.
    var cannotHold: @Sendable (ObjectKey) -> Bool = { _ in false }
    /// Whether it lists a folder's content before the neighbours that sort before a "/": `a/x` before `a-b`.
    var listsByComponent = false
    /// Whether listings are right only where neither a delimiter nor a start is given.
    var listsByPrefixOnly = false
    /// Whether an empty metadata value is lost.
    var losesEmptyMetadata = false
    /// Whether a common prefix is told although the listing starts within it: the S3 reference leaves it open, and servers
    /// differ.
    var tellsPrefixOfStart = true
  }

  /// The keys of these that the server can hold, and list in order.
  ///
  /// - Parameter keys: in order.
  func holdable(_ keys: [ObjectKey]) -> [ObjectKey] {
    var kept: [ObjectKey] = []
    var last: [Substring.UTF8View.SubSequence] = []
    for key in keys where !quirks.cannotHold(key) {
      let parts = Substring(key.string).utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      let follows = last.lexicographicallyPrecedes(parts) { $0.lexicographicallyPrecedes($1) }
      if quirks.listsByComponent, !kept.isEmpty, !follows { continue }
      last = parts
      kept.append(key)
    }
    return kept
  }

  static let memory = StoreMaker(testDescription: "MemoryStore") {
    StoreUnderTest(store: MemoryStore(), keepAlive: nil)
  }

  static let directory = StoreMaker(testDescription: "DirectoryStore") {
    let scratch = try Scratch()
    return StoreUnderTest(
      store: try DirectoryStore(root: scratch.path, create: false, readOnly: false, calls: .undurable),
      keepAlive: scratch)
  }
}

struct StoreUnderTest: Sendable {
  let store: any ObjectStore
  let keepAlive: (any Sendable & AnyObject)?

  var watchable: any WatchableStore {
    get throws { try #require(store as? any WatchableStore) }
  }
}

func key(_ string: String, _ location: SourceLocation = #_sourceLocation) throws -> ObjectKey {
  try #require(ObjectKey(string), "not a legal key", sourceLocation: location)
}

extension ObjectStore {
  /// All the content of an object.
  func content(_ key: ObjectKey, _ options: GetOptions = GetOptions()) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await chunk in try await get(key, options: options).chunks {
      #expect(!chunk.isEmpty)
      bytes += chunk
    }
    return bytes
  }

  func keys(_ prefix: String = "") async throws -> [String] {
    var keys: [String] = []
    for try await object in list(prefix) { keys.append(object.key.string) }
    return keys
  }
}

/// The reason of the error that `body` throws, nil where it throws none.
func reason(_ body: () async throws -> Void) async -> StoreError.Reason? {
  do {
    try await body()
    return nil
  } catch {
    return (error as? StoreError)?.reason
  }
}

extension FileCalls {
  /// Does not wait for the disk: `DurabilityTests` see to that part.
  static var undurable: FileCalls {
    var calls = FileCalls.system
    calls.fsync = { _ in 0 }
    return calls
  }
}
