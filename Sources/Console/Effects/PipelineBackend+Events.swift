package import ObjectStore
package import Pipeline

// Queues, functions and dead letters.

extension PipelineBackend {
  package var places: EventPlaces {
    EventPlaces(
      queue: services.queue?.name, function: services.function?.name, hasLetters: !services.letters.isEmpty)
  }

  package func depth() async -> EventDepth {
    var depth = EventDepth()
    if let status = services.queueStatus {
      do throws(QueueError) {
        depth.queue = .success(try await status())
      } catch {
        depth.queue = .failure(error)
      }
    }
    for box in await boxes() {
      do throws(QueueError) {
        depth.letters.append(.success(try await box.count()))
      } catch {
        depth.letters.append(.failure(error))
      }
    }
    return depth
  }

  /// The boxes, each once: a queue's own dead letters may be set by name as well.
  private func boxes() async -> [any DeadLetterBox] {
    var names: Set<String> = []
    var boxes: [any DeadLetterBox] = []
    for box in services.letters where names.insert(await box.name()).inserted { boxes.append(box) }
    return boxes
  }

  package func look(limit: Int) async -> LetterLook {
    // The program ends when what was taken has been given back.
    transfers.begin()
    defer { transfers.end() }
    let reader = LetterReader(workspace)
    var look = LetterLook(letters: [])
    for box in await boxes() where look.letters.count < limit {
      do throws(QueueError) {
        look.letters += try await reader.look(into: box, limit: limit - look.letters.count)
      } catch {
        look.problems.append(LetterLook.Problem(place: await box.name(), error: error))
      }
    }
    look.isCut = look.letters.count >= limit
    return look
  }

  package func handOver(
    _ rows: [StatusRow], to way: RunWay, onSent: @escaping @Sendable ([ObjectKey]) -> Void
  ) async throws(QueueError) {
    guard let receiver = services.receiver(of: way),
      let sender = EventSender(workspace: workspace, rate: rate.withLock({ $0 }), send: receiver.send)
    else { throw .other(detail: "nobody is set to take events") }
    transfers.begin()
    defer { transfers.end() }
    for row in rows {
      if Task.isCancelled { throw .cancelled }
      let sent = try await sender.offer(row)
      if !sent.isEmpty { onSent(sent) }
    }
    onSent(try await sender.flush())
  }

  package func redrive(
    _ letters: [DeadLetter.Identity], by way: RunWay,
    onEnd: @escaping @Sendable (DeadLetter.Identity, RedriveOutcome?) -> Void
  ) async throws(QueueError) {
    transfers.begin()
    defer { transfers.end() }
    let box = JoinedLetters(await boxes())
    let taken = try await box.take(Set(letters))
    let found = Set(taken.map(\.identity))
    for id in letters where !found.contains(id) { onEnd(id, nil) }
    var processing = EventProcessor.Options()
    processing.run = options
    processing.run.rate = rate.withLock { $0 }
    processing.removesRenditions = services.removesRenditions
    let redriver = Redriver(workspace: workspace, engine: engine, options: processing, box: box)
    let receiver = services.receiver(of: way)
    await redriver.redrive(
      taken, by: receiver.map { .others($0.send, wait: Self.outputWait) } ?? .local
    ) { letter, outcome in onEnd(letter.identity, outcome) }
  }
}
