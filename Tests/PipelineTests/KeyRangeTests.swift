import Foundation
import ObjectStore
import PixelEngine
import Testing

@testable import Pipeline

@Suite struct KeyRangeTests {
  /// Names as buckets have them: numbered, dated, all alike at the beginning, of every kind.
  private static let names: [[String]] = [
    (0..<5000).map { "image-\($0).png" },
    (0..<3000).map { "2026/\(String(format: "%02d", $0 % 12 + 1))/photo \($0).jpg" },
    (0..<4000).map { String($0 * 7919 % 65_536, radix: 16) },
    (0..<2500).map { "a/very/long/beginning/that/all/of/them/share/\($0 % 2 == 0 ? "x" : "x/y")\($0)" },
    (0..<2500).map { "é\($0)" } + (0..<100).map { "日本/\($0)" } + ["~", " ", "\u{10FFFF}", "\u{1}"],
  ]

  @Test(arguments: names, ["", "in/"])
  func theCutsAreKeysInOrderThatPart(_ names: [String], _ prefix: String) async throws {
    let location = OpenLocation(
      Location(place: .bucket(name: "one"), prefix: prefix),
      store: ListedStore(names.map { summary(prefix + $0, .distantPast) }))
    let cuts = try await KeyRangeFinder(location: location, prefix: "", near: .zero).cuts()
    #expect((2...31).contains(cuts.count))
    #expect(cuts == cuts.sorted())
    #expect(Set(cuts).isSubset(of: names.compactMap { ObjectKey($0) }))
    // No part holds nearly everything.
    let keys = names.compactMap { ObjectKey($0) }.sorted()
    let largest = KeyRange.between(cuts).map { range in
      keys.count { key in range.after.map { $0 < key } ?? true && range.through.map { !($0 < key) } ?? true }
    }.max()
    #expect(try #require(largest) < keys.count * 7 / 10)
  }

  @Test func aSmallOrNearListingIsNotCut() async throws {
    let few = OpenLocation(
      Location(place: .bucket(name: "one")), store: ListedStore((0..<999).map { summary("\($0)", .distantPast) }))
    #expect(try await KeyRangeFinder(location: few, prefix: "", near: .zero).cuts() == [])
    let near = OpenLocation(
      Location(place: .bucket(name: "one")), store: ListedStore((0..<9000).map { summary("\($0)", .distantPast) }))
    #expect(try await KeyRangeFinder(location: near, prefix: "", near: .seconds(3600)).cuts() == [])
  }

  @Test(arguments: [0, 1] as [UInt64])
  func theSumOverThePartsIsTheWhole(seed: UInt64) async throws {
    var random = SplitMix(seed: seed)
    let names = Self.names[Int(seed)]
    var destination: [ObjectSummary] = []
    for name in names + ["gone 1", "2026/05/gone"] {
      for size in GridSize.allCases where Int.random(in: 0..<3, using: &random) > 0 {
        let date = Date(timeIntervalSince1970: Int.random(in: 0..<9, using: &random) == 0 ? 1 : 9)
        destination.append(summary("pixelated-\(size.side)x\(size.side)-\(name)", date))
      }
    }
    let landed = Date(timeIntervalSince1970: 5)
    let workspace = try Workspace(
      source: OpenLocation(
        Location(place: .bucket(name: "one")), store: ListedStore(names.map { summary($0, landed) })),
      destination: OpenLocation(Location(place: .bucket(name: "two")), store: ListedStore(destination)))
    var whole = StatusTotals()
    for try await batch in StatusListing(workspace, details: false) {
      for item in batch {
        if case .object(let row) = item { whole.count(row.state) }
        if case .orphan = item { whole.orphans += 1 }
      }
    }
    #expect(whole.total == names.count && whole.stale > 0 && whole.orphans > 0)
    var counting = StatusSummary(workspace)
    counting.near = .zero
    #expect(try await counting.totals() == whole)
    #expect(try await counting.totals(states: [.stale]).total == whole.stale)
  }
}
