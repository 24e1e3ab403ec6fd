/// For tests: a store in memory that keeps what is replaced and removed, and tags, as a bucket of S3 does.
package final class VersionedMemoryStore: VersionedStore, TaggedStore {
  private let base: MemoryStore
  private let state: Locked<State>

  private struct State {
    var versioning: BucketVersioning
    /// Newest first.
    var versions: [ObjectKey: [Version]] = [:]
    var tags: [ObjectKey: [ObjectTag]] = [:]
    var number = 0
  }

  private struct Version {
    var id: String
    /// Nil: a delete marker.
    var object: MemoryStore.StoredObject?
    var summary: ObjectSummary
  }

  package init(_ versioning: BucketVersioning = .enabled, base: MemoryStore = MemoryStore()) {
    self.base = base
    state = Locked(State(versioning: versioning))
  }

  package func set(_ versioning: BucketVersioning) { state.withLock { $0.versioning = versioning } }

  package func setTags(_ tags: [ObjectTag], of key: ObjectKey) { state.withLock { $0.tags[key] = tags } }

  // MARK: - As every store

  package func head(_ key: ObjectKey) async throws(StoreError) -> ObjectHead { try await base.head(key) }

  package func get(_ key: ObjectKey, options: GetOptions) async throws(StoreError) -> ObjectContent {
    guard let id = options.version else { return try await base.get(key, options: options) }
    guard let object = version(key, id)?.object else {
      throw StoreError(operation: .get, key: key.string, reason: .notFound)
    }
    return try MemoryStore.content(of: object, key, options)
  }

  package func put(_ key: ObjectKey, content: PutContent, options: PutOptions) async throws(StoreError) -> String {
    let etag = try await base.put(key, content: content, options: options)
    guard let object = base.stored(key) else { return etag }
    add(Version(id: "", object: object, summary: object.head.summary), to: key)
    return etag
  }

  package func delete(_ key: ObjectKey) async throws(StoreError) {
    for removal in await remove([key]) {
      if let error = removal.error { throw error }
    }
  }

  package func list(_ request: ListRequest) -> ListPages { base.list(request) }

  // MARK: - Versions

  package func versioning() async throws(StoreError) -> BucketVersioning { state.withLock { $0.versioning } }

  package func versions(of key: ObjectKey, limit: Int?) async throws(StoreError) -> [ObjectVersion] {
    let versions = state.withLock { $0.versions[key] ?? [] }
    return versions.prefix(max(1, limit ?? .max)).enumerated().map { index, version in
      ObjectVersion(
        id: version.id, summary: version.summary, isLatest: index == 0, isDeleteMarker: version.object == nil)
    }
  }

  package func remove(_ keys: [ObjectKey]) async -> [Removal] {
    var removals: [Removal] = []
    for key in keys {
      do throws(StoreError) { try await base.delete(key) } catch {
        removals.append(Removal(key: key, error: error))
        continue
      }
      let summary = ObjectSummary(key: key, size: 0, lastModified: base.date, etag: "")
      removals.append(Removal(key: key, marker: add(Version(id: "", object: nil, summary: summary), to: key)))
    }
    return removals
  }

  package func delete(_ key: ObjectKey, version id: String) async throws(StoreError) {
    let standing = state.withLock { state in
      state.versions[key]?.removeAll { $0.id == id }
      return state.versions[key]?.first?.object
    }
    base.place(standing, at: key)
  }

  package func restore(_ key: ObjectKey, version id: String) async throws(StoreError) -> String {
    guard let old = version(key, id)?.object else {
      throw StoreError(operation: .restore, key: key.string, reason: .notFound)
    }
    return try await put(
      key, content: .bytes(old.bytes),
      options: PutOptions(contentType: old.head.contentType, metadata: old.head.metadata))
  }

  package func tags(of key: ObjectKey) async throws(StoreError) -> [ObjectTag] {
    if base.stored(key) == nil { throw StoreError(operation: .tags, key: key.string, reason: .notFound) }
    return state.withLock { $0.tags[key] ?? [] }
  }

  private func version(_ key: ObjectKey, _ id: String) -> Version? {
    state.withLock { $0.versions[key]?.first { $0.id == id } }
  }

  /// - Returns: the version's ID; nil where none is kept.
  @discardableResult
  private func add(_ version: Version, to key: ObjectKey) -> String? {
    state.withLock { state in
      var version = version
      switch state.versioning {
      case .enabled:
        state.number += 1
        version.id = "version-\(state.number)"
      case .suspended, .never:
        version.id = "null"
        state.versions[key]?.removeAll { $0.id == "null" }
        // Without versions there is nothing to mark.
        if state.versioning == .never, version.object == nil { return nil }
      }
      state.versions[key, default: []].insert(version, at: 0)
      return version.id
    }
  }
}
