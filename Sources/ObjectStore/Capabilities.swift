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
  /// The versions of an object, newest first; a single one, named `null`, where the bucket keeps none.
  func versions(of key: ObjectKey) async throws(StoreError) -> [ObjectVersion]
}

package struct ObjectVersion: Hashable, Sendable {
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
