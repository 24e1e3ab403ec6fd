import Foundation
import PixelEngine
import Testing

@Suite("PngSuite", .enabled(if: !Corpus.pngSuite.isEmpty, "the shared corpus is not beside the repository"))
struct PngSuiteTests {
  private let engine = PixelEngine()

  @Test func isWhole() {
    #expect(Corpus.pngSuite.count == 175)
    #expect(Corpus.pngSuite.count { $0.lastPathComponent.hasPrefix("x") } == 14)
  }

  @Test(arguments: Corpus.pngSuite.filter { !$0.lastPathComponent.hasPrefix("x") })
  func validGivesFiveRenditions(_ file: URL) throws {
    let data = file.bytes
    let image = try engine.pixelate(data)
    #expect(image.grids.count == 5)
    // Width, height and what the name says of the colour type, straight from the file.
    let number = { (at: Int) in data[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) } }
    #expect(image.width == number(16) && image.height == number(20))
    for grid in image.grids {
      let small = try engine.encode(grid, of: image, form: .grid)
      #expect(try engine.readGrid(small, size: grid.size) == grid)
      let mosaic = try engine.encode(grid, of: image)
      let inspection = try engine.inspect(mosaic, size: grid.size)
      #expect(inspection.width == image.width && inspection.height == image.height)
      #expect(inspection.format == .png && inspection.unevenCells == 0)
      if image.width >= grid.size.side, image.height >= grid.size.side {
        #expect(try engine.readGrid(mosaic, size: grid.size) == grid)
      }
    }
  }

  @Test(arguments: Corpus.pngSuite.filter { $0.lastPathComponent.hasPrefix("x") })
  func brokenIsRefusedForGood(_ file: URL) throws {
    let error = #expect(throws: PixelError.self) { try engine.pixelate(file.bytes) }
    switch error {
    case .notAnImage, .damaged(format: .png, detail: _): break
    default: Issue.record("\(file.lastPathComponent): \(String(describing: error))")
    }
  }

  /// The letters of a name give colour type and depth; with 32 x 32 pixels the grid of 32 is the picture itself.
  @Test(arguments: [
    ("basn0g01", ColorModel.grey), ("basi0g02", .grey), ("basn0g16", .grey), ("basn2c16", .rgb), ("basi2c08", .rgb),
    ("basn3p01", .rgb), ("basi3p08", .rgb), ("basn4a08", .greyAlpha), ("basi4a16", .greyAlpha), ("basn6a16", .rgba),
    ("tbbn0g04", .greyAlpha), ("tbrn2c08", .rgba), ("tbgn3p08", .rgba), ("tp0n3p08", .rgb), ("tm3n3p02", .rgba),
  ])
  func modelFollowsColorTypeAndTransparency(name: String, model: ColorModel) throws {
    let file = try #require(Corpus.pngSuite.first { $0.lastPathComponent == name + ".png" })
    #expect(try engine.pixelate(file.bytes, sizes: [.x8]).model == model)
  }

  @Test(arguments: [
    "0g01", "0g02", "0g04", "0g08", "0g16", "2c08", "2c16", "3p01", "3p02", "3p04", "3p08", "4a08", "4a16", "6a08",
    "6a16",
  ])
  func interlacedEqualsNot(kind: String) throws {
    let files = ["basn", "basi"].compactMap { start in
      Corpus.pngSuite.first { $0.lastPathComponent == "\(start)\(kind).png" }
    }
    #expect(files.count == 2)
    #expect(try engine.pixelate(files[0].bytes).grids == engine.pixelate(files[1].bytes).grids)
  }

  @Test func transparentColourIsClear() throws {
    // tbbn0g04 and its kin: 32 x 32, the corners in the transparent colour.
    for name in ["tbbn0g04", "tbwn0g16", "tbbn2c16", "tbrn2c08", "tbbn3p08"] {
      let file = try #require(Corpus.pngSuite.first { $0.lastPathComponent == name + ".png" })
      let grid = try engine.pixelate(file.bytes, sizes: [.x32]).grids[0]
      #expect(grid.color(column: 0, row: 0).alpha == 0, "\(name)")
      #expect(grid.color(column: 16, row: 16).alpha == 255, "\(name)")
    }
  }
}
