/// What a theme says of a slot. What it leaves out comes from the slot it stands on: the text of a row under the cursor
/// keeps its own colour where the cursor's slot sets none.
package struct StyleSpec: Hashable, Sendable {
  /// Nil: not said.
  package var foreground: ThemeColor?
  package var background: ThemeColor?
  package var attributes: Attributes

  package init(_ foreground: ThemeColor? = nil, on background: ThemeColor? = nil, _ attributes: Attributes = []) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }
}

/// A colour as a theme names it.
package enum ThemeColor: Hashable, Sendable {
  /// The terminal's own.
  case standard
  /// One of the 16 that the terminal's own theme defines.
  case terminal(UInt8)
  /// One of the 256, 16 and above.
  case indexed(UInt8)
  case rgb(UInt8, UInt8, UInt8)
  /// What it is, and which of the terminal's 16 stands for it where there are no more: the nearest of the 16 to a pale
  /// colour is white, whatever its hue.
  case matched(RGB, terminal: UInt8)

  /// The names of the 16, in order.
  package static let names = [
    "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "bright-black", "bright-red",
    "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan", "bright-white",
  ]

  /// `default`, one of `names` (`grey` and `gray` are `bright-black`), `0` to `255`, `#RGB` or `#RRGGBB`.
  package init?(parsing text: String) {
    switch text {
    case "default": self = .standard
    case "grey", "gray": self = .terminal(8)
    default:
      if let index = Self.names.firstIndex(of: text) {
        self = .terminal(UInt8(index))
      } else if let number = UInt8(text) {
        self = number < 16 ? .terminal(number) : .indexed(number)
      } else if text.first == "#", text.utf8.dropFirst().allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
        let value = UInt32(text.dropFirst(), radix: 16)
      {
        switch text.utf8.count {
        case 4: self = .rgb(UInt8(value >> 8 & 15) * 17, UInt8(value >> 4 & 15) * 17, UInt8(value & 15) * 17)
        case 7: self = .rgb(UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255))
        default: return nil
        }
      } else {
        return nil
      }
    }
  }

  /// The colour on a terminal of this depth; nil where it shows none.
  package func resolved(for depth: ColorDepth) -> Color? {
    switch (self, depth) {
    case (_, .mono): return nil
    case (.standard, _): return .standard
    // Of eight, grey is none: black would vanish.
    case (.terminal(8), .palette8): return .palette(7)
    case (.terminal(let index), .palette8): return .palette(index & 7)
    case (.terminal(let index), _): return .palette(index)
    case (.indexed(let index), .truecolor), (.indexed(let index), .palette256): return .palette(index)
    case (.rgb(let red, let green, let blue), .truecolor): return .rgb(red, green, blue)
    case (.matched(let color, _), .truecolor): return .rgb(color.red, color.green, color.blue)
    case (.matched(_, let index), .palette16), (.matched(_, let index), .palette8):
      return ThemeColor.terminal(index).resolved(for: depth)
    default:
      let wanted = RGB(self)
      let candidates: Range<Int> =
        switch depth {
        case .palette256: 16..<256
        case .palette16: 0..<16
        default: 0..<8
        }
      return .palette(XtermPalette.nearest(to: wanted, in: candidates))
    }
  }
}

/// 8-bit sRGB without alpha.
package struct RGB: Hashable, Sendable {
  package var red: UInt8
  package var green: UInt8
  package var blue: UInt8

  package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// What the colour looks like where the terminal has xterm's palette.
  init(_ color: ThemeColor) {
    switch color {
    case .standard: self = RGB(192, 192, 192)
    case .terminal(let index), .indexed(let index): self = XtermPalette.colors[Int(index)]
    case .rgb(let red, let green, let blue): self = RGB(red, green, blue)
    case .matched(let color, _): self = color
    }
  }
}
