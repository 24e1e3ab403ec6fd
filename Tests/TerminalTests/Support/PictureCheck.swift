import Console
import Terminal
import Testing
import terminal_probe

/// Reads a picture back from a screen and compares every pixel.
struct PictureCheck {
  var depth: ColorDepth = .truecolor
  var unicode = true

  /// Pixels of the whole picture that are not what they should be, the first few by name.
  func wrong(_ terminal: VirtualTerminal, _ picture: Picture, uncovered: (Int, Int) -> Bool = { _, _ in true })
    -> [String]
  {
    var result: [String] = []
    for y in 0..<Picture.side where unicode || y % 2 == 0 {
      for x in 0..<Picture.side {
        let column = ProbeApplication.origin.column + x
        let row = ProbeApplication.origin.row + y / 2
        guard uncovered(column, row) else { continue }
        let cell = terminal[column, row]
        if depth == .truecolor, isExactly(cell, .rgb(picture.pixel(x, y)), top: y % 2 == 0) { continue }
        let expected = self.expected(picture, x, y)
        if seen(cell, top: y % 2 == 0) != expected {
          result.append("\(x),\(y): \(cell) is not \(expected)")
        }
      }
    }
    return result.isEmpty ? [] : ["\(result.count) wrong"] + result.prefix(5)
  }

  /// The usual case, quickly.
  private func isExactly(_ cell: VirtualTerminal.Cell, _ paint: VirtualTerminal.Paint, top: Bool) -> Bool {
    guard cell.attributes == 0 else { return false }
    switch cell.base {
    case "\u{2580}": return (top ? cell.foreground : cell.background) == paint
    case "\u{2584}": return (top ? cell.background : cell.foreground) == paint
    case " ": return cell.background == paint
    default: return false
    }
  }

  enum Pixel: Hashable {
    case paint(VirtualTerminal.Paint)
    case lit(Bool)
    case unreadable(String)
  }

  private func expected(_ picture: Picture, _ x: Int, _ y: Int) -> Pixel {
    if depth == .mono { return .lit(picture.isLit(x, y)) }
    return switch picture.color(x, y, depth: depth) {
    case .standard: .paint(.standard)
    case .palette(let entry): .paint(.palette(Int(entry)))
    case .rgb(let red, let green, let blue): .paint(.rgb(UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)))
    }
  }

  private func seen(_ cell: VirtualTerminal.Cell, top: Bool) -> Pixel {
    guard cell.attributes == 0 else { return .unreadable("attributes \(cell.attributes)") }
    let isLit: Bool
    switch cell.base {
    case "\u{2580}": isLit = top
    case "\u{2584}": isLit = !top
    case "\u{2588}", "#": isLit = true
    case " ", ".": isLit = false
    default: return .unreadable(cell.text)
    }
    return depth == .mono ? .lit(isLit) : .paint(isLit ? cell.foreground : cell.background)
  }
}
