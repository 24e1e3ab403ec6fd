package import ObjectStore

/// Something in the workspace changed.
package enum WorkspaceChange: Hashable, Sendable {
  /// Look at these source objects again: they, or renditions or records of theirs, came, changed or went.
  case objects(Set<ObjectKey>)
  /// Anything may have changed: list again.
  case everything
}

/// What changes in a workspace while it is looked at: told at once by stores that can watch, by the clock for others.
/// Ends when the iterating task is cancelled.
package struct WorkspaceChanges: AsyncSequence, Sendable {
  package typealias Element = WorkspaceChange
  package typealias Failure = Never

  private let workspace: Workspace
  private let pollInterval: Duration

  /// - Parameter pollInterval: how often `everything` is told for stores that cannot watch.
  package init(_ workspace: Workspace, pollInterval: Duration) {
    self.workspace = workspace
    self.pollInterval = pollInterval
  }

  /// Watching has begun when this returns: list afterwards, and nothing is missed.
  package func makeAsyncIterator() -> AsyncStream<WorkspaceChange>.Iterator { stream().makeAsyncIterator() }

  /// The same for another task to iterate, once.
  func stream() -> AsyncStream<WorkspaceChange> {
    let (stream, continuation) = AsyncStream<WorkspaceChange>.makeStream()
    let ends = [
      watcher(of: workspace.source, key: { $0 }, into: continuation),
      watcher(of: workspace.destination, key: sourceKey(ofDestination:), into: continuation),
    ]
    continuation.onTermination = { _ in ends.forEach { $0.cancel() } }
    return stream
  }

  private func watcher(
    of location: OpenLocation, key sourceKey: @escaping @Sendable (ObjectKey) -> ObjectKey?,
    into continuation: AsyncStream<WorkspaceChange>.Continuation
  ) -> Task<Void, Never> {
    let changes = try? (location.store as? any WatchableStore)?.changes(prefix: location.location.prefix)
    return Task { [pollInterval] in
      if let changes {
        do throws(StoreError) {
          for try await batch in changes {
            switch batch {
            case .changes(let list):
              let keys = Set(list.compactMap { location.relativeKey($0.key).flatMap(sourceKey) })
              if !keys.isEmpty { continuation.yield(.objects(keys)) }
            case .overflow: continuation.yield(.everything)
            }
          }
        } catch {
          // A store that stopped telling is looked at by the clock from here on.
          continuation.yield(.everything)
        }
      }
      while (try? await Task.sleep(for: pollInterval)) != nil { continuation.yield(.everything) }
    }
  }

  /// The source that a rendition or a failure record belongs to.
  @Sendable private func sourceKey(ofDestination key: ObjectKey) -> ObjectKey? {
    if let (_, source) = workspace.naming.parse(key) { return source }
    return key.starts(with: FailureRecord.prefix) ? key.dropping(FailureRecord.prefix.utf8.count) : nil
  }
}
