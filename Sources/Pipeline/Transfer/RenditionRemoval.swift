import ObjectStore
import PixelEngine

/// Removes renditions, and nothing else: sources and failure records stay.
package struct RenditionRemoval: Sendable {
  private let workspace: Workspace

  /// Objects in one call: what S3 takes.
  private static let batch = 1000

  package init(workspace: Workspace) {
    self.workspace = workspace
  }

  /// Removes them batch by batch, and tells what becomes of each. Cancelling the task leaves the rest.
  package func run(_ objects: [WorkspaceObject], onEvent: @Sendable (TransferEvent) -> Void) async {
    var rest = objects.filter { $0.size != nil }[...]
    while !rest.isEmpty {
      let part = rest.prefix(Self.batch)
      rest = rest.dropFirst(part.count)
      if Task.isCancelled {
        for object in part { tell(object, .cancelled, onEvent) }
        continue
      }
      let keys = part.compactMap { workspace.destination.storeKey($0.key(workspace.naming)) }
      let errors = await workspace.destination.store.delete(keys)
      let byKey = Dictionary(errors.map { ($0.key, $0) }) { first, _ in first }
      // An error without a key of ours is about the whole call.
      let known = Set(keys.map(\.string))
      let whole = errors.first { !known.contains($0.key) }
      for object in part {
        let key = workspace.destination.storeKey(object.key(workspace.naming))?.string ?? ""
        if let error = byKey[key] ?? whole {
          tell(object, error.reason == .cancelled ? .cancelled : .failed(.store(error)), onEvent)
        } else {
          tell(object, .done(name: key), onEvent)
        }
      }
    }
  }

  private func tell(
    _ object: WorkspaceObject, _ result: TransferOutcome.Result, _ onEvent: (TransferEvent) -> Void
  ) {
    onEvent(.finished(TransferOutcome(key: object.key(workspace.naming), result: result)))
  }
}
