package import ObjectStore
package import PixelEngine

/// What a redrive will do, known before it does it.
package struct RedrivePlan: Hashable, Sendable {
  package var letters = 0
  /// Different objects that they tell of and that belong to the source.
  package var objects = 0
  /// Letters that tell of nothing in the source: of another bucket, of other kinds of file.
  package var foreign = 0
  /// Letters that cannot be read.
  package var unreadable = 0

  package init(_ letters: [ReadLetter]) {
    self.letters = letters.count
    objects = Set(letters.flatMap(\.keys)).count
    unreadable = letters.count { $0.letter.fault != nil }
    foreign = letters.count { $0.letter.fault == nil && $0.keys.isEmpty }
  }

  package init(_ letters: [DeadLetter], workspace: Workspace) {
    var keys: Set<ObjectKey> = []
    self.letters = letters.count
    for letter in letters {
      let own = letter.events.compactMap { workspace.sourceKey(of: $0) }
      keys.formUnion(own)
      if letter.fault != nil { unreadable += 1 } else if own.isEmpty { foreign += 1 }
    }
    objects = keys.count
  }
}

/// What became of a letter.
package enum RedriveOutcome: Hashable, Sendable {
  /// Its outputs stand, or nothing is left to make them of: it was removed.
  case done
  /// It was sent to the queue, and its outputs do not stand yet: it stays until they do.
  case sent
  /// It stays, because trying again failed.
  case failed(Failure)
  /// It stays: it tells of nothing in the source, or cannot be read.
  case kept(EventError?)
  /// It stays: it could not be sent or removed.
  case queue(QueueError)
}

/// Does again what dead letters tell of. A letter goes only once its outputs are proven: all renditions stand, made of the
/// content that the source has now.
package struct Redriver: Sendable {
  package enum Way: Sendable {
    /// In this process.
    case local
    /// By those who take events from here; waits so long for the outputs.
    case others(EventSender.Send, wait: Duration)

    /// By the workers or the function of a queue.
    package static func queue(_ queue: any MessageQueue, wait: Duration) -> Way {
      .others({ (bodies) async throws(QueueError) in try await queue.send(bodies) }, wait: wait)
    }
  }

  private let workspace: Workspace
  private let processor: EventProcessor
  private let reader: StatusReader
  private let box: any DeadLetterBox
  private let retry: RetryPolicy

  /// How soon outputs that others make are looked for; then ever less often.
  private static let firstLook: Duration = .seconds(1)
  private static let longestLook: Duration = .seconds(10)
  private static let keepInterval: Duration = .seconds(45)

  package init(
    workspace: Workspace, engine: PixelEngine, options: EventProcessor.Options = EventProcessor.Options(),
    box: any DeadLetterBox
  ) {
    var options = options
    // Somebody asks for another try.
    options.retriesPermanentFailures = true
    self.workspace = workspace
    self.box = box
    retry = options.run.retry
    reader = StatusReader(workspace)
    processor = EventProcessor(workspace: workspace, engine: engine, options: options)
  }

  /// Redrives letters that were taken; those that stay are given back.
  ///
  /// - Parameter onOutcome: told of each letter.
  package func redrive(
    _ letters: [DeadLetter], by way: Way, onOutcome: @escaping @Sendable (DeadLetter, RedriveOutcome) -> Void
  ) async {
    let keeping = Task { [box] in
      while (try? await Task.sleep(for: Self.keepInterval)) != nil { await box.keep(letters) }
    }
    defer { keeping.cancel() }
    switch way {
    case .local:
      await withTaskGroup(of: Void.self) { group in
        for letter in letters { group.addTask { onOutcome(letter, await self.settle(letter)) } }
      }
    case .others(let send, let wait):
      await hand(over: letters, to: send, wait: wait, onOutcome: onOutcome)
    }
  }

  private func settle(_ letter: DeadLetter) async -> RedriveOutcome {
    guard letter.isUsable(in: workspace) else { return await keep(letter, .kept(letter.fault)) }
    for outcome in await processor.process(letter.events) {
      switch outcome {
      case .written, .removed, .dropped: continue
      case .failed(let failure), .postponed(let failure), .refused(let failure):
        return await keep(letter, .failed(failure))
      case .cancelled:
        return await keep(letter, .failed(Failure(code: .internal, message: "Cancelled.", stage: .read)))
      }
    }
    // The processor's word is not the proof.
    do throws(StoreError) {
      guard try await isProven(letter) else {
        return await keep(
          letter,
          .failed(Failure(code: .changed, message: "The source changed meanwhile; redrive again.", stage: .confirm)))
      }
    } catch {
      return await keep(letter, .failed(Failure(error, stage: .confirm)))
    }
    return await remove(letter)
  }

  private func keep(_ letter: DeadLetter, _ outcome: RedriveOutcome) async -> RedriveOutcome {
    await box.giveBack([letter])
    return outcome
  }

  private func remove(_ letter: DeadLetter) async -> RedriveOutcome {
    do throws(QueueError) {
      return try await box.remove([letter]).isEmpty ? .done : .queue(.other(detail: "it was taken by somebody else"))
    } catch {
      return .queue(error)
    }
  }

  /// Whether the outputs of everything in the letter stand; what is gone, or is no picture's name, has none.
  private func isProven(_ letter: DeadLetter) async throws(StoreError) -> Bool {
    for event in letter.events {
      guard let key = workspace.sourceKey(of: event) else { continue }
      let proof = try await retry { () async throws(StoreError) in try await reader.proof(key) }
      if let proof, !proof.isComplete { return false }
    }
    return true
  }

  // MARK: By others

  private func hand(
    over letters: [DeadLetter], to send: EventSender.Send, wait: Duration,
    onOutcome: @escaping @Sendable (DeadLetter, RedriveOutcome) -> Void
  ) async {
    var open: [DeadLetter] = []
    for letter in letters {
      guard letter.isUsable(in: workspace) else {
        onOutcome(letter, await keep(letter, .kept(letter.fault)))
        continue
      }
      switch await look(at: letter) {
      case .success(true): onOutcome(letter, await remove(letter))
      case .success(false) where Task.isCancelled: onOutcome(letter, await keep(letter, .queue(.cancelled)))
      case .success(false):
        if let error = await tell(letter, to: send) {
          onOutcome(letter, await keep(letter, .queue(error)))
        } else {
          open.append(letter)
        }
      case .failure(let failure): onOutcome(letter, await keep(letter, .failed(failure)))
      }
    }
    let end = ContinuousClock.now + wait
    var interval = Self.firstLook
    while !open.isEmpty, ContinuousClock.now < end, (try? await Task.sleep(for: interval)) != nil {
      interval = min(interval * 3 / 2, Self.longestLook)
      var left: [DeadLetter] = []
      for letter in open {
        if case .success(true) = await look(at: letter) {
          onOutcome(letter, await remove(letter))
        } else {
          left.append(letter)
        }
      }
      open = left
    }
    for letter in open { onOutcome(letter, await keep(letter, .sent)) }
  }

  private func look(at letter: DeadLetter) async -> Result<Bool, Failure> {
    do throws(StoreError) {
      return .success(try await isProven(letter))
    } catch {
      return .failure(Failure(error, stage: .confirm))
    }
  }

  /// - Returns: why it was not taken.
  private func tell(_ letter: DeadLetter, to send: EventSender.Send) async -> QueueError? {
    do throws(QueueError) {
      let faults = try await send([EventMessage.body(of: letter.events)])
      return faults.first.map { .other(detail: $0.code) }
    } catch {
      return error
    }
  }
}

extension DeadLetter {
  /// Whether it can be read whole, and tells of the source.
  fileprivate func isUsable(in workspace: Workspace) -> Bool {
    fault == nil && events.contains { workspace.sourceKey(of: $0) != nil }
  }
}

extension Workspace {
  /// The source key that an event is about; nil where it is about nothing that is processed here.
  package func sourceKey(of event: ObjectEvent) -> ObjectKey? {
    guard case .bucket(event.bucket) = source.location.place, let key = source.relativeKey(event.key),
      naming.parse(key) == nil, !KnownSuffix.isUnsupported(key.string)
    else { return nil }
    return key
  }
}
