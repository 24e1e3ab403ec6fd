import FoundationEssentials
import Pipeline

/// The columns of the dead letters, by how much room there is.
struct LetterColumns: Hashable {
  var name: Int
  var cause: Int
  var hasTries = false
  var hasAge = false
  var place = 0

  init(_ columns: Int) {
    let room = columns - ListColumns.gutter - 1
    cause = columns < 60 ? 13 : 20
    var left = room - cause - 1
    if left >= 14 + 4 {
      hasAge = true
      left -= 4
    }
    if left >= 20 + 4 {
      hasTries = true
      left -= 4
    }
    if left >= 26 + 18 {
      place = min(34, left / 3)
      left -= place + 1
    }
    name = max(4, left)
  }
}

extension Canvas {
  mutating func drawRecords(_ state: ConsoleState, in rect: ScreenRect) {
    if state.records.page != nil { return drawLetter(state, in: rect) }
    guard rect.rows > 1 else { return }
    let records = state.records
    guard !records.shown.isEmpty else { return drawNoRecords(state, in: rect) }
    let columns = LetterColumns(rect.columns)
    drawHeadings(records.sort, columns, in: rect)
    // What may be missing is said below the list, in its last line.
    let notes = state.recordNote == nil ? 0 : 1
    let lines = rect.rows - 1
    let range = records.range
    for line in 0..<lines {
      let index = records.lines.top + line
      guard records.shown.indices.contains(index), let letter = records.letters[records.shown[index]] else { break }
      let row = rect.row + 1 + line
      draw(letter, state, columns, in: rect, row: row)
      if records.marks.contains(letter.letter.identity) || range?.contains(index) == true {
        put(unicode ? "✓" : "*", rect.column + 1, row, .rowMarked)
      }
      if index == records.lines.cursor {
        let isActive = state.dialog == nil
        overlay(
          isActive ? .rowCursor : .rowCursorInactive, columns: rect.column..<rect.column + rect.columns, row: row)
        if !isActive { put(unicode ? "▌" : ">", rect.column, row, .borderFocus) }
      }
    }
    if notes > 0, records.shown.count < lines, let note = state.recordNote {
      put(note.text, rect.column + 2, rect.row + rect.rows - 1, note.kind.slot, within: rect.columns - 3)
    }
    drawScrollMark(top: records.lines.top, lines: lines, count: records.shown.count, in: rect)
  }

  private mutating func drawHeadings(_ sort: LetterSort, _ columns: LetterColumns, in rect: ScreenRect) {
    let arrow = unicode ? (sort.isDescending ? "▼" : "▲") : (sort.isDescending ? "v" : "^")
    func slot(_ column: LetterSort.Column) -> Slot { sort.column == column ? .headerSort : .header }
    func text(_ text: String, _ column: LetterSort.Column) -> String {
      sort.column == column ? text + " " + arrow : text
    }
    var column = rect.column + ListColumns.gutter
    put(text("NAME", .name), column, rect.row, slot(.name))
    column += columns.name + 1
    put(text(columns.cause < 20 ? "FAILED" : "WHAT FAILED", .cause), column, rect.row, slot(.cause))
    column += columns.cause
    if columns.hasTries {
      column += 4
      put((sort.column == .tries ? arrow : "") + "TRY", endingAt: column, rect.row, slot(.tries))
    }
    if columns.hasAge {
      column += 4
      put((sort.column == .age ? arrow : "") + "AGO", endingAt: column, rect.row, slot(.age))
    }
    if columns.place > 0 { put("WHERE", column + 1, rect.row, .header) }
  }

  private mutating func draw(
    _ read: ReadLetter, _ state: ConsoleState, _ columns: LetterColumns, in rect: ScreenRect, row: Int
  ) {
    var column = rect.column + ListColumns.gutter
    let more = read.keys.count > 1 ? " +\(Format.grouped(read.keys.count - 1))" : ""
    drawName(read.name, filter: state.records.filter.words, columns: columns.name - more.count, column, row)
    if !more.isEmpty {
      let width = DisplayText(read.name, unicode: unicode).width
      put(more, column + min(width, columns.name - more.count), row, .textDim)
    }
    column += columns.name + 1
    let (cause, slot) = LetterLook.words(read, state.records.ends[read.letter.identity], unicode: unicode)
    put(cause, column, row, slot, within: columns.cause - 1)
    column += columns.cause
    if columns.hasTries {
      column += 4
      if let tries = read.attempts { put(Format.grouped(tries), endingAt: column, row, .size) }
    }
    if columns.hasAge {
      column += 4
      if let time = read.letter.time {
        put(Format.age(state.now - time.timeIntervalSince1970), endingAt: column, row, .date)
      }
    }
    if columns.place > 0 {
      let place = DisplayText(read.letter.place, unicode: unicode)
      put(place.truncated(to: columns.place, at: .middle, unicode: unicode), column + 1, row, .textDim)
    }
  }

  /// Why there is nothing to see, and what to do.
  private mutating func drawNoRecords(_ state: ConsoleState, in rect: ScreenRect) {
    let keys = state.setup.keys
    let again = "\(keys.mainKey(of: .refresh)) looks again"
    var lines: [(String, Slot)]
    if !state.places.hasLetters {
      lines = [
        ("No queue is configured", .textBright),
        ("Set queue, or dead_letters, in the config file; `pixelater info` says where that is.", .text),
        ("Failure records need no queue: \(keys.mainKey(of: .failed)) Failed", .hint),
      ]
      if !state.setup.source.hasPrefix("s3://") {
        lines[1] = ("The source is a folder, which is watched: queues and functions are told of buckets.", .text)
      }
    } else if state.records.phase != .looked {
      lines = [(unicode ? "Looking at the dead letters…" : "Looking at the dead letters...", .info)]
    } else if let problem = state.records.problems.first, state.records.isEmpty {
      lines = [
        ("The dead letters cannot be read", .error),
        (DisplayText.plain(problem.text, unicode: unicode), .text),
        (DisplayText.plain(problem.place, unicode: unicode), .hint), (again, .hint),
      ]
    } else if !state.records.isEmpty {
      lines = [
        ("Nothing matches", .textBright),
        ("\(Format.count(state.records.letters.count, "dead letter")) without the filter", .text),
        ("Esc clears it", .hint),
      ]
    } else {
      lines = [
        ("No dead letters", .success), ("Nothing was given up: all that was told of is done, or recorded", .text),
        (again, .hint),
      ]
    }
    drawNotice(lines, in: rect)
  }
}

extension ConsoleState {
  /// What may be missing in the list of dead letters.
  var recordNote: Message? {
    if let problem = records.problems.first {
      let place = DisplayText.plain(problem.place, unicode: unicode)
      let text = DisplayText.plain(problem.text, unicode: unicode)
      return Message(kind: .error, text: "\(place): \(text)", time: now)
    }
    if records.isCut {
      return Message(
        kind: .warning, text: "The first \(Format.grouped(RecordsState.limit)); there may be more", time: now)
    }
    if records.phase == .looking { return Message(kind: .info, text: "Looking at the dead letters anew", time: now) }
    guard records.phase == .looked, let dead = depth.known?.dead, !dead.isAtLeast,
      dead.letters != records.letters.count, !records.ends.values.contains(.running)
    else { return nil }
    return Message(
      kind: .info,
      text:
        "About \(Format.count(dead.letters, "dead letter")) by now: \(setup.keys.mainKey(of: .refresh)) looks again",
      time: now)
  }
}

extension LetterLook {
  /// What failed, or what is being done about it.
  static func words(_ letter: ReadLetter, _ end: RecordsState.End?, unicode: Bool) -> (String, Slot) {
    switch end {
    case .running: return ("\(StateLook(.running).glyph(unicode: unicode)) redriving", .stateRunning)
    case .sent: return ("\(StateLook(.queued).glyph(unicode: unicode)) sent", .stateQueued)
    case .failed: return ("! failed again", .stateFailed)
    case .kept, nil: break
    }
    let cause = DisplayText.plain(letter.cause, unicode: unicode)
    if letter.letter.fault != nil { return ("\(unicode ? "×" : "x") \(cause)", .stateCorrupt) }
    return letter.keys.isEmpty ? ("- \(cause)", .stateIgnored) : ("! \(cause)", .stateFailed)
  }
}
