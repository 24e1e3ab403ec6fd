/// A whole screen as a value: what `render` makes and `Terminal` draws, and what golden tests compare.
package struct ScreenGrid: Hashable, Sendable {
  package let size: ScreenSize
  /// `size.columns * size.rows` cells, row by row from the top left.
  package private(set) var cells: [ScreenCell]
  /// Where the terminal's cursor shows, or nil where it is hidden (the usual case; text input shows it).
  package var cursor: ScreenPoint?
  /// Where pictures stand on bare cells, covered by nothing and not by each other: a driver may repaint each in one go.
  package var pictures: [ScreenRect] = []

  package init(size: ScreenSize, fill: ScreenCell = .blank) {
    self.size = size
    cells = Array(repeating: fill, count: size.columns * size.rows)
  }

  package subscript(column: Int, row: Int) -> ScreenCell {
    get { cells[row * size.columns + column] }
    set { cells[row * size.columns + column] = newValue }
  }
}

package struct ScreenSize: Hashable, Sendable {
  package var columns: Int
  package var rows: Int

  package init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }
}

package struct ScreenPoint: Hashable, Sendable {
  package var column: Int
  package var row: Int

  package init(column: Int, row: Int) {
    self.column = column
    self.row = row
  }
}

package struct ScreenRect: Hashable, Sendable {
  package var column: Int
  package var row: Int
  package var columns: Int
  package var rows: Int

  package init(column: Int, row: Int, columns: Int, rows: Int) {
    self.column = column
    self.row = row
    self.columns = columns
    self.rows = rows
  }
}

/// One character cell.
package struct ScreenCell: Hashable, Sendable {
  /// Of one or two columns. Always safe to print: foreign text has been through `DisplayText`.
  package var glyph: Glyph
  package var style: Style
  /// The theme slot the style came from, for golden role rows; nil in a picture.
  package var slot: Slot?

  package init(_ glyph: Glyph, style: Style = Style(), slot: Slot? = nil) {
    self.glyph = glyph
    self.style = style
    self.slot = slot
  }

  package init(text: String, style: Style = Style(), slot: Slot? = nil) {
    self.init(Glyph(text), style: style, slot: slot)
  }

  package static let blank = ScreenCell(.space)

  /// Which cells look other than before, of two screens of one size. Most do not, and this is asked of every cell of every
  /// screen: no copies are made.
  package static func differences(of cells: [ScreenCell], from old: [ScreenCell]) -> [Bool] {
    cells.withUnsafeBufferPointer { cells in
      old.withUnsafeBufferPointer { old in
        [Bool](unsafeUninitializedCapacity: cells.count) { result, count in
          for index in cells.indices {
            let alike = cells[index].glyph == old[index].glyph && cells[index].style == old[index].style
            result.initializeElement(at: index, to: !alike)
          }
          count = cells.count
        }
      }
    }
  }

  package var text: String { glyph.text }
}
