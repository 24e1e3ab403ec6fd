import Foundation
import ObjectStore
import PixelEngine
import Testing

@testable import Pipeline

@Suite("Taking deletions back")
struct UndeletionTests {
  private struct Bench {
    let source = VersionedMemoryStore()
    let destination: VersionedMemoryStore
    let workspace: Workspace

    init(_ versioning: BucketVersioning = .enabled) throws {
      destination = VersionedMemoryStore(versioning)
      workspace = try Workspace(
        source: OpenLocation(Location(place: .bucket(name: "in")), store: source),
        destination: OpenLocation(Location(place: .bucket(name: "out"), prefix: "made/"), store: destination))
    }

    /// Deletes the renditions of an object, and answers what is needed to take that back.
    func delete(_ name: String, sizes: [GridSize] = GridSize.allCases) async throws -> [DeletedObject] {
      let outcomes = Locked<[TransferOutcome]>([])
      await RenditionRemoval(workspace: workspace).run(
        try sizes.map { WorkspaceObject(source: try #require(ObjectKey(name)), size: $0) }
      ) { event in
        if case .finished(let outcome) = event { outcomes.withLock { $0.append(outcome) } }
      }
      return outcomes.withLock { $0 }.compactMap { outcome in
        outcome.marker.map { DeletedObject(key: outcome.key, marker: $0) }
      }
    }

    func undo(_ objects: [DeletedObject]) async -> [String: TransferOutcome.Result] {
      let results = Locked<[String: TransferOutcome.Result]>([:])
      await Undeletion(workspace: workspace).run(objects) { event in
        if case .finished(let outcome) = event { results.withLock { $0[outcome.key] = outcome.result } }
      }
      return results.withLock { $0 }
    }

    func put(_ name: String, _ bytes: [UInt8]) async throws {
      try await destination.put(try #require(ObjectKey("made/" + name)), bytes)
    }

    func read(_ name: String) async throws -> [UInt8] {
      try await destination.read(try #require(ObjectKey("made/" + name)), limit: 100).bytes
    }
  }

  private let names = GridSize.allCases.map { "pixelated-\($0.side)x\($0.side)-cat.png" }

  @Test func allComeBackAsTheyWere() async throws {
    let bench = try Bench()
    for (i, name) in names.enumerated() { try await bench.put(name, [UInt8(i)]) }
    let deleted = try await bench.delete("cat.png")
    #expect(deleted.map(\.key) == names)
    #expect(try await bench.destination.keys.isEmpty)
    let results = await bench.undo(deleted)
    #expect(results == Dictionary(uniqueKeysWithValues: names.map { ($0, .done(name: $0)) }))
    for (i, name) in names.enumerated() { #expect(try await bench.read(name) == [UInt8(i)]) }
    // Only what was put over them is gone.
    for name in names {
      #expect(try await bench.destination.versions(of: try #require(ObjectKey("made/" + name))).count == 1)
    }
  }

  @Test func whatHappenedSinceStays() async throws {
    let bench = try Bench()
    for name in names.dropLast() { try await bench.put(name, [1]) }
    let deleted = try await bench.delete("cat.png")
    try #require(deleted.count == 5)
    // Written anew; deleted once more; its old version expired; never there at all.
    try await bench.put(names[0], [2])
    _ = try await bench.delete("cat.png", sizes: [.x16])
    let third = try #require(ObjectKey("made/" + names[2]))
    let old = try await bench.destination.versions(of: third)
    try await bench.destination.delete(third, version: try #require(old.last?.id))
    let results = await bench.undo(deleted)
    #expect(
      results == [
        names[0]: .failed(.overtaken), names[1]: .failed(.overtaken), names[2]: .failed(.nothingKept),
        names[3]: .done(name: names[3]), names[4]: .failed(.nothingKept),
      ])
    #expect(try await bench.read(names[0]) == [2])
    #expect(try await bench.destination.keys == ["made/" + names[3], "made/" + names[0]].sorted())
    // And once more: what was brought back is not touched again.
    #expect(await bench.undo([deleted[3]]) == [names[3]: .failed(.overtaken)])
  }

  /// By somebody else, or by a call whose answer was lost and that was repeated.
  @Test func whatWasDeletedTwiceIsToldAsSuch() async throws {
    let bench = try Bench()
    try await bench.put(names[0], [1])
    _ = try await bench.delete("cat.png", sizes: [.x8])
    let deleted = try await bench.delete("cat.png", sizes: [.x8])
    #expect(await bench.undo(deleted) == [names[0]: .failed(.deletedTwice)])
    let key = try #require(ObjectKey("made/" + names[0]))
    #expect(try await bench.destination.versions(of: key).count == 3, "nothing is touched")
  }

  @Test(arguments: [BucketVersioning.never, .suspended]) func withoutVersionsThereIsNothingToTakeBack(
    _ versioning: BucketVersioning
  ) async throws {
    let bench = try Bench(versioning)
    for name in names { try await bench.put(name, [1]) }
    let deleted = try await bench.delete("cat.png")
    #expect(deleted.allSatisfy { $0.marker == "null" })
    #expect(await bench.undo(deleted).values.allSatisfy { $0 == .failed(.nothingKept) || $0 == .failed(.overtaken) })
    #expect(try await bench.destination.keys.isEmpty)
  }

  @Test func orphansTellTheirMarkers() async throws {
    let bench = try Bench()
    for name in names { try await bench.put(name, [1]) }
    var items: [CleanItem] = []
    try await OrphanCleaner(workspace: bench.workspace).clean { items.append($0) }
    let deleted = items.compactMap { item in item.marker.map { DeletedObject(key: item.key, marker: $0) } }
    #expect(Set(deleted.map(\.key)) == Set(names))
    #expect(await bench.undo(deleted).count == 5)
    #expect(try await bench.destination.keys.count == 5)
  }

  @Test func aReadOnlyStoreLeavesThem() async throws {
    let bench = try Bench()
    for name in names { try await bench.put(name, [1]) }
    let deleted = try await bench.delete("cat.png")
    let readOnly = try Workspace(
      source: bench.workspace.source,
      destination: OpenLocation(bench.workspace.destination.location, store: bench.destination.readOnly))
    let results = Locked<[TransferOutcome.Result]>([])
    await Undeletion(workspace: readOnly).run(deleted) { event in
      if case .finished(let outcome) = event { results.withLock { $0.append(outcome.result) } }
    }
    #expect(
      results.withLock { $0 }.allSatisfy { result in
        if case .failed(.store(let error)) = result { error.reason == .readOnly } else { false }
      })
    #expect(results.withLock { $0.count } == 5)
    #expect(try await bench.destination.keys.isEmpty)
  }

  // MARK: - What sources and listings say

  @Test func aSourceDescribesItself() async throws {
    let bench = try Bench()
    let key = try #require(ObjectKey("cat.png"))
    let reader = StatusReader(bench.workspace)
    #expect(try await reader.description(of: key) == nil)
    var metadata = ["b": "2", "a": String(repeating: "x", count: 1500)]
    for i in 0..<150 { metadata["n\(i)"] = "" }
    try await bench.source.put(key, [1], options: PutOptions(contentType: "image/png", metadata: metadata))
    bench.source.setTags((0..<120).map { ObjectTag(name: "\($0)", value: "v") }, of: key)
    let description = try #require(try await reader.description(of: key))
    #expect(description.contentType == "image/png" && description.storageClass == nil)
    #expect(description.metadata.count == 100 && description.metadataCount == 152)
    #expect(description.metadata.first == ObjectTag(name: "a", value: String(repeating: "x", count: 1024)))
    guard case .tags(let tags, let count) = description.tags else { return #expect(Bool(false)) }
    #expect(tags.count == 100 && count == 120)
  }

  @Test func listingAndReadingTellTheBytesOfRenditions() async throws {
    let bench = try Bench()
    let key = try #require(ObjectKey("cat.png"))
    try await bench.source.put(key, [1])
    try await bench.put(names[1], [1, 2, 3])
    try await bench.put(names[4], [1, 2, 3, 4])
    var rows: [StatusRow] = []
    for try await items in StatusListing(bench.workspace) {
      for case .object(let row) in items { rows.append(row) }
    }
    #expect(rows.map(\.renditionBytes) == [7])
    #expect(try await StatusReader(bench.workspace).row(key)?.renditionBytes == 7)
    #expect(Int64.max.addingSaturating(1) == .max && Int64(1).addingSaturating(-5) == 1)
  }
}

extension ObjectStore {
  fileprivate var keys: [String] {
    get async throws {
      var keys: [String] = []
      for try await object in list("") { keys.append(object.key.string) }
      return keys
    }
  }
}
