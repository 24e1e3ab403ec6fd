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
      let removals = await workspace.destination.store.removals(keys)
      let byKey = Dictionary(removals.map { ($0.key, $0) }) { first, _ in first }
      for object in part {
        let key = workspace.destination.storeKey(object.key(workspace.naming))
        let removal = key.flatMap { byKey[$0] }
        if let error = removal?.error {
          tell(object, error.reason == .cancelled ? .cancelled : .failed(.store(error)), onEvent)
        } else {
          tell(object, .done(name: key?.string ?? ""), marker: removal?.marker, onEvent)
        }
      }
    }
  }

  private func tell(
    _ object: WorkspaceObject, _ result: TransferOutcome.Result, marker: String? = nil,
    _ onEvent: (TransferEvent) -> Void
  ) {
    onEvent(.finished(TransferOutcome(key: object.key(workspace.naming), result: result, marker: marker)))
  }
}
