package import Pipeline
import PixelEngine

/// Which rows a list shows, and in what order.
package struct RowQuery: Hashable, Sendable {
  /// The rows the view is about; nil is all.
  package var scope: ObjectState?
  /// The state filter of the person; nil is all.
  package var state: ObjectState?
  package var filter = RowFilter()
  package var sort = RowSort()
  /// For ages, in seconds since 1970; set when the rows are arranged.
  package var now = 0.0

  package init(scope: ObjectState? = nil) {
    self.scope = scope
  }

  /// Every row in key order: the table itself.
  var isPlain: Bool { scope == nil && state == nil && filter.isEmpty && sort == RowSort() }

  func matches(_ id: RowID, in table: RowTable) -> Bool {
    if let scope, table[id].state != scope { return false }
    if let state, table[id].state != state { return false }
    return filter.isEmpty || filter.matches(id, in: table, now: now)
  }
}

package struct RowSort: Hashable, Sendable {
  package enum Column: String, CaseIterable, Hashable, Sendable {
    case name, size, age, state, missing, failure
  }

  package var column = Column.name
  package var reversed = false

  package init(_ column: Column = .name, reversed: Bool = false) {
    self.column = column
    self.reversed = reversed
  }

  /// Whether the values that are shown go down the list from great to small.
  package var isDescending: Bool {
    switch column {
    case .size, .missing: !reversed
    // The newest is the one of the smallest age, and of states the worst comes first.
    case .name, .age, .state, .failure: reversed
    }
  }

  private static let failureRanks = Dictionary(
    uniqueKeysWithValues: FailureCode.allCases.enumerated().map { ($1, Int64($0)) })

  /// What comes first is smaller: what a person looks for comes first (biggest, newest, worst, least complete).
  func value(_ record: RowRecord) -> Int64 {
    switch column {
    case .name: 0
    case .size: -record.size
    case .age: -Int64(record.modified.isFinite ? min(max(record.modified * 1000, -9e15), 9e15) : 0)
    case .state:
      switch record.state {
      case .failed: 0
      case .partial: 1
      case .stale: 2
      case .pending, .running, .queued: 3
      case .unsupported: 4
      case .complete: 5
      }
    case .missing: -Int64(record.renditions.count(.missing))
    // Of one kind together, those without one last.
    case .failure: record.failure.flatMap { Self.failureRanks[$0] } ?? .max
    }
  }
}

/// What a row is sorted by: its value, then its place among all by key. Small, for a million are sorted at once.
private struct SortKey: Comparable {
  var value: Int64
  var place: UInt32

  static func < (a: Self, b: Self) -> Bool { a.value != b.value ? a.value < b.value : a.place < b.place }
}

/// The rows of a list in its order: the answer to a query, kept up to date as the table changes.
package enum RowArrangement: Sendable {
  /// As the table has them.
  case plain
  case rows([RowID])

  package func count(in table: RowTable) -> Int {
    switch self {
    case .plain: table.count
    case .rows(let rows): rows.count
    }
  }

  package func row(at index: Int, in table: RowTable) -> RowID? {
    switch self {
    case .plain: table.order.indices.contains(index) ? table.order[index] : nil
    case .rows(let rows): rows.indices.contains(index) ? rows[index] : nil
    }
  }

  package func slice(_ range: Range<Int>, in table: RowTable) -> ArraySlice<RowID> {
    switch self {
    case .plain: table.order[range.clamped(to: table.order.indices)]
    case .rows(let rows): rows[range.clamped(to: rows.indices)]
    }
  }

  /// Arranges all rows anew.
  ///
  /// - Parameter isCancelled: asked now and then; the result is worthless once it says so.
  package init(_ query: RowQuery, of table: RowTable, isCancelled: () -> Bool = { false }) {
    if query.isPlain {
      self = .plain
      return
    }
    var rows: [RowID] = []
    for (i, id) in table.order.enumerated() {
      if i & 0xFFF == 0, isCancelled() { break }
      if query.matches(id, in: table) { rows.append(id) }
    }
    if query.sort.column != .name {
      // Found in key order, so the place breaks ties by key without comparing one.
      var keyed: [SortKey] = []
      keyed.reserveCapacity(rows.count)
      for (place, id) in rows.enumerated() {
        keyed.append(SortKey(value: query.sort.value(table[id]), place: UInt32(place)))
      }
      keyed.sort()
      rows = keyed.map { rows[Int($0.place)] }
    }
    if query.sort.reversed { rows.reverse() }
    self = .rows(rows)
  }

  /// Where a row stands, or would stand.
  package func place(of id: RowID, in table: RowTable, sort: RowSort) -> (index: Int, found: Bool) {
    let rows: [RowID]
    switch self {
    case .plain: rows = table.order
    case .rows(let own): rows = own
    }
    let value = sort.value(table[id])
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if rows[middle] == id { return (middle, true) }
      if Self.precedes(rows[middle], id, value: value, in: table, sort: sort) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return (low, false)
  }

  /// Whether `a` comes before `b`, whose sort value is `value`.
  private static func precedes(_ a: RowID, _ b: RowID, value: Int64, in table: RowTable, sort: RowSort) -> Bool {
    let own = sort.value(table[a])
    if own != value { return (own < value) != sort.reversed }
    return (table.compareKeys(a, b) < 0) != sort.reversed
  }

  /// Brings the list up to date with rows that came, changed or went.
  ///
  /// The rows of `updated` and `removed` are looked for in the list; those of `inserted` are not.
  package mutating func follow(_ changes: RowTable.Changes, in table: RowTable, query: RowQuery) {
    guard case .rows(var rows) = self else { return }
    // The list is about to change in place: let go of the other reference to it.
    self = .plain
    if !changes.updated.isEmpty || !changes.removed.isEmpty {
      var gone = RowSet()
      for id in changes.updated { gone.insert(id) }
      for id in changes.removed { gone.insert(id) }
      rows.removeAll { gone.contains($0) }
    }
    let arriving = (changes.updated + changes.inserted).filter { query.matches($0, in: table) }
    if !arriving.isEmpty { Self.merge(arriving, into: &rows, in: table, sort: query.sort) }
    self = .rows(rows)
  }

  private static func merge(_ arriving: [RowID], into rows: inout [RowID], in table: RowTable, sort: RowSort) {
    let arriving = arriving.sorted { precedes($0, $1, value: sort.value(table[$1]), in: table, sort: sort) }
    if let last = rows.last, let first = arriving.first,
      precedes(last, first, value: sort.value(table[first]), in: table, sort: sort)
    {
      rows += arriving
      return
    }
    var merged: [RowID] = []
    merged.reserveCapacity(rows.count + arriving.count)
    var rest = rows[...]
    for id in arriving {
      // All that come before it go over in one piece.
      var low = rest.startIndex
      var high = rest.endIndex
      let value = sort.value(table[id])
      while low < high {
        let middle = (low + high) / 2
        if precedes(rest[middle], id, value: value, in: table, sort: sort) { low = middle + 1 } else { high = middle }
      }
      merged += rest[..<low]
      rest = rest[low...]
      merged.append(id)
    }
    rows = merged + rest
  }
}
