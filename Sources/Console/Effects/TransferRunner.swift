import ObjectStore
import Pipeline

/// Runs transfers and answers what dialogs ask. Reports are posted ten times a second at most, however many objects go
/// over.
final class TransferRunner: Sendable {
  private let backend: any ConsoleBackend
  private let post: @Sendable (ConsoleEvent.Kind) -> Void
  private let work = Locked(Work())

  private struct Work {
    var tasks: [Int: Task<Void, Never>] = [:]
    var reports: [Int: Tally] = [:]
    /// What a dialog asked last: an answer to what it asked before is not wanted.
    var asking: Task<Void, Never>?
    var isStopped = false
  }

  private struct Tally {
    var report: TransferReport
    var isPosting = false
    var touched: Set<ObjectKey> = []
    /// More than are worth reading one by one.
    var touchesMany = false
  }

  /// Problems that are told in words; a network that is gone has the same for each of a million objects.
  private static let mostProblems = 200
  /// Objects that are read again one by one after a transfer; more are listed.
  private static let mostTouched = 2000

  init(backend: any ConsoleBackend, post: @escaping @Sendable (ConsoleEvent.Kind) -> Void) {
    self.backend = backend
    self.post = post
  }

  func stop() {
    let tasks = work.withLock { work in
      work.isStopped = true
      return Array(work.tasks.values) + [work.asking].compactMap(\.self)
    }
    for task in tasks { task.cancel() }
  }

  /// Returns when what was under way has ended.
  func finish() async {
    let tasks = work.withLock { Array($0.tasks.values) }
    for task in tasks { await task.value }
  }

  // MARK: - Questions of dialogs

  func ask(_ question: @escaping @Sendable () async -> Void) {
    let task = Task.detached(priority: .userInitiated) { await question() }
    work.withLock { work in
      work.asking?.cancel()
      work.asking = task
    }
  }

  /// A short wait first: while a path is typed, only the last of its beginnings is worth a look.
  func check(_ order: DownloadOrder, generation: Int) {
    ask { [backend, post] in
      try? await Task.sleep(for: .milliseconds(60))
      guard !Task.isCancelled else { return }
      do throws(TransferError) {
        post(.downloadChecked(.success(try await backend.check(order.request)), generation: generation))
      } catch {
        post(.downloadChecked(.failure(error), generation: generation))
      }
    }
  }

  // MARK: - Transfers

  func begin(_ order: TransferOrder, id: Int) {
    work.withLock { work in
      guard !work.isStopped else { return }
      work.reports[id] = Tally(report: TransferReport(id: id))
      work.tasks[id] = Task.detached { [self] in
        await run(order, id: id)
        end(id)
      }
    }
  }

  func cancel(_ id: Int) {
    work.withLock { $0.tasks[id] }?.cancel()
  }

  private func run(_ order: TransferOrder, id: Int) async {
    switch order {
    case .download(let order):
      let request = order.request
      note(id) { $0.report.total = request.objects.count }
      await backend.download(request) { [self] event in take(event, id) }
    case .upload(let path, let key):
      var outcome = TransferOutcome(key: key.string, result: .done(name: key.string))
      do throws(TransferError) {
        let bytes = try await backend.upload(path, to: key)
        take(.moved(bytes: Int(bytes)), id)
        note(id) { $0.touched.insert(key) }
      } catch {
        outcome.result = error.isCancellation ? .cancelled : .failed(error)
      }
      take(.finished(outcome), id)
    case .deleteRenditions(let selection):
      let objects = selection.objects(sources: false, renditions: true)
      note(id) { tally in
        tally.report.total = objects.count
        tally.touchesMany = selection.rows.count > Self.mostTouched
        if !tally.touchesMany { tally.touched = Set(objects.map(\.source)) }
      }
      await backend.deleteRenditions(objects) { [self] event in take(event, id) }
    case .removeOrphans:
      note(id) { $0.touchesMany = true }
      do throws(StoreError) {
        try await backend.removeOrphans { [self] event in take(event, id) }
      } catch {
        take(.finished(TransferOutcome(key: error.key, result: .failed(.store(error)))), id)
      }
    case .undo(let objects, let change):
      note(id) { tally in
        tally.report.total = objects.count
        switch change {
        case .objects(let keys) where keys.count <= Self.mostTouched: tally.touched = keys
        case .objects, .everything: tally.touchesMany = true
        }
      }
      await backend.undelete(objects) { [self] event in take(event, id) }
    case .restore(let key, let version):
      var outcome = TransferOutcome(key: key.string, result: .done(name: version))
      do throws(StoreError) {
        try await backend.restore(key, version: version)
        note(id) { $0.touched.insert(key) }
      } catch {
        outcome.result = error.reason == .cancelled ? .cancelled : .failed(.store(error))
      }
      take(.finished(outcome), id)
    case .verify(let selection): await verify(selection, id: id)
    case .handOver(let keys, let table, let way): await handOver(keys, table, way, id: id)
    case .redrive(let letters, let way): await redrive(letters, way, id: id)
    }
  }

  /// A few objects at once: each is decoded as often as it has sizes.
  private func verify(_ selection: RowSelection, id: Int) async {
    note(id) { $0.report.total = selection.rows.count }
    await withTaskGroup(of: ObjectVerdict.self) { group in
      var rest = selection.rows[...]
      func add() {
        guard let row = rest.popFirst(), !Task.isCancelled else { return }
        let status = selection.table.row(row)
        group.addTask { [backend] in await backend.verify(status) }
      }
      for _ in 0..<4 { add() }
      while let verdict = await group.next() {
        note(id) { tally in
          guard !Task.isCancelled else { return tally.report.isCancelled = true }
          tally.report.verdicts.append(verdict)
          switch verdict.result {
          case .success(let results) where results.allSatisfy { $0.fault == nil }: tally.report.done += 1
          case .success, .failure: tally.report.failed += 1
          }
        }
        add()
      }
    }
  }

  private func handOver(_ keys: [ObjectKey], _ table: RowTable, _ way: RunWay, id: Int) async {
    note(id) { $0.report.total = keys.count }
    do throws(QueueError) {
      try await backend.handOver(keys.compactMap { table.id(of: $0).map(table.row) }, to: way) { [self] sent in
        note(id) { tally in
          tally.report.done += sent.count
          tally.report.sent += sent
        }
      }
    } catch {
      fail(error, receiver: way.receiver, id: id)
    }
  }

  private func redrive(_ letters: [DeadLetter.Identity], _ way: RunWay, id: Int) async {
    note(id) { $0.report.total = letters.count }
    do throws(QueueError) {
      try await backend.redrive(letters, by: way) { [self] letter, outcome in
        note(id) { tally in
          tally.report.letters.append(TransferReport.LetterEnd(id: letter, outcome: outcome))
          switch outcome {
          case .done, nil: tally.report.done += 1
          case .sent, .kept: tally.report.skipped += 1
          case .failed, .queue: tally.report.failed += 1
          }
          tally.touchesMany = true
        }
      }
    } catch {
      fail(error, receiver: "queue", id: id)
    }
  }

  private func fail(_ error: QueueError, receiver: String, id: Int) {
    note(id) { tally in
      guard error != .cancelled else { return tally.report.isCancelled = true }
      tally.report.failed += max(1, (tally.report.total ?? 0) - tally.report.done)
      tally.report.problems.append(
        TransferReport.Problem(key: receiver, text: explanation(of: error, receiver: receiver)))
    }
  }

  private func take(_ event: TransferEvent, _ id: Int) {
    note(id) { tally in
      switch event {
      case .moved(let bytes): tally.report.bytes += Int64(bytes)
      case .finished(let outcome):
        tally.report.outcomes.append(outcome)
        switch outcome.result {
        case .done: tally.report.done += 1
        case .skipped: tally.report.skipped += 1
        case .cancelled: tally.report.isCancelled = true
        case .failed(let error):
          tally.report.failed += 1
          if tally.report.failed <= Self.mostProblems {
            tally.report.problems.append(TransferReport.Problem(key: outcome.key, text: explanation(of: error)))
          }
        }
      }
    }
  }

  /// Changes a tally, and has it told soon.
  private func note(_ id: Int, _ change: (inout Tally) -> Void) {
    let start = work.withLock { work in
      guard var tally = work.reports[id] else { return false }
      change(&tally)
      let start = !tally.isPosting
      tally.isPosting = true
      work.reports[id] = tally
      return start
    }
    guard start else { return }
    Task { [self] in
      try? await Task.sleep(for: .milliseconds(100))
      // Posted with the lock held, so that the last report comes last.
      work.withLock { work in
        guard var tally = work.reports[id] else { return }
        post(.transfer(tally.report))
        tally.report.problems = []
        tally.report.outcomes = []
        tally.report.verdicts = []
        tally.report.sent = []
        tally.report.letters = []
        tally.isPosting = false
        work.reports[id] = tally
      }
    }
  }

  private func end(_ id: Int) {
    work.withLock { work in
      work.tasks[id] = nil
      guard let tally = work.reports.removeValue(forKey: id) else { return }
      var report = tally.report
      report.isEnded = true
      if tally.touchesMany { report.change = .everything }
      if !tally.touched.isEmpty { report.change = .objects(tally.touched) }
      post(.transfer(report))
    }
  }
}
