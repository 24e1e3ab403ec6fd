package import PixelEngine

/// A picture as lines of text with SGR sequences (ECMA-48), for a stream instead of a screen.
///
/// In true colour every pixel is exact. Only what changes is said, colours are reset at the end of each line, and
/// nothing follows the last cell that shows something.
///
/// - Parameters:
///   - maxColumns: the picture is reduced to fit; default: as it is.
///   - maxRows: likewise.
/// - Returns: lines without line ends; for `.mono` without any escape sequence.
package func ansiLines(
  _ raster: Raster, capabilities: Capabilities, maxColumns: Int = .max, maxRows: Int = .max,
  ground: PictureCells.Ground = .terminal
) -> [String] {
  // As large as it is, not larger: a stream has no size to fill.
  let columns = capabilities.unicode ? raster.width : raster.width * 2
  let rows = capabilities.unicode ? (raster.height + 1) / 2 : raster.height
  let picture = PictureCells(
    raster, maxColumns: min(maxColumns, columns), maxRows: min(maxRows, rows), capabilities: capabilities, ground: ground)
  return (0..<picture.rows).map { row in
    ansiLine((0..<picture.columns).map { picture[$0, row] })
  }
}

private func ansiLine(_ cells: [ScreenCell]) -> String {
  var line = ""
  var foreground = Color.standard
  var background = Color.standard
  let end = cells.lastIndex { $0.text != " " || $0.style.background != .standard }.map { $0 + 1 } ?? 0
  for cell in cells[..<end] {
    var codes: [String] = []
    // A space shows no foreground: it is left as it was.
    if cell.text != " ", cell.style.foreground != foreground {
      foreground = cell.style.foreground
      codes.append(foreground.sgr(base: 30))
    }
    if cell.style.background != background {
      background = cell.style.background
      codes.append(background.sgr(base: 40))
    }
    if !codes.isEmpty { line += "\u{1B}[\(codes.joined(separator: ";"))m" }
    line += cell.text
  }
  if foreground != .standard || background != .standard { line += "\u{1B}[0m" }
  return line
}

extension Color {
  /// The parameters of SGR that set it; `base` is 30 for the foreground, 40 for the background.
  fileprivate func sgr(base: Int) -> String {
    switch self {
    case .standard: "\(base + 9)"
    case .palette(let index) where index < 8: "\(base + Int(index))"
    case .palette(let index) where index < 16: "\(base + 60 + Int(index) - 8)"
    case .palette(let index): "\(base + 8);5;\(index)"
    case .rgb(let red, let green, let blue): "\(base + 8);2;\(red);\(green);\(blue)"
    }
  }
}
