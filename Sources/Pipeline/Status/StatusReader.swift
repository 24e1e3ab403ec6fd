package import ObjectStore
import PixelEngine

/// The status of one object, by itself: what the join tells of it, from one HEAD each of the source and its renditions.
package struct StatusReader: Sendable {
  private let workspace: Workspace

  package init(_ workspace: Workspace) {
    self.workspace = workspace
  }

  /// - Returns: nil where the source is gone.
  package func row(_ key: ObjectKey) async throws(StoreError) -> StatusRow? { try await proof(key)?.row }

  /// The status of an object, and whether its renditions say themselves what they were made of.
  package struct Proof: Sendable {
    package var row: StatusRow
    /// All renditions stand, none is older than the source, and each names the source's ETag as it is now. Times alone
    /// cannot tell: they are in seconds, and a source may be replaced within one.
    package var isComplete: Bool
  }

  /// - Returns: nil where the source is gone.
  package func proof(_ key: ObjectKey) async throws(StoreError) -> Proof? {
    guard let sourceKey = workspace.source.storeKey(key.string),
      var source = try await workspace.source.store.headIfPresent(sourceKey)?.summary
    else { return nil }
    source.key = key

    var set = RenditionSet()
    let looks = await withTaskGroup(of: Look.self) { group in
      for size in GridSize.allCases {
        guard let name = workspace.destination.storeKey(workspace.naming.key(of: key, size: size)) else { continue }
        group.addTask { await look(at: name, size) }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    var proven = 0
    for look in looks {
      guard let head = try look.head.get() else { continue }
      if head.metadata[Provenance.sourceETag] == source.etag { proven += 1 }
      set[look.size] = head.summary.lastModified < source.lastModified ? .stale : .present
    }
    let record = try await FailureLookup(workspace: workspace).record(of: key)
    let row = StatusRow(source: source, renditions: set, failure: record)
    return Proof(row: row, isComplete: row.state == .complete && proven == GridSize.allCases.count)
  }

  private struct Look: Sendable {
    var size: GridSize
    var head: Result<ObjectHead?, StoreError>
  }

  /// A function, and no tuple: Swift 6.3 with optimisation loses the first element of a tuple that a task's closure
  /// returns from both branches of a typed `do`.
  private func look(at name: ObjectKey, _ size: GridSize) async -> Look {
    do throws(StoreError) {
      return Look(size: size, head: .success(try await workspace.destination.store.headIfPresent(name)))
    } catch {
      return Look(size: size, head: .failure(error))
    }
  }
}

extension ObjectStore {
  /// `head`, with nil for an object that is not there.
  func headIfPresent(_ key: ObjectKey) async throws(StoreError) -> ObjectHead? {
    do throws(StoreError) {
      return try await head(key)
    } catch {
      if case .notFound = error.reason { return nil }
      throw error
    }
  }
}
