package import ObjectStore
package import Pipeline

/// Whether the destination keeps what is deleted.
package enum KeptDeletions: Hashable, Sendable {
  /// Nobody has asked.
  case unknown
  case asked
  case told(BucketVersioning)
  /// It was asked, and did not say.
  case notTold
}

/// What this console has deleted and can bring back: delete markers, by the deletion that made them.
package struct DeletionHistory: Hashable, Sendable {
  package struct Deletion: Hashable, Sendable {
    /// Of the transfer.
    package var id: Int
    /// What was deleted, safe to show.
    package var subject: String
    /// When it ended; nil while it runs.
    package var ended: Double?
    package var objects: [DeletedObject] = []
    /// Markers that were not kept in mind for want of room.
    package var forgotten = 0
    /// The transfer that brings it back.
    package var undoing: Int?
    /// Keys that this has done with.
    var settled: Set<String> = []
  }

  /// Most markers kept in mind, of all deletions together: 15 MB or so.
  package static let most = 100_000
  private let limit: Int

  /// Oldest first.
  package private(set) var all: [Deletion] = []

  package init() {
    self.init(limit: Self.most)
  }

  init(limit: Int) {
    self.limit = limit
  }

  /// The one to be brought back next: the newest that left anything.
  package var last: Deletion? { all.last }

  /// Keeps in mind what a deletion has left so far. Older deletions make room.
  mutating func note(_ outcomes: [TransferOutcome], of transfer: Transfer) {
    // The marker of a bucket that keeps no versions any more has replaced what was there.
    let objects = outcomes.compactMap { outcome in
      outcome.marker.flatMap { $0.isEmpty || $0 == "null" ? nil : DeletedObject(key: outcome.key, marker: $0) }
    }
    guard !objects.isEmpty else { return }
    if !all.contains(where: { $0.id == transfer.id }) {
      all.append(Deletion(id: transfer.id, subject: transfer.subject))
    }
    var room = limit - all.reduce(0) { $0 + $1.objects.count }
    while room < objects.count, let oldest = all.firstIndex(where: { $0.id != transfer.id && $0.undoing == nil }) {
      room += all.remove(at: oldest).objects.count
    }
    guard let index = all.firstIndex(where: { $0.id == transfer.id }) else { return }
    let kept = objects.prefix(max(0, room))
    all[index].objects += kept
    all[index].forgotten += objects.count - kept.count
  }

  mutating func end(_ transfer: Int, at time: Double) {
    if let index = all.firstIndex(where: { $0.id == transfer }) { all[index].ended = time }
  }

  mutating func begin(undoing deletion: Int, by transfer: Int) {
    if let index = all.firstIndex(where: { $0.id == deletion }) { all[index].undoing = transfer }
  }

  /// What an undoing has done with: brought back, or found that it cannot be.
  mutating func settle(_ outcomes: [TransferOutcome], by transfer: Int) {
    guard let index = all.firstIndex(where: { $0.undoing == transfer }) else { return }
    for outcome in outcomes {
      switch outcome.result {
      case .done, .failed(.overtaken), .failed(.nothingKept), .failed(.deletedTwice), .failed(.keyTooLong):
        all[index].settled.insert(outcome.key)
      // May be tried again.
      case .failed, .cancelled, .skipped: break
      }
    }
  }

  /// An undoing has ended: what is left of the deletion can be tried again.
  mutating func end(undoing transfer: Int) {
    guard let index = all.firstIndex(where: { $0.undoing == transfer }) else { return }
    let settled = all[index].settled
    all[index].objects.removeAll { settled.contains($0.key) }
    all[index].settled = []
    all[index].undoing = nil
    if all[index].objects.isEmpty { all.remove(at: index) }
  }
}
