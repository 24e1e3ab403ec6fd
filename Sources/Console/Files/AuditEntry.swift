import ObjectStore
import Pipeline

/// One thing that this console wrote, sent or removed, or tried to: a line of the audit log.
package struct AuditEntry: Hashable, Sendable {
  package enum Act: String, Hashable, Sendable {
    case process, upload, download, delete, send, redrive
    case removeOrphan = "remove-orphan"
    /// The delete marker that a deletion left was removed.
    case undelete
    /// An old version was made the one that stands.
    case restore
  }

  package enum Outcome: String, Hashable, Sendable {
    case done, skipped, failed, cancelled
  }

  /// Seconds since 1970.
  package var time: Double
  package var act: Act
  /// What it was done to: a key, or the ID of a dead letter. Foreign text.
  package var key: String
  package var outcome: Outcome
  /// Of the source at that time; nil where it is not known.
  package var etag: String?
  /// How many renditions were written.
  package var renditions: Int?
  /// Why not, or where to. Foreign text.
  package var detail: String?

  package init(
    time: Double, act: Act, key: String, outcome: Outcome, etag: String? = nil, renditions: Int? = nil,
    detail: String? = nil
  ) {
    self.time = time
    self.act = act
    self.key = key
    self.outcome = outcome
    self.etag = etag
    self.renditions = renditions
    self.detail = detail
  }
}

extension AuditEntry.Act {
  /// Whether what it did has a name of its own: a file, a version.
  fileprivate var namesPlace: Bool { self == .download || self == .restore }
}

extension AuditEntry {
  init(_ outcome: JobOutcome, of key: String, etag: String?, at time: Double) {
    self.init(time: time, act: .process, key: key, outcome: .done, etag: etag)
    switch outcome {
    case .written(let count): renditions = count
    case .skipped(let reason): (self.outcome, detail) = (.skipped, reason.rawValue)
    case .failed(let failure): (self.outcome, detail) = (.failed, "\(failure.code.rawValue): \(failure.message)")
    case .cancelled: self.outcome = .cancelled
    }
  }

  init(_ outcome: TransferOutcome, act: Act, at time: Double) {
    self.init(time: time, act: act, key: outcome.key, outcome: .done)
    switch outcome.result {
    case .done(let name): detail = outcome.marker.map { "delete marker \($0)" } ?? (act.namesPlace ? name : nil)
    case .skipped: self.outcome = .skipped
    case .cancelled: self.outcome = .cancelled
    case .failed(let error): (self.outcome, detail) = (.failed, explanation(of: error))
    }
  }

  init(_ end: TransferReport.LetterEnd, at time: Double) {
    self.init(time: time, act: .redrive, key: end.id.id, outcome: .done)
    switch end.outcome {
    case .done, nil: break
    case .sent: detail = "sent"
    case .kept: outcome = .skipped
    case .failed, .queue: outcome = .failed
    }
    detail = end.outcome?.reason ?? detail
  }
}
