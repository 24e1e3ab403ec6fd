/// The 256 colours as xterm has them. 0...15 are what a terminal's theme makes of them; 16...255 are fixed.
package enum XtermPalette {
  package static let colors: [RGB] = {
    var colors: [RGB] = [
      RGB(0, 0, 0), RGB(205, 0, 0), RGB(0, 205, 0), RGB(205, 205, 0), RGB(0, 0, 238), RGB(205, 0, 205),
      RGB(0, 205, 205), RGB(229, 229, 229), RGB(127, 127, 127), RGB(255, 0, 0), RGB(0, 255, 0), RGB(255, 255, 0),
      RGB(92, 92, 255), RGB(255, 0, 255), RGB(0, 255, 255), RGB(255, 255, 255),
    ]
    let steps: [UInt8] = [0, 95, 135, 175, 215, 255]
    for red in steps { for green in steps { for blue in steps { colors.append(RGB(red, green, blue)) } } }
    for grey in 0..<24 { colors.append(RGB(UInt8(8 + 10 * grey), UInt8(8 + 10 * grey), UInt8(8 + 10 * grey))) }
    return colors
  }()

  private static let lab: [Lab] = colors.map { Lab($0) }

  /// The entry among `candidates` that looks most like `color`, by CIEDE2000.
  package static func nearest(to color: RGB, in candidates: Range<Int>) -> UInt8 {
    let wanted = Lab(color)
    var best = candidates.lowerBound
    var least = Double.infinity
    for candidate in candidates {
      let distance = wanted.difference(from: lab[candidate])
      if distance < least {
        least = distance
        best = candidate
      }
    }
    return UInt8(best)
  }
}
