package import ObjectStore
package import Pipeline
package import PixelEngine

/// Something that happened, and when. Time reaches the state by no other way.
package struct ConsoleEvent: Sendable {
  /// Seconds since 1970.
  package var time: Double
  package var kind: Kind

  package init(_ kind: Kind, at time: Double) {
    self.kind = kind
    self.time = time
  }

  package enum Kind: Sendable {
    /// The console is up.
    case started
    case input(InputEvent)
    case resized(ScreenSize)
    /// The time has come that `ConsoleState.nextTick` named.
    case tick
    /// A batch of a listing, in key order.
    case listed(ListedRows, listing: Int)
    /// The end of a listing; with an error, before its time.
    case listingEnded(StoreError?, listing: Int)
    /// Rows read again.
    case read([RowReading])
    /// What someone changed in the buckets.
    case changed(BucketChange)
    case jobs([JobEvent])
    case arranged(RowArrangement, view: ConsoleView, generation: Int)
    case planned(PlannedRun, generation: Int)
    case previewed(PreviewAnswer)
    case linked(Result<PresignedURL, StoreError>, generation: Int)
    case versions(Result<[ObjectVersion], StoreError>, generation: Int)
    case versioning(Result<BucketVersioning, StoreError>)
    case completed(LocalPath.Completion, generation: Int)
    case downloadChecked(Result<DownloadCheck, TransferError>, generation: Int)
    case uploadChecked(Result<UploadCheck, TransferError>, generation: Int)
    case transfer(TransferReport)
    case depth(EventDepth, generation: Int)
    case looked(LetterLook, generation: Int)
    case inspected(ObjectKey, Result<[StoredRendition], StoreError>)
    case described(ObjectKey, etag: String, Result<SourceDescription?, StoreError>)
    /// An export stands at this path, or not.
    case exported(Result<String, FileProblem>)
    /// A file of the console's own could not be written.
    case notKept(FileProblem)
    /// Theme files were saved, came or went.
    case themes(ThemeChange)
  }
}

/// A batch of a listing.
package struct ListedRows: Sendable {
  package var rows: [StatusRow]
  /// Renditions without a source between them.
  package var orphans: Int
  package var orphanBytes: Int64 = 0
  /// The first of them, at most `ListingState.keptOrphans`.
  package var firstOrphans: [Orphan] = []

  package init(rows: [StatusRow], orphans: Int = 0) {
    self.rows = rows
    self.orphans = orphans
  }
}

/// One row read again.
package struct RowReading: Sendable {
  package var key: ObjectKey
  /// Nil: the source is gone.
  package var result: Result<StatusRow?, StoreError>

  package init(key: ObjectKey, result: Result<StatusRow?, StoreError>) {
    self.key = key
    self.result = result
  }
}

/// What is to be looked at again.
package enum BucketChange: Hashable, Sendable {
  /// These source keys.
  case objects(Set<ObjectKey>)
  case everything
}

extension BucketChange {
  package func merged(with other: BucketChange) -> BucketChange {
    guard case .objects(let own) = self, case .objects(let more) = other else { return .everything }
    return .objects(own.union(more))
  }
}

/// A plan and the objects it takes.
package struct PlannedRun: Hashable, Sendable {
  package var plan: Plan
  package var keys: [ObjectKey]

  package init(plan: Plan, keys: [ObjectKey]) {
    self.plan = plan
    self.keys = keys
  }
}

/// What a preview shows.
package enum PreviewSubject: Hashable, Sendable {
  case rendition(GridSize)
  /// What the rendition would be if it were made now.
  case recomputed(GridSize)
  case original
  /// What the rendition of a version of the source would be, by the version's ID.
  case version(String, GridSize)
}

extension PreviewSubject {
  /// Whether it follows the zoomed preview's scale and place.
  var isMagnified: Bool {
    switch self {
    case .rendition, .recomputed: true
    case .original, .version: false
    }
  }
}

/// Which picture: of another content or another set of renditions, it is another one.
package struct PreviewID: Hashable, Sendable {
  package var key: ObjectKey
  package var etag: String
  package var renditions: RenditionSet
  package var subject: PreviewSubject

  package init(key: ObjectKey, etag: String, renditions: RenditionSet, subject: PreviewSubject) {
    self.key = key
    self.etag = etag
    self.renditions = renditions
    self.subject = subject
  }
}

/// A picture for the preview.
package struct PreviewPicture: Hashable, Sendable {
  package var raster: Raster
  /// Whether it stands in the destination; otherwise it was computed for the eye alone.
  package var isStored: Bool

  package init(raster: Raster, isStored: Bool) {
    self.raster = raster
    self.isStored = isStored
  }
}

package struct PreviewAnswer: Sendable {
  package var id: PreviewID
  package var result: Result<PreviewPicture, Failure>

  package init(id: PreviewID, result: Result<PreviewPicture, Failure>) {
    self.id = id
    self.result = result
  }
}
