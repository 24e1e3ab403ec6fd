/// How a colour model becomes the components and blocks of a JPEG: grey as it is, RGB as luminance and colours of half
/// the resolution (4:2:0), CMYK as it is stored.
struct JPEGLayout {
  struct Component {
    /// As the frame header names it: 1, 2, 3 by JFIF, letters by Adobe.
    let id: UInt8
    let isColor: Bool
    /// Of half the resolution.
    let halved: Bool
    let table: [Int32]
  }

  /// A block of a unit: which component, and which of its blocks.
  struct Block {
    let component: Int
    var row = 0
    var column = 0
  }

  let model: ColorModel
  let components: [Component]
  let blocks: [Block]
  /// Samples across and down in a unit.
  let step: Int
  let tables: QuantizationTables

  /// - Returns: nil for a model with alpha.
  init?(_ model: ColorModel, quality: Int) {
    self.model = model
    let tables = QuantizationTables(quality: quality)
    self.tables = tables
    switch model {
    case .grey:
      components = [Component(id: 1, isColor: false, halved: false, table: tables.luminance)]
      blocks = [Block(component: 0)]
      step = 8
    case .rgb:
      components =
        [Component(id: 1, isColor: false, halved: false, table: tables.luminance)]
        + [2, 3].map { Component(id: $0, isColor: true, halved: true, table: tables.chrominance) }
      blocks = [
        Block(component: 0), Block(component: 0, column: 1), Block(component: 0, row: 1),
        Block(component: 0, row: 1, column: 1), Block(component: 1), Block(component: 2),
      ]
      step = 16
    case .cmyk:
      components = "CMYK".utf8.map { Component(id: $0, isColor: false, halved: false, table: tables.luminance) }
      blocks = (0..<4).map { Block(component: $0) }
      step = 8
    case .greyAlpha, .rgba:
      return nil
    }
  }

  /// For each component the value of each cell, less 128.
  func planes(of grid: Grid) -> [[Int32]] {
    let channels = model.channels
    let pixels = stride(from: 0, to: grid.samples.count, by: channels)
    guard model == .rgb else {
      return (0..<channels).map { channel in pixels.map { Int32(grid.samples[$0 + channel]) - 128 } }
    }
    // JFIF 1.02's luminance and colours, in units of 2^-16; those of colour round just below the half.
    func mixed(_ red: Int32, _ green: Int32, _ blue: Int32, _ half: Int32) -> [Int32] {
      pixels.map {
        let (r, g, b) = (Int32(grid.samples[$0]), Int32(grid.samples[$0 + 1]), Int32(grid.samples[$0 + 2]))
        return (red * r + green * g + blue * b + half) >> 16
      }
    }
    return [
      mixed(19_595, 38_470, 7_471, 1 << 15).map { $0 - 128 }, mixed(-11_059, -21_709, 32_768, 1 << 15 - 1),
      mixed(32_768, -27_439, -5_329, 1 << 15 - 1),
    ]
  }
}
