import ObjectStore

/// An object of the destination that was deleted, and the delete marker that was put over it.
package struct DeletedObject: Hashable, Sendable {
  /// Relative to the destination.
  package var key: String
  /// The marker's version ID.
  package var marker: String

  package init(key: String, marker: String) {
    self.key = key
    self.marker = marker
  }
}

/// Takes deletions back, in a bucket that keeps versions: removes the delete markers they made, and nothing else.
///
/// A marker goes only while it is what stands and has something below it. What was written or deleted since is left.
package struct Undeletion: Sendable {
  private let workspace: Workspace

  /// Objects that are asked about at one time.
  private static let parallel = 8
  /// Versions of an object that are looked at: what one call brings.
  private static let mostVersions = 1000

  package init(workspace: Workspace) {
    self.workspace = workspace
  }

  /// Tells what becomes of each, in any order. Cancelling the task leaves the rest.
  package func run(_ objects: [DeletedObject], onEvent: @escaping @Sendable (TransferEvent) -> Void) async {
    await withTaskGroup(of: Void.self) { group in
      var rest = objects[...]
      func add() {
        guard let object = rest.popFirst() else { return }
        group.addTask {
          let result = Task.isCancelled ? .cancelled : await result(of: object)
          onEvent(.finished(TransferOutcome(key: object.key, result: result, marker: object.marker)))
        }
      }
      for _ in 0..<Self.parallel { add() }
      while await group.next() != nil { add() }
    }
  }

  private func result(of object: DeletedObject) async -> TransferOutcome.Result {
    guard let store = workspace.destination.store as? any VersionedStore else { return .failed(.nothingKept) }
    guard let key = workspace.destination.storeKey(object.key) else { return .failed(.keyTooLong) }
    do throws(StoreError) {
      let versions = try await store.versions(of: key, limit: Self.mostVersions)
      guard let marker = versions.first(where: \.isLatest), marker.id == object.marker, marker.isDeleteMarker else {
        return .failed(.overtaken)
      }
      let below = versions.filter { $0.id != marker.id }
      guard below.contains(where: { !$0.isDeleteMarker }) else { return .failed(.nothingKept) }
      guard below.first?.isDeleteMarker == false else { return .failed(.deletedTwice) }
      try await store.delete(key, version: object.marker)
      return .done(name: object.key)
    } catch {
      return error.reason == .cancelled ? .cancelled : .failed(.store(error))
    }
  }
}
