package import ObjectStore
package import Pipeline
package import PixelEngine

/// What the console acts on: the pipeline over a workspace, or a stand-in in tests.
package protocol ConsoleBackend: Sendable {
  /// Lists everything, batch by batch in key order, until the end or until `take` answers false. The next batch is
  /// fetched when `take` has answered.
  func list(_ take: (ListedRows) async -> Bool) async throws(StoreError)
  /// A row read anew; nil where its source is gone.
  func row(_ key: ObjectKey) async throws(StoreError) -> StatusRow?
  /// Grids of an object: stored ones, computed ones where none is stored.
  func pictures(of key: ObjectKey, sizes: [GridSize]) async throws(Failure) -> [GridSize: PreviewPicture]
  /// What renditions would be if they were made now, as they would be read back.
  func recomputed(_ key: ObjectKey, sizes: [GridSize]) async throws(Failure) -> [GridSize: Raster]
  /// The source picture, reduced to fit.
  func original(of key: ObjectKey, maxWidth: Int, maxHeight: Int) async throws(Failure) -> Raster
  /// What changes in the buckets, for as long as it is iterated.
  func changes() -> AsyncStream<BucketChange>

  /// What the stores can do besides keeping objects.
  var offers: StoreOffers { get }
  /// A link by which anybody may read an object for so many seconds.
  func link(to object: WorkspaceObject, seconds: Int) async throws(StoreError) -> PresignedURL
  /// The versions of a source, newest first.
  func versions(of key: ObjectKey) async throws(StoreError) -> [ObjectVersion]
  /// Grids of a version of a source, computed from it.
  func pictures(of key: ObjectKey, version: String, sizes: [GridSize]) async throws(Failure) -> [GridSize: Raster]
  /// Makes a version of a source the one that stands.
  func restore(_ key: ObjectKey, version: String) async throws(StoreError)
  /// Whether the destination keeps what is deleted.
  func versioning() async throws(StoreError) -> BucketVersioning
  /// Takes deletions in the destination back.
  func undelete(_ objects: [DeletedObject], onEvent: @escaping @Sendable (TransferEvent) -> Void) async

  /// What may become of a half-typed path of this machine.
  func completion(of path: String, foldersOnly: Bool) async -> LocalPath.Completion
  func check(_ request: DownloadRequest) async throws(TransferError) -> DownloadCheck
  func download(_ request: DownloadRequest, onEvent: @escaping @Sendable (TransferEvent) -> Void) async
  func check(upload path: String, to key: ObjectKey) async throws(TransferError) -> UploadCheck
  /// - Returns: bytes sent.
  func upload(_ path: String, to key: ObjectKey) async throws(TransferError) -> Int64
  func deleteRenditions(_ objects: [WorkspaceObject], onEvent: @escaping @Sendable (TransferEvent) -> Void) async
  /// Removes what is left of sources that are gone, looking for each source once more.
  func removeOrphans(onEvent: @escaping @Sendable (TransferEvent) -> Void) async throws(StoreError)
  /// Holds the stored renditions of an object against its source.
  func verify(_ row: StatusRow) async -> ObjectVerdict
  /// What the stored renditions of an object say of themselves, those that are there.
  func renditions(of key: ObjectKey) async throws(StoreError) -> [StoredRendition]
  /// What a source says of itself beside its content; nil where it is gone.
  func description(of key: ObjectKey) async throws(StoreError) -> SourceDescription?

  /// What is set besides the locations.
  var places: EventPlaces { get }
  /// How much waits in the queues.
  func depth() async -> EventDepth
  /// Looks at up to so many dead letters, and leaves them where they are.
  func look(limit: Int) async -> LetterLook
  /// Tells others of objects.
  ///
  /// - Parameter onSent: told of those that they know of by now.
  func handOver(
    _ rows: [StatusRow], to way: RunWay, onSent: @escaping @Sendable ([ObjectKey]) -> Void
  ) async throws(QueueError)
  /// Does again what dead letters tell of; a letter goes once its outputs are proven.
  ///
  /// - Parameter onEnd: told of each letter; nil: it was not there any more.
  func redrive(
    _ letters: [DeadLetter.Identity], by way: RunWay,
    onEnd: @escaping @Sendable (DeadLetter.Identity, RedriveOutcome?) -> Void
  ) async throws(QueueError)

  /// Makes ready to run jobs; what happens to them is told from any thread.
  func startJobs(onEvent: @escaping @Sendable (JobEvent) -> Void)
  func submit(_ keys: [ObjectKey], policy: RunPolicy)
  func cancel(_ key: ObjectKey)
  func cancelAll()
  /// Begins no more jobs, or goes on.
  func setPaused(_ paused: Bool)
  /// Begins so many objects a second at most, and tells others of so many; nil: as many as go.
  func setRate(_ rate: ObjectRate?)
  /// Ends what runs; nothing is told afterwards.
  func shutdown() async
}
