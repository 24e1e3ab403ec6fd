/// How a cell looks. Only colours that the terminal has reach a `ScreenGrid`: themes and pictures are reduced to
/// `Capabilities.depth` before.
package struct Style: Hashable, Sendable {
  package var foreground: Color
  package var background: Color
  package var attributes: Attributes

  package init(foreground: Color = .standard, background: Color = .standard, attributes: Attributes = []) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }
}

package enum Color: Hashable, Sendable {
  /// The terminal's own foreground or background.
  case standard
  /// A palette entry: 0...15 are the terminal theme's ANSI colours, 16...255 the fixed cube and greys.
  case palette(UInt8)
  case rgb(UInt8, UInt8, UInt8)
}

package struct Attributes: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  package static let bold = Attributes(rawValue: 1)
  package static let dim = Attributes(rawValue: 2)
  package static let italic = Attributes(rawValue: 4)
  package static let underline = Attributes(rawValue: 8)
  package static let reverse = Attributes(rawValue: 16)
}

/// How many colours the terminal shows.
package enum ColorDepth: String, CaseIterable, Hashable, Sendable {
  case truecolor
  case palette256 = "256"
  case palette16 = "16"
  case palette8 = "8"
  case mono
}

/// What the terminal can show; found once at start by `Terminal`.
package struct Capabilities: Hashable, Sendable {
  package var depth: ColorDepth
  /// Whether characters beyond ASCII (half blocks, box lines, ellipsis) can be shown, one column each.
  package var unicode: Bool
  package var mouse: Bool

  package init(depth: ColorDepth = .truecolor, unicode: Bool = true, mouse: Bool = true) {
    self.depth = depth
    self.unicode = unicode
    self.mouse = mouse
  }
}
