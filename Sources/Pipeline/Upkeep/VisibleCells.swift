import PixelEngine

/// The cells of a grid that its mosaic shows: in a picture smaller than the grid some cells get no pixel.
struct VisibleCells {
  private let columns: [Int]
  private let rows: [Int]
  private let side: Int

  init(image: PixelatedImage, size: GridSize, form: RenditionForm) {
    side = size.side
    columns = form == .grid ? Array(0..<side) : Self.cells(length: image.width, side: side)
    rows = form == .grid ? Array(0..<side) : Self.cells(length: image.height, side: side)
  }

  /// Nearest mapping: pixel x is in cell floor((x + 0.5) * side / length).
  static func cells(length: Int, side: Int) -> [Int] {
    if length >= side { return Array(0..<side) }
    return (0..<length).map { (2 * $0 + 1) * side / (2 * length) }
  }

  /// In any channel of any of these cells, 0...255; what is clear in both has no colour.
  func greatestDifference(_ a: Raster, _ b: Raster) -> Int {
    var greatest = 0
    for row in rows {
      for column in columns {
        let (a, b) = (a.pixels[row * side + column], b.pixels[row * side + column])
        if a.alpha == 0, b.alpha == 0 { continue }
        greatest = max(
          greatest, abs(Int(a.red) - Int(b.red)), abs(Int(a.green) - Int(b.green)), abs(Int(a.blue) - Int(b.blue)),
          abs(Int(a.alpha) - Int(b.alpha)))
      }
    }
    return greatest
  }
}
