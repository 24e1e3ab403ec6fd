/// A grid at the size it is written: every pixel is the cell that `floor((x + 0.5) * N / width)` names, across and down
/// (Pillow's NEAREST, in exact arithmetic). Pixels are never all in memory: a picture of this kind is but N different
/// rows, each repeated.
struct Mosaic {
  let grid: Grid
  /// Pixels across, at least 1.
  let width: Int
  /// Pixels down, at least 1.
  let height: Int
  let colorProfile: [UInt8]?
  /// Where each column of cells begins, and after them `width`; a column may have no pixels.
  let columnBounds: [Int]
  /// Where each row of cells begins, and after them `height`; a row may have no pixels.
  let rowBounds: [Int]

  init(grid: Grid, width: Int, height: Int, colorProfile: [UInt8]?) {
    self.grid = grid
    self.width = width
    self.height = height
    self.colorProfile = colorProfile
    columnBounds = Self.bounds(length: width, cells: grid.size.side)
    rowBounds = Self.bounds(length: height, cells: grid.size.side)
  }

  /// The first pixel of each cell along an axis, and after them its length.
  static func bounds(length: Int, cells: Int) -> [Int] {
    (0...cells).map { (2 * length * $0 + cells - 1) / (2 * cells) }
  }
}

/// Writes a mosaic as a file of one format. Same mosaic, same bytes.
protocol MosaicEncoder {
  static func encode(_ mosaic: Mosaic) throws(PixelError) -> [UInt8]
}
