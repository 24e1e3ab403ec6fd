import PixelEngine
import Testing

@testable import Console

/// How far a picture in few colours is from the original, to an eye that stands a step back: each pixel with its
/// neighbours, as a mean CIEDE2000 difference.
@Suite("Pictures in few colours")
struct PictureFidelityTests {
  static let side = 64

  /// Soft edges, light that falls off, and grain.
  static let photo: [RGB] = {
    var random = SplitMix(state: 3)
    return (0..<side * side).map { index in
      let (x, y) = (Double(index % side), Double(index / side))
      let sun = max(0, 1 - ((x - 46) * (x - 46) + (y - 14) * (y - 14)).squareRoot() / 30)
      let sky = max(0, 40 - y) / 40
      let land = min(1, max(0, (y - 34 - x / 13) / 6))
      func value(_ above: Double, _ below: Double) -> UInt8 {
        let grain = Double.random(in: -4...4, using: &random)
        return UInt8(min(255, max(0, above * (1 - land) + below * land + grain)))
      }
      return RGB(
        value(90 + 120 * sun + 30 * sky, 60 + x / 2), value(120 + 90 * sun + 40 * sky, 100 - y / 2),
        value(150 + 40 * sun + 60 * sky, 40))
    }
  }()

  /// Twelve flat colours.
  static let sprite: [RGB] = {
    let palette = [
      RGB(0, 0, 0), RGB(255, 255, 255), RGB(255, 0, 0), RGB(0, 255, 0), RGB(0, 0, 255), RGB(0x1D, 0x2B, 0x53),
      RGB(0x7E, 0x25, 0x53), RGB(0, 0x87, 0x51), RGB(0xAB, 0x52, 0x36), RGB(0x5F, 0x57, 0x4F), RGB(0xFF, 0xEC, 0x27),
      RGB(0x29, 0xAD, 0xFF),
    ]
    return (0..<side * side).map { palette[(($0 % side) / 8 * 5 + $0 / side / 8 * 3) % palette.count] }
  }()

  private func shown(_ colors: [Color?]) -> [LinearRGB] {
    colors.map { color in
      switch color {
      case .palette(let index)?: LinearRGB(XtermPalette.colors[Int(index)])
      case nil: LinearRGB(0, 0, 0)
      default: LinearRGB(1, 1, 1)
      }
    }
  }

  /// A binomial filter: about a Gaussian of one pixel.
  private static let weights = [6.0, 4, 1]

  /// Each pixel as the mean of the light around it, its own counting most.
  private func blurred(_ pixels: [LinearRGB]) -> [LinearRGB] {
    pixels.indices.map { index in
      var (red, green, blue, total) = (0.0, 0.0, 0.0, 0.0)
      for dy in -2...2 {
        for dx in -2...2 {
          let (x, y) = (index % Self.side + dx, index / Self.side + dy)
          guard 0..<Self.side ~= x, 0..<Self.side ~= y else { continue }
          let weight = Self.weights[abs(dx)] * Self.weights[abs(dy)]
          let pixel = pixels[y * Self.side + x]
          red += weight * pixel.red
          green += weight * pixel.green
          blue += weight * pixel.blue
          total += weight
        }
      }
      return LinearRGB(red / total, green / total, blue / total)
    }
  }

  private func difference(_ a: [LinearRGB], _ b: [LinearRGB]) -> Double {
    let (a, b) = (blurred(a), blurred(b))
    return zip(a, b).reduce(0) { $0 + lab($1.0).difference(from: lab($1.1)) } / Double(a.count)
  }

  private func lab(_ light: LinearRGB) -> Lab {
    Lab(RGB(LinearRGB.encode(light.red), LinearRGB.encode(light.green), LinearRGB.encode(light.blue)))
  }

  private func nearest(_ pixels: [RGB], in candidates: Range<Int>) -> [Color?] {
    pixels.map { .palette(XtermPalette.nearest(to: $0, in: candidates)) }
  }

  @Test func in256ColorsAPhotographIsHardToTell() {
    let colors = Quantiser.colors(Self.photo, width: Self.side, depth: .palette256)
    let found = difference(Self.photo.map { LinearRGB($0) }, shown(colors))
    #expect(found <= 2.5, "\(found)")
  }

  /// Flat colours are left flat, and are those that CIEDE2000 says are nearest.
  @Test func flatColorsAreNearest() {
    let colors = Quantiser.colors(Self.sprite, width: Self.side, depth: .palette256)
    #expect(colors == nearest(Self.sprite, in: 16..<256))
  }

  /// Without dithering no choice of entries comes as close.
  @Test(arguments: [(ColorDepth.palette256, 16..<256), (.palette16, 0..<16), (.palette8, 0..<8)])
  func nearestColorsAreFurtherOff(depth: ColorDepth, candidates: Range<Int>) {
    let original = Self.photo.map { LinearRGB($0) }
    let plain = difference(original, shown(nearest(Self.photo, in: candidates)))
    let dithered = difference(original, shown(Quantiser.colors(Self.photo, width: Self.side, depth: depth)))
    #expect(dithered * 1.5 < plain, "\(dithered) beside \(plain)")
  }

  /// Without colour the light is right.
  @Test func lightIsCloseInMono() {
    func grey(_ pixels: [LinearRGB]) -> [LinearRGB] {
      pixels.map { LinearRGB($0.luminance, $0.luminance, $0.luminance) }
    }
    let colors = Quantiser.colors(Self.photo, width: Self.side, depth: .mono)
    let found = difference(grey(Self.photo.map { LinearRGB($0) }), grey(shown(colors)))
    let nearest = Self.photo.map { LinearRGB($0).luminance >= 0.5 ? LinearRGB(1, 1, 1) : LinearRGB(0, 0, 0) }
    let plain = difference(grey(Self.photo.map { LinearRGB($0) }), nearest)
    #expect(found * 2 < plain, "\(found) beside \(plain)")
  }
}
