/// Paints into a grid, in the slots of a theme. Whatever falls outside the grid is left away.
struct Canvas {
  private(set) var grid: ScreenGrid
  let styles: ThemeStyles
  let unicode: Bool

  init(size: ScreenSize, styles: ThemeStyles, unicode: Bool) {
    self.styles = styles
    self.unicode = unicode
    grid = ScreenGrid(size: size, fill: ScreenCell(.space, style: styles[.background]))
  }

  var size: ScreenSize { grid.size }

  /// Text of ours: UI words, glyphs, numbers. Answers the column after it.
  @discardableResult
  mutating func put(_ text: String, _ column: Int, _ row: Int, _ slot: Slot, within columns: Int = .max) -> Int {
    put(
      DisplayText(text, unicode: unicode).truncated(to: min(columns, size.columns), unicode: unicode), column, row, slot
    )
  }

  @discardableResult
  mutating func put(_ text: DisplayText, _ column: Int, _ row: Int, _ slot: Slot) -> Int {
    var column = column
    let style = styles[slot]
    for cell in text.cells {
      put(cell, column, row, slot, style)
      column += cell.width
    }
    return column
  }

  mutating func put(_ cell: DisplayText.Cell, _ column: Int, _ row: Int, _ slot: Slot) {
    put(cell, column, row, slot, styles[slot])
  }

  private mutating func put(_ cell: DisplayText.Cell, _ column: Int, _ row: Int, _ slot: Slot, _ style: Style) {
    guard row >= 0, row < size.rows, column >= 0, column + cell.width <= size.columns else { return }
    var style = style
    if cell.isStandIn { style.attributes.formSymmetricDifference(.reverse) }
    grid[column, row] = ScreenCell(cell.glyph, style: style, slot: slot)
    if cell.width == 2 { grid[column + 1, row] = ScreenCell(.empty, style: style, slot: slot) }
  }

  /// Text that ends before `column`.
  mutating func put(_ text: String, endingAt column: Int, _ row: Int, _ slot: Slot) {
    let text = DisplayText(text, unicode: unicode)
    put(text, column - text.width, row, slot)
  }

  mutating func put(_ cell: ScreenCell, _ column: Int, _ row: Int) {
    guard row >= 0, row < size.rows, column >= 0, column < size.columns else { return }
    grid[column, row] = cell
  }

  mutating func fill(_ rect: ScreenRect, _ slot: Slot, with text: String = " ") {
    let cell = ScreenCell(Glyph(text), style: styles[slot], slot: slot)
    for row in max(0, rect.row)..<max(0, min(size.rows, rect.row + rect.rows), rect.row) {
      for column in max(0, rect.column)..<max(0, min(size.columns, rect.column + rect.columns), rect.column) {
        grid[column, row] = cell
      }
    }
  }

  /// Lays an overlay over what stands there: text stays, its style gives way.
  mutating func overlay(_ slot: Slot, columns: Range<Int>, row: Int) {
    guard row >= 0, row < size.rows else { return }
    for column in columns.clamped(to: 0..<size.columns) {
      grid[column, row].style = styles.overlay(slot, on: grid[column, row].style)
      grid[column, row].slot = slot
    }
  }

  mutating func horizontalLine(_ column: Int, _ row: Int, length: Int, _ slot: Slot) {
    fill(ScreenRect(column: column, row: row, columns: length, rows: 1), slot, with: unicode ? "─" : "-")
  }

  mutating func verticalLine(_ column: Int, _ row: Int, length: Int, _ slot: Slot) {
    fill(ScreenRect(column: column, row: row, columns: 1, rows: length), slot, with: unicode ? "│" : "|")
  }

  /// A frame with an emptied inside and a title in its upper edge. Answers the inside.
  @discardableResult
  mutating func frame(_ rect: ScreenRect, title: String, _ slot: Slot = .borderFocus, titleSlot: Slot = .title)
    -> ScreenRect
  {
    fill(rect, .dialog)
    horizontalLine(rect.column, rect.row, length: rect.columns, slot)
    horizontalLine(rect.column, rect.row + rect.rows - 1, length: rect.columns, slot)
    verticalLine(rect.column, rect.row, length: rect.rows, slot)
    verticalLine(rect.column + rect.columns - 1, rect.row, length: rect.rows, slot)
    let corners = unicode ? ["╭", "╮", "╰", "╯"] : ["+", "+", "+", "+"]
    put(corners[0], rect.column, rect.row, slot)
    put(corners[1], rect.column + rect.columns - 1, rect.row, slot)
    put(corners[2], rect.column, rect.row + rect.rows - 1, slot)
    put(corners[3], rect.column + rect.columns - 1, rect.row + rect.rows - 1, slot)
    put(" \(title) ", rect.column + 2, rect.row, titleSlot, within: rect.columns - 4)
    return ScreenRect(
      column: rect.column + 2, row: rect.row + 1, columns: max(0, rect.columns - 4), rows: max(0, rect.rows - 2))
  }

  mutating func showCursor(at point: ScreenPoint) {
    grid.cursor = point
  }

  /// Says that a picture stands there, until something covers it.
  mutating func addPicture(at rect: ScreenRect) {
    grid.pictures.append(rect)
  }

  mutating func coverPictures() {
    grid.pictures = []
  }
}
