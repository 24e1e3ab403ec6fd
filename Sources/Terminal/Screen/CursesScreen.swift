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
  private let encoder: PictureEncoder
  private var pairs: PairCache
  /// The cells as last drawn, and the pair of each; nil after anything that left the window blank.
  private var drawn: [ScreenCell]?
  private var drawnPairs: [Int32] = []
  /// Whether ncurses will clear the terminal at the next update.
  private var paintsAnew = true

  /// Takes over the terminal.
  init(description: TerminalDescription) throws(TerminalError) {
    var depth = try description.open()
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
    encoder = PictureEncoder(depth: depth, repeats: description.entry.repeatsCharacters)
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
    let old = drawn?.count == cells.count ? drawn : nil
    if drawnPairs.count != cells.count { drawnPairs = Array(repeating: 0, count: cells.count) }
    pairs.beginFrame()
    let differences = old.map { ScreenCell.differences(of: cells, from: $0) }
    for row in 0..<size.rows {
      let range = row * size.columns..<(row + 1) * size.columns
      if let differences, !differences[range].contains(true) { continue }
      drawRow(cells[range], row: row, old: old, differences: differences)
    }
    if let differences, !paintsAnew, let rect = grid.picture, grid.size == size {
      paintPicture(rect, cells: cells, differences: differences)
    }
    drawn = cells
    paintsAnew = false
    updateTerminal(cursor: grid.cursor)
  }

  /// A picture of which much changed is written in one go, and ncurses told that the screen already shows it: fewer bytes,
  /// one write, no tearing. What covers it later ncurses repairs by itself.
  private func paintPicture(_ rect: ScreenRect, cells: [ScreenCell], differences: [Bool]) {
    guard PictureEncoder.serves(capabilities.depth), capabilities.unicode, rect.column >= 0, rect.row >= 0,
      rect.columns > 0, rect.rows > 0, rect.column <= size.columns - rect.columns, rect.row <= size.rows - rect.rows
    else { return }
    let rows = (rect.row..<rect.row + rect.rows).map { row in
      row * size.columns + rect.column..<row * size.columns + rect.column + rect.columns
    }
    let changes = rows.reduce(0) { sum, row in sum + differences[row].count { $0 } }
    guard changes * 4 > rect.columns * rect.rows else { return }
    let planned = rows.flatMap { row in
      let line = cells[row.lowerBound - rect.column..<row.lowerBound - rect.column + size.columns]
      return row.map { planner.plan(line, at: $0) }
    }
    guard let bytes = encoder.encode(planned, at: rect) else { return }
    guard cn_write_all(1, bytes, bytes.count) != 0 else { return }
    cn_screen_adopt(Int32(rect.column), Int32(rect.row), Int32(rect.columns), Int32(rect.rows))
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

  private func drawRow(_ line: ArraySlice<ScreenCell>, row: Int, old: [ScreenCell]?, differences: [Bool]?) {
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
    pairs.replace(drawnPairs[index], with: pair)
    drawnPairs[index] = pair
    return cn_cell(
      scalars: (planned.base, planned.marks.0, planned.marks.1), pair: pair, attributes: planned.attributes)
  }

  // MARK: Other changes

  /// Paints every cell anew at the next draw.
  func redraw() {
    cn_screen_forget()
    paintsAnew = true
  }

  func resize(to newSize: ScreenSize) {
    cn_screen_resize(Int32(newSize.columns), Int32(newSize.rows))
    size = Self.currentSize()
    cn_screen_erase()
    redraw()
    drawn = nil
    drawnPairs = []
    pairs.releaseAll()
  }

  func beep() { cn_screen_beep() }

  /// Gives the terminal back for a while; the next draw takes it again.
  func pause() {
    cn_screen_pause()
  }

  func close() { cn_screen_close() }
}
