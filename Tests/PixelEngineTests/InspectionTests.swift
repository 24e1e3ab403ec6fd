import PixelEngine
import Testing

@Suite("Reading renditions back")
struct InspectionTests {
  private let engine = PixelEngine()

  @Test func aPictureIsNoMosaic() throws {
    let png = try engine.inspect(Fixture.bytes("large.png"), size: .x8)
    #expect(png.form == .mosaic && png.unevenCells == 64)
    let jpeg = try engine.inspect(Fixture.bytes("rgb.jpg"), size: .x8)
    #expect(jpeg.width == 160 && jpeg.unevenCells > 0)
    var random = SeededNumbers(seed: 3)
    let noise = (0..<(200 * 200)).map { _ in UInt8.random(in: 0...1, using: &random) * 255 }
    let file = PNGFile.picture(width: 200, height: 200, colorType: 0, samples: noise)
    // A cell of 3 x 3 bits is flat once in 256 times.
    #expect(try engine.inspect(file, size: .x64).unevenCells > 4000)
  }

  @Test func onePixelIsEnough() throws {
    for (x, y) in [(0, 0), (99, 99), (12, 12), (13, 50), (50, 13)] {
      var samples = [UInt8](repeating: 7, count: 100 * 100 * 3)
      samples[(y * 100 + x) * 3 + 1] = 8
      let file = PNGFile.picture(width: 100, height: 100, colorType: 2, samples: samples)
      #expect(try engine.inspect(file, size: .x8).unevenCells == 1, "\(x) \(y)")
    }
  }

  @Test func theMosaicOfAnotherSizeIsSeen() throws {
    let image = try engine.pixelate(Fixture.bytes("large.png"))
    for grid in image.grids where grid.size != .x8 {
      let file = try engine.encode(grid, of: image)
      #expect(try engine.inspect(file, size: grid.size).unevenCells == 0)
      #expect(try engine.inspect(file, size: .x8).unevenCells > 32)
    }
  }

  @Test func smallPicturesFillTheGridWithWhatIsThere() throws {
    // 3 x 2 pixels: each of 8 x 8 cells shows the pixel that its centre lies in.
    let file = PNGFile.picture(width: 3, height: 2, colorType: 0, samples: [10, 20, 30, 40, 50, 60])
    let grid = try engine.readGrid(file, size: .x8)
    let columns = [0, 0, 0, 1, 1, 2, 2, 2]
    let rows = [0, 0, 0, 0, 1, 1, 1, 1]
    for row in 0..<8 {
      for column in 0..<8 {
        #expect(Int(grid.color(column: column, row: row).red) == 10 + 30 * rows[row] + 10 * columns[column])
      }
    }
    let image = try engine.pixelate(file)
    for grid in image.grids {
      let stored = try engine.encode(grid, of: image)
      let back = try engine.readGrid(stored, size: grid.size)
      // Cells that the mosaic has pixels of come back as they were.
      for (x, y) in [(0, 0), (1, 0), (2, 1)] {
        let column = (2 * x + 1) * grid.size.side / 6
        let row = (2 * y + 1) * grid.size.side / 4
        #expect(back.color(column: column, row: row) == grid.color(column: column, row: row))
      }
    }
  }

  @Test(arguments: [
    (1000, 500, 80, 50, 80, 40), (500, 1000, 80, 50, 25, 50), (40, 30, 80, 50, 40, 30), (3000, 1, 60, 60, 60, 1),
    (1, 3000, 60, 60, 1, 60), (90, 90, 0, -4, 1, 1),
  ])
  func thumbnailsKeepTheAspect(width: Int, height: Int, maxWidth: Int, maxHeight: Int, wide: Int, high: Int) throws {
    let file = PNGFile.picture(
      width: width, height: height, colorType: 0, samples: [UInt8](repeating: 77, count: width * height))
    let raster = try engine.thumbnail(file, maxWidth: maxWidth, maxHeight: maxHeight)
    #expect(raster.width == wide && raster.height == high)
    #expect(raster.pixels.allSatisfy { $0 == RGBA(red: 77, green: 77, blue: 77) })
  }

  @Test func aThumbnailTheSizeOfAGridIsThatGrid() throws {
    let samples = (0..<(96 * 96)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    let file = PNGFile.picture(width: 96, height: 96, colorType: 0, samples: samples)
    let grid = try engine.pixelate(file, sizes: [.x48]).grids[0]
    #expect(try engine.thumbnail(file, maxWidth: 48, maxHeight: 48) == grid.raster)
  }
}
