import CNcurses
import Console

/// A cell as it will be put: scalars that fit one or two columns, colours as the terminal entry numbers them.
struct PlannedCell: Hashable {
  /// The base and up to two combining marks; a base of 0 is the right half of a wide character.
  var base: UInt32
  var marks: (UInt32, UInt32) = (0, 0)
  /// -1 is the terminal's own colour.
  var foreground: Int32 = -1
  var background: Int32 = -1
  var attributes: UInt32 = 0

  static let rightHalf = PlannedCell(base: 0)
  static let space: UInt32 = 0x20
  static let upperHalf: UInt32 = 0x2580
  static let lowerHalf: UInt32 = 0x2584
  static let fullBlock: UInt32 = 0x2588

  static func == (a: Self, b: Self) -> Bool {
    a.base == b.base && a.marks == b.marks && a.foreground == b.foreground && a.background == b.background
      && a.attributes == b.attributes
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(base)
    hasher.combine(foreground)
    hasher.combine(background)
  }

  /// One form for all cells that look alike, so that few pairs serve many cells and little is written.
  mutating func canonicalize() {
    guard attributes == 0 || base == Self.space else { return }
    switch base {
    case Self.space:
      attributes &= UInt32(CN_UNDERLINE | CN_REVERSE)
      if attributes == 0 { foreground = -1 }
    case Self.fullBlock where foreground >= 0:
      // Fonts smooth the edges of a block; a background has none.
      self = PlannedCell(base: Self.space, background: foreground)
    case Self.upperHalf where foreground >= 0 && background >= 0,
      Self.lowerHalf where foreground >= 0 && background >= 0:
      if foreground == background {
        self = PlannedCell(base: Self.space, background: background)
      } else if foreground < background {
        swap(&foreground, &background)
        base = base == Self.upperHalf ? Self.lowerHalf : Self.upperHalf
      }
    default: break
    }
  }
}

/// Turns cells of a `ScreenGrid` into what the terminal can be given.
struct CellPlanner {
  var depth: ColorDepth
  var unicode: Bool

  /// - Parameter row: all cells of the row the cell stands in; a wide character needs the cell to its right.
  func plan(_ row: ArraySlice<ScreenCell>, at index: Int) -> PlannedCell {
    let cell = row[index]
    let first = cell.glyph.base
    guard first != 0 else {
      let hasWideLeft = index > row.startIndex && width(of: row[index - 1]) == 2
      return hasWideLeft ? .rightHalf : styled(PlannedCell(base: PlannedCell.space), cell.style)
    }
    var planned = PlannedCell(base: first)
    if first < 0x7F, first >= 0x20 {
      // ASCII, the usual case.
    } else {
      let columns = width(first)
      let fits = columns == 1 || (columns == 2 && index + 1 < row.endIndex && row[index + 1].glyph == .empty)
      if !fits { planned.base = unicode ? 0xFFFD : 0x3F }
    }
    guard cell.glyph.firstMark != 0 else { return styled(planned, cell.style) }
    for mark in [cell.glyph.firstMark, cell.glyph.secondMark] where mark != 0 {
      guard width(mark) == 0 else { continue }
      if planned.marks.0 == 0 {
        planned.marks.0 = mark
      } else if planned.marks.1 == 0 {
        planned.marks.1 = mark
      }
    }
    return styled(planned, cell.style)
  }

  /// Columns of a cell's text: 0 where it is empty.
  func width(of cell: ScreenCell) -> Int {
    cell.glyph.base == 0 ? 0 : width(cell.glyph.base)
  }

  private func width(_ scalar: UInt32) -> Int {
    if scalar < 0x7F { return scalar >= 0x20 ? 1 : -1 }
    // Outside UTF-8 ncurses would put a blank, silently.
    guard unicode else { return -1 }
    // Lines and blocks, most of what is not ASCII here.
    if 0x2500...0x259F ~= scalar { return 1 }
    return Int(cn_width(scalar))
  }

  private func styled(_ cell: PlannedCell, _ style: Style) -> PlannedCell {
    var result = cell
    result.attributes = UInt32(style.attributes.rawValue)
    if depth != .mono {
      result.foreground = number(style.foreground)
      result.background = number(style.background)
    }
    result.canonicalize()
    return result
  }

  private func number(_ color: Color) -> Int32 {
    switch (color, depth) {
    case (.standard, _), (_, .mono): -1
    case (.palette(let entry), .truecolor): TerminfoEntry.paletteBase + Int32(entry)
    case (.palette(let entry), .palette256): Int32(entry)
    case (.palette(let entry), .palette16): Int32(entry & 15)
    case (.palette(let entry), .palette8): Int32(entry & 7)
    case (.rgb(let red, let green, let blue), .truecolor): Int32(red) << 16 | Int32(green) << 8 | Int32(blue)
    // A grid holds only colours of its depth; without a palette entry there is nothing to show.
    case (.rgb, _): -1
    }
  }
}
