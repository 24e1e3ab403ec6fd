/// A set of rows, a bit for each: marks, and what a change touched.
package struct RowSet: Hashable, Sendable {
  private var words: [UInt64] = []
  package private(set) var count = 0

  package init() {}

  package var isEmpty: Bool { count == 0 }

  package func contains(_ id: RowID) -> Bool {
    let word = Int(id.rawValue >> 6)
    return word < words.count && words[word] >> UInt64(id.rawValue & 63) & 1 == 1
  }

  package mutating func insert(_ id: RowID) {
    guard !contains(id) else { return }
    let word = Int(id.rawValue >> 6)
    if word >= words.count { words.append(contentsOf: repeatElement(0, count: word + 1 - words.count)) }
    words[word] |= 1 << UInt64(id.rawValue & 63)
    count += 1
  }

  package mutating func remove(_ id: RowID) {
    guard contains(id) else { return }
    words[Int(id.rawValue >> 6)] &= ~(1 << UInt64(id.rawValue & 63))
    count -= 1
  }

  package mutating func toggle(_ id: RowID) {
    if contains(id) { remove(id) } else { insert(id) }
  }

  package mutating func removeAll() {
    words = []
    count = 0
  }
}
