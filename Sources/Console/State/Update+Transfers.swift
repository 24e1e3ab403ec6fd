import ObjectStore
import Pipeline

// Downloads, uploads and deletions: what they are about, and what comes of them.

extension ConsoleState {
  /// The marked objects, else the one the person is at; nil where there is none.
  var selection: RowSelection? {
    if details == nil, !isZoomed, list != nil, !marks.isEmpty {
      return RowSelection(rows: table.order.filter(marks.contains), table: table)
    }
    return currentRow.map { RowSelection(rows: [$0], table: table) }
  }

  var hasSelection: Bool { (details == nil && list != nil && !marks.isEmpty) || currentRow != nil }

  /// The selection in words, safe to show.
  func words(for selection: RowSelection) -> String {
    guard selection.rows.count == 1, let id = selection.rows.first, selection.table.holds(id) else {
      return Format.count(selection.rows.count, "object")
    }
    return DisplayText.plain(selection.table.keyText(id), unicode: unicode)
  }

  /// - Parameter subject: what goes where, safe to show.
  mutating func begin(_ order: TransferOrder, subject: String, total: Int?) -> [ConsoleEffect] {
    let kind: Transfer.Kind =
      switch order {
      case .download: .download
      case .upload: .upload
      case .deleteRenditions: .delete
      case .removeOrphans: .removeOrphans
      case .undo: .undo
      case .restore: .restore
      case .verify: .verify
      case .handOver: .send
      case .redrive: .redrive
      }
    let id = transfers.begin(kind, subject, total: total, at: now)
    if let title = transfers.all.first?.title {
      log.add(.info, title.prefix(1).lowercased() + title.dropFirst(), at: now)
    }
    message = nil
    jobLines.move(to: jobLines.cursor, count: jobLineCount, lines: layout.listLines)
    return [.transfer(order, id: id)]
  }

  mutating func take(_ report: TransferReport) -> [ConsoleEffect] {
    let problem = report.problems.last.map { DisplayText.plain($0.text, unicode: unicode) }
    guard let transfer = transfers.take(report, problem: problem, at: now) else { return [] }
    markHandedOver(report.sent)
    take(report.verdicts)
    take(report.letters)
    for problem in report.problems {
      let text = DisplayText.plain(problem.text, unicode: unicode)
      log.add(.error, "\(DisplayText.plain(problem.key, unicode: unicode)): \(text)", at: now)
    }
    let audited = auditEntries(of: report, transfer)
    let audit: [ConsoleEffect] = audited.isEmpty ? [] : [.audit(audited)]
    follow(report, of: transfer)
    guard report.isEnded else { return audit }
    if transfer.isCancelled {
      say(.warning, "Cancelled: \(transfer.progress): \(transfer.subject)")
    } else if transfer.failed > 0 {
      // One failure is told whole; more are in the log.
      let one = transfer.failed == 1 ? transfer.problem : nil
      let why = one ?? "\(setup.keys.mainKey(of: .log)) Log says why"
      say(.error, "\(transfer.progress.capitalizedFirst): \(why) (\(transfer.subject))")
    } else if transfer.kind == .redrive, transfer.skipped > 0 {
      say(
        transfer.done > 0 ? .success : .warning,
        "\(transfer.progress.capitalizedFirst) (\(setup.keys.mainKey(of: .log)) Log says why): \(transfer.subject)")
    } else {
      let isKept = deletions.last?.id == transfer.id
      let undo = isKept ? " (\(setup.keys.mainKey(of: .undo)) brings back)" : ""
      say(.success, "\(transfer.progress.capitalizedFirst)\(undo): \(transfer.subject)")
    }
    var effects = audit + (report.change.map { take($0) } ?? [])
    // What is waiting where has changed.
    if transfer.kind == .send || transfer.kind == .redrive { effects += askDepth() }
    if transfer.kind == .redrive { forgetUnended() }
    if transfer.kind == .restore, transfer.done > 0 { effects += processRestored(report) }
    return effects
  }

  /// Keeps in mind what can be brought back.
  private mutating func follow(_ report: TransferReport, of transfer: Transfer) {
    switch transfer.kind {
    case .delete, .removeOrphans:
      deletions.note(report.outcomes, of: transfer)
      if report.isEnded { deletions.end(transfer.id, at: now) }
    case .undo:
      deletions.settle(report.outcomes, by: transfer.id)
      if report.isEnded { deletions.end(undoing: transfer.id) }
    default: break
    }
  }

  private func auditEntries(of report: TransferReport, _ transfer: Transfer) -> [AuditEntry] {
    let act: AuditEntry.Act
    switch transfer.kind {
    case .download: act = .download
    case .upload: act = .upload
    case .delete: act = .delete
    case .removeOrphans: act = .removeOrphan
    case .undo: act = .undelete
    case .restore: act = .restore
    case .send: act = .send
    case .redrive: act = .redrive
    // Nothing is written.
    case .verify: return []
    }
    return report.outcomes.map { AuditEntry($0, act: act, at: now) }
      + report.sent.map { key in
        AuditEntry(
          time: now, act: .send, key: key.string, outcome: .done, etag: table.id(of: key).map { table.etag($0) })
      }
      + report.letters.map { AuditEntry($0, at: now) }
  }

  /// Letters whose redrive was cancelled before their turn came.
  private mutating func forgetUnended() {
    guard !transfers.running.contains(where: { $0.kind == .redrive }) else { return }
    records.ends = records.ends.filter { $0.value != .running }
  }

  /// What is under way, for the status line.
  var transferMessage: Message? {
    let running = transfers.running
    guard let transfer = running.first else { return nil }
    let others = running.count > 1 ? ", and \(running.count - 1) more" : ""
    let keys = setup.keys
    return Message(
      kind: .info,
      text: "\(transfer.progress.capitalizedFirst)\(others): \(transfer.subject) "
        + "(\(keys.mainKey(of: .cancelJob)) in \(keys.mainKey(of: .jobs)) Jobs cancels)", time: now)
  }

  // MARK: - The lines of the page Jobs

  enum JobLine {
    case transfer(Transfer)
    case job(Job)
  }

  var jobLineCount: Int { transfers.all.count + jobs.count }

  /// Transfers, newest first, then jobs.
  func jobLine(at index: Int) -> JobLine? {
    if transfers.all.indices.contains(index) { return .transfer(transfers.all[index]) }
    return jobs.job(at: index - transfers.all.count).map { .job($0) }
  }

  /// The job under the cursor of the page.
  var jobAtCursor: Job? {
    if case .job(let job)? = jobLine(at: jobLines.cursor) { job } else { nil }
  }

  /// The transfer under the cursor, where the page is on screen.
  var transferAtCursor: Transfer? {
    guard view == .jobs, details == nil, case .transfer(let transfer)? = jobLine(at: jobLines.cursor) else {
      return nil
    }
    return transfer
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
