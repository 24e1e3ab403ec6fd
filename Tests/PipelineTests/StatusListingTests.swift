import Foundation
import ObjectStore
import PixelEngine
import Testing

@testable import Pipeline

@Suite struct StatusListingTests {
  /// The streaming join against the obvious one, on random buckets and page sizes.
  @Test(arguments: 1...40 as ClosedRange<UInt64>) func agreesWithTheObviousJoin(seed: UInt64) async throws {
    var random = SplitMix(seed: seed)
    let prefixes = ["", "in/"].shuffled(using: &random)
    let names = try hostileNames.map { try #require(ObjectKey($0)) }
    var source: [ObjectSummary] = []
    var destination: [ObjectSummary] = []
    var expected: [StatusItem] = []

    for name in names.sorted() {
      let exists = Int.random(in: 0..<4, using: &random) > 0
      let landed = Date(timeIntervalSince1970: 1000)
      if exists {
        source.append(summary(prefixes[0] + name.string, landed))
      }
      var set = RenditionSet()
      var orphans: [StatusItem] = []
      var bytes: Int64 = 0
      for size in GridSize.allCases {
        let state: RenditionState = [.missing, .present, .stale].randomElement(using: &random) ?? .missing
        if state == .missing { continue }
        set[size] = state
        bytes += 5
        let date = Date(timeIntervalSince1970: state == .stale ? 999 : 1000)
        destination.append(summary(prefixes[1] + "pixelated-\(size.side)x\(size.side)-" + name.string, date))
        orphans.append(.orphan(Orphan(source: name, size: size, bytes: 5)))
      }
      let hasRecord = Int.random(in: 0..<4, using: &random) == 0
      if hasRecord { destination.append(summary(prefixes[1] + FailureRecord.prefix + name.string, landed)) }
      if exists {
        var object = summary(name.string, landed)
        object.key = name
        expected.append(
          .object(StatusRow(source: object, renditions: set, renditionBytes: bytes, hasFailure: hasRecord)))
      } else {
        expected += orphans
        if hasRecord { expected.append(.strayRecord(source: name)) }
      }
    }
    // What is no business of the join: other keys beside ours in the destination.
    for other in ["pixelated-8x8", "zzz", ".pixelater/other", "aaa"] {
      destination.append(summary(other, .distantPast))
    }

    let workspace = try Workspace(
      source: OpenLocation(Location(place: .bucket(name: "one"), prefix: prefixes[0]), store: ListedStore(source)),
      destination: OpenLocation(
        Location(place: .bucket(name: "two"), prefix: prefixes[1]), store: ListedStore(destination)))
    var listing = StatusListing(workspace, details: false)
    listing.pageSize = Int.random(in: 1...9, using: &random)
    var found: [StatusItem] = []
    for try await batch in listing {
      #expect(!batch.isEmpty)
      found += batch
    }
    #expect(found == expected)
  }

  @Test func whatLooksLikeOurOutputIsNoSource() async throws {
    let workspace = try twoBuckets(
      source: [summary("pixelated-8x8-a.png", .distantPast), summary(".pixelater/failures/x", .distantPast)],
      destination: [])
    #expect(try await items(of: StatusListing(workspace)).isEmpty)
  }

  @Test func aPrefixLimitsAllListings() async throws {
    let sources = ["a/1", "b/1", "b/2", "c/1"].map { summary($0, .distantPast) }
    let renditions = ["a/1", "b/2", "b/9"].map { summary("pixelated-16x16-" + $0, .distantPast) }
    let workspace = try twoBuckets(source: sources, destination: renditions)
    let found = try await items(of: StatusListing(workspace, prefix: "b/"))
    #expect(found.map(\.name) == ["b/1", "b/2", "orphan b/9"])
  }

  @Test func aFailingListingThrows() async throws {
    let fault = StoreError(operation: .list, key: "", reason: .accessDenied)
    let workspace = try Workspace(
      source: OpenLocation(Location(place: .bucket(name: "one")), store: ListedStore([], fault: fault)),
      destination: OpenLocation(Location(place: .bucket(name: "two")), store: ListedStore([])))
    // The location that failed is named: there are two.
    let told = StoreError(operation: .list, key: "s3://one/", reason: .accessDenied)
    await #expect(throws: told) { try await items(of: StatusListing(workspace)) }
  }

  private func items(of listing: StatusListing) async throws -> [StatusItem] {
    var found: [StatusItem] = []
    for try await batch in listing { found += batch }
    return found
  }

  private func twoBuckets(source: [ObjectSummary], destination: [ObjectSummary]) throws -> Workspace {
    try Workspace(
      source: OpenLocation(Location(place: .bucket(name: "one")), store: ListedStore(source)),
      destination: OpenLocation(Location(place: .bucket(name: "two")), store: ListedStore(destination)))
  }

  /// Names that sort in ways that trip a join: beginnings of each other, bytes around `/` and `-`, two normal forms.
  private let hostileNames = [
    "a", "a-", "a.png", "a/", "a/b", "a0", "b b+%20.png", "é.png", "e\u{301}.png", "\u{1}", "~", "日本/写真.jpg", "A", "aa",
    "a\nb", "-", ".", "..", "//", "pix", "😀", "\u{FFFF}", "\u{10000}",
  ]
}

extension StatusItem {
  fileprivate var name: String {
    switch self {
    case .object(let row): row.key.string
    case .orphan(let orphan): "orphan \(orphan.source.string)"
    case .strayRecord(let source): "record \(source.string)"
    }
  }
}

func summary(_ key: String, _ date: Date) -> ObjectSummary {
  // Every name in this file is a legal key.
  let key = ObjectKey(key).unsafelyUnwrapped
  return ObjectSummary(key: key, size: 5, lastModified: date, etag: "e")
}

/// A bucket that is only a listing, with dates as the test wants them.
struct ListedStore: PartitionableStore {
  let objects: [ObjectSummary]
  let fault: StoreError?

  init(_ objects: [ObjectSummary], fault: StoreError? = nil) {
    self.objects = objects.sorted { $0.key < $1.key }
    self.fault = fault
  }

  func list(_ request: ListRequest) -> ListPages {
    // In order, so those wanted stand together; found by halving.
    var first = 0
    var end = objects.count
    while first < end {
      let middle = (first + end) / 2
      let key = objects[middle].key.string.utf8
      let isBefore =
        key.lexicographicallyPrecedes(request.prefix.utf8)
        || request.startAfter.map { !$0.utf8.lexicographicallyPrecedes(key) } ?? false
      if isBefore { first = middle + 1 } else { end = middle }
    }
    let wanted = objects[first...]
    return ListPages {
      let place = Gauge()
      return { () async throws(StoreError) -> ListPage? in
        if let fault { throw fault }
        let start = await place.now
        await place.add(request.pageSize)
        let page = wanted.dropFirst(start).prefix(request.pageSize)
          .prefix { $0.key.string.utf8.starts(with: request.prefix.utf8) }
        return page.isEmpty ? nil : ListPage(objects: Array(page))
      }
    }
  }

  func head(_ key: ObjectKey) async throws(StoreError) -> ObjectHead {
    throw StoreError(operation: .head, key: key.string, reason: .notFound)
  }
  func get(_ key: ObjectKey, options: GetOptions) async throws(StoreError) -> ObjectContent {
    throw StoreError(operation: .get, key: key.string, reason: .notFound)
  }
  func put(_ key: ObjectKey, content: PutContent, options: PutOptions) async throws(StoreError) -> String {
    throw StoreError(operation: .put, key: key.string, reason: .readOnly)
  }
  func delete(_ key: ObjectKey) async throws(StoreError) {}
}
