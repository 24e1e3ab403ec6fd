package import ObjectStore

/// Tells others of objects that are to be processed, as S3 would have: workers of a queue, or a function.
///
/// Nothing is remembered: what is still to do stands in the buckets, so a run that broke off is begun again and sends
/// what is left. What a rendition's own key looks like is never told of, or it would become a source.
package actor EventSender {
  /// Takes messages; see `MessageQueue.send`.
  package typealias Send = @Sendable (_ bodies: [String]) async throws(QueueError) -> [QueueFault]

  private let workspace: Workspace
  private let bucket: String
  /// Events in one call: no more than come in a second.
  private let batch: Int
  private let interval: Duration
  private let clock: RunClock
  private let sendBodies: Send
  private var waiting: [ObjectEvent] = []
  private var nextSend: Duration = .zero

  private static let maximumBatch = 10
  private static let attempts = 5

  /// Most events a second, unless another rate is asked for.
  package static let standardRate = 300

  /// - Parameters:
  ///   - rate: most events a second. Default: `standardRate`.
  ///   - send: takes up to ten messages.
  /// - Returns: nil where the source is no bucket.
  package init?(
    workspace: Workspace, rate: ObjectRate? = nil, clock: RunClock = .standard, send: @escaping Send
  ) {
    guard case .bucket(let name) = workspace.source.location.place else { return nil }
    self.workspace = workspace
    bucket = name
    let perSecond = rate?.perSecond ?? Double(Self.standardRate)
    batch = Int(min(max(1, perSecond), Double(Self.maximumBatch)))
    interval = .seconds(Double(batch) / perSecond)
    self.clock = clock
    sendBodies = send
  }

  /// Adds an object.
  ///
  /// - Returns: what was sent because a batch was full; empty otherwise.
  package func offer(_ row: StatusRow) async throws(QueueError) -> [ObjectKey] {
    guard workspace.naming.parse(row.key) == nil, let key = workspace.source.storeKey(row.key.string) else { return [] }
    waiting.append(ObjectEvent(bucket: bucket, key: key, etag: row.etag, size: row.size, time: row.lastModified))
    return waiting.count < batch ? [] : try await flush()
  }

  /// Sends what waits.
  ///
  /// - Returns: the objects that others know of now.
  /// - Throws: where some could not be sent; they still wait.
  package func flush() async throws(QueueError) -> [ObjectKey] {
    var sent: [ObjectKey] = []
    for _ in 0..<Self.attempts where !waiting.isEmpty {
      try await pause()
      let batch = Array(waiting.prefix(self.batch))
      let faults = try await sendBodies(batch.map { EventMessage.body(of: [$0]) })
      let failed = Set(faults.map(\.index))
      sent += batch.indices.filter { !failed.contains($0) }.compactMap { workspace.source.relativeKey(batch[$0].key) }
      waiting = batch.indices.filter(failed.contains).map { batch[$0] } + waiting.dropFirst(batch.count)
    }
    guard waiting.isEmpty else { throw .unavailable(detail: "some messages were not taken") }
    return sent
  }

  private func pause() async throws(QueueError) {
    let now = clock.now()
    if nextSend > now {
      do { try await clock.sleep(nextSend - now) } catch { throw .cancelled }
    }
    nextSend = max(nextSend, now) + interval
  }
}
