package import FoundationEssentials
package import ObjectStore

/// Something happened to an object of a bucket: what S3 tells, whichever way it came.
///
/// Events come at least once, in any order, and late (S3 User Guide, "Amazon S3 Event Notifications"): one is a hint to
/// look at the bucket, and never the truth about it.
package struct ObjectEvent: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    /// Content stands that was not there, or could not be read before: put, posted, copied, joined of parts, restored.
    case created
    /// Removed, hidden by a delete marker, or expired. An older version may stand in its place.
    case removed
  }

  package var bucket: String
  /// The whole key in the bucket, decoded.
  package var key: ObjectKey
  package var kind: Kind
  /// Without quotes.
  package var etag: String?
  /// Bytes.
  package var size: Int64?
  package var versionID: String?
  package var sequencer: Sequencer?
  package var time: Date?

  package init(
    bucket: String, key: ObjectKey, kind: Kind = .created, etag: String? = nil, size: Int64? = nil,
    versionID: String? = nil, sequencer: Sequencer? = nil, time: Date? = nil
  ) {
    self.bucket = bucket
    self.key = key
    self.kind = kind
    self.etag = etag
    self.size = size
    self.versionID = versionID
    self.sequencer = sequencer
    self.time = time
  }
}
