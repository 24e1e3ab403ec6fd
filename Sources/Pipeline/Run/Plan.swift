package import ObjectStore
import PixelEngine

/// What a bulk action will do, known before it does it.
package struct Plan: Hashable, Sendable {
  /// Objects that will be processed.
  package var objects = 0
  /// Bytes of source that will be read.
  package var bytes: Int64 = 0
  /// Renditions that stand, stale or not, and will be written anew.
  package var replaced = 0
  /// Objects that will be left alone, by reason.
  package var skipped: [SkipReason: Int] = [:]
  /// The first keys that will be processed, for showing.
  package var firstKeys: [ObjectKey] = []

  /// Most objects that will be processed: what comes after them, in the order it is added, is `skipped` as `limit`.
  package let limit: Int?

  /// Most `firstKeys` kept.
  package static let shownKeys = 5

  /// - Parameter limit: nil: no limit.
  package init(limit: Int? = nil) {
    self.limit = limit
  }

  /// Renditions that will be written: all five of each object.
  package var written: Int { objects * GridSize.allCases.count }

  /// Calls to the stores if nothing has to be repeated: per object a read, the writes, a look at the source afterwards
  /// and one at its failure record.
  package var requests: Int { objects * (GridSize.allCases.count + 3) }

  /// Adds an object.
  ///
  /// - Returns: the decision, as it is within the limit.
  @discardableResult
  package mutating func add(_ row: StatusRow, _ decision: Decision) -> Decision {
    var decision = decision
    if decision == .process, let limit, objects >= limit { decision = .skip(.limit) }
    switch decision {
    case .process:
      objects += 1
      bytes += row.size
      replaced += GridSize.allCases.count - row.renditions.count(.missing)
      if firstKeys.count < Self.shownKeys { firstKeys.append(row.key) }
    case .skip(let reason):
      skipped[reason, default: 0] += 1
    }
    return decision
  }
}

/// Whether an object will be processed.
package enum Decision: Hashable, Sendable {
  case process
  case skip(SkipReason)
}

/// Which of the objects shown to it a run takes.
package struct RunPolicy: Hashable, Sendable {
  /// Only objects in one of these states; empty is any.
  package var states: Set<ObjectState>
  /// Take also what is complete, permanently failed or unsupported.
  package var force: Bool

  package init(states: Set<ObjectState> = [], force: Bool = false) {
    self.states = states
    self.force = force
  }

  package func decide(_ row: StatusRow, naming: RenditionNaming) -> Decision {
    if naming.parse(row.key) != nil { return .skip(.rendition) }
    let state = row.state
    if !states.isEmpty, !states.contains(state) { return .skip(.otherState) }
    if force { return .process }
    switch state {
    case .complete: return .skip(.complete)
    case .unsupported: return .skip(.unsupported)
    case .failed where row.failure?.isFinal(for: row.etag) == true: return .skip(.permanentFailure)
    default: return .process
    }
  }
}
