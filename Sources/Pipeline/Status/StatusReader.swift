package import FoundationEssentials
package import ObjectStore
package import PixelEngine

/// What a stored rendition says of itself.
package struct StoredRendition: Hashable, Sendable {
  package var size: GridSize
  package var bytes: Int64
  package var lastModified: Date
  /// Of the source it was made of, and of the engine that made it; nil where it does not say.
  package var sourceETag: String?
  package var engine: String?

  package init(size: GridSize, bytes: Int64, lastModified: Date, sourceETag: String?, engine: String?) {
    self.size = size
    self.bytes = bytes
    self.lastModified = lastModified
    self.sourceETag = sourceETag
    self.engine = engine
  }
}

/// The status of one object, by itself: what the join tells of it, from one HEAD each of the source and its renditions.
package struct StatusReader: Sendable {
  let workspace: Workspace

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
    var bytes: Int64 = 0
    var proven = 0
    for look in await looks(at: key) {
      guard let head = try look.head.get() else { continue }
      if head.metadata[Provenance.sourceETag] == source.etag { proven += 1 }
      set[look.size] = head.summary.lastModified < source.lastModified ? .stale : .present
      bytes = bytes.addingSaturating(head.summary.size)
    }
    let record = try await FailureLookup(workspace: workspace).record(of: key)
    let row = StatusRow(source: source, renditions: set, renditionBytes: bytes, failure: record)
    return Proof(row: row, isComplete: row.state == .complete && proven == GridSize.allCases.count)
  }

  /// What the renditions of an object say of themselves, in the order of their sizes; those that are not there are left
  /// out.
  package func renditions(of key: ObjectKey) async throws(StoreError) -> [StoredRendition] {
    var found: [StoredRendition] = []
    for look in await looks(at: key).sorted(by: { $0.size < $1.size }) {
      guard let head = try look.head.get() else { continue }
      found.append(
        StoredRendition(
          size: look.size, bytes: head.summary.size, lastModified: head.summary.lastModified,
          sourceETag: head.metadata[Provenance.sourceETag], engine: head.metadata[Provenance.engine]))
    }
    return found
  }

  private func looks(at key: ObjectKey) async -> [Look] {
    await withTaskGroup(of: Look.self) { group in
      for size in GridSize.allCases {
        guard let name = workspace.destination.storeKey(workspace.naming.key(of: key, size: size)) else { continue }
        group.addTask { await look(at: name, size) }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
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
