package import FoundationEssentials

/// A store that gives out links by which anybody may read an object for a while.
package protocol PresigningStore: ObjectStore {
  /// - Parameter seconds: how long the link is good, 1 to 604,800 (a week); what is outside counts as the nearest. Ends sooner where the credentials do.
  func presignedURL(of key: ObjectKey, seconds: Int) async throws(StoreError) -> PresignedURL
}

package struct PresignedURL: Hashable, Sendable {
  /// A secret as long as it is good: shown to who asked for it, never logged.
  package var url: String
  package var expires: Date

  package init(url: String, expires: Date) {
    self.url = url
    self.expires = expires
  }
}

/// A store that may keep what was replaced or removed.
package protocol VersionedStore: ObjectStore {
  /// Whether it does.
  func versioning() async throws(StoreError) -> BucketVersioning

  /// The versions of an object, newest first; a single one, named `null`, where the bucket keeps none.
  ///
  /// - Parameter limit: most versions told, 1 or more; nil: all.
  func versions(of key: ObjectKey, limit: Int?) async throws(StoreError) -> [ObjectVersion]

  /// As `delete`, telling of each object, in the order of the keys, what became of it.
  func remove(_ keys: [ObjectKey]) async -> [Removal]

  /// Removes one version of an object for good; one that is not there is no error. Removing the delete marker that
  /// stands brings back what stood before it.
  func delete(_ key: ObjectKey, version: String) async throws(StoreError)

  /// Makes a copy of an old version the one that stands, without its content passing through here: content type, metadata,
  /// tags and storage class are the old version's. The one that stood is kept as a version.
  ///
  /// - Returns: the ETag of what stands now.
  /// - Throws: `tooLarge` for one of more than `ObjectVersion.maximumCopyBytes`.
  @discardableResult
  func restore(_ key: ObjectKey, version: String) async throws(StoreError) -> String
}

extension VersionedStore {
  package func versions(of key: ObjectKey) async throws(StoreError) -> [ObjectVersion] {
    try await versions(of: key, limit: nil)
  }
}

/// Whether a bucket keeps what is replaced or removed.
package enum BucketVersioning: Hashable, Sendable {
  /// It never did.
  case never
  case enabled
  /// It did; what was kept is still there.
  case suspended
}

/// What became of an object that was to be removed.
package struct Removal: Hashable, Sendable {
  package var key: ObjectKey
  /// Nil: it does not stand any more.
  package var error: StoreError?
  /// The version ID of the delete marker that was put over it: what it was is kept, and stands again once this is
  /// removed. Nil where nothing is kept, and where the store does not say.
  package var marker: String?

  package init(key: ObjectKey, error: StoreError? = nil, marker: String? = nil) {
    self.key = key
    self.error = error
    self.marker = marker
  }
}

extension ObjectStore {
  /// Removes objects and tells of each what became of it, delete markers as far as the store knows of such.
  package func removals(_ keys: [ObjectKey]) async -> [Removal] {
    if let versioned = self as? any VersionedStore { return await versioned.remove(keys) }
    let errors = await delete(keys)
    let byKey = Dictionary(errors.map { ($0.key, $0) }) { first, _ in first }
    // An error without a key of ours is about the whole call.
    let known = Set(keys.map(\.string))
    let whole = errors.first { !known.contains($0.key) }
    return keys.map { Removal(key: $0, error: byKey[$0.string] ?? whole) }
  }
}

/// A store whose objects may carry tags.
package protocol TaggedStore: ObjectStore {
  /// The tags of an object, in the order of the store.
  func tags(of key: ObjectKey) async throws(StoreError) -> [ObjectTag]
}

/// Foreign text, as metadata is.
package struct ObjectTag: Hashable, Sendable {
  package var name: String
  package var value: String

  package init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}

package struct ObjectVersion: Hashable, Sendable {
  /// Bytes of a version that S3 copies in one call, at most: 5 GiB.
  package static let maximumCopyBytes: Int64 = 5 << 30

  /// Opaque; `null` for what was written while no versions were kept.
  package var id: String
  /// Of a delete marker the size is 0 and the ETag empty.
  package var summary: ObjectSummary
  package var isLatest: Bool
  /// The object was removed at this point.
  package var isDeleteMarker: Bool

  package init(id: String, summary: ObjectSummary, isLatest: Bool, isDeleteMarker: Bool) {
    self.id = id
    self.summary = summary
    self.isLatest = isLatest
    self.isDeleteMarker = isDeleteMarker
  }
}

/// A store that begins a listing anywhere at no more cost than at its first key, so that parts of one can be listed at
/// once.
package protocol PartitionableStore: ObjectStore {}

/// Tells which buckets there are.
package protocol BucketCatalog: Sendable {
  /// The buckets that the credentials own, in the order of their names.
  func buckets() async throws(StoreError) -> [BucketSummary]
}

package struct BucketSummary: Hashable, Sendable {
  package var name: String
  package var created: Date?

  package init(name: String, created: Date?) {
    self.name = name
    self.created = created
  }
}
