import CNcurses
import Console

/// The full screen, kept by ncurses: takes whole grids and writes what changed.
///
/// One at a time, on one thread.
final class CursesScreen {
  /// What can be drawn; narrower than what was detected where ncurses refused the private terminal description.
  let capabilities: Capabilities
  private(set) var size: ScreenSize

  private let planner: CellPlanner
  /// Nil where pictures are cells like all others.
  private let encoder: PictureEncoder?
  private var pairs: PairCache
  /// The cells as last drawn; nil where the next draw has to put every one.
  private var drawn: [ScreenCell]?
  /// The pair of each cell in ncurses's own picture of the screen.
  private var drawnPairs: [Int32] = []
  private var claimed = ClaimedCells(rows: 0)

  /// Takes over the terminal.
  init(description: TerminalDescription) throws(TerminalError) {
    let opening = try description.open()
    var depth = opening.depth
    var capacity = 0
    if depth != .mono, cn_screen_start_color() > 0 {
      capacity = Int(cn_screen_pair_limit()) - 1
      // ncurses doubles its table as pairs come, re-inserting all: 100 ms at the end. Once at the start costs 2 ms.
      if capacity > 256, cn_screen_define_pair(Int32(capacity), 1, 2, 1) != 0 { capacity -= 1 }
    } else {
      depth = .mono
    }
    capabilities = Capabilities(
      depth: depth, unicode: description.capabilities.unicode, mouse: description.capabilities.mouse)
    planner = CellPlanner(depth: depth, unicode: capabilities.unicode)
    encoder =
      opening.paintsPictures && PictureEncoder.serves(depth)
      ? PictureEncoder(depth: depth, repeats: description.entry.repeatsCharacters) : nil
    pairs = PairCache(capacity: capacity) { cn_screen_define_pair($0, $1, $2, $3 ? 1 : 0) != 0 }
    size = Self.currentSize()
  }

  private static func currentSize() -> ScreenSize {
    var columns: Int32 = 0
    var rows: Int32 = 0
    cn_screen_size(&columns, &rows)
    return ScreenSize(columns: Int(columns), rows: Int(rows))
  }

  // MARK: Drawing

  /// Shows a grid. Cells beyond the screen are cut off, missing ones are blank.
  func draw(_ grid: ScreenGrid) {
    let cells = fitted(grid)
    if drawnPairs.count != cells.count { drawnPairs = Array(repeating: 0, count: cells.count) }
    pairs.beginFrame()
    if let drawn, drawn.count == cells.count {
      drawChanges(from: drawn, to: cells, pictures: grid.size == size ? grid.pictures : [], cursor: grid.cursor)
    } else {
      claimed = ClaimedCells(rows: size.rows)
      for row in 0..<size.rows { drawRow(cells, row: row, old: nil, differences: nil) }
    }
    drawn = cells
    updateTerminal(cursor: grid.cursor)
  }

  private func drawChanges(
    from old: [ScreenCell], to cells: [ScreenCell], pictures: [ScreenRect], cursor: ScreenPoint?
  ) {
    var differences = ScreenCell.differences(of: cells, from: old)
    let painted = paint(pictures, cells: cells, differences: differences)
    for rect in painted {
      for row in rect.row..<rect.row + rect.rows {
        for column in rect.column..<rect.column + rect.columns { differences[row * size.columns + column] = false }
      }
    }
    for row in 0..<size.rows {
      let start = row * size.columns
      let last = differences[start..<start + size.columns].lastIndex(of: true).map { $0 - start }
      let lastWritten = [last, cursor?.row == row ? cursor?.column : nil].compactMap(\.self).max()
      settle(painted, in: row, lastWritten: lastWritten, old: old, cells: cells)
      if last != nil { drawRow(cells, row: row, old: old, differences: differences) }
    }
  }

  /// Tells ncurses as much of the pictures of a row as it has to know: nothing where it writes only to the left of them.
  /// Else it may write over what it takes for unchanged, so it has to be the truth.
  private func settle(
    _ painted: [ScreenRect], in row: Int, lastWritten: Int?, old: [ScreenCell], cells: [ScreenCell]
  ) {
    let fresh = painted.filter { $0.row..<$0.row + $0.rows ~= row }.map { $0.column..<$0.column + $0.columns }
    let first = (fresh.map(\.lowerBound) + [claimed.first(in: row)].compactMap(\.self)).min()
    if let lastWritten, let first, lastWritten >= first {
      for columns in claimed.release(row) { adopt(columns, in: row, of: old) }
      for columns in fresh { adopt(columns, in: row, of: cells) }
    } else {
      for columns in fresh where !claimed.holds(columns, in: row) {
        cn_screen_claim(Int32(columns.lowerBound), Int32(row), Int32(columns.count))
        claimed.claim(columns, in: row)
        for column in columns { setPair(0, at: row * size.columns + column) }
      }
    }
  }

  private func adopt(_ columns: Range<Int>, in row: Int, of cells: [ScreenCell]) {
    let line = cells[row * size.columns..<(row + 1) * size.columns]
    let run = columns.map { column in
      cell(planner.plan(line, at: line.startIndex + column), at: line.startIndex + column)
    }
    cn_screen_put(Int32(columns.lowerBound), Int32(row), run, run.count)
    cn_screen_adopt(Int32(columns.lowerBound), Int32(row), Int32(columns.count), 1)
  }

  /// Pictures of which much changed are written in one go: fewer bytes, one write, no tearing. Answers which were.
  private func paint(_ pictures: [ScreenRect], cells: [ScreenCell], differences: [Bool]) -> [ScreenRect] {
    guard let encoder else { return [] }
    let regions = pictures.compactMap { rect in region(rect, cells: cells, differences: differences) }
    guard !regions.isEmpty else { return [] }
    let bytes = encoder.encode(regions)
    return cn_write_all(1, bytes, bytes.count) != 0 ? regions.map(\.rect) : []
  }

  private func region(_ rect: ScreenRect, cells: [ScreenCell], differences: [Bool]) -> PictureEncoder.Region? {
    guard rect.column >= 0, rect.row >= 0, rect.columns > 0, rect.rows > 0, rect.column <= size.columns - rect.columns,
      rect.row <= size.rows - rect.rows
    else { return nil }
    let rows = (rect.row..<rect.row + rect.rows).map { row in
      row * size.columns + rect.column..<row * size.columns + rect.column + rect.columns
    }
    let changes = rows.reduce(0) { sum, row in sum + differences[row].count { $0 } }
    guard changes * 4 > rect.columns * rect.rows else { return nil }
    let planned = rows.flatMap { row in
      let line = cells[row.lowerBound - rect.column..<row.lowerBound - rect.column + size.columns]
      return row.map { planner.plan(line, at: $0) }
    }
    return PictureEncoder.Region(rect: rect, cells: planned)
  }

  private func updateTerminal(cursor: ScreenPoint?) {
    if let cursor, cursor.column < size.columns, cursor.row < size.rows, cursor.column >= 0, cursor.row >= 0 {
      cn_screen_update(Int32(cursor.column), Int32(cursor.row))
    } else {
      cn_screen_update(-1, -1)
    }
  }

  private func fitted(_ grid: ScreenGrid) -> [ScreenCell] {
    if grid.size == size { return grid.cells }
    var cells = Array(repeating: ScreenCell.blank, count: size.columns * size.rows)
    for row in 0..<min(size.rows, grid.size.rows) {
      for column in 0..<min(size.columns, grid.size.columns) {
        cells[row * size.columns + column] = grid[column, row]
      }
    }
    return cells
  }

  private func drawRow(_ cells: [ScreenCell], row: Int, old: [ScreenCell]?, differences: [Bool]?) {
    let line = cells[row * size.columns..<(row + 1) * size.columns]
    var run: [cn_cell] = []
    var runStart = line.startIndex
    var index = line.startIndex
    func flush() {
      if !run.isEmpty {
        cn_screen_put(Int32(runStart - line.startIndex), Int32(row), run, run.count)
      }
      run.removeAll(keepingCapacity: true)
    }
    while index < line.endIndex {
      guard changed(line, at: index, old: old, differences) else {
        flush()
        index += 1
        continue
      }
      if run.isEmpty { runStart = index }
      run.append(cell(planner.plan(line, at: index), at: index))
      index += 1
    }
    flush()
  }

  /// Both halves of a wide character change together.
  private func changed(_ line: ArraySlice<ScreenCell>, at index: Int, old: [ScreenCell]?, _ differences: [Bool]?)
    -> Bool
  {
    guard let old, let differences else { return true }
    if differences[index] { return true }
    if index > line.startIndex, differences[index - 1], line[index].text.isEmpty { return true }
    guard index + 1 < line.endIndex, differences[index + 1] else { return false }
    return line[index + 1].text.isEmpty || old[index + 1].text.isEmpty
  }

  private func cell(_ planned: PlannedCell, at index: Int) -> cn_cell {
    let pair = pairs.pair(planned.foreground, planned.background) ?? 0
    setPair(pair, at: index)
    return cn_cell(
      scalars: (planned.base, planned.marks.0, planned.marks.1), pair: pair, attributes: planned.attributes)
  }

  private func setPair(_ pair: Int32, at index: Int) {
    pairs.replace(drawnPairs[index], with: pair)
    drawnPairs[index] = pair
  }

  // MARK: Other changes

  /// Paints every cell anew at the next draw.
  func redraw() {
    cn_screen_forget()
    drawn = nil
  }

  func resize(to newSize: ScreenSize) {
    cn_screen_resize(Int32(newSize.columns), Int32(newSize.rows))
    size = Self.currentSize()
    cn_screen_erase()
    redraw()
    drawnPairs = []
    pairs.releaseAll()
  }

  func beep() { cn_screen_beep() }

  /// Gives the terminal back for a while; the next draw takes it again.
  func pause() {
    cn_screen_pause()
    drawn = nil
  }

  func close() { cn_screen_close() }
}
