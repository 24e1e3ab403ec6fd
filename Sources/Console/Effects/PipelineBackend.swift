package import ObjectStore
package import Pipeline
package import PixelEngine

/// The console's backend over a workspace.
package final class PipelineBackend: ConsoleBackend {
  let workspace: Workspace
  let engine: PixelEngine
  let options: RunOptions
  let services: EventServices
  private let pollInterval: Duration
  private let previews: PreviewReader
  private let queue = Locked<JobQueue?>(nil)
  let rate = Locked<ObjectRate?>(nil)
  let transfers = TransferCount()

  /// How long outputs that others make are waited for.
  static let outputWait: Duration = .seconds(60)

  /// - Parameters:
  ///   - services: who else processes, and where dead letters lie.
  ///   - pollInterval: how often everything is listed anew in stores that cannot be watched. Default 15 s.
  package init(
    workspace: Workspace, engine: PixelEngine, options: RunOptions = RunOptions(),
    services: EventServices = EventServices(), pollInterval: Duration = .seconds(15)
  ) {
    self.workspace = workspace
    self.engine = engine
    self.options = options
    self.services = services
    self.pollInterval = pollInterval
    previews = PreviewReader(workspace: workspace, engine: engine)
  }

  package func list(_ take: (ListedRows) async -> Bool) async throws(StoreError) {
    for try await items in StatusListing(workspace) {
      var batch = ListedRows(rows: [])
      for item in items {
        switch item {
        case .object(let row): batch.rows.append(row)
        case .orphan(let orphan):
          batch.orphans += 1
          batch.orphanBytes += orphan.bytes
          if batch.firstOrphans.count < ListingState.keptOrphans { batch.firstOrphans.append(orphan) }
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

  package func recomputed(_ key: ObjectKey, sizes: [GridSize]) async throws(Failure) -> [GridSize: Raster] {
    try await previews.recomputed(key, sizes: sizes, form: options.form)
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

  package func setPaused(_ paused: Bool) {
    queue.withLock { $0 }?.setPaused(paused)
  }

  package func setRate(_ rate: ObjectRate?) {
    self.rate.withLock { $0 = rate }
    queue.withLock { $0 }?.setRate(rate)
  }

  package func shutdown() async {
    await queue.withLock { $0 }?.shutdown()
    await transfers.drain()
  }

  // MARK: - What some stores offer

  package var offers: StoreOffers {
    var offers = StoreOffers()
    if workspace.source.store is any PresigningStore { offers.insert(.sourceLinks) }
    if workspace.destination.store is any PresigningStore { offers.insert(.renditionLinks) }
    if workspace.source.store is any VersionedStore { offers.insert(.versions) }
    if workspace.destination.store is any VersionedStore { offers.insert(.renditionVersions) }
    return offers
  }

  package func link(to object: WorkspaceObject, seconds: Int) async throws(StoreError) -> PresignedURL {
    let name = object.key(workspace.naming)
    let location = object.size == nil ? workspace.source : workspace.destination
    guard let key = location.storeKey(name), let store = location.store as? any PresigningStore else {
      throw StoreError(operation: .get, key: name, reason: .notFound)
    }
    return try await store.presignedURL(of: key, seconds: seconds)
  }

  package func versions(of key: ObjectKey) async throws(StoreError) -> [ObjectVersion] {
    guard let name = workspace.source.storeKey(key.string), let store = workspace.source.store as? any VersionedStore
    else { return [] }
    return try await store.versions(of: name, limit: VersionsDialog.most)
  }

  package func pictures(
    of key: ObjectKey, version: String, sizes: [GridSize]
  ) async throws(Failure) -> [GridSize: Raster] {
    try await previews.renditions(of: key, version: version, sizes: sizes)
  }

  package func restore(_ key: ObjectKey, version: String) async throws(StoreError) {
    guard let name = workspace.source.storeKey(key.string), let store = workspace.source.store as? any VersionedStore
    else { throw StoreError(operation: .restore, key: key.string, reason: .notFound) }
    transfers.begin()
    defer { transfers.end() }
    // Where versions are kept no more, what stands may be one that the copy would put an end to.
    guard try await store.versioning() == .enabled else {
      throw StoreError(
        operation: .restore, key: key.string,
        reason: .other(detail: "the bucket keeps no versions now, so that what stands would be lost"))
    }
    try await store.restore(name, version: version)
  }

  package func versioning() async throws(StoreError) -> BucketVersioning {
    guard let store = workspace.destination.store as? any VersionedStore else { return .never }
    return try await store.versioning()
  }

  package func undelete(
    _ objects: [DeletedObject], onEvent: @escaping @Sendable (TransferEvent) -> Void
  ) async {
    transfers.begin()
    await Undeletion(workspace: workspace).run(objects, onEvent: onEvent)
    transfers.end()
  }

  // MARK: - Transfers

  package func completion(of path: String, foldersOnly: Bool) async -> LocalPath.Completion {
    LocalPath.current.completion(of: path, foldersOnly: foldersOnly)
  }

  package func check(_ request: DownloadRequest) async throws(TransferError) -> DownloadCheck {
    try Downloader(workspace: workspace).check(request) { Task.isCancelled }
  }

  package func download(
    _ request: DownloadRequest, onEvent: @escaping @Sendable (TransferEvent) -> Void
  ) async {
    transfers.begin()
    await Downloader(workspace: workspace, retry: options.retry).run(request, onEvent: onEvent)
    transfers.end()
  }

  package func check(upload path: String, to key: ObjectKey) async throws(TransferError) -> UploadCheck {
    try await Uploader(workspace: workspace, retry: options.retry).check(path: path, key: key)
  }

  package func upload(_ path: String, to key: ObjectKey) async throws(TransferError) -> Int64 {
    transfers.begin()
    defer { transfers.end() }
    return try await Uploader(workspace: workspace, retry: options.retry).run(path: path, key: key)
  }

  package func deleteRenditions(
    _ objects: [WorkspaceObject], onEvent: @escaping @Sendable (TransferEvent) -> Void
  ) async {
    transfers.begin()
    await RenditionRemoval(workspace: workspace).run(objects, onEvent: onEvent)
    transfers.end()
  }

  package func removeOrphans(onEvent: @escaping @Sendable (TransferEvent) -> Void) async throws(StoreError) {
    transfers.begin()
    defer { transfers.end() }
    try await OrphanCleaner(workspace: workspace).clean { item in
      onEvent(.finished(TransferOutcome(key: item.key, result: .done(name: item.key), marker: item.marker)))
    }
  }

  // MARK: - Looking closer

  package func verify(_ row: StatusRow) async -> ObjectVerdict {
    do throws(Failure) {
      return ObjectVerdict(
        key: row.key, result: .success(try await Verifier(workspace: workspace, engine: engine).verify(row)))
    } catch {
      return ObjectVerdict(key: row.key, result: .failure(error))
    }
  }

  package func renditions(of key: ObjectKey) async throws(StoreError) -> [StoredRendition] {
    try await StatusReader(workspace).renditions(of: key)
  }

  package func description(of key: ObjectKey) async throws(StoreError) -> SourceDescription? {
    try await StatusReader(workspace).description(of: key)
  }
}
