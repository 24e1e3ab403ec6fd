package import Pipeline

/// A list of rows with its filter, order, cursor and scroll. Position is held by object: it survives whatever the
/// table does.
package struct ObjectList: Sendable {
  package internal(set) var query: RowQuery
  package internal(set) var filterText = ""
  package internal(set) var arrangement: RowArrangement
  /// The newest arrangement asked for; older answers are ignored.
  package internal(set) var generation = 0
  package internal(set) var isArranging = false
  /// What changed since the snapshot that is being arranged.
  private var behind = RowSet()
  private var behindIDs: [RowID] = []

  package internal(set) var cursor = 0
  package private(set) var cursorID: RowID?
  /// The index of the first line shown.
  package internal(set) var top = 0
  /// Where a range of marks began.
  package internal(set) var anchor: RowID?

  /// Tables up to this many rows are arranged at once; greater ones elsewhere, while keys go on.
  static let immediate = 4000

  package init(scope: ObjectState? = nil) {
    query = RowQuery(scope: scope)
    arrangement = scope == nil ? .plain : .rows([])
  }

  package func count(in table: RowTable) -> Int { arrangement.count(in: table) }

  /// Moves the cursor, within the list.
  mutating func move(to index: Int, in table: RowTable, lines: Int) {
    let count = count(in: table)
    cursor = max(0, min(index, count - 1))
    cursorID = arrangement.row(at: cursor, in: table)
    reveal(lines: lines, count: count)
  }

  /// Scrolls as little as shows the cursor.
  mutating func reveal(lines: Int, count: Int) {
    let lines = max(1, lines)
    if cursor < top { top = cursor }
    if cursor >= top + lines { top = cursor - lines + 1 }
    top = max(0, min(top, count - lines))
  }

  /// Asks for a new arrangement: done here for small tables, else an effect.
  mutating func arrange(_ table: RowTable, now: Double, view: ConsoleView, lines: Int) -> [ConsoleEffect] {
    query.now = now
    generation += 1
    if query.isPlain || table.count <= Self.immediate {
      isArranging = false
      settle(RowArrangement(query, of: table), in: table, lines: lines)
      return []
    }
    isArranging = true
    behind = RowSet()
    behindIDs = []
    return [.arrange(ArrangeRequest(view: view, generation: generation, query: query, table: table))]
  }

  /// An arrangement made elsewhere has come.
  mutating func arranged(_ result: RowArrangement, generation: Int, table: RowTable, lines: Int) {
    guard generation == self.generation, isArranging else { return }
    isArranging = false
    var result = result
    if !behindIDs.isEmpty {
      var changes = RowTable.Changes()
      for id in behindIDs {
        if table.holds(id) { changes.updated.append(id) } else { changes.removed.append(id) }
      }
      result.follow(changes, in: table, query: query)
    }
    behind = RowSet()
    behindIDs = []
    settle(result, in: table, lines: lines)
  }

  private mutating func settle(_ result: RowArrangement, in table: RowTable, lines: Int) {
    arrangement = result
    let count = count(in: table)
    if let id = cursorID, table.holds(id) {
      let place = arrangement.place(of: id, in: table, sort: query.sort)
      cursor = place.found ? place.index : 0
    } else {
      cursor = 0
    }
    cursor = max(0, min(cursor, count - 1))
    cursorID = arrangement.row(at: cursor, in: table)
    top = max(0, min(top, cursor))
    reveal(lines: lines, count: count)
  }

  /// Follows a change of the table; the line under the cursor keeps its place on the screen.
  mutating func follow(_ changes: RowTable.Changes, in table: RowTable, lines: Int) {
    guard !changes.isEmpty else { return }
    if isArranging {
      for id in changes.inserted + changes.updated + changes.removed where !behind.contains(id) {
        behind.insert(id)
        behindIDs.append(id)
      }
    }
    let offset = cursor - top
    arrangement.follow(changes, in: table, query: query)
    let count = count(in: table)
    if let id = cursorID, !changes.removed.contains(id), table.holds(id) {
      let place = arrangement.place(of: id, in: table, sort: query.sort)
      if place.found {
        cursor = place.index
        top = max(0, cursor - offset)
      }
    }
    cursor = max(0, min(cursor, count - 1))
    cursorID = arrangement.row(at: cursor, in: table)
    if let anchor, changes.removed.contains(anchor) { self.anchor = nil }
    reveal(lines: lines, count: count)
  }

  /// The rows between the beginning of the range and the cursor.
  func range(in table: RowTable) -> Range<Int>? {
    guard let anchor else { return nil }
    let place = arrangement.place(of: anchor, in: table, sort: query.sort)
    guard place.found else { return nil }
    return min(place.index, cursor)..<max(place.index, cursor) + 1
  }
}
