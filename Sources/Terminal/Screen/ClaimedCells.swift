/// Which cells of the screen ncurses does not know, because a picture was written past it: it would need a pair for each
/// two colours, which costs more than the picture itself.
struct ClaimedCells {
  /// Of each row, in no order; parts of a row that overlap or touch are one.
  private var parts: [[Range<Int>]]

  init(rows: Int) {
    parts = Array(repeating: [], count: rows)
  }

  /// The first claimed column of a row, if there is one.
  func first(in row: Int) -> Int? { parts[row].map(\.lowerBound).min() }

  /// Whether all of these columns are claimed.
  func holds(_ columns: Range<Int>, in row: Int) -> Bool {
    parts[row].contains { $0.lowerBound <= columns.lowerBound && columns.upperBound <= $0.upperBound }
  }

  mutating func claim(_ columns: Range<Int>, in row: Int) {
    var whole = columns
    // Joined until nothing touches any more: a part that grew may touch another.
    while let index = parts[row].firstIndex(where: {
      $0.lowerBound <= whole.upperBound && whole.lowerBound <= $0.upperBound
    }) {
      let part = parts[row].remove(at: index)
      whole = min(part.lowerBound, whole.lowerBound)..<max(part.upperBound, whole.upperBound)
    }
    parts[row].append(whole)
  }

  /// Forgets a row, and answers what was claimed in it.
  mutating func release(_ row: Int) -> [Range<Int>] {
    defer { parts[row] = [] }
    return parts[row]
  }
}
