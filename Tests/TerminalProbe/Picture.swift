package import Console

/// Test pictures of 64 x 64 pixels, as the grids of the product are.
package enum Picture: Hashable, Sendable {
  /// No two pixels alike; another seed, other pixels. The worst case for pairs and bytes.
  case noise(seed: UInt32)
  /// Every colour from #000000 to #000fff: finds RGB values taken for palette entries.
  case nearZero
  /// Twelve flat colours.
  case sprite
  case flat
  /// Every cell the same two colours.
  case stripes

  package static let side = 64

  /// The pixel as 0xRRGGBB.
  package func pixel(_ x: Int, _ y: Int) -> UInt32 {
    let index = UInt32(y * Self.side + x)
    switch self {
    case .noise(let seed):
      // Multiplying by an odd number permutes the 24-bit numbers, so all pixels differ.
      return (((index &+ seed &* 4096) &* 0x9E_3779) ^ 0x5A_5A5A) & 0xFF_FFFF
    case .nearZero: return index
    case .sprite:
      let palette: [UInt32] = [
        0x000000, 0xFFFFFF, 0xFF0000, 0x00FF00, 0x0000FF, 0x1D2B53, 0x7E2553, 0x008751, 0xAB5236, 0x5F574F, 0xFFEC27,
        0x29ADFF,
      ]
      return palette[(x / 8 &* 5 &+ y / 4 &* 3 &+ (x * y) / 256) % palette.count]
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
