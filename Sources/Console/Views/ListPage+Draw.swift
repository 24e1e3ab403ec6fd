import FoundationEssentials
import ObjectStore
import Pipeline
import PixelEngine

/// The columns of a list of objects, by how much room there is: what matters less gives way first.
struct ListColumns: Hashable {
  /// Mark and cursor.
  static let gutter = 2

  var name: Int
  var hasSize = false
  var hasAge = false
  /// Five glyphs in a row, or one below each of `8 16 32 48 64`.
  var slots = 5
  /// `●C`, or `● complete`.
  var state = 2

  init(objects columns: Int) {
    let room = columns - Self.gutter - 1
    // In the order in which they are worth their columns.
    var left = room - (slots + 1) - (state + 1)
    if left >= 18 + 4 {
      hasAge = true
      left -= 4
    }
    if left >= 18 + 7 {
      hasSize = true
      left -= 7
    }
    if left >= 20 + 11 {
      state = 13
      left -= 11
    }
    if left >= 22 + 8 {
      slots = 13
      left -= 8
    }
    name = max(4, left)
  }
}

/// The columns of the failures.
struct FailedColumns: Hashable {
  var name: Int
  var code = 18
  var hasAttempts = false
  var hasAge = false
  var advice = 0

  init(failed columns: Int) {
    let room = columns - ListColumns.gutter - 1
    var left = room - code - 1
    if left >= 16 + 4 {
      hasAge = true
      left -= 4
    }
    if left >= 20 + 4 {
      hasAttempts = true
      left -= 4
    }
    if left >= 24 + 27 {
      advice = 26
      left -= 27
    }
    name = max(4, left)
  }
}

extension Canvas {
  mutating func drawList(_ state: ConsoleState, in rect: ScreenRect) {
    guard let list = state.list, rect.rows > 1 else { return }
    drawHeadings(state, list, in: rect)
    let count = list.count(in: state.table)
    let lines = rect.rows - 1
    if count == 0 {
      drawEmptyList(state, list, in: rect)
      return
    }
    let range = list.range(in: state.table)
    for (line, id) in list.arrangement.slice(list.top..<list.top + lines, in: state.table).enumerated() {
      let index = list.top + line
      let row = rect.row + 1 + line
      let record = state.table[id]
      let isMarked = state.marks.contains(id) || range?.contains(index) == true
      if state.view == .failed {
        drawFailure(state, list, id, in: rect, row: row)
      } else {
        drawObject(state, list, id, record, in: rect, row: row)
      }
      if isMarked { put(unicode ? "✓" : "*", rect.column + 1, row, .rowMarked) }
      let columns = rect.column..<rect.column + rect.columns
      if record.noticed > 0, state.now - Double(record.noticed) < ConsoleState.noticeTime, index != list.cursor {
        let slot = grid[rect.column + ListColumns.gutter, row].slot
        if slot != nil {
          overlay(.rowNew, columns: rect.column + 2..<rect.column + 3 + nameColumns(state, rect), row: row)
        }
      }
      if index == list.cursor {
        let isActive = !state.previewHasFocus && state.dialog == nil
        overlay(isActive ? .rowCursor : .rowCursorInactive, columns: columns, row: row)
        if !isActive { put(unicode ? "▌" : ">", rect.column, row, .borderFocus) }
      }
    }
    drawScrollMark(top: list.top, lines: lines, count: count, in: rect)
  }

  private func nameColumns(_ state: ConsoleState, _ rect: ScreenRect) -> Int {
    state.view == .failed ? FailedColumns(failed: rect.columns).name : ListColumns(objects: rect.columns).name
  }

  /// How far down the list is, on its right edge; only where there is more than a page.
  mutating func drawScrollMark(top: Int, lines: Int, count: Int, in rect: ScreenRect) {
    guard count > lines, lines > 2 else { return }
    let length = max(1, lines * lines / count)
    let start = (lines - length) * top / max(1, count - lines)
    for line in start..<min(lines, start + length) {
      put(unicode ? "▐" : "#", rect.column + rect.columns - 1, rect.row + 1 + line, .separator)
    }
  }

  private mutating func heading(
    _ text: String, _ column: RowSort.Column?, _ sort: RowSort, at place: Int, _ row: Int, endingAt: Bool = false
  ) {
    let isSorted = column == sort.column && column != nil
    let arrow = unicode ? (sort.isDescending ? "▼" : "▲") : (sort.isDescending ? "v" : "^")
    let text = isSorted ? (endingAt ? arrow + text : text + " " + arrow) : text
    let slot: Slot = isSorted ? .headerSort : .header
    if endingAt { put(text, endingAt: place, row, slot) } else { put(text, place, row, slot) }
  }

  private mutating func drawHeadings(_ state: ConsoleState, _ list: ObjectList, in rect: ScreenRect) {
    let sort = list.query.sort
    var column = rect.column + ListColumns.gutter
    if state.view == .failed {
      let columns = FailedColumns(failed: rect.columns)
      heading("NAME", .name, sort, at: column, rect.row)
      column += columns.name + 1
      heading("REASON", .failure, sort, at: column, rect.row)
      column += columns.code
      if columns.hasAttempts {
        column += 4
        heading("TRY", nil, sort, at: column, rect.row, endingAt: true)
      }
      if columns.hasAge {
        column += 4
        heading("AGO", nil, sort, at: column, rect.row, endingAt: true)
      }
      if columns.advice > 0 { heading("WHAT TO DO", nil, sort, at: column + 1, rect.row) }
      return
    }
    let columns = ListColumns(objects: rect.columns)
    heading("NAME", .name, sort, at: column, rect.row)
    column += columns.name
    if columns.hasSize {
      column += 7
      heading("SIZE", .size, sort, at: column, rect.row, endingAt: true)
    }
    if columns.hasAge {
      column += 4
      heading("AGE", .age, sort, at: column, rect.row, endingAt: true)
    }
    heading(columns.slots == 13 ? "8 16 32 48 64" : "8-64", .missing, RowSort(), at: column + 1, rect.row)
    if sort.column == .missing { overlay(.headerSort, columns: column + 1..<column + 1 + columns.slots, row: rect.row) }
    column += columns.slots + 1
    heading(columns.state > 2 ? "STATE" : "ST", .state, columns.state > 2 ? sort : RowSort(), at: column + 1, rect.row)
    if sort.column == .state { overlay(.headerSort, columns: column + 1..<column + 3, row: rect.row) }
  }

  private mutating func drawObject(
    _ state: ConsoleState, _ list: ObjectList, _ id: RowID, _ record: RowRecord, in rect: ScreenRect, row: Int
  ) {
    let columns = ListColumns(objects: rect.columns)
    var column = rect.column + ListColumns.gutter
    drawName(state.table.keyText(id), filter: list.query.filter, columns: columns.name, column, row)
    column += columns.name
    if columns.hasSize {
      column += 7
      put(Format.bytes(record.size), endingAt: column, row, .size)
    }
    if columns.hasAge {
      column += 4
      put(Format.age(state.now - record.modified), endingAt: column, row, .date)
    }
    drawSlots(record, column + 1, row, spacing: columns.slots == 13 ? 3 : 1)
    column += columns.slots + 1
    let look = StateLook(record.shownState)
    let glyph = look.glyph(unicode: unicode)
    put(columns.state > 2 ? "\(glyph) \(look.word)" : glyph + look.letter, column + 1, row, look.slot)
  }

  /// A key in so many columns: its folders dim, its matches marked, cut in the middle where it is too long.
  mutating func drawName(_ key: String, filter: RowFilter, columns: Int, _ column: Int, _ row: Int) {
    let text = DisplayText(key, unicode: unicode).truncated(to: columns, at: .middle, unicode: unicode)
    let folder = key.utf8.lastIndex(of: UInt8(ascii: "/")).map { key.utf8.distance(from: key.startIndex, to: $0) } ?? -1
    let matches = filter.matchRanges(in: key)
    var column = column
    for cell in text.cells {
      put(cell, column, row, cell.offset >= 0 && cell.offset <= folder ? .keyPrefix : .keyName)
      if matches.contains(where: { $0.contains(cell.offset) }) {
        overlay(.match, columns: column..<column + cell.width, row: row)
      }
      column += cell.width
    }
  }

  /// The five-slot cell.
  mutating func drawSlots(_ record: RowRecord, _ column: Int, _ row: Int, spacing: Int) {
    for (i, size) in GridSize.allCases.enumerated() {
      let look = SlotLook(record.renditions[size], of: record, size: size)
      put(look.glyph(unicode: unicode), column + i * spacing, row, look.slot)
    }
  }

  private mutating func drawFailure(
    _ state: ConsoleState, _ list: ObjectList, _ id: RowID, in rect: ScreenRect, row: Int
  ) {
    let columns = FailedColumns(failed: rect.columns)
    let status = state.table.row(id)
    let record = state.table[id]
    var column = rect.column + ListColumns.gutter
    drawName(status.key.string, filter: list.query.filter, columns: columns.name, column, row)
    column += columns.name + 1
    let code = status.failure?.code
    let look = StateLook(record.job == .none ? .failed : record.shownState)
    let word = record.job == .none ? code?.rawValue ?? "not read yet" : look.word
    put("\(look.glyph(unicode: unicode)) \(word)", column, row, look.slot, within: columns.code)
    column += columns.code
    guard let failure = status.failure else { return }
    if columns.hasAttempts {
      column += 4
      put(Format.grouped(failure.attempts), endingAt: column, row, .size)
    }
    if columns.hasAge {
      column += 4
      put(Format.age(state.now - failure.lastFailed.timeIntervalSince1970), endingAt: column, row, .date)
    }
    if columns.advice > 0 {
      put(failure.code.shortAdvice, column + 1, row, .hint, within: columns.advice)
    }
  }

  /// What an empty list says: why it is empty, and what to do.
  private mutating func drawEmptyList(_ state: ConsoleState, _ list: ObjectList, in rect: ScreenRect) {
    var lines: [(String, Slot)] = []
    let keys = state.setup.keys
    if case .failed(let error) = state.listing.phase, state.table.isEmpty {
      lines = [
        ("The listing failed", .error), (StoreAdvice(error).text, .text),
        ("\(keys.mainKey(of: .refresh)) tries again", .hint),
      ]
    } else if list.isArranging {
      lines = [("Looking...", .info)]
    } else if !list.filterText.isEmpty || list.query.state != nil {
      lines = [
        ("Nothing matches", .textBright), ("\(Format.count(state.table.count, "object")) without the filter", .text),
        ("Esc clears it", .hint),
      ]
    } else if !state.listing.isComplete {
      lines = [(unicode ? "Listing…" : "Listing...", .info)]
    } else if state.view == .failed {
      lines = [("Nothing has failed", .success), ("Every object that was tried has its renditions", .text)]
    } else {
      lines = [
        ("No objects yet", .textBright),
        ("Put a PNG or JPEG into the source: it appears here by itself", .text),
        (DisplayText.plain(state.setup.source, unicode: unicode), .hint),
      ]
    }
    drawNotice(
      lines, in: ScreenRect(column: rect.column, row: rect.row + 1, columns: rect.columns, rows: rect.rows - 1))
  }

  /// Lines in the middle of a place.
  mutating func drawNotice(_ lines: [(String, Slot)], in rect: ScreenRect) {
    let wrapped = lines.flatMap { text, slot in
      DisplayText(text, unicode: unicode).wrappedAtWords(to: max(8, rect.columns - 4)).map { ($0, slot) }
    }
    var row = rect.row + max(0, (rect.rows - wrapped.count) / 3)
    for (text, slot) in wrapped where row < rect.row + rect.rows {
      put(text, rect.column + max(0, (rect.columns - text.width) / 2), row, slot)
      row += 1
    }
  }
}
