package import PixelEngine

/// A picture as character cells.
package struct PictureCells: Hashable, Sendable {
  package let columns: Int
  package let rows: Int
  /// `columns * rows`, row by row.
  package let cells: [ScreenCell]
  package let scale: PictureScale

  package subscript(column: Int, row: Int) -> ScreenCell { cells[row * columns + column] }

  /// What stands behind transparent pixels.
  package enum Ground: Hashable, Sendable {
    /// The terminal's own ground; a pixel is either shown or not.
    case terminal
    /// Squares of two greys, one for each pixel of the picture, so that they grow with it.
    case checkerboard
  }

  /// Paints a picture as big as fits into `maxColumns` by `maxRows`, or the part of it that `window` shows.
  ///
  /// With half blocks one cell is two pixels, one above the other: at `.enlarged` every pixel is shown, and in true
  /// colour exactly. Without them a cell is a coloured space, or a letter of a ramp where there is no colour either.
  package init(
    _ raster: Raster, maxColumns: Int, maxRows: Int, capabilities: Capabilities, ground: Ground = .terminal,
    window: PreviewWindow? = nil
  ) {
    let halves = capabilities.unicode
    // Without half blocks a pixel is two columns wide, if that fits; else two pixels share a cell.
    let wide = !halves && (window != nil || raster.width * 2 <= maxColumns && raster.height <= maxRows)
    scale =
      window?.scale
      ?? (wide
        ? .fitting(width: raster.width * 2, height: raster.height, maxWidth: maxColumns, maxHeight: maxRows)
        : .fitting(width: raster.width, height: raster.height, maxWidth: maxColumns, maxHeight: maxRows * 2))
    var picture = raster
    if case .reduced(let factor) = scale { picture = raster.reduced(by: factor) }
    if let window {
      let room = window.room(maxColumns: maxColumns, maxRows: maxRows, halves: halves)
      picture = picture.cropped(x: window.x, y: window.y, width: room.width, height: room.height)
    }
    let zoom = if case .enlarged(let factor) = scale { factor } else { 1 }
    let pixels = Self.composited(picture, on: ground)
    if wide {
      let colors = Quantiser.colors(pixels, width: picture.width, depth: capabilities.depth)
      columns = picture.width * 2 * zoom
      rows = picture.height * zoom
      cells = Self.blocks(columns: columns, rows: rows) { column, row in
        let index = row / zoom * picture.width + column / (2 * zoom)
        return Self.plainCell(colors[index], pixels[index], depth: capabilities.depth)
      }
    } else if halves {
      let colors = Quantiser.colors(pixels, width: picture.width, depth: capabilities.depth)
      let isMono = capabilities.depth == .mono
      let height = picture.height * zoom
      columns = picture.width * zoom
      rows = (height + 1) / 2
      cells = Self.blocks(columns: columns, rows: rows) { column, row in
        let upper = colors[row * 2 / zoom * picture.width + column / zoom]
        let lower = row * 2 + 1 < height ? colors[(row * 2 + 1) / zoom * picture.width + column / zoom] : nil
        return isMono ? Self.monoCell(upper, lower) : Self.halfBlock(upper, lower)
      }
    } else {
      // Two pixels, one above the other, become their mean.
      let tall = Raster(
        width: picture.width * zoom, height: picture.height * zoom,
        pixels: (0..<picture.height * zoom).flatMap { y in
          (0..<picture.width * zoom).map { picture[$0 / zoom, y / zoom] }
        })
      let flat = tall.halvedDown()
      let pixels = Self.composited(flat, on: ground)
      let colors = Quantiser.colors(pixels, width: flat.width, depth: capabilities.depth)
      columns = flat.width
      rows = flat.height
      cells = Self.blocks(columns: columns, rows: rows) { column, row in
        let index = row * flat.width + column
        return Self.plainCell(colors[index], pixels[index], depth: capabilities.depth)
      }
    }
  }

  private static func blocks(columns: Int, rows: Int, _ cell: (Int, Int) -> ScreenCell) -> [ScreenCell] {
    var cells: [ScreenCell] = []
    cells.reserveCapacity(columns * rows)
    for row in 0..<rows { for column in 0..<columns { cells.append(cell(column, row)) } }
    return cells
  }

  // MARK: - Transparency

  static let checkers = [RGB(0x66, 0x66, 0x66), RGB(0x99, 0x99, 0x99)]

  private static func composited(_ raster: Raster, on ground: Ground) -> [RGB?] {
    var result: [RGB?] = []
    result.reserveCapacity(raster.pixels.count)
    for (i, pixel) in raster.pixels.enumerated() {
      let own = RGB(pixel.red, pixel.green, pixel.blue)
      switch ground {
      case _ where pixel.alpha == 255: result.append(own)
      case .terminal: result.append(pixel.alpha >= 128 ? own : nil)
      case .checkerboard:
        let square = checkers[(i % raster.width + i / raster.width) % 2]
        func blend(_ over: UInt8, _ under: UInt8) -> UInt8 {
          let alpha = Int(pixel.alpha)
          return UInt8((Int(over) * alpha + Int(under) * (255 - alpha) + 127) / 255)
        }
        result.append(
          RGB(blend(own.red, square.red), blend(own.green, square.green), blend(own.blue, square.blue)))
      }
    }
    return result
  }

  // MARK: - Cells

  /// Canonical: uniform cells are a space, and of two colours the greater one is the foreground, so that a pair of
  /// colours and its mirror image need one entry of the terminal's, not two.
  static func halfBlock(_ upper: Color?, _ lower: Color?) -> ScreenCell {
    switch (upper, lower) {
    case (nil, nil): return ScreenCell(.space)
    case (let upper?, nil): return ScreenCell(.upperHalf, style: Style(foreground: upper))
    case (nil, let lower?): return ScreenCell(.lowerHalf, style: Style(foreground: lower))
    case (let upper?, let lower?):
      if upper == lower { return ScreenCell(.space, style: Style(background: upper)) }
      return upper.rank > lower.rank
        ? ScreenCell(.upperHalf, style: Style(foreground: upper, background: lower))
        : ScreenCell(.lowerHalf, style: Style(foreground: lower, background: upper))
    }
  }

  private static func monoCell(_ upper: Color?, _ lower: Color?) -> ScreenCell {
    switch (upper != nil, lower != nil) {
    case (true, true): ScreenCell(.fullBlock)
    case (true, false): ScreenCell(.upperHalf)
    case (false, true): ScreenCell(.lowerHalf)
    case (false, false): ScreenCell(.space)
    }
  }

  private static let ramp = " .:-=+*#%@".unicodeScalars.map { Glyph($0) }

  private static func plainCell(_ color: Color?, _ pixel: RGB?, depth: ColorDepth) -> ScreenCell {
    guard depth == .mono else { return ScreenCell(.space, style: Style(background: color ?? .standard)) }
    guard let pixel else { return ScreenCell(.space) }
    // Even steps to the eye, which sees sRGB about evenly.
    let level = Double(LinearRGB.encode(LinearRGB(pixel).luminance)) / 255
    return ScreenCell(ramp[min(ramp.count - 1, Int(level * Double(ramp.count)))])
  }
}

extension Color {
  fileprivate var rank: Int {
    switch self {
    case .standard: -1
    case .palette(let index): Int(index)
    case .rgb(let red, let green, let blue): 256 + Int(red) << 16 + Int(green) << 8 + Int(blue)
    }
  }
}

extension Raster {
  /// Each two rows as their mean.
  fileprivate func halvedDown() -> Raster {
    let rows = (height + 1) / 2
    var pixels: [RGBA] = []
    for row in 0..<rows {
      for x in 0..<width {
        let pair = Raster(
          width: 1, height: row * 2 + 1 < height ? 2 : 1,
          pixels: row * 2 + 1 < height ? [self[x, row * 2], self[x, row * 2 + 1]] : [self[x, row * 2]])
        pixels.append(pair.reduced(by: 2).pixels[0])
      }
    }
    return Raster(width: width, height: rows, pixels: pixels)
  }
}
