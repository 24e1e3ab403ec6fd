/// For tests: a store that passes every call on to another one, counts it, and fails, waits or asks first where it
/// was told to.
///
///     let store = ScriptedStore(MemoryStore())
///     store.fail(.put, key: "a.png", times: 2, with: .throttled)
///     store.delay(.get, by: .milliseconds(20))
///     store.before { call in await gate.wait() }
///     store.count(.put)
///
/// Rules are asked in the order they were given; the first that matches a call and is not used up makes it fail.
package final class ScriptedStore<Base: ObjectStore>: ObjectStore {
  package let base: Base
  private let state = Locked(State())

  /// A call as rules see it. For `list`, one call is one page, and `key` the prefix.
  package struct Call: Hashable, Sendable {
    package var operation: StoreError.Operation
    package var key: String
  }

  private struct Rule {
    var operation: StoreError.Operation
    var matches: @Sendable (String) -> Bool
    var left: Int
    var afterBytes: Int?
    var reason: StoreError.Reason
  }

  private struct State {
    var rules: [Rule] = []
    var delays: [StoreError.Operation: Duration] = [:]
    var calls: [Call] = []
    var running = 0
    var mostRunning = 0
    var before: (@Sendable (Call) async -> Void)?
  }

  package init(_ base: Base) {
    self.base = base
  }

  /// Makes the next `times` calls fail.
  ///
  /// - Parameters:
  ///   - key: only calls with this key; nil is any. For `list`, the prefix.
  ///   - times: default: all.
  package func fail(
    _ operation: StoreError.Operation, key: String? = nil, times: Int = .max, with reason: StoreError.Reason
  ) {
    fail(operation, where: { key == nil || $0 == key }, times: times, with: reason)
  }

  package func fail(
    _ operation: StoreError.Operation, where matches: @escaping @Sendable (String) -> Bool, times: Int = .max,
    with reason: StoreError.Reason
  ) {
    add(Rule(operation: operation, matches: matches, left: times, afterBytes: nil, reason: reason))
  }

  /// Makes the content of the next `times` gets break off once `bytes` bytes have come.
  package func breakContent(
    key: String? = nil, afterBytes bytes: Int, times: Int = .max, with reason: StoreError.Reason
  ) {
    add(
      Rule(
        operation: .get, matches: { key == nil || $0 == key }, left: times, afterBytes: bytes, reason: reason))
  }

  /// Makes calls wait first; cancelling ends the wait.
  package func delay(_ operation: StoreError.Operation, by duration: Duration) {
    state.withLock { $0.delays[operation] = duration }
  }

  /// Runs before each call, after it was counted: a place for gates and for changes behind the caller's back.
  package func before(_ hook: @escaping @Sendable (Call) async -> Void) {
    state.withLock { $0.before = hook }
  }

  /// Takes back all rules, delays and hooks; what was counted stays.
  package func calm() {
    state.withLock { state in
      state.rules = []
      state.delays = [:]
      state.before = nil
    }
  }

  /// All calls so far, in order, failed ones too.
  package var calls: [Call] { state.withLock { $0.calls } }

  package func count(_ operation: StoreError.Operation, key: String? = nil) -> Int {
    state.withLock { state in
      state.calls.count { $0.operation == operation && (key == nil || $0.key == key) }
    }
  }

  /// The most calls that were under way at one time.
  package var mostConcurrentCalls: Int { state.withLock { $0.mostRunning } }

  package func head(_ key: ObjectKey) async throws(StoreError) -> ObjectHead {
    try await pass(.head, key.string) { () async throws(StoreError) in try await base.head(key) }
  }

  package func get(_ key: ObjectKey, options: GetOptions) async throws(StoreError) -> ObjectContent {
    let content = try await pass(.get, key.string) { () async throws(StoreError) in
      try await base.get(key, options: options)
    }
    guard let rule = take(.get, key.string, breaking: true), let bytes = rule.afterBytes else { return content }
    let broken = BrokenContent(
      chunks: content.chunks.makeAsyncIterator(), left: bytes,
      error: StoreError(operation: .get, key: key.string, reason: rule.reason))
    return ObjectContent(
      head: content.head, chunks: ByteChunks { () async throws(StoreError) in try await broken.next() })
  }

  @discardableResult
  package func put(
    _ key: ObjectKey, content: PutContent, options: PutOptions
  ) async throws(StoreError) -> String {
    try await pass(.put, key.string) { () async throws(StoreError) in
      try await base.put(key, content: content, options: options)
    }
  }

  package func delete(_ key: ObjectKey) async throws(StoreError) {
    try await pass(.delete, key.string) { () async throws(StoreError) in try await base.delete(key) }
  }

  package func list(_ request: ListRequest) -> ListPages {
    let pages = base.list(request)
    return ListPages { [self] in
      let iterator = pages.makeAsyncIterator()
      return { () async throws(StoreError) in
        try await self.pass(.list, request.prefix) { () async throws(StoreError) in
          var iterator = iterator
          return try await iterator.next()
        }
      }
    }
  }

  private func add(_ rule: Rule) { state.withLock { $0.rules.append(rule) } }

  private func take(_ operation: StoreError.Operation, _ key: String, breaking: Bool) -> Rule? {
    state.withLock { state in
      for index in state.rules.indices {
        let rule = state.rules[index]
        guard rule.operation == operation, rule.left > 0, (rule.afterBytes != nil) == breaking, rule.matches(key)
        else { continue }
        state.rules[index].left -= 1
        return rule
      }
      return nil
    }
  }

  private func pass<Result: Sendable>(
    _ operation: StoreError.Operation, _ key: String, _ body: () async throws(StoreError) -> Result
  ) async throws(StoreError) -> Result {
    let call = Call(operation: operation, key: key)
    let (delay, hook) = state.withLock { state in
      state.calls.append(call)
      state.running += 1
      state.mostRunning = max(state.mostRunning, state.running)
      return (state.delays[operation], state.before)
    }
    defer { state.withLock { $0.running -= 1 } }
    await hook?(call)
    if let delay {
      do { try await Task.sleep(for: delay) } catch {
        throw StoreError(operation: operation, key: key, reason: .cancelled)
      }
    }
    if let rule = take(operation, key, breaking: false) {
      throw StoreError(operation: operation, key: key, reason: rule.reason)
    }
    return try await body()
  }
}

extension ScriptedStore: WatchableStore where Base: WatchableStore {
  package func changes(prefix: String) throws(StoreError) -> StoreChanges { try base.changes(prefix: prefix) }
}

/// Content that ends in an error.
private actor BrokenContent {
  private let chunks: ByteChunks.Iterator
  private var left: Int
  private let error: StoreError

  init(chunks: ByteChunks.Iterator, left: Int, error: StoreError) {
    self.chunks = chunks
    self.left = left
    self.error = error
  }

  func next() async throws(StoreError) -> [UInt8]? {
    if left == 0 { throw error }
    var chunks = chunks
    guard let chunk = try await chunks.next() else { throw error }
    let part = chunk.prefix(left)
    left -= part.count
    return Array(part)
  }
}
