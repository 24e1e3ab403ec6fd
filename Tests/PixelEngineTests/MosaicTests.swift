import Foundation
import Testing

@testable import PixelEngine

@Suite("Mosaics")
struct MosaicTests {
  private let engine = PixelEngine()

  @Test(arguments: [1, 7, 8, 47, 64, 65, 1000, 4000, 5472, 65_500])
  func mappingIsTheFormula(length: Int) {
    for size in GridSize.allCases {
      let bounds = Mosaic.bounds(length: length, cells: size.side)
      #expect(bounds.first == 0 && bounds.last == length)
      let cells = (0..<length).map { (2 * $0 + 1) * size.side / (2 * length) }
      for cell in 0..<size.side {
        #expect(cells[bounds[cell]..<bounds[cell + 1]].allSatisfy { $0 == cell })
      }
    }
  }

  @Test(arguments: Reference.all.filter { $0.format == .png })
  func pngHasTheSourcesSizeAndTheGridsCells(_ reference: Reference) throws {
    let image = try engine.pixelate(reference.file)
    for grid in image.grids {
      let file = try engine.encode(grid, of: image)
      #expect(try engine.encode(grid, of: image) == file)
      let pixels = try engine.thumbnail(file, maxWidth: 1000, maxHeight: 1000)
      #expect(pixels.width == reference.width && pixels.height == reference.height)
      var wrong = 0
      for y in 0..<pixels.height {
        let row = (2 * y + 1) * grid.size.side / (2 * pixels.height)
        for x in 0..<pixels.width {
          let column = (2 * x + 1) * grid.size.side / (2 * pixels.width)
          if pixels[x, y] != grid.color(column: column, row: row) { wrong += 1 }
        }
      }
      #expect(wrong == 0, "\(grid.size)")
      #expect(try engine.inspect(file, size: grid.size).unevenCells == 0)
    }
  }

  @Test(arguments: Reference.all.filter { $0.format == .jpeg })
  func jpegKeepsModelAndSize(_ reference: Reference) throws {
    let image = try engine.pixelate(reference.file)
    for grid in image.grids {
      for form in RenditionForm.allCases {
        let file = try engine.encode(grid, of: image, form: form)
        let inspection = try engine.inspect(file, size: grid.size)
        #expect(inspection.format == .jpeg && inspection.form == form && inspection.unevenCells == 0)
        #expect(inspection.width == (form == .grid ? grid.size.side : reference.width))
        #expect(inspection.height == (form == .grid ? grid.size.side : reference.height))
        let back = try engine.readGrid(file, size: grid.size)
        #expect(back.model == reference.model)
      }
    }
  }

  /// Large enough for the spliced ways of writing; the cells of the last rows too.
  @Test(arguments: [
    (ColorModel.rgb, 700, 901), (.grey, 1024, 640), (.cmyk, 333, 517), (.rgb, 64, 65_500), (.rgb, 1000, 1024),
  ])
  func splicedJpegDecodesToItsCells(model: ColorModel, width: Int, height: Int) throws {
    // Neighbouring cells are alike, so that no ripple hides an error.
    let samples = (0..<(64 * model.channels)).map { UInt8(100 + $0 / model.channels) }
    let grid = Grid(size: .x8, model: model, samples: samples)
    let image = PixelatedImage(
      format: .jpeg, width: width, height: height, model: model, colorProfile: nil, grids: [grid])
    let file = try engine.encode(grid, of: image)
    let inspection = try engine.inspect(file, size: .x8)
    #expect(inspection.width == width && inspection.height == height && inspection.unevenCells == 0)
    let back = try engine.readGrid(file, size: .x8)
    #expect(largestDifference(back.samples, samples) <= 3)
  }

  @Test(arguments: [(ColorModel.rgb, 900, 700), (.grey, 1300, 1301), (.rgba, 300, 900), (.greyAlpha, 70_000, 9)])
  func splicedPngDecodesToItsCells(model: ColorModel, width: Int, height: Int) throws {
    var random = SeededNumbers(seed: UInt64(width))
    for size in [GridSize.x8, .x48] {
      let samples = (0..<(size.side * size.side * model.channels)).map { _ in UInt8.random(in: 1...255, using: &random)
      }
      let grid = Grid(size: size, model: model, samples: samples)
      let image = PixelatedImage(
        format: .png, width: width, height: height, model: model, colorProfile: nil, grids: [grid])
      let file = try engine.encode(grid, of: image)
      let inspection = try engine.inspect(file, size: size)
      #expect(
        inspection == RenditionInspection(format: .png, width: width, height: height, form: .mosaic, unevenCells: 0))
      if height >= size.side { #expect(try engine.readGrid(file, size: size) == grid) }
      // A mosaic says little, and takes little room for it.
      #expect(file.count < width * height * model.channels / 8)
    }
  }

  @Test func onlyTheProfileOfTheMetadataSurvives() throws {
    let profile = Self.profile(space: "RGB ", length: 3000)
    let secret = Array("GPS-AND-NAME".utf8)
    // PNG: its own text and profile chunks.
    let zipped = PNGFile.stored(profile)
    let png = PNGFile.picture(
      width: 9, height: 9, colorType: 2, samples: (0..<243).map { UInt8($0) },
      extra: [
        ("iCCP", Array("name".utf8) + [0, 0] + zipped), ("tEXt", Array("Author".utf8) + [0] + secret),
        ("eXIf", [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 0] + secret),
      ])
    // JPEG: segments put in after the first marker; the profile is cut in two.
    func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
      [0xFF, marker, UInt8((content.count + 2) >> 8), UInt8((content.count + 2) & 255)] + content
    }
    let source = Fixture.bytes("rgb.jpg")
    let icc = Array("ICC_PROFILE\0".utf8)
    var jpeg = Array(source.prefix(2))
    jpeg += segment(0xE1, Array("Exif\0\0".utf8) + secret)
    jpeg += segment(0xE1, Array("http://ns.adobe.com/xap/1.0/\0".utf8) + secret)
    jpeg += segment(0xE2, icc + [1, 2] + profile.prefix(1000))
    jpeg += segment(0xE2, icc + [2, 2] + profile.dropFirst(1000))
    jpeg += segment(0xED, secret) + segment(0xFE, secret) + source.dropFirst(2)
    for file in [png, jpeg] {
      #expect(Data(file).range(of: Data(secret)) != nil)
      let image = try engine.pixelate(file)
      #expect(image.colorProfile == profile)
      for form in RenditionForm.allCases {
        let written = try engine.encode(image.grids[1], of: image, form: form)
        #expect(Data(written).range(of: Data(secret)) == nil)
        #expect(Data(written).range(of: Data("Exif".utf8)) == nil && Data(written).range(of: Data("tEXt".utf8)) == nil)
        #expect(try engine.pixelate(written, sizes: [.x8]).colorProfile == profile)
      }
    }
    let plain = try engine.pixelate(source)
    #expect(plain.colorProfile == nil)
  }

  /// A profile of nothing but a header (ICC.1:2022, 7.2) and an empty tag table, as libpng accepts it.
  private static func profile(space: String, length: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: length)
    bytes.replaceSubrange(0..<4, with: PNGFile.bigEndian(length))
    bytes.replaceSubrange(8..<12, with: [4, 0, 0, 0])
    bytes.replaceSubrange(12..<16, with: Array("mntr".utf8))
    bytes.replaceSubrange(16..<20, with: Array(space.utf8))
    bytes.replaceSubrange(20..<24, with: Array("XYZ ".utf8))
    bytes.replaceSubrange(36..<40, with: Array("acsp".utf8))
    bytes.replaceSubrange(68..<80, with: [0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D])
    for i in 200..<length { bytes[i] = UInt8(truncatingIfNeeded: i &* 7) }
    return bytes
  }

  @Test(arguments: [1, 2, 3, 5, 9], RenditionForm.allCases) func lanesMakeNoDifference(lanes: Int, form: RenditionForm)
    throws
  {
    for name in ["rgb.jpg", "cmyk.jpg", "large.png", "grey-alpha.png"] {
      let image = try engine.pixelate(Fixture.bytes(name))
      let expected = try image.grids.map { try engine.encode($0, of: image, form: form) }
      #expect(try engine.encodeAll(of: image, form: form, lanes: lanes) == expected, "\(name)")
    }
    let some = try engine.pixelate(Fixture.bytes("rgb.jpg"), sizes: [.x16, .x48])
    #expect(try engine.encodeAll(of: some, form: form, lanes: lanes).count == 2)
    let none = PixelatedImage(format: .png, width: 1, height: 1, model: .grey, colorProfile: nil, grids: [])
    #expect(try engine.encodeAll(of: none, form: form, lanes: lanes) == [])
    let impossible = PixelatedImage(
      format: .png, width: 9, height: 9, model: .cmyk, colorProfile: nil,
      grids: GridSize.allCases.map {
        Grid(size: $0, model: .cmyk, samples: [UInt8](repeating: 1, count: $0.side * $0.side * 4))
      })
    #expect(throws: PixelError.encodingFailed(format: .png, detail: "PNG has no CMYK")) {
      try engine.encodeAll(of: impossible, form: form, lanes: lanes)
    }
  }

  @Test func whatAFormatCannotHoldIsAnError() throws {
    func image(_ format: ImageFormat, _ model: ColorModel, _ width: Int, _ height: Int) -> (PixelatedImage, Grid) {
      let grid = Grid(size: .x8, model: model, samples: Array(repeating: 9, count: 64 * model.channels))
      return (
        PixelatedImage(
          format: format, width: width, height: height, model: model, colorProfile: nil, grids: [grid]), grid
      )
    }
    let cases: [(ImageFormat, ColorModel, Int, Int)] = [
      (.jpeg, .rgb, 65_536, 10), (.jpeg, .rgb, 10, 65_536), (.jpeg, .rgba, 10, 10), (.jpeg, .greyAlpha, 10, 10),
      (.png, .cmyk, 10, 10), (.png, .grey, 1 << 31, 1),
    ]
    for (format, model, width, height) in cases {
      let (source, grid) = image(format, model, width, height)
      let error = #expect(throws: PixelError.self) { try engine.encode(grid, of: source) }
      guard case .encodingFailed(format: format, detail: _) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }
}
