/// What callers want often, made of the protocol's calls alone.
extension ObjectStore {
  /// An object's whole content, in chunks.
  package func get(_ key: ObjectKey) async throws(StoreError) -> ObjectContent {
    try await get(key, options: GetOptions())
  }

  /// An object's whole content in memory.
  ///
  /// - Parameter limit: most bytes to take. A larger object throws `tooLarge` without being read further.
  package func read(
    _ key: ObjectKey, limit: Int, options: GetOptions = GetOptions()
  ) async throws(StoreError) -> (head: ObjectHead, bytes: [UInt8]) {
    let content = try await get(key, options: options)
    var bytes: [UInt8] = []
    let announced = options.bytes(of: content.head.summary.size).map { $0.upperBound - $0.lowerBound }
    if let announced, announced > limit {
      throw StoreError(operation: .get, key: key.string, reason: .tooLarge(limit: limit))
    }
    // The size a store announces is a hint: what arrives is what counts.
    bytes.reserveCapacity(Int(announced ?? 0))
    for try await chunk in content.chunks {
      guard chunk.count <= limit - bytes.count else {
        throw StoreError(operation: .get, key: key.string, reason: .tooLarge(limit: limit))
      }
      bytes += chunk
    }
    return (content.head, bytes)
  }

  @discardableResult
  package func put(
    _ key: ObjectKey, _ bytes: [UInt8], options: PutOptions = PutOptions()
  ) async throws(StoreError) -> String {
    try await put(key, content: .bytes(bytes), options: options)
  }

  /// Removes objects one after the other.
  package func delete(_ keys: [ObjectKey]) async -> [StoreError] {
    var errors: [StoreError] = []
    for key in keys {
      do throws(StoreError) { try await delete(key) } catch { errors.append(error) }
    }
    return errors
  }

  /// The objects whose keys start with `prefix`, in key order.
  package func list(_ prefix: String) -> ObjectSummaries {
    ObjectSummaries(pages: list(ListRequest(prefix: prefix)))
  }

  /// Whether the object is there.
  package func contains(_ key: ObjectKey) async throws(StoreError) -> Bool {
    do {
      _ = try await head(key)
      return true
    } catch {
      if error.reason == .notFound { return false }
      throw error
    }
  }
}

/// The objects of a listing, one by one. Each iteration lists anew.
package struct ObjectSummaries: AsyncSequence, Sendable {
  package typealias Failure = StoreError
  private let pages: ListPages

  package init(pages: ListPages) {
    self.pages = pages
  }

  package func makeAsyncIterator() -> Iterator { Iterator(pages: pages.makeAsyncIterator()) }

  package struct Iterator: AsyncIteratorProtocol {
    private var pages: ListPages.Iterator
    private var objects: ArraySlice<ObjectSummary> = []

    init(pages: ListPages.Iterator) {
      self.pages = pages
    }

    package mutating func next() async throws(StoreError) -> ObjectSummary? { try await next(isolation: nil) }

    package mutating func next(isolation actor: isolated (any Actor)?) async throws(StoreError) -> ObjectSummary? {
      while objects.isEmpty {
        guard let page = try await pages.next(isolation: actor) else { return nil }
        objects = page.objects[...]
      }
      return objects.popFirst()
    }
  }
}
