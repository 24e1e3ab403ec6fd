package import ObjectStore

/// What became of one object.
package enum JobOutcome: Hashable, Sendable {
  /// This many renditions were written, and the store confirmed each.
  case written(renditions: Int)
  case skipped(SkipReason)
  case failed(Failure)
  case cancelled
}

/// Why an object was left alone. Raw values are shown and may be filtered on.
package enum SkipReason: String, CaseIterable, Hashable, Sendable {
  /// All five stand already.
  case complete
  /// A permanent failure stands and the source has not changed since.
  case permanentFailure = "permanent-failure"
  /// Another well-known kind of file, by its suffix.
  case unsupported
  /// Its key looks like a rendition's own.
  case rendition
  /// Not in the state that was asked for.
  case otherState = "other-state"
  /// The source is gone.
  case notFound = "not-found"
  /// Beyond the cap of this run; another one takes it.
  case limit
}

/// What happens in a run, in order, for each object: `queued`, `started`, then `finished`; a job cancelled before it
/// began has no `started`.
package enum JobEvent: Sendable {
  case queued(ObjectKey)
  case started(ObjectKey)
  case finished(ObjectKey, JobOutcome, milliseconds: Int)
  /// A store asked to slow down: nothing begins for so long. Of no object, and told from any task.
  case slowedDown(Duration)
}

/// Totals of a run.
package struct RunSummary: Hashable, Sendable {
  package var written = 0
  package var skipped = 0
  package var failed = 0
  package var cancelled = 0

  package init() {}

  package mutating func count(_ outcome: JobOutcome) {
    switch outcome {
    case .written: written += 1
    case .skipped: skipped += 1
    case .failed: failed += 1
    case .cancelled: cancelled += 1
    }
  }
}
