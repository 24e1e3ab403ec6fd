import ObjectStore
package import PixelEngine

/// Does what events ask for, in one workspace, whoever brings them: a queue's worker or a function.
///
/// An event is a hint. What is to be done is read off the buckets each time, so that doubled, shuffled and late events
/// end in the same state as one of each in order: the source that stands has its five renditions, made of it alone.
package final class EventProcessor: Sendable {
  package struct Options: Sendable {
    package var run = RunOptions()
    /// Remove what was made of an object when it is removed. Default: keep it.
    package var removesRenditions = false
    /// Try again what failed for good, though the source is the same. Default: its record is enough.
    package var retriesPermanentFailures = false

    package init() {}
  }

  private let workspace: Workspace
  private let options: Options
  private let processor: ObjectProcessor
  private let reader: StatusReader
  private let places: Budget
  private let pace: StartPace
  private let turns = KeyTurns()
  private let settled = Locked(SettledSequencers())
  private let onEvent: @Sendable (SettledEvent) -> Void

  /// - Parameter onEvent: told of each event once it is settled, from any task; must not block.
  package init(
    workspace: Workspace, engine: PixelEngine, options: Options = Options(),
    onEvent: @escaping @Sendable (SettledEvent) -> Void = { _ in }
  ) {
    var options = options
    // Another worker may be told of a newer version while this one makes renditions of an older.
    options.run.looksBeforeWriting = true
    pace = StartPace(options.run)
    options.run = options.run.telling(pace)
    self.workspace = workspace
    self.options = options
    self.onEvent = onEvent
    processor = ObjectProcessor(workspace: workspace, engine: engine, options: options.run)
    reader = StatusReader(workspace)
    places = Budget(total: options.run.jobs)
  }

  /// Settles everything a message tells, and says what is to be done with it.
  package func process(_ message: EventMessage) async -> MessageVerdict {
    MessageVerdict(await process(message.events), faults: message.faults)
  }

  /// Settles events, as many at a time as `RunOptions.jobs` allows over all calls, and one at a time of each object.
  ///
  /// - Returns: what became of each, in the order they were given.
  package func process(_ events: [ObjectEvent]) async -> [EventOutcome] {
    if events.count == 1 { return [await settle(events[0])] }
    return await withTaskGroup(of: Numbered.self) { group in
      for (index, event) in events.enumerated() {
        group.addTask { Numbered(index: index, outcome: await self.settle(event)) }
      }
      var outcomes = [EventOutcome](repeating: .cancelled, count: events.count)
      for await numbered in group { outcomes[numbered.index] = numbered.outcome }
      return outcomes
    }
  }

  private struct Numbered: Sendable {
    var index: Int
    var outcome: EventOutcome
  }

  private func settle(_ event: ObjectEvent) async -> EventOutcome {
    let start = ContinuousClock.now
    let outcome = await outcome(of: event)
    let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
    onEvent(SettledEvent(event: event, outcome: outcome, milliseconds: milliseconds))
    return outcome
  }

  private func outcome(of event: ObjectEvent) async -> EventOutcome {
    guard case .bucket(event.bucket) = workspace.source.location.place else { return .dropped(.otherBucket) }
    guard let key = workspace.source.relativeKey(event.key) else { return .dropped(.otherPrefix) }
    if workspace.naming.parse(key) != nil { return .dropped(.rendition) }
    if event.kind == .removed, !options.removesRenditions { return .dropped(.removalKept) }
    if event.kind == .created, KnownSuffix.isUnsupported(key.string) { return .dropped(.unsupported) }
    return await turns.with(key) { [self] in
      if let sequencer = event.sequencer, settled.withLock({ $0.isOutdated(sequencer, of: key) }) {
        return .dropped(.outdated)
      }
      let outcome = await places.with(1) { [self] in await settleAtPace(key) } ?? .cancelled
      if let sequencer = event.sequencer, outcome.isSettled {
        settled.withLock { $0.settle(sequencer, of: key) }
      }
      return outcome
    }
  }

  private func settleAtPace(_ key: ObjectKey) async -> EventOutcome {
    guard await pace.pass() else { return .cancelled }
    let outcome = await settle(key)
    switch outcome {
    case .written: pace.ended(.written)
    case .dropped, .removed: pace.ended(.needless)
    case .failed, .postponed, .refused, .cancelled: pace.ended(.other)
    }
    return outcome
  }

  /// Brings the renditions of one object in line with what stands in the source now.
  private func settle(_ key: ObjectKey) async -> EventOutcome {
    do throws(StoreError) {
      guard let proof = try await proof(of: key) else { return try await removeRenditions(of: key) }
      if proof.isComplete { return .dropped(.complete) }
      if let reason = needless(proof.row) { return .dropped(reason) }
      let outcome = await processor.process(proof.row)
      // It went away while it was processed, and its renditions may just have been written.
      if case .failed(let failure) = outcome, failure.code == .notFound { return try await removeRenditions(of: key) }
      return EventOutcome(outcome)
    } catch {
      return error.reason == .cancelled ? .cancelled : EventOutcome(.failed(Failure(error, stage: .read)))
    }
  }

  /// Why an object is not to be processed.
  private func needless(_ row: StatusRow) -> DropReason? {
    // Complete by its times alone is not complete: what its renditions were made of has been looked at.
    if row.state == .complete { return nil }
    if row.state == .failed, options.retriesPermanentFailures { return nil }
    guard case .skip(let reason) = RunPolicy().decide(row, naming: workspace.naming) else { return nil }
    return DropReason(reason)
  }

  private func proof(of key: ObjectKey) async throws(StoreError) -> StatusReader.Proof? {
    try await options.run.retry { () async throws(StoreError) in try await reader.proof(key) }
  }

  /// Removes what was made of an object that is gone, if that is wanted; makes it anew where the object came back.
  private func removeRenditions(of key: ObjectKey) async throws(StoreError) -> EventOutcome {
    guard options.removesRenditions else { return .dropped(.gone) }
    let names = GridSize.allCases.compactMap {
      workspace.destination.storeKey(workspace.naming.key(of: key, size: $0))
    }
    for name in names {
      try await options.run.retry { () async throws(StoreError) in try await workspace.destination.store.delete(name) }
    }
    let records = FailureLookup(workspace: workspace)
    try await options.run.retry { () async throws(StoreError) in try await records.remove(of: key) }
    guard let proof = try await proof(of: key) else { return .removed }
    return EventOutcome(await processor.process(proof.row))
  }
}

extension EventOutcome {
  fileprivate init(_ outcome: JobOutcome) {
    switch outcome {
    case .written(let renditions): self = .written(renditions: renditions)
    case .skipped(let reason): self = .dropped(DropReason(reason))
    case .cancelled: self = .cancelled
    case .failed(let failure):
      switch failure.code.kind {
      case .permanent: self = .failed(failure)
      case .access: self = .refused(failure)
      case .gone where failure.code == .notFound: self = .dropped(.gone)
      // A source that keeps changing, and faults of ours: a later try may do, and the queue counts the tries.
      case .gone, .transient, .internal: self = .postponed(failure)
      }
    }
  }

  /// Nothing that happened up to the event is left to do.
  fileprivate var isSettled: Bool {
    switch self {
    case .written, .removed, .dropped, .failed: true
    case .postponed, .refused, .cancelled: false
    }
  }
}

extension DropReason {
  fileprivate init(_ reason: SkipReason) {
    self =
      switch reason {
      case .complete: .complete
      case .permanentFailure: .permanentFailure
      case .unsupported, .otherState, .limit: .unsupported
      case .rendition: .rendition
      case .notFound: .gone
      }
  }
}
