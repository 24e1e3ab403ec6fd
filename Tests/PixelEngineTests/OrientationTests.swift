import Foundation
import Testing

@testable import PixelEngine

@Suite("Orientation")
struct OrientationTests {
  private let engine = PixelEngine()

  /// A TIFF structure of one directory with one entry.
  private static func exif(
    _ value: UInt16, big: Bool = true, tag: UInt16 = 0x0112, type: UInt16 = 3, count: UInt32 = 1, offset: UInt32 = 8
  ) -> [UInt8] {
    func number(_ value: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: big ? value.bigEndian : value.littleEndian, Array.init)
    }
    return (big ? [0x4D, 0x4D] : [0x49, 0x49]) + number(UInt16(42)) + number(offset) + number(UInt16(1)) + number(tag)
      + number(type) + number(count) + number(value) + number(UInt16(0)) + number(UInt32(0))
  }

  @Test(arguments: 1...8, [true, false])
  func readsBothByteOrders(value: Int, big: Bool) {
    #expect(Orientation(exif: Self.exif(UInt16(value), big: big)).rawValue == value)
  }

  @Test func whateverDoesNotAddUpIsUpright() {
    let good = Self.exif(6)
    #expect(Orientation(exif: good) == .turnedLeft)
    for length in 0..<20 { #expect(Orientation(exif: good.prefix(length)) == .upright) }
    let hostile = [
      Self.exif(0), Self.exif(9), Self.exif(65535), Self.exif(6, tag: 0x0113), Self.exif(6, type: 4),
      Self.exif(6, count: 2), Self.exif(6, count: .max), Self.exif(6, offset: 0xFFFF_FFFF),
      Self.exif(6, offset: 0x7FFF_FFF8), Self.exif(6, offset: 9), [0x4D, 0x49] + good.dropFirst(2),
      [0x4D, 0x4D, 0, 43] + good.dropFirst(4),
    ]
    for bytes in hostile { #expect(Orientation(exif: bytes) == .upright) }
    // A directory that claims more entries than there are, the wanted one never among them.
    var long = Self.exif(6, tag: 1)
    long[8] = 0xFF
    #expect(Orientation(exif: long) == .upright)
  }

  @Test(arguments: Orientation.allCases)
  func turnsAGrid(_ orientation: Orientation) {
    // 3 x 2 pixels, upright: 1 2 3 / 4 5 6. What each orientation stores, by Exif's own words for row 0 and column 0.
    let stored: [Orientation: (width: Int, samples: [UInt8])] = [
      .upright: (3, [1, 2, 3, 4, 5, 6]), .mirrored: (3, [3, 2, 1, 6, 5, 4]), .upsideDown: (3, [6, 5, 4, 3, 2, 1]),
      .flipped: (3, [4, 5, 6, 1, 2, 3]), .transposed: (2, [1, 4, 2, 5, 3, 6]), .turnedLeft: (2, [3, 6, 2, 5, 1, 4]),
      .transversed: (2, [6, 3, 5, 2, 4, 1]), .turnedRight: (2, [4, 1, 5, 2, 6, 3]),
    ]
    guard let (width, samples) = stored[orientation] else { return }
    #expect(orientation.apply(samples, width: width, height: 6 / width, channels: 1) == [1, 2, 3, 4, 5, 6])
  }

  @Test func allEightStandUpright() throws {
    let first = try engine.pixelate(Fixture.bytes("orientation-1.jpg"))
    for orientation in 2...8 {
      let image = try engine.pixelate(Fixture.bytes("orientation-\(orientation).jpg"))
      #expect(image.width == first.width && image.height == first.height)
      for (a, b) in zip(image.grids, first.grids) {
        #expect(largestDifference(a.samples, b.samples) <= 6, "\(orientation) \(a.size)")
      }
      let thumbnail = try engine.thumbnail(Fixture.bytes("orientation-\(orientation).jpg"), maxWidth: 36, maxHeight: 36)
      #expect(thumbnail.width == 36 && thumbnail.height == 20)
    }
  }

  @Test(.enabled(if: !Corpus.portraits.isEmpty, "the shared corpus is not beside the repository"))
  func photographsStandUpright() throws {
    #expect(Corpus.portraits.count == 9)
    let images = try Corpus.portraits.map { try engine.pixelate($0.bytes, sizes: [.x8, .x64]) }
    for image in images {
      #expect(image.width == 1200 && image.height == 1800)
      for (a, b) in zip(image.grids, images[1].grids) {
        let sum = zip(a.samples, b.samples).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        #expect(Double(sum) / Double(a.samples.count) < 2, "\(a.size)")
      }
    }
  }

  @Test func pngMayCarryItBeforeOrAfterThePixels() throws {
    let samples: [UInt8] = (0..<24).map { UInt8($0 * 10) }
    let plain = PNGFile.picture(width: 6, height: 4, colorType: 0, samples: samples)
    let before = PNGFile.picture(width: 6, height: 4, colorType: 0, samples: samples, extra: [("eXIf", Self.exif(6))])
    var chunk = PNGFile(width: 1, height: 1, colorType: 0)
    let start = chunk.bytes.count
    chunk.add("eXIf", Self.exif(6))
    let after = plain.dropLast(12) + chunk.bytes[start...] + plain.suffix(12)
    let upright = try engine.pixelate(plain)
    for file in [before, Array(after)] {
      let image = try engine.pixelate(file)
      #expect(image.width == 4 && image.height == 6)
      #expect(
        image.grids[0].color(column: 7, row: 0) == upright.grids[0].color(column: 0, row: 0))
      let thumbnail = try engine.thumbnail(file, maxWidth: 100, maxHeight: 100)
      #expect(thumbnail.width == 4 && thumbnail.height == 6)
      #expect(thumbnail[3, 0] == RGBA(red: 0, green: 0, blue: 0) && thumbnail[3, 5].red == 50)
    }
    // One that was corrupted on the way does not count.
    var corrupt = before
    let place = try #require(corrupt.indices.dropLast(4).first { Array(corrupt[$0..<($0 + 4)]) == Array("eXIf".utf8) })
    corrupt[place + 23] ^= 1
    #expect(try engine.pixelate(corrupt).width == 6)
  }
}
