/// Foreign text made safe to show: object names, file names, server messages. Everything foreign passes here before
/// any output, on the screen and off it.
///
/// - Control characters, everything of general category Cf (bidirectional overrides, zero-width characters, soft
///   hyphen, tags), Cs, Co, Cn, blank look-alikes (Hangul fillers, Braille blank), line separators, and what the terminal
///   library does not know become visible stand-ins: `\x1B`, `\u{202E}`. The screen shows stand-ins in reverse.
/// - Bytes that are no UTF-8 become U+FFFD, as Swift decodes them.
/// - At most two combining marks stay on a base, none stands first; variation selectors are dropped.
/// - Emoji sequences are shown as their single scalars.
package struct DisplayText: Hashable, Sendable {
  /// One character of the screen.
  package struct Cell: Hashable, Sendable {
    /// A base character with its marks; never empty.
    package var glyph: Glyph
    /// Columns: 1 or 2.
    package var width: Int
    /// Part of what stands for a character that is not shown itself.
    package var isStandIn: Bool
    /// Where the character begins in the foreign text, in bytes of UTF-8; -1 in an ellipsis.
    package var offset: Int

    package var text: String { glyph.text }
  }

  package private(set) var cells: [Cell]
  /// Columns of all cells.
  package private(set) var width: Int

  /// - Parameter unicode: whether characters beyond ASCII can be shown; otherwise they get stand-ins too.
  package init(_ text: String, unicode: Bool = true) {
    cells = []
    cells.reserveCapacity(text.utf8.count)
    width = 0
    var offset = 0
    for scalar in text.unicodeScalars {
      let start = offset
      offset += UTF8.width(scalar)
      switch Self.rendering(of: scalar, unicode: unicode) {
      case .character(let columns):
        cells.append(Cell(glyph: Glyph(scalar), width: columns, isStandIn: false, offset: start))
        width += columns
      case .mark:
        guard let last = cells.indices.last, !cells[last].isStandIn else {
          append(standIn: scalar, at: start)
          continue
        }
        cells[last].glyph.addMark(scalar)
      case .dropped: break
      case .standIn: append(standIn: scalar, at: start)
      }
    }
  }

  private init(cells: [Cell]) {
    self.cells = cells
    width = cells.reduce(0) { $0 + $1.width }
  }

  private mutating func append(standIn scalar: Unicode.Scalar, at offset: Int) {
    for character in Self.standIn(for: scalar).unicodeScalars {
      cells.append(Cell(glyph: Glyph(character), width: 1, isStandIn: true, offset: offset))
      width += 1
    }
  }

  private enum Rendering {
    case character(Int), mark, dropped, standIn
  }

  private static func rendering(of scalar: Unicode.Scalar, unicode: Bool) -> Rendering {
    let value = scalar.value
    if value >= 0x20, value < 0x7F { return .character(1) }
    guard unicode, value >= 0xA0 else { return .standIn }
    switch value {
    // Letters of most of Europe, lines, blocks and shapes: what screens are full of. Asking Unicode takes longer.
    case 0xA1...0xAC, 0xAE...0x17F, 0x2190...0x21FF, 0x2500...0x25FC: return .character(1)
    case 0xFE00...0xFE0F, 0xE0100...0xE01EF: return .dropped
    // Blank, but no space.
    case 0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800: return .standIn
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return .standIn
    default: break
    }
    switch CharacterWidth.columns(of: scalar) {
    case 0?: return .mark
    case let columns?: return .character(columns)
    case nil: return .standIn
    }
  }

  /// `\x1B` for a byte-sized control, `\u{202E}` for anything else.
  private static func standIn(for scalar: Unicode.Scalar) -> String {
    let hex = String(scalar.value, radix: 16, uppercase: true)
    guard scalar.value > 0xFF else { return "\\x" + (hex.count < 2 ? "0" + hex : hex) }
    return "\\u{" + hex + "}"
  }

  /// The cells as one string, for a stream that knows no reverse.
  package var plain: String { cells.map(\.text).joined() }

  /// Foreign text made safe for a line of plain output.
  package static func plain(_ text: String, unicode: Bool = true) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    return DisplayText(text, unicode: unicode).plain
  }
}

// MARK: - Fitting into columns

extension DisplayText {
  package enum Cut: Hashable, Sendable {
    case end, middle, start
  }

  /// The text in at most `columns` columns, with an ellipsis where something was cut; never half a wide character.
  package func truncated(to columns: Int, at cut: Cut = .end, unicode: Bool = true) -> DisplayText {
    if width <= columns { return self }
    guard columns > 0 else { return DisplayText(cells: []) }
    let ellipsis = Cell(glyph: Glyph(unicode ? "…" : "~"), width: 1, isStandIn: false, offset: -1)
    let room = columns - 1
    let tail =
      switch cut {
      case .end: 0
      // A name's end tells most: its number and its suffix.
      case .middle: (room + 1) / 2
      case .start: room
      }
    var head: [Cell] = []
    var used = 0
    for cell in cells {
      guard used + cell.width <= room - tail else { break }
      head.append(cell)
      used += cell.width
    }
    var end: [Cell] = []
    var left = room - used
    for cell in cells.reversed() {
      guard cut != .end, cell.width <= left else { break }
      end.append(cell)
      left -= cell.width
    }
    return DisplayText(cells: head + [ellipsis] + end.reversed())
  }

  /// The text broken into lines of at most `columns` columns, at any character.
  package func wrapped(to columns: Int) -> [DisplayText] {
    guard columns > 0, !cells.isEmpty else { return [self] }
    var lines: [DisplayText] = []
    var line: [Cell] = []
    var used = 0
    for cell in cells {
      if used + cell.width > columns, !line.isEmpty {
        lines.append(DisplayText(cells: line))
        line = []
        used = 0
      }
      line.append(cell)
      used += cell.width
    }
    lines.append(DisplayText(cells: line))
    return lines
  }

  /// Like `wrapped`, between words where there is one to break at: for sentences.
  package func wrappedAtWords(to columns: Int) -> [DisplayText] {
    guard columns > 0, width > columns else { return [self] }
    var lines: [DisplayText] = []
    var line: [Cell] = []
    var used = 0
    for word in cells.words {
      let length = word.reduce(0) { $0 + $1.width }
      if !line.isEmpty, used + 1 + length > columns {
        lines.append(DisplayText(cells: line))
        line = []
        used = 0
      }
      if length > columns {
        let parts = DisplayText(cells: Array(word)).wrapped(to: columns)
        lines += parts.dropLast()
        line = parts.last?.cells ?? []
      } else {
        if !line.isEmpty { line.append(Cell(glyph: .space, width: 1, isStandIn: false, offset: -1)) }
        line += word
      }
      used = line.reduce(0) { $0 + $1.width }
    }
    if !line.isEmpty { lines.append(DisplayText(cells: line)) }
    return lines.isEmpty ? [self] : lines
  }
}

extension [DisplayText.Cell] {
  fileprivate var words: [ArraySlice<DisplayText.Cell>] {
    split { $0.glyph == .space && !$0.isStandIn }
  }
}
