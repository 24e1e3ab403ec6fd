package import ObjectStore
package import PixelEngine

/// Processes whatever is not done, and then whatever lands, for as long as it runs.
///
/// The listing is the truth and changes are only a hint: it begins with a sweep over all objects, and sweeps again from
/// time to time for what no event told of and for what failed in a way that passes. What lands meanwhile goes before what
/// a sweep has found, however much that is.
package struct Worker: Sendable {
  private let workspace: Workspace
  private let queue: JobQueue
  private let policy = RunPolicy()
  private let sweepInterval: Duration

  /// - Parameters:
  ///   - sweepInterval: the time between sweeps. Default 5 minutes.
  ///   - onEvent: told of every job; must not block.
  package init(
    workspace: Workspace, engine: PixelEngine, options: RunOptions = RunOptions(),
    sweepInterval: Duration = .seconds(300), onEvent: @escaping @Sendable (JobEvent) -> Void
  ) {
    self.workspace = workspace
    self.sweepInterval = sweepInterval
    queue = JobQueue(workspace: workspace, engine: engine, options: options, onEvent: onEvent)
  }

  /// Processes until nothing is left to do.
  package func drain() async throws(StoreError) {
    var tried: [ObjectKey: String] = [:]
    var found = true
    while found, !Task.isCancelled {
      found = try await sweep { row in
        // What failed just now would fail again: once is enough for each version of an object.
        tried.updateValue(row.etag, forKey: row.key) != row.etag
      }
      await finishOrCancel()
    }
  }

  /// Processes until the task is cancelled; then what is under way is given up and nothing is left half done.
  package func run() async throws(StoreError) {
    // Watching begins before the first sweep, so that nothing falls between.
    let changes = WorkspaceChanges(workspace, pollInterval: sweepInterval).stream()
    let (wanted, sweepAgain) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    sweepAgain.yield()
    let failure = await withTaskGroup(of: StoreError?.self) { group in
      group.addTask {
        for await change in changes {
          switch change {
          case .objects(let keys):
            let sources = keys.filter { workspace.naming.parse($0) == nil }
            queue.submit(sources.sorted(), policy: policy, priority: .landed)
          case .everything: sweepAgain.yield()
          }
        }
        return nil
      }
      group.addTask {
        while (try? await Task.sleep(for: sweepInterval)) != nil { sweepAgain.yield() }
        return nil
      }
      group.addTask { await sweep(whenever: wanted) }
      // The first to end is the sweeper that cannot list, or all of them are cancelled; one that waits for room in the
      // queue has it once the queue is empty.
      let failure = await withTaskCancellationHandler {
        await group.next() ?? nil
      } onCancel: {
        queue.cancelAll()
      }
      group.cancelAll()
      queue.cancelAll()
      return failure
    }
    await queue.shutdown()
    if let failure { throw failure }
  }

  /// Sweeps once for whatever was asked for meanwhile.
  ///
  /// - Returns: what made the first sweep fail: a worker that cannot begin says so. Later ones are tried again after
  ///   what may pass.
  private func sweep(whenever wanted: AsyncStream<Void>) async -> StoreError? {
    var isFirst = true
    for await _ in wanted {
      do throws(StoreError) {
        _ = try await sweep { _ in true }
        isFirst = false
      } catch {
        if isFirst || !error.isTransient, error.reason != .cancelled { return error }
      }
    }
    return nil
  }

  /// Offers every object that is not done to the queue.
  ///
  /// - Returns: whether there was any.
  private func sweep(_ wanted: (StatusRow) -> Bool) async throws(StoreError) -> Bool {
    var found = false
    for try await batch in StatusListing(workspace) {
      for case .object(let row) in batch {
        guard case .process = policy.decide(row, naming: workspace.naming), wanted(row) else { continue }
        if Task.isCancelled { return found }
        found = true
        await queue.offer(row, policy: policy)
      }
    }
    return found
  }

  private func finishOrCancel() async {
    await withTaskCancellationHandler {
      await queue.drain()
    } onCancel: {
      queue.cancelAll()
    }
  }
}
