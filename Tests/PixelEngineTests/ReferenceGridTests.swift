import PixelEngine
import Testing

@Suite("Grids against Pillow's")
struct ReferenceGridTests {
  private let engine = PixelEngine()

  @Test(arguments: Reference.all)
  func matches(_ reference: Reference) throws {
    let image = try engine.pixelate(reference.file)
    #expect(image.format == reference.format)
    #expect(image.model == reference.model)
    #expect(image.width == reference.width)
    #expect(image.height == reference.height)
    #expect(image.grids.map(\.size) == GridSize.allCases)
    for grid in image.grids {
      guard let expected = reference.grids[grid.size] else { continue }
      let difference = largestDifference(premultiplied(grid.samples, model: reference.model), expected)
      #expect(difference <= (reference.model.hasAlpha ? 2 : 1), "\(grid.size)")
    }
  }

  @Test func thereAreReferences() {
    #expect(Reference.all.count >= 29)
    #expect(Set(Reference.all.map(\.model)).count == 5)
  }

  @Test func aSizeAloneEqualsThatSizeAmongAll() throws {
    // Small numbers and sides that divide evenly make many means that lie exactly between two values.
    let ties = (0..<(160 * 130)).map { UInt8($0 * 7 % 251) }
    let files =
      ["large.png", "rgba.png", "rgb.jpg", "three.png"].map { Fixture.bytes($0) }
      + [PNGFile.picture(width: 160, height: 130, colorType: 0, samples: ties)]
    for file in files {
      let all = try engine.pixelate(file)
      for size in GridSize.allCases {
        let alone = try engine.pixelate(file, sizes: [size, size])
        #expect(alone.grids == all.grids.filter { $0.size == size })
      }
    }
  }

  @Test func noSizesGiveNoGridsAndStillCheckTheFile() throws {
    #expect(try engine.pixelate(Fixture.bytes("rgb.png"), sizes: []).grids.isEmpty)
    #expect(throws: PixelError.self) { try engine.pixelate(Array(Fixture.bytes("rgb.png").dropLast(20)), sizes: []) }
  }

  @Test func aPictureOfTheGridsSizeIsItsOwnGrid() throws {
    var random = SeededNumbers(seed: 1)
    let samples = (0..<(48 * 48 * 3)).map { _ in UInt8.random(in: 0...255, using: &random) }
    let file = PNGFile.picture(width: 48, height: 48, colorType: 2, samples: samples)
    let image = try engine.pixelate(file, sizes: [.x48])
    #expect(image.grids[0].samples == samples)
  }

  /// A column of pixels far wider than any segment, so that runs are cut where sums would overflow.
  @Test(arguments: [(9000, 3, false), (3, 9000, false), (700, 2, true), (2, 5000, true)])
  func aConstantPictureStaysConstant(width: Int, height: Int, alpha: Bool) throws {
    let pixel: [UInt8] = alpha ? [255, 254, 1, 254] : [255, 254, 1]
    let samples = Array(repeating: pixel, count: width * height).flatMap { $0 }
    let file = PNGFile.picture(width: width, height: height, colorType: alpha ? 6 : 2, samples: samples)
    for sizes in [GridSize.allCases, [.x8]] {
      for grid in try engine.pixelate(file, sizes: sizes).grids {
        #expect(
          Set(
            stride(from: 0, to: grid.samples.count, by: pixel.count).map {
              Array(grid.samples[$0..<($0 + pixel.count)])
            }) == [pixel])
      }
    }
  }

  /// The definition of the filter, written down plainly: weights of a triangle, clipped and normalised.
  @Test(arguments: [(8, 8192), (8, 5000), (64, 65), (48, 1000), (16, 15), (64, 1), (32, 63)])
  func oneAxisFollowsTheDefinition(cells: Int, length: Int) throws {
    var random = SeededNumbers(seed: UInt64(length))
    let samples = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
    let scale = Double(length) / Double(cells)
    let expected = (0..<cells).map { cell in
      let centre = (Double(cell) + 0.5) * scale
      let weights = samples.indices.map { max(0, 1 - abs(Double($0) + 0.5 - centre) / max(1, scale)) }
      return zip(weights, samples).reduce(0) { $0 + $1.0 * Double($1.1) } / weights.reduce(0, +)
    }
    let size = try #require(GridSize(rawValue: cells))
    let wide = try engine.pixelate(
      PNGFile.picture(width: length, height: 1, colorType: 0, samples: samples), sizes: [size])
    let tall = try engine.pixelate(
      PNGFile.picture(width: 1, height: length, colorType: 0, samples: samples), sizes: [size])
    for cell in 0..<cells {
      #expect(abs(Double(wide.grids[0].samples[cell]) - expected[cell]) < 0.501)
      #expect(abs(Double(tall.grids[0].samples[cell * cells]) - expected[cell]) < 0.501)
    }
  }

  /// Rows in which all is opaque are summed up another way than those in which something is not.
  @Test(arguments: [1, 3, 61]) func alphaThatHidesNothingChangesNothing(translucentRow: Int) throws {
    var random = SeededNumbers(seed: UInt64(translucentRow))
    for channels in [1, 3] {
      let (width, height) = (150, 131)
      let colors = (0..<(width * height * channels)).map { _ in UInt8.random(in: 0...255, using: &random) }
      var samples: [UInt8] = []
      for pixel in 0..<(width * height) { samples += colors[(pixel * channels)..<((pixel + 1) * channels)] + [255] }
      let plain = try engine.pixelate(
        PNGFile.picture(width: width, height: height, colorType: channels == 1 ? 0 : 2, samples: colors))
      func grids(_ samples: [UInt8]) throws -> [Grid] {
        let type: UInt8 = channels == 1 ? 4 : 6
        return try engine.pixelate(PNGFile.picture(width: width, height: height, colorType: type, samples: samples))
          .grids
      }
      for (grid, opaque) in zip(plain.grids, try grids(samples)) {
        var expected: [UInt8] = []
        for start in stride(from: 0, to: grid.samples.count, by: channels) {
          expected += grid.samples[start..<(start + channels)] + [255]
        }
        #expect(opaque.samples == expected)
      }
      // One pixel in some rows, hardly less than opaque.
      for row in stride(from: 0, to: height, by: translucentRow) {
        samples[(row * width + 7) * (channels + 1) + channels] = 254
      }
      for (grid, nearly) in zip(plain.grids, try grids(samples)) {
        for (index, sample) in nearly.samples.enumerated() {
          let (pixel, channel) = (index / (channels + 1), index % (channels + 1))
          let expected = channel == channels ? 255 : Int(grid.samples[pixel * channels + channel])
          #expect(abs(Int(sample) - expected) <= 1)
        }
      }
    }
  }

  @Test func whatCannotBeSeenDoesNotShine() throws {
    // A red picture whose right half is clear green: no cell turns greenish.
    let row = Array(repeating: [255, 0, 0, 255] as [UInt8], count: 50) + Array(repeating: [0, 255, 0, 0], count: 50)
    let samples = Array(repeating: row.flatMap { $0 }, count: 40).flatMap { $0 }
    let image = try engine.pixelate(PNGFile.picture(width: 100, height: 40, colorType: 6, samples: samples))
    for grid in image.grids {
      for row in 0..<grid.size.side {
        for column in 0..<grid.size.side {
          let color = grid.color(column: column, row: row)
          let isClear = color.alpha == 0 && color.red == 0
          #expect(color.green == 0 && (isClear || color.red == 255))
        }
      }
    }
  }

  @Test func rastersShowTheCells() throws {
    let image = try engine.pixelate(Fixture.bytes("cmyk.jpg"), sizes: [.x8])
    let grid = image.grids[0]
    let raster = grid.raster
    #expect(raster.width == 8 && raster.height == 8)
    for row in 0..<8 {
      for column in 0..<8 {
        let cell = grid.samples[((row * 8 + column) * 4)...].prefix(4).map(Double.init)
        let color = raster[column, row]
        #expect(color == grid.color(column: column, row: row))
        #expect(abs(Double(color.red) - cell[0] * cell[3] / 255) <= 0.5)
        #expect(abs(Double(color.blue) - cell[2] * cell[3] / 255) <= 0.5)
        #expect(color.alpha == 255)
      }
    }
  }
}
