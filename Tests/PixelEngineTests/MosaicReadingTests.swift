import Testing

@testable import PixelEngine

/// What `encode` has written is read back without decoding all of it, and to the same cells.
@Suite("Reading mosaics by what is different in them") struct MosaicReadingTests {
  private let engine = PixelEngine()

  /// A mosaic that is not small: of other sides, models and sizes for each seed.
  private func mosaic(_ format: ImageFormat, seed: Int) throws -> (file: [UInt8], size: GridSize) {
    var random = SeededNumbers(seed: UInt64(seed))
    let models: [ColorModel] = format == .png ? [.grey, .greyAlpha, .rgb, .rgba] : [.grey, .rgb, .cmyk]
    let model = models[seed % models.count]
    // In a JPEG a cell has to be 33 pixels wide and high.
    let size = format == .png ? GridSize.allCases[seed % 5] : [.x8, .x16][seed % 2]
    let least = format == .png ? 200 : 33 * size.side
    let width = Int.random(in: least...(2 * least), using: &random)
    let height = Int.random(in: least...(2 * least), using: &random)
    let mosaic = Mosaic(model: model, size: size, width: width, height: height, using: &random)
    return (try format == .png ? PNGEncoder.encode(mosaic) : JPEGEncoder.encode(mosaic), size)
  }

  @Test(arguments: [ImageFormat.png, .jpeg], 0..<30) func sameAsThroughout(format: ImageFormat, seed: Int) throws {
    let (file, size) = try mosaic(format, seed: seed)
    let data = PictureData(file)
    let expected = try engine.readGridThroughout(data, size: size)
    let isRead = engine.mosaicSamples(of: data, size: size)?.samples == expected.samples
    #expect(isRead)
    #expect(try engine.readGrid(data, size: size) == expected)
    // As a mosaic of another size, whose middles lie in other rows.
    for other in GridSize.allCases {
      #expect(try engine.readGrid(data, size: other) == engine.readGridThroughout(data, size: other), "\(other)")
    }
    // From a file that is not in memory.
    let windows = PictureData(count: file.count) { offset, target in
      let part = file[offset..<min(offset + min(509, target.count), file.count)]
      target.copyBytes(from: part)
      return part.count
    }
    let isReadInWindows = engine.mosaicSamples(of: windows, size: size)?.samples == expected.samples
    #expect(isReadInWindows)
  }

  @Test func pngGivesBackTheGrid() throws {
    var random = SeededNumbers(seed: 9)
    let mosaic = Mosaic(model: .rgba, size: .x64, width: 4000, height: 3000, using: &random)
    let file = try PNGEncoder.encode(mosaic)
    #expect(try engine.readGrid(file, size: .x64) == mosaic.grid)
    // A profile before the pixels makes no difference.
    let grey = Mosaic(grid: mosaic.grid, width: 700, height: 64, colorProfile: [UInt8](repeating: 1, count: 3000))
    #expect(engine.mosaicSamples(of: PictureData(try PNGEncoder.encode(grey)), size: .x64) != nil)
  }

  @Test func otherFilesAreDecodedThroughout() throws {
    for name in ["large.png", "rgb.jpg", "restart-444.jpg", "restart-420-two.jpg"] {
      let data = PictureData(Fixture.bytes(name))
      #expect(engine.mosaicSamples(of: data, size: .x8) == nil, "\(name)")
      #expect(throws: Never.self) { try engine.readGrid(data, size: .x8) }
    }
    #expect(throws: PixelError.notAnImage) { try engine.readGrid([1, 2, 3], size: .x8) }
  }

  /// A row of more steps than any mosaic has would be gone through for each row of cells.
  @Test func rowsOfManyStepsAreDecodedThroughout() throws {
    for (count, isRead) in [(64, true), (65, false), (5000, false)] {
      var deflater = RunDeflater()
      deflater.add(1)
      for place in 0..<count { deflater.add(UInt8(1 + place % 2)) }
      deflater.add(zeros: 5000 - count)
      deflater.endText(times: 1)
      var file = PNGFile(width: 5000, height: 1, colorType: 0)
      file.add("IDAT", deflater.finish())
      file.add("IEND", [])
      let data = PictureData(file.bytes)
      #expect((engine.mosaicSamples(of: data, size: .x64) != nil) == isRead, "\(count)")
      #expect(try engine.readGrid(data, size: .x64) == engine.readGridThroughout(data, size: .x64))
    }
  }

  @Test func limitsHold() throws {
    for format in [ImageFormat.png, .jpeg] {
      let (file, size) = try mosaic(format, seed: 4)
      var limits = Limits()
      limits.pixels = 10_000
      #expect(throws: PixelError.self) { try PixelEngine(limits: limits).readGrid(file, size: size) }
      limits = Limits()
      limits.fileBytes = file.count - 1
      #expect(
        throws: PixelError.tooLarge(limit: .fileBytes, value: file.count, maximum: file.count - 1)
      ) { try PixelEngine(limits: limits).readGrid(file, size: size) }
    }
  }

  @Test(arguments: [ImageFormat.png, .jpeg]) func cutOffIsSaid(format: ImageFormat) throws {
    let (file, size) = try mosaic(format, seed: 2)
    for length in stride(from: 100, to: file.count - 12, by: max(1, file.count / 40)) {
      let cut = PictureData(Array(file.prefix(length)))
      #expect(engine.mosaicSamples(of: cut, size: size) == nil, "\(length)")
    }
  }

  /// A stream that is damaged, its checksum made right again: what the shortcut makes of it is what decoding makes of it.
  @Test(arguments: 0..<8) func damagedStreams(seed: Int) throws {
    let (file, size) = try mosaic(.png, seed: seed)
    let data = try #require(file.firstRange(of: Array("IDAT".utf8)))
    let stream = Array(file[data.upperBound..<(file.count - 16)])
    var random = SeededNumbers(seed: UInt64(seed))
    var read = 0
    for round in 0..<250 {
      var damaged = stream
      if round < 100 {
        // In the header of the block, where the codes stand.
        let place = Int.random(in: 2..<min(90, damaged.count), using: &random)
        damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      } else {
        random.damage(&damaged, times: 1...2)
      }
      var whole = PNGFile(bytes: Array(file[..<(data.lowerBound - 4)]))
      whole.add("IDAT", damaged)
      whole.add("IEND", [])
      let picture = PictureData(whole.bytes)
      guard let found = engine.mosaicSamples(of: picture, size: size) else { continue }
      read += 1
      let expected = try? engine.readGridThroughout(picture, size: size).samples
      let isEqual = expected == found.samples
      #expect(isEqual, "\(round)")
    }
    // Hardly anything gets past the stream's own checksum: a code that never occurs may.
    #expect(read < 25)
  }

  @Test(arguments: 0..<4) func damagedJPEGs(seed: Int) throws {
    let (file, size) = try mosaic(.jpeg, seed: seed)
    var random = SeededNumbers(seed: UInt64(seed))
    for _ in 0..<100 {
      var damaged = file
      random.damage(&damaged, times: 1...3)
      let grid = try? engine.readGrid(damaged, size: size)
      if let grid { #expect(grid.samples.count == size.side * size.side * grid.model.channels) }
    }
  }
}
