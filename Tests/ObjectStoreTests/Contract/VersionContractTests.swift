@testable import ObjectStore
import TestServers
import Testing

/// What a store that keeps versions promises.
@Suite("Store contract: versions", .timeLimit(.minutes(10)))
struct VersionContractTests {
  private func make(_ maker: StoreMaker) async throws -> any VersionedStore {
    try #require(try await maker.make().store as? any VersionedStore)
  }

  @Test(
    "What is removed leaves a marker, told of each; without the marker it stands again", arguments: StoreMaker.versioned
  )
  func undelete(_ maker: StoreMaker) async throws {
    let store = try await make(maker)
    #expect(try await store.versioning() == .enabled)
    let keys = try ["a + b.png", "folder/ü & <x> \"q\".png", "plain.png"].map { try key($0) }
    for k in keys { try await store.put(k, Array(k.string.utf8)) }
    let before = try await keys.asyncMap { try await store.head($0).summary }
    // Together, and one alone: two calls of S3.
    var removals = await store.remove(Array(keys.dropLast()))
    removals += await store.remove([keys[2]])
    #expect(removals.map(\.key) == keys)
    #expect(removals.allSatisfy { $0.error == nil })
    let markers = removals.compactMap(\.marker)
    try #require(Set(markers).count == 3, "\(removals)")
    #expect(try await store.keys().isEmpty)
    for (k, marker) in zip(keys, markers) {
      let versions = try await store.versions(of: k)
      #expect(versions.map(\.isDeleteMarker) == [true, false])
      #expect(versions.first?.id == marker && versions.first?.isLatest == true)
      #expect(try await store.versions(of: k, limit: 1).map(\.id) == [marker])
    }
    for (k, marker) in zip(keys, markers) { try await store.delete(k, version: marker) }
    #expect(try await keys.asyncMap { try await store.head($0).summary } == before)
    for k in keys { #expect(try await store.content(k) == Array(k.string.utf8)) }
    // Once more is no error, and changes nothing.
    for (k, marker) in zip(keys, markers) { try await store.delete(k, version: marker) }
    #expect(try await store.keys().sorted() == keys.map(\.string).sorted())
  }

  @Test("A thousand and one go, each with its marker", arguments: StoreMaker.versioned)
  func many(_ maker: StoreMaker) async throws {
    let store = try await make(maker)
    let keys = try (0..<1001).map { try key("k-\($0)") }
    await withTaskGroup(of: Void.self) { group in
      for part in 0..<8 {
        group.addTask { for k in keys where k.hashValue & 7 == part { _ = try? await store.put(k, [1]) } }
      }
    }
    let removals = await store.remove(keys)
    #expect(removals.map(\.key) == keys)
    #expect(removals.allSatisfy { $0.error == nil && $0.marker != nil })
    #expect(Set(removals.compactMap(\.marker)).count == 1001)
  }

  @Test("An old version stands again with its type and metadata; the newer ones stay", arguments: StoreMaker.versioned)
  func restore(_ maker: StoreMaker) async throws {
    let store = try await make(maker)
    let k = try key("folder/a + b ü?.png")
    try await store.put(k, [1, 1], options: PutOptions(contentType: "image/png", metadata: ["by": "ada, 1"]))
    try await store.put(k, [2, 2, 2], options: PutOptions(contentType: "image/jpeg", metadata: ["by": "bob"]))
    let versions = try await store.versions(of: k)
    #expect(versions.map(\.summary.size) == [3, 2])
    let etag = try await store.restore(k, version: try #require(versions.last?.id))
    let head = try await store.head(k)
    #expect(head.summary.etag == etag)
    #expect(head.contentType == "image/png" && head.metadata == ["by": "ada, 1"])
    #expect(try await store.content(k) == [1, 1])
    let after = try await store.versions(of: k)
    #expect(after.count == 3 && Array(after.dropFirst().map(\.id)) == versions.map(\.id))
    #expect(await reason { try await store.restore(k, version: "no-such-version") } != nil)
    #expect(try await store.versions(of: k).count == 3)
    // Of what was deleted, too.
    try await store.delete(k)
    try await store.restore(k, version: try #require(versions.first?.id))
    #expect(try await store.content(k) == [2, 2, 2])
  }

  @Test("A read-only store changes no version", arguments: StoreMaker.versioned)
  func readOnly(_ maker: StoreMaker) async throws {
    let base = try await make(maker)
    let k = try key("a.png")
    try await base.put(k, [1])
    let marker = try #require(await base.remove([k]).first?.marker)
    let store = try #require(base.readOnly as? any VersionedStore)
    #expect(await reason { try await store.delete(k, version: marker) } == .readOnly)
    #expect(await reason { try await store.restore(k, version: marker) } == .readOnly)
    #expect(await store.remove([k]).map(\.error?.reason) == [.readOnly])
    #expect(try await store.versions(of: k).map(\.id) == base.versions(of: k).map(\.id))
    #expect(try await store.versioning() == .enabled)
  }

  @Test("Tags are told as they are", .enabled(if: S3Engine.isWanted), arguments: ["SeaweedFS", "MiniStack"])
  func tags(_ name: String) async throws {
    let engine = name == "SeaweedFS" ? try await S3Engine.seaweedfs() : try await S3Engine.ministack()
    let maker = try #require(StoreMaker.s3.first { $0.testDescription.contains(name) })
    let store = try #require(try await maker.make().store as? any TaggedStore)
    let k = try key("a.png")
    try await store.put(k, [1])
    #expect(try await store.tags(of: k) == [])
    let tags = [ObjectTag(name: "album", value: "sea + sun/2"), ObjectTag(name: "state", value: "")]
    try await StoreMaker.configure(
      "\(StoreMaker.bucketName(of: store))/a.png", "tagging",
      "<Tagging><TagSet><Tag><Key>album</Key><Value>sea + sun/2</Value></Tag><Tag><Key>state</Key><Value></Value></Tag></TagSet></Tagging>",
      of: engine)
    #expect(try await store.tags(of: k).sorted { $0.name < $1.name } == tags)
    #expect(try await (store.readOnly as? any TaggedStore)?.tags(of: k).count == 2)
    #expect(await reason { _ = try await store.tags(of: try key("none.png")) } == .notFound)
  }
}

extension Array {
  fileprivate func asyncMap<T>(_ transform: (Element) async throws -> T) async throws -> [T] {
    var result: [T] = []
    for element in self { result.append(try await transform(element)) }
    return result
  }
}
