/// A store that refuses to be changed: `put` and `delete` throw `readOnly` without asking the one behind it.
package struct ReadOnlyStore<Base: ObjectStore>: ObjectStore {
  package let base: Base

  package init(_ base: Base) {
    self.base = base
  }

  package func head(_ key: ObjectKey) async throws(StoreError) -> ObjectHead { try await base.head(key) }

  package func get(_ key: ObjectKey, options: GetOptions) async throws(StoreError) -> ObjectContent {
    try await base.get(key, options: options)
  }

  package func put(
    _ key: ObjectKey, content: PutContent, options: PutOptions
  ) async throws(StoreError) -> String {
    throw StoreError(operation: .put, key: key.string, reason: .readOnly)
  }

  package func delete(_ key: ObjectKey) async throws(StoreError) {
    throw StoreError(operation: .delete, key: key.string, reason: .readOnly)
  }

  package func delete(_ keys: [ObjectKey]) async -> [StoreError] {
    keys.map { StoreError(operation: .delete, key: $0.string, reason: .readOnly) }
  }

  package func list(_ request: ListRequest) -> ListPages { base.list(request) }
}

extension ReadOnlyStore: WatchableStore where Base: WatchableStore {
  package func changes(prefix: String) throws(StoreError) -> StoreChanges { try base.changes(prefix: prefix) }
}

extension ReadOnlyStore: PartitionableStore where Base: PartitionableStore {}

extension ReadOnlyStore: PresigningStore where Base: PresigningStore {
  package func presignedURL(of key: ObjectKey, seconds: Int) async throws(StoreError) -> PresignedURL {
    try await base.presignedURL(of: key, seconds: seconds)
  }
}

extension ReadOnlyStore: VersionedStore where Base: VersionedStore {
  package func versioning() async throws(StoreError) -> BucketVersioning { try await base.versioning() }

  package func versions(of key: ObjectKey, limit: Int?) async throws(StoreError) -> [ObjectVersion] {
    try await base.versions(of: key, limit: limit)
  }

  package func remove(_ keys: [ObjectKey]) async -> [Removal] {
    keys.map { Removal(key: $0, error: StoreError(operation: .delete, key: $0.string, reason: .readOnly)) }
  }

  package func delete(_ key: ObjectKey, version: String) async throws(StoreError) {
    throw StoreError(operation: .deleteVersion, key: key.string, reason: .readOnly)
  }

  package func restore(_ key: ObjectKey, version: String) async throws(StoreError) -> String {
    throw StoreError(operation: .restore, key: key.string, reason: .readOnly)
  }
}

extension ReadOnlyStore: TaggedStore where Base: TaggedStore {
  package func tags(of key: ObjectKey) async throws(StoreError) -> [ObjectTag] { try await base.tags(of: key) }
}

extension ObjectStore {
  /// This store, refusing to be changed; still a `WatchableStore` where this one is.
  package var readOnly: any ObjectStore { ReadOnlyStore(self) }
}
