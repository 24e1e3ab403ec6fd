import ObjectStore
import Pipeline

// What comes from the buckets and the jobs.

extension ConsoleState {
  // MARK: - Listing

  mutating func startListing() -> [ConsoleEffect] {
    listing.number += 1
    listing.phase = .running
    listing.listed = 0
    listing.countsOrphans = false
    listing.began = now
    listing.lastBatch = now
    listing.dueTime = nil
    table.beginListing()
    return [.list(listing: listing.number)]
  }

  mutating func listed(_ batch: ListedRows, listing number: Int) -> [ConsoleEffect] {
    guard number == listing.number else { return [] }
    listing.listed += batch.rows.count
    listing.lastBatch = now
    listing.count(batch)
    follow(table.upsert(batch.rows, noticing: listing.isComplete ? now : nil))
    if listing.isComplete { noticesEnd = now + Self.noticeTime }
    return [.listMore(listing: number)]
  }

  mutating func listingEnded(_ error: StoreError?, listing number: Int) -> [ConsoleEffect] {
    guard number == listing.number else { return [] }
    listing.ended = now
    listing.duration = now - listing.began
    if message?.text == Self.refreshBegun { message = nil }
    if let error {
      listing.phase = .failed(error)
      if listing.saidError != error { say(.error, StoreAdvice(error).text) }
      listing.saidError = error
      return []
    }
    if listing.saidError != nil { say(.success, "The listing works again") }
    listing.saidError = nil
    listing.phase = .finished
    listing.isComplete = true
    follow(table.endListing())
    return []
  }

  /// Why what is listed may not be all, for as long as that is so.
  var listingMessage: Message? {
    guard case .failed(let error) = listing.phase, !table.isEmpty else { return nil }
    let kept = listing.isComplete ? "" : " after \(Format.count(listing.listed, "object"))"
    return Message(
      kind: .error,
      text:
        "Listing failed\(kept) (\(setup.keys.mainKey(of: .refresh)) tries again): \(StoreAdvice(reason: error).text)",
      time: now)
  }

  private static let refreshBegun = "Listing anew"

  mutating func refresh() -> [ConsoleEffect] {
    missed = nil
    listing.saidError = nil
    preview.pictures = PictureStore()
    preview.wanted = []
    forgetHandedOver()
    details?.described = nil
    say(.info, Self.refreshBegun)
    return startListing() + askDepth()
  }

  /// Whoever asks for the truth gets what the buckets hold, not what may become of it.
  private mutating func forgetHandedOver() {
    guard table.handedOver > 0 else { return }
    var changes = RowTable.Changes()
    for id in table.order where table[id].job == .handedOver {
      table.mark(id, .none)
      changes.updated.append(id)
    }
    followMarks(changes)
  }

  /// Rows that others were told of are queued until the buckets show what came of it.
  mutating func markHandedOver(_ keys: [ObjectKey]) {
    var changes = RowTable.Changes()
    for key in keys {
      if let id = table.id(of: key), table[id].job == .none, table.mark(id, .handedOver) {
        changes.updated.append(id)
      }
    }
    followMarks(changes)
  }

  /// Brings every list up to date with a change of the table.
  private mutating func follow(_ changes: RowTable.Changes) {
    guard !changes.isEmpty else { return }
    let lines = layout.listLines
    for id in changes.removed { marks.remove(id) }
    objects.follow(changes, in: table, lines: lines)
    failed.follow(changes, in: table, lines: lines)
  }

  /// The oldest object that waits, at most every few seconds: finding it is a pass over all.
  mutating func findOldest() {
    guard table.hasLostOldest, table.count < 10_000 || now - oldestSought >= 5 else { return }
    oldestSought = now
    table.findOldest()
  }

  // MARK: - Live

  mutating func take(_ change: BucketChange) -> [ConsoleEffect] {
    if isPaused {
      missed = missed?.merged(with: change) ?? change
      return []
    }
    switch change {
    case .objects(let keys) where keys.count <= 2000:
      // What runs here is read again when it has ended.
      let others = keys.filter { key in table.id(of: key).map { table[$0].job != .running } ?? true }
      return others.isEmpty ? [] : [.read(others.sorted())]
    // Reading so many one by one is dearer than a listing.
    case .objects, .everything: return relist()
    }
  }

  /// Lists anew because something changed: not while a listing runs, which would never end where it takes longer than
  /// the changes are apart; and a listing that takes long is not done all the time.
  private mutating func relist() -> [ConsoleEffect] {
    let earliest = listing.ended + 2 * listing.duration
    guard listing.phase != .running, now >= earliest else {
      listing.dueTime = listing.phase == .running ? .infinity : earliest
      return []
    }
    return startListing()
  }

  /// Lists anew where that was put off.
  mutating func relistIfDue() -> [ConsoleEffect] {
    guard let due = listing.dueTime, listing.phase != .running, !isPaused else { return [] }
    let earliest = due.isFinite ? due : listing.ended + 2 * listing.duration
    listing.dueTime = earliest
    return now >= earliest ? startListing() : []
  }

  mutating func togglePause() -> [ConsoleEffect] {
    isPaused.toggle()
    say(.info, isPaused ? "Live refresh paused: Z resumes it" : "Live refresh resumed")
    guard !isPaused, let change = missed else { return [] }
    missed = nil
    return take(change)
  }

  mutating func take(_ readings: [RowReading]) -> [ConsoleEffect] {
    var rows: [StatusRow] = []
    var gone: [ObjectKey] = []
    for reading in readings {
      switch reading.result {
      case .success(let row?): rows.append(row)
      case .success(nil): gone.append(reading.key)
      case .failure(let error): log.add(.error, StoreAdvice(error).text, at: now)
      }
    }
    follow(table.upsert(rows, noticing: now))
    noticesEnd = now + Self.noticeTime
    // What a job left stands proven now, or the reason why not is in the log.
    var settled = RowTable.Changes()
    for reading in readings {
      guard let id = table.id(of: reading.key), table[id].job == .settling else { continue }
      table.mark(id, .none)
      settled.updated.append(id)
    }
    followMarks(settled)
    follow(table.remove(gone))
    prove(readings)
    return []
  }

  // MARK: - Jobs

  mutating func take(_ events: [JobEvent]) -> [ConsoleEffect] {
    let wasBusy = jobs.isBusy
    hasSubmitted = false
    jobs.apply(events, at: now)
    var touched = RowTable.Changes()
    var ended: [ObjectKey] = []
    var audited: [AuditEntry] = []
    for event in events {
      let key: ObjectKey
      let mark: JobMark
      switch event {
      case .queued(let queued): (key, mark) = (queued, .queued)
      case .started(let started):
        (key, mark) = (started, .running)
        if message?.text.hasPrefix(Self.slowedDown) == true { message = nil }
      case .finished(let finished, let outcome, let milliseconds):
        (key, mark) = (finished, .settling)
        ended.append(finished)
        record(outcome, of: finished, milliseconds: milliseconds)
        audited.append(
          AuditEntry(outcome, of: finished.string, etag: table.id(of: finished).map { table.etag($0) }, at: now))
        preview.pictures.forget(finished)
        if case .written = outcome { proof.wrote(finished) }
      case .slowedDown(let rest):
        saySlowed(rest)
        continue
      }
      if let id = table.id(of: key), table.mark(id, mark) { touched.updated.append(id) }
    }
    followMarks(touched)
    // Whatever was written is looked at before it is called done.
    if wasBusy || !ended.isEmpty, !jobs.isBusy, proof.isSettled { sayRoundEnded() }
    jobLines.move(to: jobLines.cursor, count: jobLineCount, lines: layout.listLines)
    return ended.isEmpty ? [] : [.read(Array(Set(ended)).sorted()), .audit(audited)]
  }

  /// Only filters can see what a job does to a row: sort and state filter go by what the buckets hold.
  private mutating func followMarks(_ changes: RowTable.Changes) {
    guard !changes.isEmpty else { return }
    var unique = RowSet()
    var changes = changes
    changes.updated.removeAll { id in
      defer { unique.insert(id) }
      return unique.contains(id)
    }
    let lines = layout.listLines
    if !objects.query.filter.isEmpty { objects.follow(changes, in: table, lines: lines) }
    if !failed.query.filter.isEmpty { failed.follow(changes, in: table, lines: lines) }
  }

  private static let slowedDown = "The store asks to slow down"

  /// True until the next object begins. What went wrong has to be seen first.
  private mutating func saySlowed(_ rest: Duration) {
    let text = "\(Self.slowedDown): nothing begins for \(Format.duration(rest))"
    if let message, message.kind == .error, !message.isDue(at: now) {
      log.add(.warning, text, at: now)
    } else {
      say(.warning, text)
    }
  }

  private mutating func record(_ outcome: JobOutcome, of key: ObjectKey, milliseconds: Int) {
    let name = DisplayText.plain(key.string, unicode: unicode)
    switch outcome {
    case .written(let renditions):
      log.add(
        .success,
        "\(name): \(Format.count(renditions, "rendition")) written in \(Format.duration(milliseconds: milliseconds))",
        at: now)
    case .skipped(let reason): log.add(.info, "\(name): left alone, \(reason.sentence)", at: now)
    case .failed(let failure):
      log.add(
        .error, "\(name): \(failure.code.rawValue), \(DisplayText.plain(failure.message, unicode: unicode))", at: now)
    case .cancelled: log.add(.warning, "\(name): cancelled", at: now)
    }
  }

  private mutating func prove(_ readings: [RowReading]) {
    guard !proof.isSettled else { return }
    for reading in readings { proof.saw(reading.key, (try? reading.result.get()) ?? nil) }
    if proof.isSettled, !jobs.isBusy { sayRoundEnded() }
  }

  private mutating func sayRoundEnded() {
    defer { proof = RoundProof() }
    let round = jobs.round
    var parts = ["\(Format.grouped(round.written)) written"]
    if round.skipped > 0 { parts.append("\(Format.grouped(round.skipped)) left alone") }
    parts.append("\(Format.grouped(round.failed)) failed")
    if round.cancelled > 0 { parts.append("\(Format.grouped(round.cancelled)) cancelled") }
    let took = Format.duration(milliseconds: Int(max(0, now - jobs.roundStart) * 1000))
    if proof.proven > 0 { parts.append("\(Format.count(proof.proven, "rendition")) seen to stand") }
    if proof.missing > 0 { parts.append("\(Format.grouped(proof.missing)) not seen complete") }
    say(
      round.failed + proof.missing > 0 ? .warning : .success, "Done in \(took): " + parts.joined(separator: ", "))
  }
}
