/// A picture reduced to N x N colours: what the terminal shows, and what a mosaic is made from.
package struct Grid: Hashable, Sendable {
  package let size: GridSize
  package let model: ColorModel
  /// `size.side * size.side * model.channels` samples of 8 bits, row by row from the top left, alpha straight.
  package let samples: [UInt8]

  package init(size: GridSize, model: ColorModel, samples: [UInt8]) {
    precondition(samples.count == size.side * size.side * model.channels)
    self.size = size
    self.model = model
    self.samples = samples
  }

  /// The colour of one cell, both indices counted from 0 at the top left. CMYK is shown as plain RGB, without a profile.
  package func color(column: Int, row: Int) -> RGBA {
    model.color(samples[...], at: (row * size.side + column) * model.channels)
  }

  /// The cells as `size.side` by `size.side` colours.
  package var raster: Raster {
    Raster(width: size.side, height: size.side, pixels: model.colors(samples))
  }
}

/// One picture pixelated: its grids, and what is needed to write them in the source's shape and format.
package struct PixelatedImage: Sendable {
  package let format: ImageFormat
  /// Pixels across of the upright picture, which is what its mosaics measure.
  package let width: Int
  /// Pixels down of the upright picture.
  package let height: Int
  package let model: ColorModel
  /// The ICC profile as embedded in the source, if any. Nothing else of its metadata is kept.
  package let colorProfile: [UInt8]?
  /// One for each size asked for, from the smallest to the largest.
  package let grids: [Grid]

  package init(
    format: ImageFormat, width: Int, height: Int, model: ColorModel, colorProfile: [UInt8]?, grids: [Grid]
  ) {
    self.format = format
    self.width = width
    self.height = height
    self.model = model
    self.colorProfile = colorProfile
    self.grids = grids
  }
}

/// What a rendition stores.
package enum RenditionForm: String, CaseIterable, Sendable, Codable {
  /// The grid blown up to the upright picture's width and height, each cell flat.
  case mosaic
  /// The grid itself, N x N pixels.
  case grid
}
