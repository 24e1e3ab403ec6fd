import Testing

@testable import ObjectStore

@Suite("Scripted store")
struct ScriptedStoreTests {
  private let store = ScriptedStore(MemoryStore())

  @Test func failsAsOftenAsTold() async throws {
    let (a, b) = (try key("a"), try key("b"))
    store.fail(.put, key: "a", times: 2, with: .throttled)
    store.fail(.head, with: .accessDenied)
    #expect(await reason { try await store.put(a, [1]) } == .throttled)
    #expect(await reason { try await store.put(b, [1]) } == nil)
    #expect(await reason { try await store.put(a, [1]) } == .throttled)
    #expect(await reason { try await store.put(a, [1]) } == nil)
    #expect(await reason { _ = try await store.head(a) } == .accessDenied)
    store.calm()
    #expect(await reason { _ = try await store.head(a) } == nil)
    #expect(store.count(.put) == 4 && store.count(.put, key: "a") == 3 && store.count(.head) == 2)
    #expect(store.calls.map(\.operation) == [.put, .put, .put, .put, .head, .head])
  }

  @Test func breaksContent() async throws {
    let a = try key("a")
    try await store.put(a, [UInt8](repeating: 1, count: 1000))
    store.breakContent(key: "a", afterBytes: 300, times: 1, with: .timeout)
    var count = 0
    let content = try await store.get(a)
    do {
      for try await chunk in content.chunks { count += chunk.count }
      Issue.record("the content ended well")
    } catch {
      #expect(error.reason == .timeout)
    }
    #expect(count == 300)
    #expect(try await store.content(a).count == 1000)
  }

  @Test func failsAPageOfAListing() async throws {
    for number in 0..<10 { try await store.put(try key("\(number)"), [1]) }
    let pages = store.list(ListRequest(pageSize: 4))
    store.before { [store] call in
      if call.operation == .list && store.count(.list) == 2 {
        store.fail(.list, times: 1, with: .unavailable(detail: ""))
      }
    }
    var listed = 0
    var iterator = pages.makeAsyncIterator()
    listed += try await iterator.next()?.objects.count ?? 0
    #expect(await reason { _ = try await iterator.next() } == .unavailable(detail: ""))
    // The next ask goes on where it failed, as a retry would.
    listed += try await iterator.next()?.objects.count ?? 0
    #expect(listed == 8)
  }

  @Test func aWaitEndsWithItsTask() async throws {
    store.delay(.head, by: .seconds(3600))
    let task = Task { await reason { _ = try await store.head(try key("a")) } }
    task.cancel()
    #expect(await task.value == .cancelled)
  }

  @Test func isWatchedLikeItsBase() async throws {
    var changes = try store.changes(prefix: "").makeAsyncIterator()
    try await store.put(try key("a"), [1])
    store.base.overflowChanges()
    #expect(try await changes.next() == .overflow)
  }
}
