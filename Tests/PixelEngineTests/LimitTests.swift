import Testing

@testable import PixelEngine

/// Every way into a picture.
private let paths: [(name: String, open: @Sendable (PixelEngine, [UInt8]) throws -> Void)] = [
  ("pixelate", { _ = try $0.pixelate($1) }),
  ("thumbnail", { _ = try $0.thumbnail($1, maxWidth: 80, maxHeight: 50) }),
  ("readGrid", { _ = try $0.readGrid($1, size: .x16) }),
  ("inspect", { _ = try $0.inspect($1, size: .x16) }),
]

@Suite("Limits")
struct LimitTests {
  private func expect(
    _ file: [UInt8], _ limits: Limits = Limits(), exceeds kind: Limits.Kind,
    _ location: SourceLocation = #_sourceLocation
  ) {
    for (name, open) in paths {
      let error = #expect(throws: PixelError.self, "\(name)", sourceLocation: location) {
        try open(PixelEngine(limits: limits), file)
      }
      guard case .tooLarge(let found, let value, let maximum) = error else {
        Issue.record("\(name): \(String(describing: error))", sourceLocation: location)
        continue
      }
      #expect(found == kind && value >= maximum, sourceLocation: location)
    }
  }

  @Test func fileBytes() {
    var limits = Limits()
    limits.fileBytes = 1000
    expect(Fixture.bytes("rgb.jpg"), limits, exceeds: .fileBytes)
    expect(Fixture.bytes("rgb.png"), limits, exceeds: .fileBytes)
  }

  @Test func pixels() throws {
    var limits = Limits()
    limits.pixels = 160 * 120 - 1
    expect(Fixture.bytes("rgb.jpg"), limits, exceeds: .pixels)
    expect(Fixture.bytes("progressive.jpg"), limits, exceeds: .pixels)
    limits.pixels += 1
    for (_, open) in paths { try open(PixelEngine(limits: limits), Fixture.bytes("rgb.jpg")) }
  }

  /// 900 million pixels in a few hundred bytes, and headers that claim all there can be.
  @Test(arguments: [(30_000, 30_000), (0x7FFF_FFFF, 0x7FFF_FFFF), (0x7FFF_FFFF, 1)], [false, true])
  func pngBomb(side: (width: Int, height: Int), interlaced: Bool) {
    var file = PNGFile(width: side.width, height: side.height, colorType: 6, interlaced: interlaced)
    file.add("IDAT", PNGFile.zeros(65_521))
    file.add("IEND", [])
    expect(file.bytes, exceeds: .pixels)
    // With no limit on pixels there is still one on memory; only 30,000 rows of 120 kB, one by one, fit it.
    if side.width == 30_000, !interlaced { return }
    var limits = Limits()
    limits.pixels = .max
    expect(file.bytes, limits, exceeds: .memoryBytes)
  }

  @Test func jpegBomb() throws {
    // The height and width in the frame header, put up to the format's most.
    var file = Fixture.bytes("rgb.jpg")
    let frame = try #require(file.indices.dropLast(9).first { file[$0] == 0xFF && file[$0 + 1] == 0xC0 })
    for offset in 5...8 { file[frame + offset] = 0xFF }
    #expect(throws: PixelError.unsupportedFormat(format: "JPEG of more than 65500 pixels a side")) {
      try PixelEngine().pixelate(file)
    }
    for offset in [5, 7] { file[frame + offset] = 0xF0 }
    expect(file, exceeds: .pixels)
  }

  @Test func memory() throws {
    var limits = Limits()
    limits.memoryBytes = 10_000
    for name in ["progressive.jpg", "rgb.jpg", "rgb.png", "deep-interlaced.png", "rgba.png"] {
      if name == "deep-interlaced.png" { limits.memoryBytes = 1000 }
      expect(Fixture.bytes(name), limits, exceeds: .memoryBytes)
      limits.memoryBytes = 10_000
    }
    // Coefficients of several scans count: enough for the baseline file is too little for the progressive one.
    limits.memoryBytes = 160 * 3 * (64 + 48)
    _ = try PixelEngine(limits: limits).pixelate(Fixture.bytes("rgb.jpg"))
    expect(Fixture.bytes("progressive.jpg"), limits, exceeds: .memoryBytes)
  }

  @Test func workingBytes() {
    func bytes(_ name: String, limits: Limits = Limits()) -> Int {
      PixelEngine(limits: limits).workingBytes(of: PictureData(Fixture.bytes(name)))
    }
    // 160 x 120: progressive takes 2 bytes for each coefficient, of three halved components as good as two.
    let coefficients = bytes("progressive.jpg") - bytes("rgb.jpg")
    #expect((160 * 120 * 2...160 * 120 * 6).contains(coefficients))
    // Interlaced: the whole picture.
    #expect(bytes("deep-interlaced.png") > PixelEngine().workingBytes(of: PictureData([1, 2, 3])))
    var limits = Limits()
    limits.memoryBytes = 1000
    #expect(bytes("progressive.jpg", limits: limits) == bytes("rgb.jpg", limits: limits))
    // Threads have rows of their own, where a picture is large enough for several.
    var engine = PixelEngine()
    let picture = PictureData(Fixture.bytes("rgb.jpg"))
    #expect(engine.workingBytes(of: picture, lanes: 4) == engine.workingBytes(of: picture))
    engine.fewestPixelsForLanes = 1
    let one = engine.workingBytes(of: picture) - PixelEngine().workingBytes(of: PictureData([1]))
    #expect(engine.workingBytes(of: picture, lanes: 4) - engine.workingBytes(of: picture) == 3 * one)
  }

  @Test func seconds() {
    var limits = Limits()
    limits.seconds = 0
    for name in ["rgb.jpg", "progressive.jpg", "rgb.png", "deep-interlaced.png"] {
      expect(Fixture.bytes(name), limits, exceeds: .seconds)
    }
  }

  /// A progressive JPEG of one block and as many scans as the format has room for, all of them in order.
  @Test func scanBomb() throws {
    func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
      [0xFF, marker, 0, UInt8(content.count + 2)] + content
    }
    let oneCode: [UInt8] = [1] + Array(repeating: 0, count: 15) + [0]
    var file: [UInt8] = [0xFF, 0xD8]
    file += segment(0xDB, [0] + Array(repeating: 1, count: 64))
    file += segment(0xC2, [8, 0, 8, 0, 8, 1, 1, 0x11, 0])
    file += segment(0xC4, [0x00] + oneCode) + segment(0xC4, [0x10] + oneCode)
    file += segment(0xDA, [1, 1, 0, 0, 0, 0]) + [0x7F]
    func scans(_ coefficients: ClosedRange<Int>) -> [UInt8] {
      coefficients.flatMap { coefficient in
        (0...3).flatMap { step -> [UInt8] in
          let high = UInt8(step == 0 ? 0 : 4 - step), low = UInt8(3 - step), k = UInt8(coefficient)
          return segment(0xDA, [1, 1, 0, k, k, high << 4 | low]) + [0x7F]
        }
      }
    }
    let few = file + scans(1...24) + [0xFF, 0xD9]
    for (name, open) in paths { #expect(throws: Never.self, "\(name)") { try open(PixelEngine(), few) } }
    expect(file + scans(1...63) + [0xFF, 0xD9], exceeds: .jpegScans)
    var limits = Limits()
    limits.jpegScans = 20
    expect(few, limits, exceeds: .jpegScans)
  }

  /// 64 MB of text or profile in a few hundred kilobytes: skipped, or refused, but never unpacked.
  @Test func compressedTextIsNotUnpacked() throws {
    // The bomb would go off: as pixels, a small one of its kind unpacks.
    var dark = PNGFile(width: 256, height: 255, colorType: 0)
    dark.add("IDAT", PNGFile.zeros(257 * 255))
    dark.add("IEND", [])
    #expect(try PixelEngine().pixelate(dark.bytes, sizes: [.x8]).grids[0].samples == Array(repeating: 0, count: 64))

    let bomb = PNGFile.zeros(64 << 20)
    let samples: [UInt8] = (0..<48).map { UInt8($0) }
    let bombs: [(String, [UInt8])] = [
      ("zTXt", [65, 0, 0] + bomb), ("iTXt", [65, 0, 1, 0, 0, 0] + bomb), ("iCCP", [65, 0, 0] + bomb),
    ]
    for extra in bombs {
      let file = PNGFile.picture(width: 4, height: 4, colorType: 2, samples: samples, extra: [extra])
      let image = try PixelEngine().pixelate(file, sizes: [.x8])
      #expect(image.colorProfile == nil)
    }
    let many: [(String, [UInt8])] = Array(repeating: ("zTXt", [65, 0, 0] + PNGFile.stored([65])), count: 3000)
    let file = PNGFile.picture(width: 4, height: 4, colorType: 2, samples: samples, extra: many)
    #expect(throws: Never.self) { try PixelEngine().pixelate(file, sizes: [.x8]) }
  }

  @Test func cancelling() {
    for name in ["rgb.jpg", "progressive.jpg", "rgb.png", "deep-interlaced.png"] {
      #expect(throws: PixelError.cancelled) { try PixelEngine().pixelate(Fixture.bytes(name), isCancelled: { true }) }
      #expect(throws: PixelError.cancelled) {
        try PixelEngine().thumbnail(Fixture.bytes(name), maxWidth: 9, maxHeight: 9, isCancelled: { true })
      }
    }
    // Asked again and again, not only once.
    var asked = 0
    #expect(throws: PixelError.cancelled) {
      try PixelEngine().pixelate(
        Fixture.bytes("large.png"),
        isCancelled: {
          asked += 1
          return asked == 4
        })
    }
    #expect(asked == 4)
  }
}
