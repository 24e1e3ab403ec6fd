import ObjectStore
import Pipeline
import PixelEngine

/// Of the objects that a round of jobs has written: which of their renditions were then seen to stand.
struct RoundProof: Sendable {
  /// Written, and not yet looked at.
  private(set) var waiting: Set<ObjectKey> = []
  /// Renditions seen to stand.
  private(set) var proven = 0
  /// Objects that were written and are not complete, or could not be looked at.
  private(set) var missing = 0

  var isSettled: Bool { waiting.isEmpty }

  mutating func wrote(_ key: ObjectKey) { waiting.insert(key) }

  /// - Parameter row: nil where it is gone, or could not be read.
  mutating func saw(_ key: ObjectKey, _ row: StatusRow?) {
    guard waiting.remove(key) != nil else { return }
    let standing = row.map { row in GridSize.allCases.count { row.renditions[$0] == .present } } ?? 0
    proven += standing
    if standing < GridSize.allCases.count { missing += 1 }
  }
}
