import FoundationEssentials
import ObjectStore
package import Pipeline

/// The dead letters that were found, and how the list of them stands.
package struct RecordsState: Sendable {
  package enum Phase: Hashable, Sendable {
    /// Nobody has looked yet.
    case idle
    case looking
    case looked
  }

  /// What became of a letter that was redriven here.
  package enum End: Hashable, Sendable {
    case running
    /// With the reason, safe to show.
    case sent, failed(String), kept(String)
  }

  package internal(set) var phase = Phase.idle
  /// The newest look asked for; older answers are ignored.
  package internal(set) var generation = 0
  package private(set) var letters: [DeadLetter.Identity: ReadLetter] = [:]
  package internal(set) var ends: [DeadLetter.Identity: End] = [:]
  package internal(set) var problems: [LetterLook.Problem] = []
  package internal(set) var isCut = false

  /// The letters shown, in their order.
  package private(set) var shown: [DeadLetter.Identity] = []
  package internal(set) var marks: Set<DeadLetter.Identity> = []
  package private(set) var filterText = ""
  package private(set) var filter = LetterFilter()
  package private(set) var sort = LetterSort()
  package private(set) var lines = LineList()
  /// Where a range of marks began.
  var anchor: DeadLetter.Identity?
  package internal(set) var page: LetterPage?

  /// Most letters looked at.
  static let limit = 1000

  package init() {}

  package var isEmpty: Bool { letters.isEmpty }

  package var current: ReadLetter? {
    if let page { return letters[page.id] }
    return shown.indices.contains(lines.cursor) ? letters[shown[lines.cursor]] : nil
  }

  /// The marked letters, else the one the person is at, in the order of the list.
  var selection: [ReadLetter] {
    if page == nil, !marks.isEmpty {
      return letters.values.filter { marks.contains($0.letter.identity) }.sorted { sort.precedes($0, $1) }
    }
    return current.map { [$0] } ?? []
  }

  /// Whether one of the marked letters, else the one the person is at, could be redriven; nil where there is none.
  var canRedrive: Bool? {
    if page == nil, !marks.isEmpty { return marks.contains { ends[$0] != .running } }
    return current.map { ends[$0.letter.identity] != .running }
  }

  var range: ClosedRange<Int>? {
    guard let anchor, let start = shown.firstIndex(of: anchor) else { return nil }
    return min(start, lines.cursor)...max(start, lines.cursor)
  }

  /// When the oldest known letter came, in seconds since 1970.
  var oldest: Double? { letters.values.compactMap { $0.letter.time?.timeIntervalSince1970 }.min() }

  // MARK: - Changing

  mutating func take(_ look: LetterLook, now: Double, lines: Int) {
    phase = .looked
    problems = look.problems
    isCut = look.isCut
    // What lies in a place that does not answer is taken to lie there still.
    let silent = Set(look.problems.map(\.place))
    letters = letters.filter { silent.contains($0.key.place) }
      .merging(look.letters.map { ($0.letter.identity, $0) }) { _, new in new }
    marks.formIntersection(letters.keys)
    // What was said of a letter before is what this look shows.
    ends = ends.filter { $0.value == .running }
    if let page, letters[page.id] == nil { self.page = nil }
    arrange(now: now, lines: lines)
  }

  mutating func remove(_ id: DeadLetter.Identity, now: Double, lines: Int) {
    letters[id] = nil
    ends[id] = nil
    marks.remove(id)
    if page?.id == id { page = nil }
    arrange(now: now, lines: lines)
  }

  mutating func setFilter(_ text: String, now: Double, lines: Int) {
    filterText = text
    filter = LetterFilter(text)
    arrange(now: now, lines: lines)
  }

  mutating func setSort(_ sort: LetterSort, now: Double, lines: Int) {
    self.sort = sort
    arrange(now: now, lines: lines)
  }

  mutating func move(to index: Int, lines height: Int) { lines.move(to: index, count: shown.count, lines: height) }

  /// The cursor stays on its letter.
  private mutating func arrange(now: Double, lines height: Int) {
    let current = shown.indices.contains(lines.cursor) ? shown[lines.cursor] : nil
    shown = letters.values.filter { filter.matches($0, now: now) }.sorted { sort.precedes($0, $1) }
      .map(\.letter.identity)
    if let anchor, letters[anchor] == nil { self.anchor = nil }
    let index = current.flatMap { shown.firstIndex(of: $0) } ?? min(lines.cursor, shown.count - 1)
    lines.move(to: max(0, index), count: shown.count, lines: height)
  }
}

/// The page of one letter.
package struct LetterPage: Hashable, Sendable {
  package var id: DeadLetter.Identity
  package var scroll = 0
}

package struct LetterSort: Hashable, Sendable {
  package enum Column: String, CaseIterable, Hashable, Sendable {
    case age, name, cause, tries
  }

  package var column = Column.age
  package var reversed = false

  /// What a person looks for comes first: the newest, the most tries.
  func precedes(_ a: ReadLetter, _ b: ReadLetter) -> Bool {
    reversed ? comes(b, before: a) : comes(a, before: b)
  }

  private func comes(_ a: ReadLetter, before b: ReadLetter) -> Bool {
    switch column {
    case .age:
      let (x, y) = (time(a), time(b))
      if x != y { return x > y }
    case .name: break
    case .cause: if a.cause != b.cause { return a.cause < b.cause }
    case .tries: if a.attempts != b.attempts { return (a.attempts ?? 0) > (b.attempts ?? 0) }
    }
    let (x, y) = (a.name, b.name)
    return x != y ? x < y : a.letter.id < b.letter.id
  }

  private func time(_ letter: ReadLetter) -> Double { letter.letter.time?.timeIntervalSince1970 ?? 0 }

  /// Whether the values that are shown go down the list from great to small.
  var isDescending: Bool { column == .tries ? !reversed : reversed }
}

extension ReadLetter {
  /// What a list calls it: its first object, else another bucket's; else the beginning of what it says, where it lies in
  /// a queue and so has a meaningless name. Foreign text.
  var name: String {
    if let key = keys.first { return key.string }
    if let event = letter.events.first { return "s3://\(event.bucket)/\(event.key.string)" }
    let begin = letter.content.prefix(120).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    return letter.receives == nil || begin.isEmpty ? letter.id : begin
  }
}
