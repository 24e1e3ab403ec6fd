import ArgumentParser
import Console
import Logging
import ObjectStore
import Pipeline
import Settings

struct WorkerCommand: BackgroundCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker",
    abstract: "Processes pictures as they land.",
    usage: "pixelater worker [<options>]",
    discussion: """
      Begins with whatever is not done and watches the source folder: what lands goes before what has waited. Logs to standard error. SIGTERM and SIGINT stop
      it in good order: nothing is left half written.

      With a queue it does what the messages of an SQS queue tell instead: S3's notifications, as they are or by way of
      SNS or EventBridge. A message is deleted once its renditions are written, or its failure is recorded; what may
      pass comes back later, and missing rights stop the worker before it empties the queue into the dead letters.

      EXAMPLES
        pixelater worker
        pixelater worker --drain              ends when nothing is left to do
        pixelater worker --log-format json
        pixelater worker --queue https://sqs.eu-central-1.amazonaws.com/123456789012/uploads
      """)

  enum LogFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text
    case json
  }

  @Option(help: ArgumentHelp("Queue that tells of new objects, if not the one that is set.", valueName: "url"))
  var queue: String?

  @Flag(help: "End when nothing is left to do.")
  var drain = false

  @Flag(
    name: .customLong("remove-renditions"), help: "Remove what was made of an object when it is removed (with --queue)."
  )
  var removeRenditions = false

  @Option(help: "Pictures processed at once (default: twice the cores).")
  var jobs: Int?

  @Option(help: ArgumentHelp("Most objects begun in a second; 0.5 is one in two.", valueName: "n"))
  var rate: ObjectRate?

  @Option(name: .customLong("log-format"), help: "Form of the log lines.")
  var logFormat: LogFormat = .text

  @OptionGroup(title: "Common options") var common: CommonOptions

  var flags: [SettingKey: String] {
    var flags: [SettingKey: String] = [:]
    flags[.jobs] = jobs.map(String.init)
    flags[.queue] = queue
    flags[.removeRenditions] = removeRenditions ? "true" : nil
    return flags
  }

  /// Being stopped is how a service ends well.
  var statusAfterTermination: ExitStatus { .success }

  func work(_ session: Session) async throws(CommandFailure) -> ExitStatus {
    try session.requireWritable()
    let workspace = try session.workspace(.writing)
    var options = session.runOptions
    options.rate = rate
    let log = LineLog.logger(level: session.settings.logLevel, asJSON: logFormat == .json)
    // A queue that is set tells of the bucket that is set; where the source of this run is a folder, it is watched.
    if let url = queue ?? (workspace.source.location.isBucket ? session.settings[.queue] : nil) {
      let work = QueueWork(
        session: session, workspace: workspace, url: url, drains: drain, options: options, log: log)
      return try await work.run()
    }
    if removeRenditions {
      throw CommandFailure(
        .usage, "--remove-renditions needs a queue; 'pixelater clean --orphans' removes what is left over")
    }
    log.info(
      "started",
      metadata: [
        "source": .string(workspace.source.location.description),
        "destination": .string(workspace.destination.location.description),
        "jobs": .stringConvertible(options.jobs),
      ])
    let (events, sink) = AsyncStream<JobEvent>.makeStream()
    let worker = Worker(workspace: workspace, engine: session.engine, options: options) { sink.yield($0) }
    let drains = drain
    let working = Task { () -> StoreError? in
      defer { sink.finish() }
      do throws(StoreError) {
        if drains { try await worker.drain() } else { try await worker.run() }
        return nil
      } catch {
        return error
      }
    }
    var summary = RunSummary()
    await withTaskCancellationHandler {
      for await event in events {
        note(event, in: log)
        if case .finished(_, let outcome, _) = event { summary.count(outcome) }
      }
    } onCancel: {
      working.cancel()
    }
    let error = await working.value
    log.info(
      "stopped",
      metadata: [
        "written": .stringConvertible(summary.written), "skipped": .stringConvertible(summary.skipped),
        "failed": .stringConvertible(summary.failed), "cancelled": .stringConvertible(summary.cancelled),
      ])
    if let error, error.reason != .cancelled { throw CommandFailure(error, about: error.subject(in: workspace)) }
    return summary.failed > 0 ? .someFailed : .success
  }

  private func note(_ event: JobEvent, in log: Logger) {
    switch event {
    case .queued(let key):
      log.trace("queued", metadata: ["key": .string(key.string)])
    case .slowedDown(let rest):
      log.warning("the store asks to slow down", metadata: ["duration": .string(Format.duration(rest))])
    case .started(let key):
      log.debug("processing", metadata: ["key": .string(key.string)])
    case .finished(let key, let outcome, let milliseconds):
      var metadata: Logger.Metadata = ["key": .string(key.string), "milliseconds": .stringConvertible(milliseconds)]
      switch outcome {
      case .written(let renditions):
        metadata["renditions"] = .stringConvertible(renditions)
        log.info("written", metadata: metadata)
      case .skipped(let reason):
        metadata["reason"] = .string(reason.rawValue)
        log.debug("skipped", metadata: metadata)
      case .failed(let failure):
        metadata["code"] = .string(failure.code.rawValue)
        metadata["message"] = .string(failure.message)
        metadata["stage"] = .string(failure.stage.rawValue)
        log.error("failed", metadata: metadata)
      case .cancelled:
        log.debug("cancelled", metadata: metadata)
      }
    }
  }
}
