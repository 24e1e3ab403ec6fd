import Testing

@testable import PixelEngine

/// A file that is read in windows gives what it gives in memory, however little is read at a time.
@Suite struct WindowTests {
  private let engine = PixelEngine()

  /// A file that gives at most `most` bytes at once, and nothing from `end` on.
  private func windows(_ file: [UInt8], most: Int, end: Int = .max, fails: Bool = false) -> PictureData {
    PictureData(count: file.count) { offset, target in
      if offset >= end { return fails ? nil : 0 }
      let part = file[offset..<min(offset + min(most, target.count), file.count, end)]
      target.copyBytes(from: part)
      return part.count
    }
  }

  @Test(arguments: Reference.all) func windowsMakeNoDifference(_ reference: Reference) throws {
    let file = reference.file
    let expected = try engine.pixelate(file)
    for most in [1 << 20, 509] {
      let image = try engine.pixelate(windows(file, most: most))
      #expect(image.grids == expected.grids && image.colorProfile == expected.colorProfile)
      #expect(image.width == expected.width && image.height == expected.height)
    }
  }

  @Test(arguments: ["rgb.jpg", "progressive.jpg", "rgb.png", "deep-interlaced.png", "orientation-6.jpg"])
  func aFileThatCannotBeReadOnSaysSo(name: String) {
    let file = Fixture.bytes(name)
    for end in stride(from: 0, to: file.count - 12, by: 397) {
      #expect(throws: PixelError.self) { try engine.pixelate(windows(file, most: 4096, end: end)) }
      // Fewer bytes than tell what the file is are no file.
      if end < 4 { continue }
      #expect(throws: PixelError.unreadable) {
        try engine.pixelate(windows(file, most: 256, end: end, fails: true))
      }
    }
  }

  /// A grid is read back from the rows that hold its samples: what is far below the last of them is not even looked for.
  @Test func aGridIsReadNoFurtherThanItsLastSample() throws {
    let samples = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    let file = PNGFile.picture(width: 2000, height: 1000, colorType: 0, samples: samples)
    let grid = try engine.readGrid(file, size: .x8)
    // The last samples stand a sixteenth of the height above the bottom, 125 kB before the end.
    let cut = windows(file, most: 1 << 16, end: file.count - 10_000, fails: true)
    #expect(try engine.readGrid(cut, size: .x8) == grid)
    #expect(throws: PixelError.unreadable) { try engine.inspect(cut, size: .x8) }
    #expect(throws: PixelError.unreadable) {
      try engine.readGrid(windows(file, most: 1 << 16, end: file.count - 200_000, fails: true), size: .x8)
    }
  }

  @Test func theLimitHoldsForFilesThatAreRead() {
    var limits = Limits()
    limits.fileBytes = 1000
    let data = PictureData(count: 1001) { _, _ in
      Issue.record("read all the same")
      return nil
    }
    #expect(throws: PixelError.tooLarge(limit: .fileBytes, value: 1001, maximum: 1000)) {
      try PixelEngine(limits: limits).pixelate(data)
    }
  }
}

/// Decoding at reduced size, which only what is made for the eye comes from.
@Suite struct ReducedDecodingTests {
  /// A sample that stands for several pixels has the weight that they have together.
  @Test(arguments: [2, 4, 8], [(1000, [64, 8]), (4096, [64, 48, 8]), (1231, [37]), (65, [8])])
  func weightsAreThoseOfThePixels(step: Int, axis: (length: Int, targets: [Int])) {
    let plan = AxisPlan(length: axis.length, pixelsPerSample: step, targets: axis.targets, longest: 50)
    for (cells, taps) in zip(axis.targets, plan.taps) {
      let samples = (axis.length + step - 1) / step
      var weights = [[Double]](repeating: Array(repeating: 0, count: samples), count: cells)
      for tap in taps {
        for sample in plan.bounds[tap.segment]..<plan.bounds[tap.segment + 1] {
          weights[tap.cell][sample] += tap.constant + tap.slope * Double(sample - plan.bounds[tap.segment])
        }
      }
      let scale = Double(axis.length) / Double(cells)
      for cell in 0..<cells {
        var expected = [Double](repeating: 0, count: samples)
        for pixel in 0..<axis.length {
          expected[pixel / step] += max(0, 1 - abs(Double(pixel) + 0.5 - (Double(cell) + 0.5) * scale) / scale)
        }
        let total = expected.reduce(0, +)
        let worst = zip(weights[cell], expected).map { abs($0 - $1 / total) }.max() ?? 1
        #expect(worst < 1e-12)
      }
    }
  }

  /// Reading a stored rendition back at reduced size gives the very pixels in the middle of its cells.
  @Test(
    arguments: [(1000, 800), (801, 1023), (431, 400)] + (264..<296).map { ($0, 557 - $0) },
    [ColorModel.rgb, .grey, .cmyk])
  func aStoredGridIsTheSameReduced(side: (width: Int, height: Int), model: ColorModel) throws {
    var random = SeededNumbers(seed: UInt64(side.width))
    let least = min(side.width, side.height)
    #expect(
      Reduction.middles(cells: 8).pixelsPerSample(width: side.width, height: side.height) == (least < 264 ? 1 : 8))
    for size in [GridSize.x8, .x16] {
      let mosaic = Mosaic(model: model, size: size, width: side.width, height: side.height, using: &random)
      let file = try JPEGEncoder.encode(mosaic)
      let (header, all) = try decoded(file)
      var expected: [UInt8] = []
      for row in 0..<size.side {
        let y = (mosaic.rowBounds[row] + mosaic.rowBounds[row + 1] - 1) / 2
        for column in 0..<size.side {
          let x = (mosaic.columnBounds[column] + mosaic.columnBounds[column + 1] - 1) / 2
          let start = y * header.rowBytes + x * model.channels
          expected += all[start..<(start + model.channels)]
        }
      }
      #expect(try PixelEngine().readGrid(file, size: size).samples == expected, "\(size)")
    }
  }

  @Test(arguments: [(320, 240), (301, 177), (160, 499)]) func aThumbnailLooksTheSame(width: Int, height: Int) throws {
    let pixels = (0..<(width * height)).map { i -> RGBA in
      let (x, y) = (i % width, i / width)
      let edge: UInt8 = (x / 16 + y / 24) % 2 == 0 ? 60 : 0
      return RGBA(red: UInt8(60 + x * 100 / width) + edge, green: UInt8(60 + y * 100 / height), blue: 80 + edge)
    }
    let file = try PixelEngine().encode(Raster(width: width, height: height, pixels: pixels), as: .jpeg)
    for box in [10, 20, 40] {
      let shown = try PixelEngine().thumbnail(file, maxWidth: box, maxHeight: box)
      let shape = PixelEngine.fit(width: width, height: height, maxWidth: box, maxHeight: box)
      let (_, filter) = try PixelEngine().decode(PictureData(file), isCancelled: { false }) {
        header throws(PixelError) in
        TriangleFilter(width: header.width, height: header.height, model: .rgb, shapes: [shape])
      }
      let exact = filter.samples(of: 0)
      let samples = shown.pixels.flatMap { [$0.red, $0.green, $0.blue] }
      #expect(Reduction.forTheEye(cells: box).pixelsPerSample(width: width, height: height) > 1)
      #expect(largestDifference(samples, exact) <= 3)
    }
  }
}
