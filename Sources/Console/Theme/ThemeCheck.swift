/// Looks for what makes a theme hard to read.
package enum ThemeCheck {
  /// The least contrast of text on its ground where both colours are known: WCAG 2.1, success criterion 1.4.3.
  package static let leastContrast = 4.5

  /// Reads a theme's file and checks it. Empty: nothing to complain of.
  ///
  /// - Parameter others: the themes that it may inherit from.
  package static func check(name: String, text: String, others: [(name: String, text: String)] = [])
    -> [ThemeDiagnostic]
  {
    let library = ThemeLibrary(sources: others.filter { $0.name != name } + [(name, text)])
    let own = ThemeFile(name: name, text: text).name
    guard let theme = library[own] else { return library.diagnostics[own] ?? [] }
    return (library.diagnostics[own] ?? []) + check(theme)
  }

  /// Contrast and distinctness of a theme that has been read.
  package static func check(_ theme: Theme) -> [ThemeDiagnostic] {
    contrast(theme) + distinctness(theme)
  }

  private static func contrast(_ theme: Theme) -> [ThemeDiagnostic] {
    Slot.allCases.filter(\.isText).compactMap { slot in
      let style = theme[slot]
      guard let text = (style.foreground ?? theme[.text].foreground)?.known,
        let ground = (style.background ?? theme[.background].background)?.known
      else { return nil }
      let ratio = Self.ratio(text, ground)
      guard ratio < leastContrast else { return nil }
      let tenths = Int(ratio * 10)
      return ThemeDiagnostic(
        .warning, "\(slot.rawValue): contrast is \(tenths / 10).\(tenths % 10), 4.5 is the least that reads well.")
    }
  }

  /// The ratio of two colours' lightness, 1 to 21.
  package static func ratio(_ a: RGB, _ b: RGB) -> Double {
    let (x, y) = (LinearRGB(a).luminance, LinearRGB(b).luminance)
    return (max(x, y) + 0.05) / (min(x, y) + 0.05)
  }

  /// States look different from one another at 256 and at 16 colours. A theme without any colour tells them apart by
  /// their glyphs alone, and may.
  private static func distinctness(_ theme: Theme) -> [ThemeDiagnostic] {
    let states = Slot.allCases.filter { $0.rawValue.hasPrefix("state.") }
    guard states.contains(where: { theme[$0].foreground.map { $0 != .standard } ?? false }) else { return [] }
    var found: [ThemeDiagnostic] = []
    for depth in [ColorDepth.palette256, .palette16] {
      let styles = ThemeStyles(theme, depth: depth)
      for (i, a) in states.enumerated() {
        for b in states[(i + 1)...] where styles[a] == styles[b] {
          found.append(
            ThemeDiagnostic(.warning, "\(a.rawValue) and \(b.rawValue) look the same at \(depth.rawValue) colours."))
        }
      }
    }
    return found
  }
}

extension Slot {
  /// Whether it colours something to be read, not a line or a ground.
  fileprivate var isText: Bool {
    switch self {
    case .background, .border, .borderFocus, .separator, .previewBorder, .previewAlphaA, .previewAlphaB, .progressRest:
      false
    default: true
    }
  }
}

extension ThemeColor {
  /// The colour itself, where it does not depend on the terminal's own theme.
  fileprivate var known: RGB? {
    switch self {
    case .standard, .terminal: nil
    case .indexed, .rgb, .matched: RGB(self)
    }
  }
}
