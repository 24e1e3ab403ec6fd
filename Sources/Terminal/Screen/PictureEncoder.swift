import Console

/// Writes a rectangle of half blocks in as few bytes as two colours a cell allow. ncurses sets every cell's two colours
/// anew; here a colour that already stands is left, and a cell may use either of its two glyphs.
struct PictureEncoder {
  /// Depths whose colours are set alike on every terminal.
  static func serves(_ depth: ColorDepth) -> Bool { depth == .truecolor || depth == .palette256 }

  let depth: ColorDepth
  private static let decimals: [[UInt8]] = (0..<256).map { Array(String($0).utf8) }

  init(depth: ColorDepth) { self.depth = depth }

  /// - Parameter cells: `rect.columns * rect.rows` cells, row by row.
  /// - Returns: bytes that leave cursor and colours as they were, in one synchronized update (DEC 2026, ignored where it is
  ///   unknown); nil where a cell is anything but two colours.
  func encode(_ cells: [PlannedCell], at rect: ScreenRect) -> [UInt8]? {
    guard cells.allSatisfy(isPlain) else { return nil }
    var out = Array("\u{1B}[?2026h\u{1B}7\u{1B}[0m".utf8)
    out.reserveCapacity(cells.count * 40 + 64)
    var foreground: Int32 = -1
    var background: Int32 = -1
    for row in 0..<rect.rows {
      out += Array("\u{1B}[\(rect.row + row + 1);\(rect.column + 1)H".utf8)
      for column in 0..<rect.columns {
        let cell = cheapest(cells[row * rect.columns + column], foreground, background)
        let newForeground = cell.base == PlannedCell.space ? foreground : cell.foreground
        setColors(from: (foreground, background), to: (newForeground, cell.background), &out)
        foreground = newForeground
        background = cell.background
        switch cell.base {
        case PlannedCell.upperHalf: out += [0xE2, 0x96, 0x80]
        case PlannedCell.lowerHalf: out += [0xE2, 0x96, 0x84]
        default: out.append(0x20)
        }
      }
    }
    out += Array("\u{1B}8\u{1B}[?2026l".utf8)
    return out
  }

  private func isPlain(_ cell: PlannedCell) -> Bool {
    let isBlock =
      cell.base == PlannedCell.space || cell.base == PlannedCell.upperHalf || cell.base == PlannedCell.lowerHalf
    return isBlock && cell.attributes == 0 && cell.marks == (0, 0)
  }

  /// The same look with the colours that need the least setting.
  private func cheapest(_ cell: PlannedCell, _ foreground: Int32, _ background: Int32) -> PlannedCell {
    // The terminal's own foreground is not its own background: such a cell has one form only.
    guard cell.base != PlannedCell.space, cell.foreground >= 0, cell.background >= 0 else { return cell }
    let cost = (cell.foreground == foreground ? 0 : 1) + (cell.background == background ? 0 : 1)
    let otherCost = (cell.background == foreground ? 0 : 1) + (cell.foreground == background ? 0 : 1)
    guard otherCost < cost else { return cell }
    var other = cell
    swap(&other.foreground, &other.background)
    other.base = cell.base == PlannedCell.upperHalf ? PlannedCell.lowerHalf : PlannedCell.upperHalf
    return other
  }

  private func setColors(from old: (Int32, Int32), to new: (Int32, Int32), _ out: inout [UInt8]) {
    guard old != new else { return }
    out += [0x1B, UInt8(ascii: "[")]
    if old.0 != new.0 { append(new.0, layer: UInt8(ascii: "3"), &out) }
    if old.0 != new.0, old.1 != new.1 { out.append(UInt8(ascii: ";")) }
    if old.1 != new.1 { append(new.1, layer: UInt8(ascii: "4"), &out) }
    out.append(UInt8(ascii: "m"))
  }

  private func append(_ color: Int32, layer: UInt8, _ out: inout [UInt8]) {
    out.append(layer)
    if color < 0 {
      out.append(UInt8(ascii: "9"))
    } else if depth == .truecolor, color < TerminfoEntry.paletteBase {
      out += [UInt8(ascii: "8"), UInt8(ascii: ";"), UInt8(ascii: "2")]
      for shift: Int32 in [16, 8, 0] {
        out.append(UInt8(ascii: ";"))
        out += Self.decimals[Int(color >> shift & 255)]
      }
    } else {
      out += [UInt8(ascii: "8"), UInt8(ascii: ";"), UInt8(ascii: "5"), UInt8(ascii: ";")]
      out += Self.decimals[Int(color & 255)]
    }
  }
}
