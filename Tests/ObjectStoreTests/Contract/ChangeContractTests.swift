import Glibc
import ObjectStore
import Testing

/// What every store that can be watched promises.
@Suite("Store contract: changes", .timeLimit(.minutes(10)))
struct ChangeContractTests {
  @Test(arguments: StoreMaker.watchable)
  func tellsOfWritesAndRemovals(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = try made.watchable
    try await store.put(try key("before"), [1])
    var changes = try store.changes(prefix: "").makeAsyncIterator()
    try await store.put(try key("a"), [1])
    #expect(try await changes.next() == .changes([StoreChange(key: try key("a"), kind: .written)]))
    try await store.put(try key("a"), [2])
    #expect(try await changes.next() == .changes([StoreChange(key: try key("a"), kind: .written)]))
    try await store.delete(try key("a"))
    #expect(try await changes.next() == .changes([StoreChange(key: try key("a"), kind: .removed)]))
    try await store.delete(try key("before"))
    #expect(try await changes.next() == .changes([StoreChange(key: try key("before"), kind: .removed)]))
  }

  @Test(arguments: StoreMaker.watchable)
  func followsEveryKey(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = try made.watchable
    // Watching a chain of a thousand folders works, but slowly in a debug build.
    let keys = HostileKeys.unique(HostileKeys.handmade).filter { key in key.string.utf8.count { $0 == 0x2F } < 100 }
    var log = ChangeLog(try store.changes(prefix: ""))
    for k in keys { try await store.put(k, [1]) }
    try await log.read { state in keys.allSatisfy { state[$0] == .written } }
    #expect(firstDifference(log.state.keys.sorted(), keys) == nil)
    for k in keys { try await store.delete(k) }
    try await log.read { state in keys.allSatisfy { state[$0] == .removed } }
  }

  @Test(arguments: StoreMaker.watchable)
  func tellsOnlyOfItsPrefix(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = try made.watchable
    var log = ChangeLog(try store.changes(prefix: "a/b"))
    for text in ["a", "a/a", "a/b", "a/b/c", "a/bc/d/e", "a/c/b", "b/a/b", "z"] {
      try await store.put(try key(text), [1])
    }
    let wanted = try ["a/b", "a/b/c", "a/bc/d/e"].map { try key($0) }
    try await log.read { state in wanted.allSatisfy { state[$0] == .written } }
    #expect(log.state.keys.sorted() == wanted)
  }

  @Test(arguments: StoreMaker.watchable)
  func aBurstGivesFewBatches(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = try made.watchable
    var log = ChangeLog(try store.changes(prefix: ""))
    let keys = try (0..<2000).map { try key("folder \($0 % 7)/\($0)") }
    for k in keys { try await store.put(k, [1]) }
    try await log.read { state in state.count == keys.count }
    // Nobody was listening meanwhile, so all of it melts together.
    #expect(log.batches < 40)
  }

  @Test(arguments: StoreMaker.watchable)
  func cancellingEndsTheIteration(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = try made.watchable
    let changes = try store.changes(prefix: "")
    let task = Task {
      var count = 0
      for try await _ in changes { count += 1 }
      return count
    }
    task.cancel()
    #expect(try await task.value == 0)
    // The store goes on without it.
    try await store.put(try key("a"), [1])
  }

  @Test(arguments: StoreMaker.watchable)
  func everyWatcherIsTold(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = try made.watchable
    var first = try store.changes(prefix: "").makeAsyncIterator()
    let wrapped = try #require(store.readOnly as? any WatchableStore)
    var second = try wrapped.changes(prefix: "a").makeAsyncIterator()
    try await store.put(try key("a"), [1])
    let expected = StoreChangeBatch.changes([StoreChange(key: try key("a"), kind: .written)])
    #expect(try await first.next() == expected)
    #expect(try await second.next() == expected)
  }
}

/// What was told so far, key by key.
struct ChangeLog {
  private var iterator: StoreChanges.Iterator
  private(set) var state: [ObjectKey: StoreChange.Kind] = [:]
  private(set) var batches = 0
  private(set) var overflows = 0

  init(_ changes: StoreChanges) {
    iterator = changes.makeAsyncIterator()
  }

  /// Reads batches until `isDone`.
  mutating func read(until isDone: ([ObjectKey: StoreChange.Kind]) -> Bool) async throws {
    while !isDone(state) { try await readOne() }
  }

  mutating func readOverflow() async throws {
    let before = overflows
    while overflows == before { try await readOne() }
  }

  private mutating func readOne() async throws {
    let batch = try #require(try await iterator.next(), "the changes ended")
    batches += 1
    switch batch {
    case .overflow: overflows += 1
    case .changes(let changes):
      #expect(!changes.isEmpty)
      #expect(changes.map(\.key) == changes.map(\.key).sorted())
      for change in changes { state[change.key] = change.kind }
    }
  }
}
