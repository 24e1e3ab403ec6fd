import Foundation
import ObjectStore
import Pipeline
import PixelEngine
import Testing

@testable import Console

/// The same random numbers every time.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// What a table should do, done the plain way.
struct NaiveTable {
  var rows: [ObjectKey: StatusRow] = [:]

  var sorted: [StatusRow] { rows.values.sorted { $0.key < $1.key } }

  func query(_ query: RowQuery, word: String?) -> [ObjectKey] {
    var found = sorted.filter { row in
      (query.scope == nil || row.state == query.scope) && (query.state == nil || row.state == query.state)
        && (word.map { row.key.string.lowercased().contains($0) } ?? true)
    }
    let sort = query.sort
    func value(_ row: StatusRow) -> Double {
      switch sort.column {
      case .name: 0
      case .size: -Double(row.size)
      case .age: -row.lastModified.timeIntervalSince1970
      case .state:
        switch row.state {
        case .failed: 0
        case .partial: 1
        case .stale: 2
        case .pending: 3
        case .unsupported: 4
        default: 5
        }
      case .missing: -Double(row.renditions.count(.missing))
      case .failure:
        row.failure.flatMap { FailureCode.allCases.firstIndex(of: $0.code) }.map(Double.init) ?? .infinity
      }
    }
    found.sort { (value($0), $0.key) < (value($1), $1.key) }
    return sort.reversed ? found.reversed().map(\.key) : found.map(\.key)
  }
}

@Suite("The table of rows")
struct RowTableTests {
  static func randomRow(_ random: inout SplitMix, keys: Int) -> StatusRow {
    let number = Int.random(in: 0..<keys, using: &random)
    let stems = ["img", "IMG", "photos/é", "a/b/c", "鳥", "notes"]
    let name = "\(stems[number % stems.count])-\(number)\(number % 7 == 0 ? ".txt" : ".png")"
    var set = RenditionSet()
    for size in GridSize.allCases {
      set[size] = [.missing, .present, .present, .stale].randomElement(using: &random) ?? .missing
    }
    if Bool.random(using: &random) { set = RenditionSet() }
    let codes: [FailureCode?] = [nil, nil, nil, .damaged, .timeout]
    return Fixture.row(
      name, size: Int64.random(in: 0..<50, using: &random), age: Double(Int.random(in: 0..<40, using: &random)),
      renditions: set, failure: codes.randomElement(using: &random) ?? nil,
      attempts: Int.random(in: 1..<4, using: &random),
      sourceChanged: Bool.random(using: &random))
  }

  static func keys(_ arrangement: RowArrangement, _ table: RowTable) -> [ObjectKey] {
    arrangement.slice(0..<arrangement.count(in: table), in: table).map { table.key($0) }
  }

  @Test func bytesOfRenditionsTakeNoRoomOfTheirOwn() {
    // They stand where the compiler would leave a gap.
    #expect(MemoryLayout<RowRecord>.stride == 40)
    var table = RowTable()
    var rows = [Fixture.row("a.png", renditions: Fixture.complete), Fixture.row("b.png")]
    rows[0].renditionBytes = 4_000_000_000
    rows[1].renditionBytes = 1 << 40
    _ = table.upsert(rows)
    #expect(table.order.map { table.row($0).renditionBytes } == [4_000_000_000, Int64(UInt32.max)])
    rows[0].renditionBytes = 7
    _ = table.upsert([rows[0]])
    let selection = RowSelection(rows: table.order, table: table)
    #expect(selection.renditionBytes == 7 + Int64(UInt32.max))
  }

  @Test(arguments: 0..<24 as Range<UInt64>) func followsANaiveModel(_ seed: UInt64) {
    var random = SplitMix(state: seed)
    var table = RowTable()
    var model = NaiveTable()
    var queries: [(RowQuery, String?, RowArrangement)] = []
    let kinds: [(String?, ObjectState?, Bool)] = [
      (nil, nil, false), ("img", nil, true), (nil, .failed, false), ("7", .partial, true),
    ]
    for column in RowSort.Column.allCases {
      for (word, scope, reversed) in kinds {
        var query = RowQuery(scope: scope)
        query.sort = RowSort(column, reversed: reversed)
        if let word { query.filter = RowFilter(word) }
        queries.append((query, word, RowArrangement(query, of: table)))
      }
    }
    for step in 0..<40 {
      let changes: RowTable.Changes
      if step % 3 == 2, !model.rows.isEmpty {
        let gone = model.sorted.filter { _ in Int.random(in: 0..<6, using: &random) == 0 }.map(\.key)
        for key in gone { model.rows[key] = nil }
        changes = table.remove(gone)
      } else {
        let batch = (0..<Int.random(in: 0..<60, using: &random)).map { _ in Self.randomRow(&random, keys: 200) }
        for row in batch { model.rows[row.key] = row }
        changes = table.upsert(batch)
      }
      for i in queries.indices { queries[i].2.follow(changes, in: table, query: queries[i].0) }
      #expect(table.order.map { table.key($0) } == model.sorted.map(\.key))
    }
    for row in model.sorted {
      let id = table.id(of: row.key)
      #expect(id != nil)
      guard let id else { continue }
      let own = table.row(id)
      #expect(
        own.key == row.key && own.size == row.size && own.lastModified == row.lastModified && own.etag == row.etag)
      #expect(own.renditions == row.renditions && own.state == row.state)
      #expect(own.failure?.code == row.failure?.code && own.failure?.message == row.failure?.message)
      #expect(own.failure?.attempts == row.failure?.attempts && own.failure?.lastFailed == row.failure?.lastFailed)
      #expect(own.failure?.isFinal(for: own.etag) == row.failure?.isFinal(for: row.etag))
    }
    var totals = StatusTotals()
    for row in model.rows.values { totals.count(row.state) }
    #expect(table.totals == totals)
    for (query, word, arrangement) in queries {
      #expect(Self.keys(arrangement, table) == model.query(query, word: word), "\(query.sort) \(word ?? "")")
      #expect(Self.keys(RowArrangement(query, of: table), table) == Self.keys(arrangement, table))
      let misplaced = arrangement.slice(0..<arrangement.count(in: table), in: table).enumerated().count { index, id in
        let place = arrangement.place(of: id, in: table, sort: query.sort)
        return !place.found || place.index != index
      }
      #expect(misplaced == 0)
    }
  }

  @Test func aListingThatIsDoneAnewForgetsWhatIsGone() {
    var table = RowTable()
    table.beginListing()
    _ = table.upsert(["a", "b", "c"].map { Fixture.row($0) })
    #expect(table.endListing().isEmpty)
    table.beginListing()
    _ = table.upsert([Fixture.row("a"), Fixture.row("d")])
    let gone = table.endListing()
    #expect(gone.removed.count == 2)
    #expect(table.order.map { table.keyText($0) } == ["a", "d"])
    #expect(table.totals.total == 2)
  }

  @Test func whatHasNotChangedIsNoChange() {
    var table = RowTable()
    _ = table.upsert([Fixture.row("a", failure: .damaged)])
    #expect(table.upsert([Fixture.row("a", failure: .damaged)], noticing: 5).isEmpty)
    #expect(table[table.order[0]].noticed == 0)
    let changes = table.upsert([Fixture.row("a", failure: .timeout)], noticing: 7)
    #expect(changes.updated.count == 1 && changes.inserted.isEmpty)
    #expect(table[table.order[0]].noticed == 7)
  }

  @Test func aCopyIsASnapshot() {
    var table = RowTable()
    _ = table.upsert((0..<3000).map { Fixture.row("k\(10_000 + $0)") })
    let copy = table
    _ = table.upsert([Fixture.row("k10005", renditions: Fixture.complete)])
    _ = table.remove([Fixture.key("k10000")])
    #expect(copy.count == 3000 && table.count == 2999)
    #expect(copy.totals.complete == 0 && table.totals.complete == 1)
  }

  @Test func anArrangementMadeFromASnapshotCatchesUp() {
    var random = SplitMix(state: 99)
    var table = RowTable()
    _ = table.upsert((0..<300).map { _ in Self.randomRow(&random, keys: 400) })
    var list = ObjectList()
    list.query.filter = RowFilter("img")
    list.query.sort = RowSort(.size)
    list.generation = 1
    list.isArranging = true
    let snapshot = table
    for _ in 0..<10 {
      list.follow(table.upsert((0..<20).map { _ in Self.randomRow(&random, keys: 400) }), in: table, lines: 10)
      let gone = table.order.filter { _ in Int.random(in: 0..<20, using: &random) == 0 }.map { table.key($0) }
      list.follow(table.remove(gone), in: table, lines: 10)
    }
    list.arranged(RowArrangement(list.query, of: snapshot), generation: 1, table: table, lines: 10)
    #expect(Self.keys(list.arrangement, table) == Self.keys(RowArrangement(list.query, of: table), table))
  }

  static let filterCases: [(String, [String])] = [
    ("cat", ["Cat.png", "scatter.jpg"]), ("Cat", ["Cat.png"]),
    ("!cat", ["half.png", "noise.jpg", "notes.txt", "old.png"]),
    ("state:failed", ["noise.jpg"]), ("!state:failed,unsupp .png", ["Cat.png", "half.png", "old.png"]),
    ("missing:48", ["half.png", "noise.jpg", "notes.txt", "scatter.jpg"]),
    ("missing:8", ["noise.jpg", "notes.txt", "scatter.jpg"]),
    ("stale:64", ["old.png"]), ("err:damag", ["noise.jpg"]), ("err:permanent", ["noise.jpg"]), ("err:transient", []),
    ("age<1h", ["half.png"]), ("age>1h c", ["Cat.png", "scatter.jpg"]), ("size>1mb", ["scatter.jpg"]),
    ("size<1kb", ["notes.txt"]),
    ("", ["Cat.png", "half.png", "noise.jpg", "notes.txt", "old.png", "scatter.jpg"]),
    ("nosuch:thing", []), ("!", []),
  ]

  @Test(arguments: filterCases) func filters(_ text: String, _ wanted: [String]) {
    var table = RowTable()
    _ = table.upsert([
      Fixture.row("Cat.png", renditions: Fixture.complete), Fixture.row("scatter.jpg", size: 2_000_000),
      Fixture.row("half.png", age: 60, renditions: Fixture.renditions([.x8: .present])),
      Fixture.row("noise.jpg", failure: .damaged), Fixture.row("notes.txt", size: 10),
      Fixture.row("old.png", renditions: RenditionSet(repeating: .stale)),
    ])
    var query = RowQuery()
    query.filter = RowFilter(text)
    query.now = Fixture.now
    #expect(Self.keys(RowArrangement(query, of: table), table).map(\.string) == wanted)
  }

  @Test(arguments: ["state:nothing", "missing:7", "age<soon", "size>big", "err:", "err:zzz"]) func badTermsAreSaid(
    _ text: String
  ) {
    let filter = RowFilter(text)
    #expect(filter.isEmpty)
    #expect(filter.problems.count == 1)
  }

  @Test func caseBeyondASCII() {
    var table = RowTable()
    _ = table.upsert([Fixture.row("ÉTÉ.png"), Fixture.row("été.png")])
    var query = RowQuery()
    query.filter = RowFilter("été")
    #expect(RowArrangement(query, of: table).count(in: table) == 2)
    query.filter = RowFilter("ÉTÉ")
    #expect(RowArrangement(query, of: table).count(in: table) == 1)
  }

  @Test func matchesAreFoundForHighlighting() {
    #expect(RowFilter("a !b state:failed").matchRanges(in: "bAna/a.png") == [1..<2, 3..<4, 5..<6])
    #expect(RowFilter("A").matchRanges(in: "bAna") == [1..<2])
  }

  @Test func rowSets() {
    var set = RowSet()
    for value in [0, 63, 64, 5000] as [UInt32] { set.insert(RowID(rawValue: value)) }
    set.insert(RowID(rawValue: 63))
    #expect(set.count == 4)
    set.toggle(RowID(rawValue: 64))
    set.toggle(RowID(rawValue: 65))
    #expect(set.contains(RowID(rawValue: 65)) && !set.contains(RowID(rawValue: 64)) && set.count == 4)
    set.removeAll()
    #expect(set.isEmpty && !set.contains(RowID(rawValue: 0)))
  }
}
