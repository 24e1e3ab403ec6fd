/// A look: a style for every slot.
package struct Theme: Hashable, Sendable {
  package var name: String
  package private(set) var styles: [Slot: StyleSpec]

  /// - Parameter styles: the slots that differ; the others come from `base`.
  package init(name: String, styles: [Slot: StyleSpec], inheriting base: Theme? = nil) {
    self.name = name
    self.styles = (base?.styles ?? [:]).merging(styles) { $1 }
  }

  package subscript(slot: Slot) -> StyleSpec { styles[slot] ?? StyleSpec() }

  /// The theme in the colours that a terminal has.
  package func resolved(for capabilities: Capabilities) -> ThemeStyles {
    ThemeStyles(self, depth: capabilities.depth)
  }
}

/// A theme reduced to one terminal's colours: what `render` paints with.
package struct ThemeStyles: Sendable {
  private struct Entry: Sendable {
    var foreground: Color?
    var background: Color?
    var attributes: Attributes
  }

  private let entries: [Slot: Entry]
  /// What an overlay stands on where it is painted by itself.
  private let plain: Style

  init(_ theme: Theme, depth: ColorDepth) {
    let ground = theme[.background].background ?? theme[.background].foreground
    let text = theme[.text]
    plain = Style(
      foreground: text.foreground?.resolved(for: depth) ?? .standard,
      background: ground?.resolved(for: depth) ?? .standard)
    entries = Dictionary(
      uniqueKeysWithValues: Slot.allCases.map { slot in
        var spec = theme[slot]
        // Without colours, what had a ground of its own still has to stand out.
        if depth == .mono, let own = spec.background, own != .standard { spec.attributes.insert(.reverse) }
        return (
          slot,
          Entry(
            foreground: (spec.foreground ?? (slot.isOverlay ? nil : text.foreground))?.resolved(for: depth),
            background: (spec.background ?? (slot.isOverlay ? nil : ground))?.resolved(for: depth),
            attributes: spec.attributes)
        )
      })
  }

  package subscript(slot: Slot) -> Style {
    guard let entry = entries[slot] else { return plain }
    return Style(
      foreground: entry.foreground ?? plain.foreground, background: entry.background ?? plain.background,
      attributes: entry.attributes)
  }

  /// `style` under an overlay such as the cursor's: what the overlay says wins, the rest shows through.
  package func overlay(_ slot: Slot, on style: Style) -> Style {
    guard let entry = entries[slot] else { return style }
    return Style(
      foreground: entry.foreground ?? style.foreground, background: entry.background ?? style.background,
      attributes: style.attributes.union(entry.attributes))
  }
}

extension Slot {
  /// Laid over other slots: what it does not set shows through.
  package var isOverlay: Bool {
    switch self {
    case .rowCursor, .rowCursorInactive, .rowMarked, .rowNew, .match: true
    default: false
    }
  }
}
