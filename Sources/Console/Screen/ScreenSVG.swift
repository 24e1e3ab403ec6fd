import PixelEngine

/// A screen as a picture in SVG 1.1. Text stays text; half blocks become rectangles, so that no font comes between
/// them and the eye. The terminal's own colours are taken to be light on dark.
package struct ScreenSVG {
  private static let cellWidth = 8.4
  private static let cellHeight = 17.0
  private static let baseline = 13.0
  private static let margin = 10.0
  private static let ground = RGB(0x16, 0x18, 0x1D)
  private static let ink = RGB(0xD4, 0xD7, 0xDD)
  /// What the sixteen colours of the terminal's theme are taken to be.
  private static let ansi: [RGB] = [
    RGB(0x2B, 0x2F, 0x38), RGB(0xE0, 0x6C, 0x75), RGB(0x98, 0xC3, 0x79), RGB(0xE5, 0xC0, 0x7B), RGB(0x61, 0xAF, 0xEF),
    RGB(0xC6, 0x78, 0xDD), RGB(0x56, 0xB6, 0xC2), RGB(0xAB, 0xB2, 0xBF), RGB(0x7F, 0x84, 0x8E), RGB(0xFF, 0x8A, 0x92),
    RGB(0xB5, 0xE0, 0x90), RGB(0xFF, 0xD8, 0x8F), RGB(0x82, 0xC4, 0xFF), RGB(0xDA, 0x9A, 0xF0), RGB(0x79, 0xD3, 0xDE),
    RGB(0xFF, 0xFF, 0xFF),
  ]

  private let grid: ScreenGrid
  private var lines: [String] = []

  package init(_ grid: ScreenGrid) {
    self.grid = grid
    let width = Self.number(Double(grid.size.columns) * Self.cellWidth + 2 * Self.margin)
    let height = Self.number(Double(grid.size.rows) * Self.cellHeight + 2 * Self.margin)
    lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" width=\"\(width)\" height=\"\(height)\">",
      "<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"\(Self.hex(Self.ground))\"/>",
      "<g font-family=\"ui-monospace,SFMono-Regular,Menlo,'DejaVu Sans Mono',monospace\" font-size=\"14\" "
        + "xml:space=\"preserve\" shape-rendering=\"crispEdges\">",
    ]
    for row in 0..<grid.size.rows { for run in grid.runs(row: row) { draw(run, row) } }
    lines += ["</g>", "</svg>"]
  }

  package var text: String { lines.joined(separator: "\n") + "\n" }

  private mutating func draw(_ run: ScreenRun, _ row: Int) {
    var (ink, ground) = (Self.color(run.style.foreground) ?? Self.ink, Self.color(run.style.background))
    if run.style.attributes.contains(.reverse) { (ink, ground) = (ground ?? Self.ground, ink) }
    let y = Self.margin + Double(row) * Self.cellHeight
    if let ground { rectangle(run.column, run.columns, y, Self.cellHeight, ground) }
    let characters = Array(run.text)
    if characters.allSatisfy({ "▀▄█ ".contains($0) }) {
      for (i, character) in characters.enumerated() {
        let half = Self.cellHeight / 2
        switch character {
        case "▀": rectangle(run.column + i, 1, y, half, ink)
        case "▄": rectangle(run.column + i, 1, y + half, half, ink)
        case "█": rectangle(run.column + i, 1, y, Self.cellHeight, ink)
        default: break
        }
      }
      return
    }
    var looks = ""
    if run.style.attributes.contains(.bold) { looks += " font-weight=\"bold\"" }
    if run.style.attributes.contains(.italic) { looks += " font-style=\"italic\"" }
    if run.style.attributes.contains(.underline) { looks += " text-decoration=\"underline\"" }
    if run.style.attributes.contains(.dim) { looks += " opacity=\"0.7\"" }
    let x = Self.number(Self.margin + Double(run.column) * Self.cellWidth)
    // The length holds the columns whatever font is there.
    let length = Self.number(Double(run.columns) * Self.cellWidth)
    lines.append(
      "<text x=\"\(x)\" y=\"\(Self.number(y + Self.baseline))\" textLength=\"\(length)\" fill=\"\(Self.hex(ink))\"\(looks)>"
        + Self.escaped(run.text) + "</text>")
  }

  private mutating func rectangle(_ column: Int, _ columns: Int, _ y: Double, _ height: Double, _ color: RGB) {
    let x = Self.number(Self.margin + Double(column) * Self.cellWidth)
    lines.append(
      "<rect x=\"\(x)\" y=\"\(Self.number(y))\" width=\"\(Self.number(Double(columns) * Self.cellWidth))\" "
        + "height=\"\(Self.number(height))\" fill=\"\(Self.hex(color))\"/>")
  }

  /// Nil: the terminal's own.
  private static func color(_ color: Color) -> RGB? {
    switch color {
    case .standard: nil
    case .palette(let index): index < 16 ? ansi[Int(index)] : XtermPalette.colors[Int(index)]
    case .rgb(let red, let green, let blue): RGB(red, green, blue)
    }
  }

  private static func hex(_ color: RGB) -> String {
    "#"
      + [color.red, color.green, color.blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// At most two places.
  private static func number(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let rest = hundredths % 100
    if rest == 0 { return "\(hundredths / 100)" }
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
    return result
  }
}
