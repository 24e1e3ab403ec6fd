package import FoundationEssentials
package import ObjectStore
package import PixelEngine

/// One source object with what the destination holds for it.
package struct StatusRow: Hashable, Sendable {
  /// Relative to the source location.
  package var key: ObjectKey
  package var size: Int64
  package var lastModified: Date
  package var etag: String
  package var renditions: RenditionSet
  /// Bytes of the renditions that are there, together.
  package var renditionBytes: Int64
  /// The record that stands. Nil also where details were not asked for: see `hasFailure`.
  package var failure: FailureRecord?
  package var hasFailure: Bool

  package init(
    source: ObjectSummary, renditions: RenditionSet = RenditionSet(), renditionBytes: Int64 = 0,
    failure: FailureRecord? = nil, hasFailure: Bool = false
  ) {
    key = source.key
    size = source.size
    lastModified = source.lastModified
    etag = source.etag
    self.renditions = renditions
    self.renditionBytes = renditionBytes
    self.failure = failure
    self.hasFailure = hasFailure || failure != nil
  }

  /// The state by what the buckets hold. `running` and `queued` are known only to the process that runs.
  package var state: ObjectState {
    if hasFailure { return .failed }
    let missing = renditions.count(.missing)
    if missing == GridSize.allCases.count {
      return KnownSuffix.isUnsupported(key.string) ? .unsupported : .pending
    }
    if renditions.count(.stale) > 0 { return .stale }
    return missing == 0 ? .complete : .partial
  }
}

/// Totals over all rows.
package struct StatusTotals: Hashable, Sendable {
  package var total = 0
  package var complete = 0
  package var partial = 0
  package var pending = 0
  package var stale = 0
  package var failed = 0
  package var unsupported = 0
  /// Renditions whose source is gone.
  package var orphans = 0

  package init() {}

  mutating func add(_ other: StatusTotals) {
    total += other.total
    complete += other.complete
    partial += other.partial
    pending += other.pending
    stale += other.stale
    failed += other.failed
    unsupported += other.unsupported
    orphans += other.orphans
  }

  package mutating func count(_ state: ObjectState, by amount: Int = 1) {
    total += amount
    switch state {
    case .complete: complete += amount
    case .partial: partial += amount
    case .pending, .running, .queued: pending += amount
    case .stale: stale += amount
    case .failed: failed += amount
    case .unsupported: unsupported += amount
    }
  }
}

/// A rendition whose source is gone.
package struct Orphan: Hashable, Sendable {
  package var source: ObjectKey
  package var size: GridSize
  package var bytes: Int64

  package init(source: ObjectKey, size: GridSize, bytes: Int64) {
    self.source = source
    self.size = size
    self.bytes = bytes
  }
}
