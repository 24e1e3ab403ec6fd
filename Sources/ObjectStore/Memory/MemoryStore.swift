package import FoundationEssentials

/// A store in memory: for tests, and for what needs no disk. Durable as long as it lives.
package final class MemoryStore: ObjectStore {
  private let state = Locked(State())
  private let now: @Sendable () -> Date

  private struct State {
    var objects: [ObjectKey: StoredObject] = [:]
    /// The keys of `objects`, in order.
    var keys: [ObjectKey] = []
    var version = 0
    var watchers: [Int: Watcher] = [:]
    var nextWatcher = 0

    func tell(_ change: StoreChange) {
      for watcher in watchers.values where change.key.string.utf8.hasPrefix(watcher.prefix) {
        watcher.mailbox.post([change])
      }
    }
  }

  struct StoredObject {
    var head: ObjectHead
    var bytes: [UInt8]
  }

  private struct Watcher {
    var prefix: [UInt8]
    var mailbox: ChangeMailbox
  }

  /// - Parameter now: gives objects their `lastModified`. Default: the clock.
  package init(now: @escaping @Sendable () -> Date = { Date() }) {
    self.now = now
  }

  package func head(_ key: ObjectKey) async throws(StoreError) -> ObjectHead { try object(key, .head).head }

  package func get(_ key: ObjectKey, options: GetOptions) async throws(StoreError) -> ObjectContent {
    try Self.content(of: try object(key, .get), key, options)
  }

  static func content(
    of object: StoredObject, _ key: ObjectKey, _ options: GetOptions
  ) throws(StoreError) -> ObjectContent {
    if let wanted = options.ifMatch, wanted != object.head.summary.etag {
      throw StoreError(operation: .get, key: key.string, reason: .preconditionFailed)
    }
    guard let range = options.bytes(of: Int64(object.bytes.count)) else {
      throw StoreError(operation: .get, key: key.string, reason: .invalidRange)
    }
    let rest = Locked(object.bytes[Int(range.lowerBound)..<Int(range.upperBound)])
    return ObjectContent(
      head: object.head,
      chunks: ByteChunks { () throws(StoreError) in
        try Self.checkCancellation(.get, key.string)
        return rest.withLock { rest in
          let chunk = rest.prefix(256 << 10)
          rest = rest.dropFirst(chunk.count)
          return chunk.isEmpty ? nil : Array(chunk)
        }
      })
  }

  @discardableResult
  package func put(
    _ key: ObjectKey, content: PutContent, options: PutOptions
  ) async throws(StoreError) -> String {
    try Self.checkCancellation(.put, key.string)
    if let fault = options.fault {
      throw StoreError(operation: .put, key: key.string, reason: .other(detail: fault))
    }
    let bytes: [UInt8]
    let source = try PutSource(content, key)
    do { bytes = try source.bytes() } catch { throw error.error(.put, key.string) }
    let date = now()
    return state.withLock { state in
      state.version += 1
      let summary = ObjectSummary(
        key: key, size: Int64(bytes.count), lastModified: date, etag: "memory-\(state.version)")
      let head = ObjectHead(summary: summary, contentType: options.contentType, metadata: options.metadata)
      if state.objects.updateValue(StoredObject(head: head, bytes: bytes), forKey: key) == nil {
        state.keys.insert(key, at: state.keys.partition { $0 < key })
      }
      state.tell(StoreChange(key: key, kind: .written))
      return summary.etag
    }
  }

  package func delete(_ key: ObjectKey) async throws(StoreError) {
    try Self.checkCancellation(.delete, key.string)
    state.withLock { state in
      guard state.objects.removeValue(forKey: key) != nil else { return }
      state.keys.remove(at: state.keys.partition { $0 < key })
      state.tell(StoreChange(key: key, kind: .removed))
    }
  }

  package func list(_ request: ListRequest) -> ListPages {
    let filter = ListFilter(request)
    return ListPages { [self] in
      let place = Locked(Place(filter))
      return { () throws(StoreError) in
        try Self.checkCancellation(.list, request.prefix)
        return place.withLock { place in self.page(&place, filter) }
      }
    }
  }

  /// Where a listing goes on.
  private struct Place {
    /// All keys up to and with this one are done with.
    var after: [UInt8]?
    /// As are all that start with this.
    var rolled: [UInt8]?

    init(_ filter: ListFilter) {
      after = filter.startAfter
    }
  }

  private func page(_ place: inout Place, _ filter: ListFilter) -> ListPage? {
    var builder = PageBuilder(size: filter.pageSize)
    state.withLock { state in
      var index = state.keys.partition { key in
        let key = key.string.utf8
        if let after = place.after, !after.lexicographicallyPrecedes(key) { return true }
        return key.lexicographicallyPrecedes(filter.prefix)
      }
      while !builder.isFull {
        if let rolled = place.rolled {
          index = state.keys.partition(from: index) { key in
            key.string.utf8.lexicographicallyPrecedes(rolled) || key.string.utf8.hasPrefix(rolled)
          }
        }
        guard index < state.keys.count, state.keys[index].string.utf8.hasPrefix(filter.prefix) else { break }
        let key = state.keys[index]
        let bytes = Array(key.string.utf8)
        if let common = filter.commonPrefix(of: bytes) {
          place.rolled = Array(common)
          builder.append(commonPrefix: common)
        } else if let object = state.objects[key] {
          builder.append(object.head.summary)
        }
        place.after = bytes
        index += 1
      }
    }
    return builder.isEmpty ? nil : builder.page
  }

  /// What the clock says.
  var date: Date { now() }

  /// What stands under a key.
  func stored(_ key: ObjectKey) -> StoredObject? { state.withLock { $0.objects[key] } }

  /// Makes an object stand that stood before, as it was; nil: none.
  func place(_ object: StoredObject?, at key: ObjectKey) {
    state.withLock { state in
      let old = state.objects[key]
      state.objects[key] = object
      let index = state.keys.partition { $0 < key }
      if old == nil, object != nil { state.keys.insert(key, at: index) }
      if old != nil, object == nil { state.keys.remove(at: index) }
      if old != nil || object != nil { state.tell(StoreChange(key: key, kind: object == nil ? .removed : .written)) }
    }
  }

  private func object(_ key: ObjectKey, _ operation: StoreError.Operation) throws(StoreError) -> StoredObject {
    try Self.checkCancellation(operation, key.string)
    guard let object = state.withLock({ $0.objects[key] }) else {
      throw StoreError(operation: operation, key: key.string, reason: .notFound)
    }
    return object
  }

  private static func checkCancellation(_ operation: StoreError.Operation, _ key: String) throws(StoreError) {
    if Task.isCancelled { throw StoreError(operation: operation, key: key, reason: .cancelled) }
  }
}

extension MemoryStore: WatchableStore {
  package func changes(prefix: String) throws(StoreError) -> StoreChanges {
    let mailbox = ChangeMailbox()
    let id = state.withLock { state in
      state.nextWatcher += 1
      state.watchers[state.nextWatcher] = Watcher(prefix: Array(prefix.utf8), mailbox: mailbox)
      return state.nextWatcher
    }
    return StoreChanges(mailbox: mailbox) { [weak self] in
      self?.state.withLock { $0.watchers[id] = nil }
    }
  }

  /// How many are watching.
  var watcherCount: Int { state.withLock { $0.watchers.count } }

  /// Tells every watcher that changes were lost, as a busy disk would.
  package func overflowChanges() {
    state.withLock { state in
      for watcher in state.watchers.values { watcher.mailbox.postOverflow() }
    }
  }
}

extension [ObjectKey] {
  /// The first index from `start` on whose key does not satisfy `isBefore`, in an array where none does after it.
  fileprivate func partition(from start: Int = 0, isBefore: (ObjectKey) -> Bool) -> Int {
    var low = start
    var high = count
    while low < high {
      let middle = low + (high - low) / 2
      if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
