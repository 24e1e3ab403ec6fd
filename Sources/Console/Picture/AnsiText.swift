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
    raster, maxColumns: min(maxColumns, columns), maxRows: min(maxRows, rows), capabilities: capabilities,
    ground: ground)
  return (0..<picture.rows).map { row in
    ansiLine((0..<picture.columns).map { picture[$0, row] })
  }
}

/// Cells of one line as text with SGR sequences.
func ansiLine(_ cells: [ScreenCell]) -> String {
  var line = ""
  var shown = Style()
  let end = cells.lastIndex { $0.glyph != .space || $0.style.showsOnBlank }.map { $0 + 1 } ?? 0
  for cell in cells[..<end] {
    var codes: [String] = []
    var style = cell.style
    if style.attributes != shown.attributes {
      codes.append("0")
      shown = Style(attributes: style.attributes)
      codes += style.attributes.sgr
    }
    // A space shows no foreground: it is left as it was.
    if cell.glyph == .space, !style.attributes.contains(.reverse) { style.foreground = shown.foreground }
    if style.foreground != shown.foreground { codes.append(style.foreground.sgr(base: 30)) }
    if style.background != shown.background { codes.append(style.background.sgr(base: 40)) }
    shown = style
    if !codes.isEmpty { line += "\u{1B}[\(codes.joined(separator: ";"))m" }
    line += cell.text
  }
  if shown != Style() { line += "\u{1B}[0m" }
  return line
}

extension Style {
  /// Whether a blank in it is more than a blank.
  fileprivate var showsOnBlank: Bool {
    background != .standard || attributes.contains(.reverse) || attributes.contains(.underline)
  }
}

extension Attributes {
  fileprivate var sgr: [String] {
    let codes: [(Attributes, String)] = [
      (.bold, "1"), (.dim, "2"), (.italic, "3"), (.underline, "4"), (.reverse, "7"),
    ]
    return codes.filter { contains($0.0) }.map(\.1)
  }
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
