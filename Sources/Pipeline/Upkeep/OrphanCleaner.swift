package import ObjectStore
import PixelEngine

/// What a clean-up will remove.
package struct CleanPlan: Hashable, Sendable {
  /// Renditions whose source is gone.
  package var renditions = 0
  /// Bytes they take.
  package var bytes: Int64 = 0
  /// Failure records whose source is gone.
  package var records = 0

  package init() {}

  package var isEmpty: Bool { renditions == 0 && records == 0 }
}

/// One object that a clean-up removes, or has removed.
package struct CleanItem: Hashable, Sendable {
  /// Relative to the destination.
  package var key: String
  package var bytes: Int64
  /// The version ID of the delete marker that its removal left, where the destination keeps versions.
  package var marker: String?

  package init(key: String, bytes: Int64) {
    self.key = key
    self.bytes = bytes
  }
}

/// Finds and removes what is left of sources that are gone.
package struct OrphanCleaner: Sendable {
  private let workspace: Workspace

  package init(workspace: Workspace) {
    self.workspace = workspace
  }

  /// What is there to remove.
  package func plan() async throws(StoreError) -> CleanPlan {
    var plan = CleanPlan()
    try await forEach { (item, isRecord) in
      if isRecord {
        plan.records += 1
      } else {
        plan.renditions += 1
        plan.bytes += item.bytes
      }
    }
    return plan
  }

  /// Removes what `plan` counts, telling of each object once it is gone.
  ///
  /// A source that came back since it was listed is looked for once more before its renditions go.
  package func clean(onRemoved: (CleanItem) -> Void) async throws(StoreError) {
    for try await batch in StatusListing(workspace, details: false) {
      var isGone: [ObjectKey: Bool] = [:]
      for item in batch {
        guard let (source, found, _) = leftover(item) else { continue }
        var leftover = found
        if isGone[source] == nil { isGone[source] = try await isSourceGone(source) }
        guard isGone[source] == true, let key = workspace.destination.storeKey(leftover.key) else { continue }
        for removal in await workspace.destination.store.removals([key]) {
          if let error = removal.error { throw error }
          leftover.marker = removal.marker
        }
        onRemoved(leftover)
      }
    }
  }

  /// Every object that `clean` would remove.
  package func forEach(_ body: (CleanItem, _ isRecord: Bool) -> Void) async throws(StoreError) {
    for try await batch in StatusListing(workspace, details: false) {
      for item in batch {
        guard let (_, leftover, isRecord) = leftover(item) else { continue }
        body(leftover, isRecord)
      }
    }
  }

  private func leftover(_ item: StatusItem) -> (source: ObjectKey, item: CleanItem, isRecord: Bool)? {
    switch item {
    case .object: nil
    case .orphan(let orphan):
      (
        orphan.source,
        CleanItem(key: workspace.naming.key(of: orphan.source, size: orphan.size), bytes: orphan.bytes), false
      )
    case .strayRecord(let source):
      (source, CleanItem(key: FailureRecord.prefix + source.string, bytes: 0), true)
    }
  }

  private func isSourceGone(_ key: ObjectKey) async throws(StoreError) -> Bool {
    guard let name = workspace.source.storeKey(key.string) else { return true }
    if workspace.naming.parse(key) != nil { return true }
    return try await workspace.source.store.headIfPresent(name) == nil
  }
}
