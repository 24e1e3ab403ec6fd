package import PixelEngine

/// How big a picture is shown: whole numbers only, so that every pixel is a block of its own or part of an even mean.
package enum PictureScale: Hashable, Sendable {
  /// Each pixel of the picture is this many pixels of the screen across and down.
  case enlarged(Int)
  /// Each pixel of the screen is the mean of this many across and down.
  case reduced(Int)

  /// `1:1`, `3:1`, `1:2`.
  package var label: String {
    switch self {
    case .enlarged(let factor): "\(factor):1"
    case .reduced(let factor): "1:\(factor)"
    }
  }

  /// The greatest scale at which a picture of this size fits.
  package static func fitting(width: Int, height: Int, maxWidth: Int, maxHeight: Int, most: Int = 16) -> PictureScale {
    let factor = min(maxWidth / max(1, width), maxHeight / max(1, height))
    if factor >= 1 { return .enlarged(min(factor, most)) }
    let across = (width + max(1, maxWidth) - 1) / max(1, maxWidth)
    let down = (height + max(1, maxHeight) - 1) / max(1, maxHeight)
    return .reduced(max(across, down, 2))
  }

  package func applied(to length: Int) -> Int {
    switch self {
    case .enlarged(let factor): length * factor
    case .reduced(let factor): (length + factor - 1) / factor
    }
  }
}

extension Raster {
  /// The part from a pixel on, as much as there is of it: one pixel at least.
  func cropped(x: Int, y: Int, width: Int, height: Int) -> Raster {
    let x = max(0, min(x, self.width - 1))
    let y = max(0, min(y, self.height - 1))
    let width = max(1, min(width, self.width - x))
    let height = max(1, min(height, self.height - y))
    return Raster(
      width: width, height: height,
      pixels: (y..<y + height).flatMap { row in pixels[row * self.width + x..<row * self.width + x + width] })
  }

  /// The picture with each pixel the mean of `factor` by `factor`: in linear light, alpha premultiplied. The last row
  /// and column take what is left.
  package func reduced(by factor: Int) -> Raster {
    guard factor > 1 else { return self }
    let columns = (width + factor - 1) / factor
    let rows = (height + factor - 1) / factor
    var result: [RGBA] = []
    result.reserveCapacity(columns * rows)
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = LinearRGB(0, 0, 0)
        var alpha = 0.0
        var count = 0.0
        for y in row * factor..<min(height, (row + 1) * factor) {
          for x in column * factor..<min(width, (column + 1) * factor) {
            let pixel = self[x, y]
            let weight = Double(pixel.alpha) / 255
            let light = LinearRGB(RGB(pixel.red, pixel.green, pixel.blue))
            sum.red += light.red * weight
            sum.green += light.green * weight
            sum.blue += light.blue * weight
            alpha += weight
            count += 1
          }
        }
        let scale = alpha > 0 ? 1 / alpha : 0
        result.append(
          RGBA(
            red: LinearRGB.encode(sum.red * scale), green: LinearRGB.encode(sum.green * scale),
            blue: LinearRGB.encode(sum.blue * scale), alpha: UInt8((alpha / count * 255).rounded())))
      }
    }
    return Raster(width: columns, height: rows, pixels: result)
  }
}
