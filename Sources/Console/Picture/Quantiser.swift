import PixelEngine

/// Reduces pixels to the colours that a terminal has.
enum Quantiser {
  /// From this many colours on a picture counts as a photograph at 256 colours, and is dithered.
  static let photoColors = 64

  /// - Parameters:
  ///   - pixels: row by row; nil is transparent and stays so.
  ///   - width: pixels in a row.
  static func colors(_ pixels: [RGB?], width: Int, depth: ColorDepth) -> [Color?] {
    switch depth {
    case .truecolor: pixels.map { $0.map { .rgb($0.red, $0.green, $0.blue) } }
    case .palette256:
      Set(pixels.compactMap(\.self)).count <= photoColors
        ? nearest(pixels) : dithered(pixels, width: width, candidates: 16..<256)
    case .palette16: dithered(pixels, width: width, candidates: 0..<16)
    case .palette8: dithered(pixels, width: width, candidates: 0..<8)
    case .mono: ditheredToMono(pixels, width: width)
    }
  }

  /// Flat colours, as of pixel art: each the nearest entry of the fixed 240. The first sixteen belong to the terminal's
  /// theme, so what they look like is not known.
  private static func nearest(_ pixels: [RGB?]) -> [Color?] {
    var known: [RGB: Color] = [:]
    return pixels.map { pixel in
      guard let pixel else { return nil }
      if let color = known[pixel] { return color }
      let color = Color.palette(XtermPalette.nearest(to: pixel, in: 16..<256))
      known[pixel] = color
      return color
    }
  }

  /// Floyd and Steinberg 1976, every second row backwards, the error carried in linear light; the nearest entry by
  /// OKLab among many, by linear light among few.
  private static func dithered(_ pixels: [RGB?], width: Int, candidates: Range<Int>) -> [Color?] {
    let entries = candidates.map { LinearRGB(XtermPalette.colors[$0]) }
    let entryLabs = entries.map { OKLab($0) }
    let byLab = entries.count > 16
    return diffuse(pixels, width: width) { light in
      var best = 0
      var least = Double.infinity
      let lab = byLab ? OKLab(light) : nil
      for i in entries.indices {
        let distance: Double
        if let lab {
          distance = lab.distance(to: entryLabs[i])
        } else {
          let (dr, dg, db) = (light.red - entries[i].red, light.green - entries[i].green, light.blue - entries[i].blue)
          distance = dr * dr + dg * dg + db * db
        }
        if distance < least {
          least = distance
          best = i
        }
      }
      return (.palette(UInt8(candidates.lowerBound + best)), entries[best])
    }
  }

  /// Lit where `.standard`; unlit pixels are nil, as transparent ones are.
  private static func ditheredToMono(_ pixels: [RGB?], width: Int) -> [Color?] {
    diffuse(pixels, width: width) { light in
      let isLit = light.luminance >= 0.5
      let value = isLit ? 1.0 : 0
      // Only luminance is carried on: colour cannot be made up for.
      let shift = value - light.luminance
      return (isLit ? .standard : nil, LinearRGB(light.red + shift, light.green + shift, light.blue + shift))
    }
  }

  private static func diffuse(
    _ pixels: [RGB?], width: Int, choose: (LinearRGB) -> (Color?, LinearRGB)
  ) -> [Color?] {
    var result = [Color?](repeating: nil, count: pixels.count)
    let height = width > 0 ? pixels.count / width : 0
    var error = [LinearRGB](repeating: LinearRGB(0, 0, 0), count: width + 2)
    var next = error
    for y in 0..<height {
      let forward = y % 2 == 0
      for step in 0..<width {
        let x = forward ? step : width - 1 - step
        guard let pixel = pixels[y * width + x] else { continue }
        let own = LinearRGB(pixel)
        let carried = error[x + 1]
        let wanted = LinearRGB(
          min(max(own.red + carried.red, 0), 1), min(max(own.green + carried.green, 0), 1),
          min(max(own.blue + carried.blue, 0), 1))
        let (color, shown) = choose(wanted)
        result[y * width + x] = color
        let off = LinearRGB(wanted.red - shown.red, wanted.green - shown.green, wanted.blue - shown.blue)
        let ahead = forward ? 1 : -1
        error[x + 1 + ahead].add(off, 7.0 / 16)
        next[x + 1 - ahead].add(off, 3.0 / 16)
        next[x + 1].add(off, 5.0 / 16)
        next[x + 1 + ahead].add(off, 1.0 / 16)
      }
      error = next
      for i in next.indices { next[i] = LinearRGB(0, 0, 0) }
    }
    return result
  }
}

extension LinearRGB {
  fileprivate mutating func add(_ other: LinearRGB, _ weight: Double) {
    red += other.red * weight
    green += other.green * weight
    blue += other.blue * weight
  }
}
