import ObjectStore
import Pipeline

extension ConsoleState {
  mutating func jobsPerform(_ action: Action) -> [ConsoleEffect]? {
    let lines = layout.listLines
    if let index = target(of: action, from: jobLines.cursor, count: jobLineCount, lines: lines) {
      jobLines.move(to: index, count: jobLineCount, lines: lines)
      return []
    }
    switch action {
    case .open:
      if let job = jobAtCursor { details = DetailsPage(key: job.key) }
      return []
    default: return nil
    }
  }
}

extension Canvas {
  mutating func drawJobs(_ state: ConsoleState, in rect: ScreenRect) {
    guard rect.rows > 1 else { return }
    let hasTime = rect.columns >= 60
    let outcome = min(44, rect.columns / 2)
    let name = max(4, rect.columns - 2 - outcome - (hasTime ? 18 : 0) - 1)
    let ageEnd = rect.column + 2 + name + 1 + outcome + 9
    put("NAME", rect.column + 2, rect.row, .header)
    put("OUTCOME", rect.column + 3 + name, rect.row, .header)
    if hasTime {
      put("TOOK", endingAt: ageEnd, rect.row, .header)
      put("AGO", endingAt: ageEnd + 8, rect.row, .header)
    }
    if state.jobLineCount == 0 {
      let keys = state.setup.keys
      drawNotice(
        [
          ("No jobs yet", .textBright),
          ("In Objects, \(keys.mainKey(of: .reprocess)) processes what is marked or under the cursor", .text),
          ("\(keys.mainKey(of: .retryFailed)) retries what failed", .hint),
        ], in: ScreenRect(column: rect.column, row: rect.row + 1, columns: rect.columns, rows: rect.rows - 1))
      return
    }
    let lines = rect.rows - 1
    for line in 0..<lines {
      let index = state.jobLines.top + line
      let row = rect.row + 1 + line
      let (text, slot): (String, Slot)
      let took: Int?
      let since: Double
      switch state.jobLine(at: index) {
      case .transfer(let transfer)?:
        put(transfer.title, rect.column + 2, row, .keyName, within: name)
        (text, slot) = JobLook.line(transfer, unicode: unicode)
        took = Int(max(0, (transfer.ended ?? state.now) - transfer.began) * 1000)
        since = transfer.ended ?? transfer.began
      case .job(let job)?:
        drawName(job.key.string, filter: RowFilter(), columns: name, rect.column + 2, row)
        (text, slot) = JobLook.line(job, unicode: unicode)
        since = job.since
        switch job.phase {
        case .queued: took = nil
        case .running: took = Int(max(0, state.now - job.since) * 1000)
        case .finished(_, let milliseconds): took = milliseconds
        }
      case nil: continue
      }
      put(text, rect.column + 3 + name, row, slot, within: outcome)
      if hasTime {
        if let took { put(Format.duration(milliseconds: took), endingAt: ageEnd, row, .size) }
        put(Format.age(state.now - since), endingAt: ageEnd + 8, row, .date)
      }
      if index == state.jobLines.cursor {
        overlay(
          state.dialog == nil ? .rowCursor : .rowCursorInactive, columns: rect.column..<rect.column + rect.columns,
          row: row)
      }
    }
    drawScrollMark(top: state.jobLines.top, lines: lines, count: state.jobLineCount, in: rect)
  }
}

/// How a job is shown.
enum JobLook {
  static func line(_ transfer: Transfer, unicode: Bool) -> (String, Slot) {
    let text = transfer.progress
    guard transfer.ended != nil else {
      return ("\(StateLook(.running).glyph(unicode: unicode)) \(text)", .stateRunning)
    }
    if transfer.isCancelled { return ("- cancelled: \(text)", .warning) }
    if transfer.failed > 0 { return ("! \(text)", .stateFailed) }
    if transfer.kind == .redrive, transfer.done == 0 { return ("- \(text)", .warning) }
    return ("\(unicode ? "✓" : "+") \(text)", .stateComplete)
  }

  static func line(_ job: Job, unicode: Bool) -> (String, Slot) {
    switch job.phase {
    case .queued: return ("\(StateLook(.queued).glyph(unicode: unicode)) queued", .stateQueued)
    case .running: return ("\(StateLook(.running).glyph(unicode: unicode)) running", .stateRunning)
    case .finished(.written(let renditions), _):
      return ("\(unicode ? "✓" : "+") \(Format.count(renditions, "rendition")) written", .stateComplete)
    case .finished(.skipped(let reason), _): return ("- left alone: \(reason.sentence)", .stateIgnored)
    case .finished(.failed(let failure), _):
      return ("! \(failure.code.rawValue): \(DisplayText.plain(failure.message, unicode: unicode))", .stateFailed)
    case .finished(.cancelled, _): return ("- cancelled", .warning)
    }
  }
}
