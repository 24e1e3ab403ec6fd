import ObjectStore
import Pipeline
import PixelEngine

/// Does what `update` asked for: the only part of the console that acts. Everything runs in tasks; what comes of it is
/// posted as events, bursts in batches.
package final class EffectRunner: Sendable {
  private let backend: any ConsoleBackend
  private let files: any ConsoleFiles
  private let post: @Sendable (ConsoleEvent.Kind) -> Void
  private let work = Locked(Work())
  private let transfers: TransferRunner
  private let previews: PreviewRunner

  private struct Work {
    var listing: Task<Void, Never>?
    /// Batches that the state has room for.
    var credit: AsyncStream<Void>.Continuation?
    /// Of each question the one asked last.
    var answering: [Question: Task<Void, Never>] = [:]
    /// The last of what is written to the person's files.
    var keeping: Task<Void, Never>?
    var background: [Task<Void, Never>] = []
    var toRead: [ObjectKey] = []
    var isReading = false
    var jobEvents: [JobEvent] = []
    var change: BucketChange?
    var isPostingJobs = false
    /// When the next tick is due.
    var tickTime: Double?
    var ticking: Task<Void, Never>?
    var isStopped = false
  }

  /// What is asked anew before it was answered need not be answered any more.
  private enum Question: Hashable {
    case arrangement(ConsoleView)
    case plan, depth, letters, renditions, description, versioning
  }

  /// - Parameter post: called from any thread.
  package init(
    backend: any ConsoleBackend, files: any ConsoleFiles, post: @escaping @Sendable (ConsoleEvent.Kind) -> Void
  ) {
    self.backend = backend
    self.files = files
    self.post = post
    transfers = TransferRunner(backend: backend, post: post)
    previews = PreviewRunner(backend: backend, post: post)
  }

  /// Begins to watch: jobs and changes.
  package func start() {
    backend.startJobs { [self] event in noteJob(event) }
    // Asked for at once: what changes from here on is told, however long the first listing takes.
    let changes = backend.changes()
    let watching = Task { [self] in
      for await change in changes { noteChange(change) }
    }
    work.withLock { $0.background = [watching] }
  }

  /// Wakes the console once, at a time in seconds since 1970; nil: not at all. The time before is forgotten.
  package func tick(at time: Double?, now: Double) {
    work.withLock { work in
      guard time != work.tickTime, !work.isStopped else { return }
      work.ticking?.cancel()
      work.tickTime = time
      work.ticking = time.map { time in
        Task { [self] in
          try? await Task.sleep(for: .milliseconds(1 + Int(max(0, min(time - now, 3600)) * 1000)))
          guard !Task.isCancelled else { return }
          self.work.withLock { $0.tickTime = nil }
          post(.tick)
        }
      }
    }
  }

  /// Ends everything. Jobs that run are cancelled, and awaited by the caller of `finish`.
  package func stop() {
    let tasks = work.withLock { work in
      work.isStopped = true
      work.credit?.finish()
      return work.background + [work.listing, work.ticking].compactMap(\.self) + Array(work.answering.values)
    }
    for task in tasks { task.cancel() }
    previews.stop()
    transfers.stop()
    backend.cancelAll()
  }

  package func finish() async {
    await transfers.finish()
    await backend.shutdown()
    await work.withLock { $0.keeping }?.value
  }

  package func run(_ effect: ConsoleEffect) {
    switch effect {
    case .list(let number): list(number)
    case .listMore: work.withLock { _ = $0.credit?.yield() }
    case .read(let keys): read(keys)
    case .arrange(let request):
      answer(.arrangement(request.view)) { [post] in
        let result = RowArrangement(request.query, of: request.table) { Task.isCancelled }
        if !Task.isCancelled { post(.arranged(result, view: request.view, generation: request.generation)) }
      }
    case .plan(let request):
      answer(.plan) { [post] in
        let planned = request.planned()
        if !Task.isCancelled { post(.planned(planned, generation: request.generation)) }
      }
    case .submit(let keys, let policy): backend.submit(keys, policy: policy)
    case .cancel(let key): backend.cancel(key)
    case .cancelAll: backend.cancelAll()
    case .pauseJobs(let isPaused): backend.setPaused(isPaused)
    case .setRate(let rate): backend.setRate(rate)
    case .preview(let ids): previews.load(ids)
    case .link(let object, let seconds, let generation):
      transfers.ask { [backend, post] in
        do throws(StoreError) {
          post(.linked(.success(try await backend.link(to: object, seconds: seconds)), generation: generation))
        } catch {
          post(.linked(.failure(error), generation: generation))
        }
      }
    case .versions(let key, let generation):
      transfers.ask { [backend, post] in
        do throws(StoreError) {
          post(.versions(.success(try await backend.versions(of: key)), generation: generation))
        } catch {
          post(.versions(.failure(error), generation: generation))
        }
      }
    case .versioning:
      answer(.versioning) { [backend, post] in
        do throws(StoreError) {
          post(.versioning(.success(try await backend.versioning())))
        } catch {
          if !Task.isCancelled { post(.versioning(.failure(error))) }
        }
      }
    case .completePath(let text, let foldersOnly, let generation):
      transfers.ask { [backend, post] in
        post(.completed(await backend.completion(of: text, foldersOnly: foldersOnly), generation: generation))
      }
    case .checkDownload(let order, let generation): transfers.check(order, generation: generation)
    case .checkUpload(let path, let key, let generation):
      transfers.ask { [backend, post] in
        do throws(TransferError) {
          post(.uploadChecked(.success(try await backend.check(upload: path, to: key)), generation: generation))
        } catch {
          post(.uploadChecked(.failure(error), generation: generation))
        }
      }
    case .transfer(let order, let id): transfers.begin(order, id: id)
    case .cancelTransfer(let id): transfers.cancel(id)
    case .depth(let generation):
      // Beside everything else: a queue that does not answer keeps nobody waiting.
      answer(.depth) { [backend, post] in post(.depth(await backend.depth(), generation: generation)) }
    case .look(let generation):
      answer(.letters) { [backend, post] in
        let look = await backend.look(limit: RecordsState.limit)
        if !Task.isCancelled { post(.looked(look, generation: generation)) }
      }
    case .inspect(let key):
      answer(.renditions) { [backend, post] in
        do throws(StoreError) {
          post(.inspected(key, .success(try await backend.renditions(of: key))))
        } catch {
          post(.inspected(key, .failure(error)))
        }
      }
    case .describe(let key, let etag):
      answer(.description) { [backend, post] in
        do throws(StoreError) {
          post(.described(key, etag: etag, .success(try await backend.description(of: key))))
        } catch {
          if !Task.isCancelled { post(.described(key, etag: etag, .failure(error))) }
        }
      }
    case .audit, .remember, .keepViews, .export: keep(effect)
    // The terminal's driver does these.
    case .terminal: break
    }
  }

  /// Works on the answer to a question, and no more on that to the one before.
  private func answer(_ question: Question, _ work: @escaping @Sendable () async -> Void) {
    self.work.withLock { running in
      running.answering.removeValue(forKey: question)?.cancel()
      running.answering[question] = Task.detached(priority: .userInitiated) { await work() }
    }
  }

  // MARK: - Files

  /// One after another, in the order in which they came, beside everything else.
  private func keep(_ effect: ConsoleEffect) {
    work.withLock { work in
      let before = work.keeping
      work.keeping = Task.detached { [files, post] in
        await before?.value
        do throws(FileProblem) {
          switch effect {
          case .audit(let entries): try files.audit(entries)
          case .remember(let command): files.remember(command)
          case .keepViews(let views): try files.keep(views)
          case .export(let order): post(.exported(.success(try files.export(order))))
          default: break
          }
        } catch {
          if case .export = effect { post(.exported(.failure(error))) } else { post(.notKept(error)) }
        }
      }
    }
  }

  // MARK: - Listing

  /// At most a few batches are on their way to the state at once, so that keys typed meanwhile are next in line.
  private func list(_ number: Int) {
    let (credits, credit) = AsyncStream.makeStream(of: Void.self)
    for _ in 0..<4 { credit.yield() }
    let task = Task { [backend, post] in
      var credits = credits.makeAsyncIterator()
      do throws(StoreError) {
        try await backend.list { rows in
          guard await credits.next() != nil, !Task.isCancelled else { return false }
          post(.listed(rows, listing: number))
          return true
        }
        if !Task.isCancelled { post(.listingEnded(nil, listing: number)) }
      } catch {
        if !Task.isCancelled { post(.listingEnded(error, listing: number)) }
      }
    }
    work.withLock { work in
      work.listing?.cancel()
      work.credit?.finish()
      work.listing = task
      work.credit = credit
    }
  }

  // MARK: - Rows

  /// Reads rows again, a few at once; what is asked for meanwhile joins the queue, each key once.
  private func read(_ keys: [ObjectKey]) {
    let start = work.withLock { work in
      let waiting = Set(work.toRead)
      work.toRead += keys.filter { !waiting.contains($0) }
      guard !work.isReading, !work.isStopped else { return false }
      work.isReading = true
      return true
    }
    guard start else { return }
    Task {
      while true {
        let batch = work.withLock { work -> [ObjectKey] in
          let batch = Array(work.toRead.prefix(256))
          work.toRead.removeFirst(batch.count)
          if batch.isEmpty || work.isStopped { work.isReading = false }
          return work.isStopped ? [] : batch
        }
        if batch.isEmpty { return }
        post(.read(await readings(of: batch)))
      }
    }
  }

  private func readings(of keys: [ObjectKey]) async -> [RowReading] {
    await withTaskGroup(of: RowReading.self) { group in
      var results: [RowReading] = []
      var rest = keys[...]
      func add() {
        guard let key = rest.popFirst() else { return }
        group.addTask { [backend] in
          do throws(StoreError) {
            return RowReading(key: key, result: .success(try await backend.row(key)))
          } catch {
            return RowReading(key: key, result: .failure(error))
          }
        }
      }
      for _ in 0..<8 { add() }
      while let reading = await group.next() {
        results.append(reading)
        add()
      }
      return results
    }
  }

  // MARK: - Jobs

  /// Gathers what happens within a twentieth of a second: a run of thousands must not be thousands of screens.
  private func noteJob(_ event: JobEvent) {
    let start = work.withLock { work in
      work.jobEvents.append(event)
      guard !work.isPostingJobs else { return false }
      work.isPostingJobs = true
      return true
    }
    guard start else { return }
    Task {
      try? await Task.sleep(for: .milliseconds(50))
      let events = work.withLock { work in
        work.isPostingJobs = false
        defer { work.jobEvents = [] }
        return work.jobEvents
      }
      post(.jobs(events))
    }
  }

  /// Likewise with changes: five renditions and a record are one look at their source.
  private func noteChange(_ change: BucketChange) {
    let start = work.withLock { work in
      defer { work.change = work.change?.merged(with: change) ?? change }
      return work.change == nil
    }
    guard start else { return }
    Task {
      try? await Task.sleep(for: .milliseconds(100))
      let change = work.withLock { work in
        defer { work.change = nil }
        return work.isStopped ? nil : work.change
      }
      if let change { post(.changed(change)) }
    }
  }
}
