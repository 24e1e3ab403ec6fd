import PixelEngine

/// Two grids of one size held against each other.
struct RasterDifference: Hashable {
  /// Cells that differ.
  let changed: Int
  let total: Int
  /// The greatest difference in a channel, 0...255; colours count as far as they are opaque.
  let greatest: Int
  /// The new picture where they differ, and faint where they do not.
  let map: Raster

  /// Nil where they are of different sizes.
  init?(_ old: Raster, _ new: Raster, depth: ColorDepth) {
    guard old.width == new.width, old.height == new.height else { return nil }
    var changed = 0
    var greatest = 0
    var pixels: [RGBA] = []
    pixels.reserveCapacity(new.pixels.count)
    for (a, b) in zip(old.pixels, new.pixels) {
      let difference = Self.difference(a, b)
      greatest = max(greatest, difference)
      if difference > 0 {
        changed += 1
        // Without colours to tell by, what differs is white and what does not is black.
        pixels.append(depth == .mono ? RGBA(red: 255, green: 255, blue: 255, alpha: 255) : Self.bright(b))
      } else {
        pixels.append(depth == .mono ? RGBA(red: 0, green: 0, blue: 0, alpha: 255) : Self.faint(b))
      }
    }
    self.changed = changed
    self.greatest = greatest
    total = new.pixels.count
    map = Raster(width: new.width, height: new.height, pixels: pixels)
  }

  private static func difference(_ a: RGBA, _ b: RGBA) -> Int {
    func channel(_ x: UInt8, _ y: UInt8) -> Int { abs(Int(x) * Int(a.alpha) - Int(y) * Int(b.alpha)) / 255 }
    return max(
      abs(Int(a.alpha) - Int(b.alpha)), channel(a.red, b.red), channel(a.green, b.green), channel(a.blue, b.blue))
  }

  /// Opaque, so that what became transparent is seen as well.
  private static func bright(_ pixel: RGBA) -> RGBA {
    pixel.alpha >= 128
      ? RGBA(red: pixel.red, green: pixel.green, blue: pixel.blue, alpha: 255)
      : RGBA(red: 255, green: 0, blue: 255, alpha: 255)
  }

  /// A fifth of its light, and no colour.
  private static func faint(_ pixel: RGBA) -> RGBA {
    let light = LinearRGB(RGB(pixel.red, pixel.green, pixel.blue)).luminance * Double(pixel.alpha) / 255
    let grey = UInt8(24 + Int(LinearRGB.encode(light)) / 6)
    return RGBA(red: grey, green: grey, blue: grey, alpha: 255)
  }
}
