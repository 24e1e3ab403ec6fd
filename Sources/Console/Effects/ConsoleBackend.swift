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
  /// The source picture, reduced to fit.
  func original(of key: ObjectKey, maxWidth: Int, maxHeight: Int) async throws(Failure) -> Raster
  /// What changes in the buckets, for as long as it is iterated.
  func changes() -> AsyncStream<BucketChange>

  /// Makes ready to run jobs; what happens to them is told from any thread.
  func startJobs(onEvent: @escaping @Sendable (JobEvent) -> Void)
  func submit(_ keys: [ObjectKey], policy: RunPolicy)
  func cancel(_ key: ObjectKey)
  func cancelAll()
  /// Ends what runs; nothing is told afterwards.
  func shutdown() async
}
