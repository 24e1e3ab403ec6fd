package import FoundationEssentials

/// A flat, ordered set of objects, as S3 keeps them.
///
/// Promises every store keeps (one contract suite runs against all of them):
/// - `put` is atomic: a reader sees the old object or the new one, whole; it returns once the object is durable.
/// - A `get`, `head` or `list` that starts after a `put` or `delete` returned sees its effect.
/// - `list` is in byte order of the keys, each key once.
/// - Every legal `ObjectKey` can be stored, and comes back byte for byte.
/// - Cancelling the task ends the call with `StoreError.Reason.cancelled`, and leaves the object old or new.
package protocol ObjectStore: Sendable {
  /// What is known of an object without reading it.
  func head(_ key: ObjectKey) async throws(StoreError) -> ObjectHead

  /// An object's content, in chunks.
  func get(_ key: ObjectKey, options: GetOptions) async throws(StoreError) -> ObjectContent

  /// Stores an object, replacing one of the same key.
  ///
  /// - Returns: the ETag of what is stored now.
  @discardableResult
  func put(_ key: ObjectKey, content: PutContent, options: PutOptions) async throws(StoreError) -> String

  /// Removes an object. Removing one that is not there is no error.
  func delete(_ key: ObjectKey) async throws(StoreError)

  /// Removes objects, in batches where the store can.
  ///
  /// - Returns: an error for each that could not be removed; the others are gone.
  func delete(_ keys: [ObjectKey]) async -> [StoreError]

  /// The objects in key order, by pages. Nothing is read before the first page is asked for.
  func list(_ request: ListRequest) -> ListPages
}

/// What a listing tells of an object.
package struct ObjectSummary: Hashable, Sendable {
  package var key: ObjectKey
  /// Bytes of content.
  package var size: Int64
  package var lastModified: Date
  /// Opaque; changes whenever the content does. Without quotes.
  package var etag: String

  package init(key: ObjectKey, size: Int64, lastModified: Date, etag: String) {
    self.key = key
    self.size = size
    self.lastModified = lastModified
    self.etag = etag
  }
}

/// A summary with what only `head`, `get` and `put` tell.
package struct ObjectHead: Hashable, Sendable {
  package var summary: ObjectSummary
  /// A media type, `application/octet-stream` where none was given.
  package var contentType: String
  /// User metadata: lower-case names without the `x-amz-meta-` prefix, printable ASCII values.
  package var metadata: [String: String]
  /// As the store names it; nil for its usual one, and where it has no such thing.
  package var storageClass: String?

  package init(
    summary: ObjectSummary, contentType: String = "application/octet-stream", metadata: [String: String] = [:],
    storageClass: String? = nil
  ) {
    self.summary = summary
    self.contentType = contentType
    self.metadata = metadata
    self.storageClass = storageClass
  }
}

package struct GetOptions: Sendable {
  /// Bytes wanted, counted from 0; nil is all. A range that starts past the end is `invalidRange`; one that ends past
  /// it is cut.
  package var range: Range<Int64>?
  /// Only if the object still has this ETag; else `StoreError.Reason.preconditionFailed`.
  package var ifMatch: String?
  /// A version of the object other than the one that stands; for a `VersionedStore`, others ignore it.
  package var version: String?

  package init(range: Range<Int64>? = nil, ifMatch: String? = nil, version: String? = nil) {
    self.range = range
    self.ifMatch = ifMatch
    self.version = version
  }
}

package struct PutOptions: Sendable {
  package var contentType: String
  package var metadata: [String: String]

  package init(contentType: String = "application/octet-stream", metadata: [String: String] = [:]) {
    self.contentType = contentType
    self.metadata = metadata
  }
}

/// Where the content of a `put` comes from.
package enum PutContent: Sendable {
  case bytes([UInt8])
  /// A file of this machine, read while it is sent: for content that should not stand in memory.
  case file(path: String)
}

/// An object's head and its content as chunks: an asynchronous sequence that is iterated once.
package struct ObjectContent: Sendable {
  package let head: ObjectHead
  package let chunks: ByteChunks

  package init(head: ObjectHead, chunks: ByteChunks) {
    self.head = head
    self.chunks = chunks
  }
}

/// Which objects to list.
package struct ListRequest: Hashable, Sendable {
  /// Only keys that start with these bytes. Default: all.
  package var prefix: String
  /// Keys that share a part up to this after the prefix are rolled into one common prefix. Default nil: none.
  package var delimiter: String?
  /// Only keys after this one (itself not included).
  package var startAfter: String?
  /// Most objects and common prefixes in a page, 1 to 1,000. Default 1,000.
  package var pageSize: Int

  package init(prefix: String = "", delimiter: String? = nil, startAfter: String? = nil, pageSize: Int = 1000) {
    self.prefix = prefix
    self.delimiter = delimiter
    self.startAfter = startAfter
    self.pageSize = pageSize
  }
}

/// One page of a listing. `objects` and `commonPrefixes` are each in byte order.
package struct ListPage: Hashable, Sendable {
  package var objects: [ObjectSummary]
  package var commonPrefixes: [String]

  package init(objects: [ObjectSummary] = [], commonPrefixes: [String] = []) {
    self.objects = objects
    self.commonPrefixes = commonPrefixes
  }
}
