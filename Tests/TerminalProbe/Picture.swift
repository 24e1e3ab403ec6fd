package import Console

/// Test pictures of 64 x 64 pixels, as the grids of the product are.
package enum Picture: Hashable, Sendable {
  /// No two pixels alike; another seed, other pixels. The worst case for pairs and bytes.
  case noise(seed: UInt32)
  /// Every colour from #000000 to #000fff: finds RGB values taken for palette entries.
  case nearZero
  /// Twelve flat colours in many small pieces.
  case sprite
  /// A fish: twelve flat colours in the pieces that pixel art has.
  case fish
  case flat
  /// Every cell the same two colours.
  case stripes

  package static let side = 64

  private static let palette: [UInt32] = [
    0x000000, 0xFFFFFF, 0xFF0000, 0x00FF00, 0x0000FF, 0x1D2B53, 0x7E2553, 0x008751, 0xAB5236, 0x5F574F, 0xFFEC27,
    0x29ADFF,
  ]

  /// Which of the palette.
  private static func fish(_ x: Int, _ y: Int) -> Int {
    let eye = (x - 44) * (x - 44) + (y - 24) * (y - 24)
    if eye <= 4 { return 0 }
    if eye <= 20 { return 1 }
    let (dx, dy) = (x - 30, y - 30)
    if dx * dx * 4 + dy * dy * 9 <= 48 * 48 {
      if dy > 8 { return 10 }
      if 20..<24 ~= x { return 2 }
      return 28..<32 ~= x && dy < -4 ? 8 : 11
    }
    if x < 10, abs(dy) <= 12 - x { return 6 }
    if 24...36 ~= x, 8..<20 ~= y, y - 8 >= abs(dx) { return 3 }
    if y >= 54 { return y >= 58 ? 7 : 9 }
    return y < 6 ? 4 : 5
  }

  /// The pixel as 0xRRGGBB.
  package func pixel(_ x: Int, _ y: Int) -> UInt32 {
    let index = UInt32(y * Self.side + x)
    switch self {
    case .noise(let seed):
      // Multiplying by an odd number permutes the 24-bit numbers, so all pixels differ.
      return (((index &+ seed &* 4096) &* 0x9E_3779) ^ 0x5A_5A5A) & 0xFF_FFFF
    case .nearZero: return index
    case .sprite:
      return Self.palette[(x / 8 &* 5 &+ y / 4 &* 3 &+ (x * y) / 256) % Self.palette.count]
    case .fish: return Self.palette[Self.fish(x, y)]
    case .flat: return 0x336699
    case .stripes: return y % 2 == 0 ? 0xFF8000 : 0x102030
    }
  }

  /// The pixel as a colour of a depth. Below truecolor any fixed choice will do: it is compared with itself.
  package func color(_ x: Int, _ y: Int, depth: ColorDepth) -> Color {
    let value = pixel(x, y)
    return switch depth {
    case .truecolor:
      .rgb(UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255))
    case .palette256: .palette(UInt8(16 + value % 240))
    case .palette16: .palette(UInt8(value % 16))
    case .palette8: .palette(UInt8(value % 8))
    case .mono: .standard
    }
  }

  /// Whether a pixel is lit on a monochrome terminal.
  package func isLit(_ x: Int, _ y: Int) -> Bool { pixel(x, y) & 1 == 1 || pixel(x, y) > 0xFF_0000 }
}
