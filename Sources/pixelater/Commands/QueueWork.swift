import Logging
import ObjectStore
import Pipeline
import Settings

/// The worker that a queue tells what to do, with its log.
struct QueueWork {
  let session: Session
  let workspace: Workspace
  let url: String
  let drains: Bool
  let options: RunOptions
  let log: Logger

  func run() async throws(CommandFailure) -> ExitStatus {
    guard workspace.source.location.isBucket else {
      throw CommandFailure(
        .usage, "\(workspace.source.location): a queue tells of a bucket; without --queue the worker watches folders")
    }
    let queue: SQSMessageQueue
    do throws(LocationsError) { queue = try session.locations.buckets.queue(url) } catch { throw CommandFailure(error) }
    try await lookAtBuckets()

    let totals = Locked(RunSummary())
    var processing = EventProcessor.Options()
    processing.run = options
    processing.removesRenditions = session.settings.removesRenditions
    let processor = EventProcessor(workspace: workspace, engine: session.engine, options: processing) { [log] in
      let outcome = note($0, in: log)
      totals.withLock { $0.count(outcome) }
    }
    var intake = QueueWorker.Options()
    intake.jobs = options.jobs
    intake.drains = drains
    let worker = QueueWorker(queue: queue, processor: processor, options: intake) { [log] in note($0, in: log) }
    let end = await worker.run()

    let summary = totals.withLock { $0 }
    log.info(
      "stopped",
      metadata: [
        "written": .stringConvertible(summary.written), "skipped": .stringConvertible(summary.skipped),
        "failed": .stringConvertible(summary.failed), "cancelled": .stringConvertible(summary.cancelled),
      ])
    switch end {
    case .drained, .cancelled: return summary.failed > 0 ? .someFailed : .success
    case .refused(let failure):
      throw CommandFailure(
        .unreachable, "stopped, and gave its messages back to the queue: \(failure.message) (\(failure.code.rawValue))")
    case .queue(let error): throw CommandFailure(error, about: url)
    }
  }

  /// A bucket that is not there makes every object look gone, and every message done.
  private func lookAtBuckets() async throws(CommandFailure) {
    for location in [workspace.source, workspace.destination] {
      do throws(StoreError) {
        var pages = location.store.list(ListRequest(prefix: location.location.prefix, pageSize: 1)).makeAsyncIterator()
        _ = try await pages.next()
      } catch {
        throw CommandFailure(error, about: location.location.description)
      }
    }
  }
}

/// Logs what became of an event.
///
/// - Returns: what it counts as.
private func note(_ settled: SettledEvent, in log: Logger) -> JobOutcome {
  var metadata: Logger.Metadata = [
    "key": .string(settled.event.key.string), "milliseconds": .stringConvertible(settled.milliseconds),
  ]
  func add(_ failure: Failure) {
    metadata["code"] = .string(failure.code.rawValue)
    metadata["message"] = .string(failure.message)
    metadata["stage"] = .string(failure.stage.rawValue)
  }
  switch settled.outcome {
  case .written(let renditions):
    metadata["renditions"] = .stringConvertible(renditions)
    log.info("written", metadata: metadata)
    return .written(renditions: renditions)
  case .removed:
    log.info("removed", metadata: metadata)
    return .skipped(.notFound)
  case .dropped(let reason):
    metadata["reason"] = .string(reason.rawValue)
    log.debug("skipped", metadata: metadata)
    return .skipped(reason == .complete ? .complete : .otherState)
  case .failed(let failure):
    add(failure)
    log.error("failed", metadata: metadata)
    return .failed(failure)
  case .postponed(let failure):
    add(failure)
    log.warning("postponed", metadata: metadata)
    return .cancelled
  case .refused(let failure):
    add(failure)
    log.error("refused", metadata: metadata)
    return .cancelled
  case .cancelled:
    log.debug("cancelled", metadata: metadata)
    return .cancelled
  }
}

/// Logs what happened to a message or to the queue.
private func note(_ occurrence: QueueWorker.Occurrence, in log: Logger) {
  switch occurrence {
  case .started(let visibility, let status):
    var metadata: Logger.Metadata = ["visibility": .string("\(visibility.components.seconds) s")]
    if let status {
      metadata["waiting"] = .stringConvertible(status.waiting)
      metadata["inFlight"] = .stringConvertible(status.inFlight)
      metadata["deadLetters"] = .string(status.deadLetterQueue ?? "none")
    }
    log.info("watching the queue", metadata: metadata)
  case .settled(let message, let verdict, let returnsIn):
    var metadata: Logger.Metadata = [
      "id": .string(message.id), "receives": .stringConvertible(message.receiveCount),
    ]
    if let returnsIn { metadata["returnsIn"] = .string("\(returnsIn.components.seconds) s") }
    switch verdict {
    case .acknowledge: log.trace("message done", metadata: metadata)
    case .unreadable(let error):
      metadata["reason"] = .string(explanation(of: error))
      log.error(returnsIn == nil ? "message removed" : "message left to the dead letters", metadata: metadata)
    case .postpone, .stop, .cancelled: log.debug("message given back", metadata: metadata)
    }
  case .test(let message): log.info("test message", metadata: ["id": .string(message.id)])
  case .pollFailed(let error, let retryIn):
    log.warning(
      "the queue does not answer",
      metadata: ["reason": .string(explanation(of: error)), "retryIn": .string("\(retryIn.components.seconds) s")])
  case .changeFailed(let error):
    log.warning("a message will come again", metadata: ["reason": .string(explanation(of: error))])
  case .paused(let duration):
    log.warning("nothing succeeds; waiting", metadata: ["duration": .string("\(duration.components.seconds) s")])
  }
}
