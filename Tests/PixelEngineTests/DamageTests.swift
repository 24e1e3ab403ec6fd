import Foundation
import PixelEngine
import Testing

@Suite("Damaged files")
struct DamageTests {
  private let engine = PixelEngine()

  private static let names = [
    "rgb.jpg", "progressive.jpg", "grey.jpg", "cmyk.jpg", "rgb.png", "grey.png", "deep-interlaced.png", "palette.png",
  ]

  @Test(arguments: names)
  func aCutFileNeverPasses(_ name: String) throws {
    let file = Fixture.bytes(name)
    let cuts = Array(stride(from: 0, to: file.count, by: 97)) + Array((file.count - 16)..<file.count)
    for length in cuts {
      let error = #expect(throws: PixelError.self, "\(length)") {
        try engine.pixelate(Array(file.prefix(length)), sizes: [.x8])
      }
      switch error {
      case .truncated, .damaged: break
      case .notAnImage: #expect(length < 8)
      default: Issue.record("\(length): \(String(describing: error))")
      }
    }
    // In the midst of the pixels it is known for what it is.
    for length in [file.count / 2, file.count * 3 / 4] {
      let error = #expect(throws: PixelError.self) { try engine.pixelate(Array(file.prefix(length))) }
      guard case .truncated = error else {
        Issue.record("\(length): \(String(describing: error))")
        continue
      }
    }
  }

  @Test(arguments: names)
  func aChangedFileNeverCrashes(_ name: String) throws {
    let file = Fixture.bytes(name)
    var random = SeededNumbers(seed: UInt64(file.count))
    var refused = 0
    for _ in 0..<60 {
      var changed = file
      random.damage(&changed, times: 1...4)
      do throws(PixelError) {
        let image = try engine.pixelate(changed, sizes: [.x8, .x48])
        #expect(image.grids.count == 2 && image.width > 0)
        for grid in image.grids { _ = try engine.encode(grid, of: image, form: .grid) }
      } catch {
        if case .encodingFailed = error { Issue.record("\(error)") }
        refused += 1
      }
    }
    #expect(refused > 0)
  }

  /// Headers are where the numbers are that memory is taken by: every byte of them, with the values that hurt.
  @Test(arguments: ["rgb.jpg", "progressive.jpg", "cmyk.jpg", "deep-interlaced.png", "palette-alpha.png"])
  func everyByteOfAHeader(_ name: String) throws {
    let file = Fixture.bytes(name)
    for place in 0..<min(file.count, name.hasSuffix("jpg") ? 240 : 140) {
      for value in [0, 0x7F, 0xFF] as [UInt8] where file[place] != value {
        var changed = file
        changed[place] = value
        var limits = Limits()
        limits.pixels = 1_000_000
        do throws(PixelError) { _ = try PixelEngine(limits: limits).pixelate(changed, sizes: [.x8]) } catch {}
      }
    }
  }

  @Test func aWrongChecksumInPixelsIsDamage() throws {
    var file = Fixture.bytes("rgb.png")
    let place = try #require(file.indices.dropLast(4).first { Array(file[$0..<($0 + 4)]) == Array("IDAT".utf8) })
    file[place + 200] ^= 0x10
    let error = #expect(throws: PixelError.self) { try engine.pixelate(file) }
    guard case .damaged(format: .png, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func badHuffmanCodesAreDamage() throws {
    var file = Fixture.bytes("rgb.jpg")
    for place in (file.count / 2)..<(file.count / 2 + 40) { file[place] = place % 2 == 0 ? 0xFF : 0x00 }
    let error = #expect(throws: PixelError.self) { try engine.pixelate(file) }
    guard case .damaged(format: .jpeg, let detail) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!detail.isEmpty)
  }

  /// What cameras write, and what loses no pixel: passes.
  @Test func harmlessFaultsPass() throws {
    let jpeg = Fixture.bytes("rgb.jpg")
    let expected = try engine.pixelate(jpeg).grids
    // Stray bytes before a marker, and after the end.
    let stray = jpeg.prefix(20) + [0x00, 0x11, 0x22] + jpeg.dropFirst(20)
    #expect(try engine.pixelate(Array(stray)).grids == expected)
    #expect(try engine.pixelate(jpeg + [1, 2, 3, 4, 5]).grids == expected)
    // A checksum of a chunk that carries no pixels.
    let samples: [UInt8] = (0..<48).map { UInt8($0) }
    var png = PNGFile.picture(
      width: 4, height: 4, colorType: 2, samples: samples,
      extra: [("tIME", [7, 234, 1, 1, 0, 0, 0]), ("iCCP", [65, 0])])
    let place = try #require(png.indices.dropLast(4).first { Array(png[$0..<($0 + 4)]) == Array("tIME".utf8) })
    png[place + 12] ^= 0xFF
    #expect(throws: Never.self) { try engine.pixelate(png) }
    #expect(throws: Never.self) { try engine.pixelate(png + [0, 0, 0]) }
  }

  private static let kinds: [(frame: UInt8, precision: UInt8, name: String)] = [
    (0xC0, 12, "12-bit JPEG"), (0xC3, 8, "lossless JPEG"), (0xC5, 8, "hierarchical JPEG"), (0xF7, 8, "JPEG-LS"),
  ]

  @Test(arguments: kinds)
  func otherKindsOfJpegAreNamed(frame: UInt8, precision: UInt8, name: String) throws {
    var file = Fixture.bytes("rgb.jpg")
    let place = try #require(file.indices.dropLast(9).first { file[$0] == 0xFF && file[$0 + 1] == 0xC0 })
    file[place + 1] = frame
    file[place + 4] = precision
    #expect(throws: PixelError.unsupportedFormat(format: name)) { try engine.pixelate(file) }
  }

  @Test func arithmeticCodingIsRead() throws {
    #expect(
      try engine.pixelate(Fixture.bytes("arithmetic.jpg")).grids == engine.pixelate(Fixture.bytes("rgb.jpg")).grids)
  }

  @Test func noPixelsAtAllIsDamage() {
    let files: [[UInt8]] = [
      [0xFF, 0xD8, 0xFF, 0xD9], [0xFF, 0xD8, 0xFF], PNGFile(width: 0, height: 4, colorType: 2).bytes,
    ]
    for file in files {
      #expect(throws: PixelError.self) { try engine.pixelate(file) }
    }
    let empty = PNGFile.picture(width: 4, height: 4, colorType: 2, samples: [UInt8](repeating: 0, count: 24))
    #expect(throws: PixelError.self) { try engine.pixelate(empty) }
  }
}
