package import ObjectStore
package import Pipeline
package import PixelEngine

/// The console's backend over a workspace.
package final class PipelineBackend: ConsoleBackend {
  private let workspace: Workspace
  private let engine: PixelEngine
  private let options: RunOptions
  private let pollInterval: Duration
  private let previews: PreviewReader
  private let queue = Locked<JobQueue?>(nil)

  /// - Parameter pollInterval: how often everything is listed anew in stores that cannot be watched. Default 15 s.
  package init(
    workspace: Workspace, engine: PixelEngine, options: RunOptions = RunOptions(),
    pollInterval: Duration = .seconds(15)
  ) {
    self.workspace = workspace
    self.engine = engine
    self.options = options
    self.pollInterval = pollInterval
    previews = PreviewReader(workspace: workspace, engine: engine)
  }

  package func list(_ take: (ListedRows) async -> Bool) async throws(StoreError) {
    for try await items in StatusListing(workspace) {
      var batch = ListedRows(rows: [])
      for item in items {
        switch item {
        case .object(let row): batch.rows.append(row)
        case .orphan: batch.orphans += 1
        // A record without its source says nothing of any row.
        case .strayRecord: break
        }
      }
      guard await take(batch) else { return }
    }
  }

  package func row(_ key: ObjectKey) async throws(StoreError) -> StatusRow? {
    try await StatusReader(workspace).row(key)
  }

  package func pictures(of key: ObjectKey, sizes: [GridSize]) async throws(Failure) -> [GridSize: PreviewPicture] {
    try await previews.preview(of: key, sizes: sizes).tiles
      .mapValues { PreviewPicture(raster: $0.raster, isStored: $0.isStored) }
  }

  package func original(of key: ObjectKey, maxWidth: Int, maxHeight: Int) async throws(Failure) -> Raster {
    try await previews.original(of: key, maxWidth: maxWidth, maxHeight: maxHeight)
  }

  package func changes() -> AsyncStream<BucketChange> {
    let (stream, continuation) = AsyncStream.makeStream(of: BucketChange.self)
    // Watching has begun when the iterator is there, which is before the first listing.
    let iterator = WorkspaceChanges(workspace, pollInterval: pollInterval).makeAsyncIterator()
    let task = Task {
      var iterator = iterator
      while let change = await iterator.next() {
        switch change {
        case .objects(let keys): continuation.yield(.objects(keys))
        case .everything: continuation.yield(.everything)
        }
      }
      continuation.finish()
    }
    continuation.onTermination = { _ in task.cancel() }
    return stream
  }

  package func startJobs(onEvent: @escaping @Sendable (JobEvent) -> Void) {
    let new = JobQueue(workspace: workspace, engine: engine, options: options, onEvent: onEvent)
    queue.withLock { $0 = new }
  }

  package func submit(_ keys: [ObjectKey], policy: RunPolicy) {
    queue.withLock { $0 }?.submit(keys, policy: policy)
  }

  package func cancel(_ key: ObjectKey) {
    queue.withLock { $0 }?.cancel(key)
  }

  package func cancelAll() {
    queue.withLock { $0 }?.cancelAll()
  }

  package func shutdown() async {
    await queue.withLock { $0 }?.shutdown()
  }
}
