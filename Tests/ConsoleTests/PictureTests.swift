import Foundation
import PixelEngine
import Testing

@testable import Console

@Suite("Pictures")
struct PictureTests {
  static func random(_ width: Int, _ height: Int, seed: UInt64, colors: Int = .max, alpha: Bool = false) -> Raster {
    var random = SplitMix(state: seed)
    let palette = (0..<min(colors, 4096)).map { _ in
      RGBA(
        red: .random(in: 0...255, using: &random), green: .random(in: 0...255, using: &random),
        blue: .random(in: 0...255, using: &random))
    }
    return Raster(
      width: width, height: height,
      pixels: (0..<width * height).map { _ in
        var pixel = palette.randomElement(using: &random) ?? RGBA(red: 0, green: 0, blue: 0)
        if alpha { pixel.alpha = Bool.random(using: &random) ? 255 : 0 }
        return pixel
      })
  }

  /// What a cell shows in its upper and lower half; nil is the terminal's ground.
  static func halves(_ cell: ScreenCell) -> (upper: Color?, lower: Color?) {
    func own(_ color: Color) -> Color? { color == .standard ? nil : color }
    switch cell.text {
    case " ": return (own(cell.style.background), own(cell.style.background))
    case "▀": return (own(cell.style.foreground), own(cell.style.background))
    case "▄": return (own(cell.style.background), own(cell.style.foreground))
    default: return (nil, nil)
    }
  }

  @Test(arguments: GridSize.allCases, [1, 2, 3]) func everyPixelIsExact(_ size: GridSize, _ zoom: Int) {
    for (seed, colors, alpha) in [(1, Int.max, false), (2, 12, false), (3, 1, false), (4, Int.max, true)] as [(UInt64, Int, Bool)] {
      let raster = Self.random(size.side, size.side, seed: seed, colors: colors, alpha: alpha)
      let cells = PictureCells(
        raster, maxColumns: size.side * zoom, maxRows: size.side * zoom / 2, capabilities: Capabilities())
      #expect(cells.columns == size.side * zoom && cells.rows == size.side * zoom / 2)
      #expect(cells.scale == .enlarged(zoom))
      var wrong = 0
      for y in 0..<size.side * zoom {
        for x in 0..<size.side * zoom {
          let halves = Self.halves(cells[x, y / 2])
          let pixel = raster[x / zoom, y / zoom]
          let wanted: Color? = pixel.alpha == 0 ? nil : .rgb(pixel.red, pixel.green, pixel.blue)
          if (y % 2 == 0 ? halves.upper : halves.lower) != wanted { wrong += 1 }
        }
      }
      #expect(wrong == 0)
    }
  }

  @Test func cellsAreCanonical() {
    let raster = Self.random(64, 64, seed: 5, colors: 4)
    let cells = PictureCells(raster, maxColumns: 64, maxRows: 32, capabilities: Capabilities())
    var pairs: Set<Style> = []
    for cell in cells.cells {
      #expect(cell.text == " " || cell.text == "▀" || cell.text == "▄")
      if cell.text != " " { pairs.insert(cell.style) }
    }
    // Four colours make six pairs, not twelve.
    #expect(pairs.count == 6)
  }

  @Test func theLastRowOfAnOddPictureHasOneHalf() {
    let cells = PictureCells(Self.random(3, 3, seed: 6), maxColumns: 3, maxRows: 2, capabilities: Capabilities())
    #expect(cells.rows == 2)
    #expect((0..<3).allSatisfy { cells[$0, 1].text == "▀" && cells[$0, 1].style.background == .standard })
  }

  @Test func transparency() {
    let clear = RGBA(red: 255, green: 0, blue: 0, alpha: 0)
    let half = RGBA(red: 200, green: 100, blue: 0, alpha: 128)
    let raster = Raster(width: 2, height: 2, pixels: [clear, half, clear, clear])
    let plain = PictureCells(raster, maxColumns: 2, maxRows: 1, capabilities: Capabilities())
    #expect(plain[0, 0] == ScreenCell(text: " "))
    #expect(plain[1, 0] == ScreenCell(text: "▀", style: Style(foreground: .rgb(200, 100, 0))))
    let checkered = PictureCells(raster, maxColumns: 2, maxRows: 1, capabilities: Capabilities(), ground: .checkerboard)
    #expect(Self.halves(checkered[0, 0]).upper == .rgb(0x66, 0x66, 0x66))
    #expect(Self.halves(checkered[0, 0]).lower == .rgb(0x99, 0x99, 0x99))
    #expect(Self.halves(checkered[1, 0]).upper == .rgb(177, 126, 76))
  }

  @Test func reductionIsAMeanInLinearLight() {
    let black = RGBA(red: 0, green: 0, blue: 0)
    let white = RGBA(red: 255, green: 255, blue: 255)
    let clear = RGBA(red: 255, green: 0, blue: 0, alpha: 0)
    let grey = Raster(width: 2, height: 2, pixels: [black, white, white, black]).reduced(by: 2)
    #expect(grey.pixels == [RGBA(red: 188, green: 188, blue: 188)])
    // What is transparent has no colour to give.
    #expect(Raster(width: 2, height: 1, pixels: [white, clear]).reduced(by: 2).pixels == [RGBA(red: 255, green: 255, blue: 255, alpha: 128)])
    let flat = Raster(width: 5, height: 3, pixels: Array(repeating: RGBA(red: 9, green: 99, blue: 199), count: 15)).reduced(by: 2)
    #expect(flat.width == 3 && flat.height == 2 && flat.pixels.allSatisfy { $0 == RGBA(red: 9, green: 99, blue: 199) })
  }

  @Test func scales() {
    func fit(_ side: Int, _ columns: Int, _ rows: Int) -> String {
      PictureScale.fitting(width: side, height: side, maxWidth: columns, maxHeight: rows * 2).label
    }
    #expect(fit(64, 64, 32) == "1:1" && fit(64, 63, 32) == "1:2" && fit(8, 64, 32) == "8:1" && fit(64, 10, 5) == "1:7")
  }

  @Test(arguments: [ColorDepth.palette256, .palette16, .palette8, .mono]) func onlyColoursThatAreThere(_ depth: ColorDepth) {
    let cells = PictureCells(Fixture.picture(64), maxColumns: 64, maxRows: 32, capabilities: Capabilities(depth: depth))
    for cell in cells.cells {
      for color in [cell.style.foreground, cell.style.background] where color != .standard {
        guard case .palette(let index) = color else {
          Issue.record("a colour of no palette")
          return
        }
        switch depth {
        case .palette256: #expect(index >= 16)
        case .palette16: #expect(index < 16)
        case .palette8: #expect(index < 8)
        default: Issue.record("a colour where there is none")
        }
      }
      #expect(cell.style.attributes.isEmpty)
    }
  }

  @Test func fewColoursAreNotDithered() {
    let raster = Self.random(32, 32, seed: 7, colors: 12)
    let cells = PictureCells(raster, maxColumns: 32, maxRows: 16, capabilities: Capabilities(depth: .palette256))
    var shown: [RGBA: Color] = [:]
    for y in 0..<32 {
      for x in 0..<32 {
        let halves = Self.halves(cells[x, y / 2])
        let color = (y % 2 == 0 ? halves.upper : halves.lower) ?? .standard
        #expect(shown[raster[x, y], default: color] == color)
        shown[raster[x, y]] = color
      }
    }
  }

  /// Dithered, the mean of a plain grey is right although no single cell is.
  @Test(arguments: [ColorDepth.palette256, .palette16, .palette8, .mono], [20, 60, 128, 188, 220] as [UInt8])
  func ditheringKeepsTheMean(_ depth: ColorDepth, _ level: UInt8) {
    let side = 48
    var pixels = (0..<side * side).map { _ in RGBA(red: level, green: level, blue: level) }
    // Enough colours to count as a photograph.
    for i in 0..<70 { pixels[i * 31] = RGBA(red: level, green: level, blue: UInt8(i)) }
    let colors = Quantiser.colors(pixels.map { RGB($0.red, $0.green, $0.blue) }, width: side, depth: depth)
    var mean = 0.0
    for color in colors {
      switch color {
      case .palette(let index)?: mean += LinearRGB(XtermPalette.colors[Int(index)]).luminance
      case nil: break
      default: mean += 1
      }
    }
    mean /= Double(colors.count)
    var wanted = 0.0
    for pixel in pixels { wanted += LinearRGB(RGB(pixel.red, pixel.green, pixel.blue)).luminance }
    wanted /= Double(colors.count)
    #expect(abs(mean - wanted) < 0.02, "\(mean) for \(wanted)")
  }

  /// Pairs 1, 7, 13 and 17 of the test data published with the formula (Sharma, Wu, Dalal 2005).
  static let differences: [(Lab, Lab, Double)] = [
    (Lab(l: 50, a: 2.6772, b: -79.7751), Lab(l: 50, a: 0, b: -82.7485), 2.0425),
    (Lab(l: 50, a: 0, b: 0), Lab(l: 50, a: -1, b: 2), 2.3669),
    (Lab(l: 50, a: -0.001, b: 2.49), Lab(l: 50, a: 0.0009, b: -2.49), 4.8045),
    (Lab(l: 50, a: 2.5, b: 0), Lab(l: 73, a: 25, b: -18), 27.1492),
    (Lab(l: 2.0776, a: 0.0795, b: -1.1350), Lab(l: 0.9033, a: -0.0636, b: -0.5514), 0.9082),
  ]

  @Test(arguments: differences) func ciede2000(_ a: Lab, _ b: Lab, _ difference: Double) {
    #expect(abs(a.difference(from: b) - difference) < 0.00005)
    #expect(abs(b.difference(from: a) - difference) < 0.00005)
  }

  @Test func paletteColoursAreTheirOwnNearest() {
    for index in [16, 21, 46, 100, 196, 231, 232, 240, 255] {
      #expect(XtermPalette.colors[Int(XtermPalette.nearest(to: XtermPalette.colors[index], in: 16..<256))] == XtermPalette.colors[index])
    }
  }

  // MARK: - Without half blocks

  @Test func colourWithoutUnicode() {
    let raster = Self.random(8, 8, seed: 8)
    let exact = PictureCells(raster, maxColumns: 16, maxRows: 8, capabilities: Capabilities(unicode: false))
    #expect(exact.columns == 16 && exact.rows == 8)
    for y in 0..<8 { for x in 0..<16 {
      let pixel = raster[x / 2, y]
      #expect(exact[x, y] == ScreenCell(text: " ", style: Style(background: .rgb(pixel.red, pixel.green, pixel.blue))))
    } }
    let tight = PictureCells(raster, maxColumns: 8, maxRows: 4, capabilities: Capabilities(unicode: false))
    #expect(tight.columns == 8 && tight.rows == 4 && tight.cells.allSatisfy { $0.text == " " })
  }

  @Test func rampWithoutUnicodeOrColour() {
    let greys: [UInt8] = (0...15).map { $0 * 17 }
    let pixels = greys.map { grey in RGBA(red: grey, green: grey, blue: grey) }
    let raster = Raster(width: 16, height: 1, pixels: pixels)
    let cells = PictureCells(raster, maxColumns: 16, maxRows: 1, capabilities: Capabilities(depth: .mono, unicode: false))
    let line = cells.cells.map(\.text).joined()
    #expect(line.first == " " && line.last == "@")
    let ramp = Array(" .:-=+*#%@")
    let levels: [Int] = line.compactMap { (letter: Character) -> Int? in ramp.firstIndex(of: letter) }
    #expect(levels == levels.sorted())
    #expect(levels.count == 16)
  }

  // MARK: - As text

  /// Reads SGR back as a terminal would.
  static func read(_ lines: [String]) -> [[ScreenCell]] {
    lines.map { line in
      var cells: [ScreenCell] = []
      var style = Style()
      var rest = Substring(line)
      while let character = rest.first {
        guard character == "\u{1B}" else {
          cells.append(ScreenCell(text: String(character), style: style))
          rest.removeFirst()
          continue
        }
        let end = rest.firstIndex(of: "m") ?? rest.endIndex
        var codes = rest[..<end].dropFirst(2).split(separator: ";").compactMap { Int($0) }[...]
        rest = rest[end...].dropFirst()
        while let code = codes.popFirst() {
          func color() -> Color {
            let kind = codes.popFirst()
            if kind == 5 { return .palette(UInt8(codes.popFirst() ?? 0)) }
            return .rgb(UInt8(codes.popFirst() ?? 0), UInt8(codes.popFirst() ?? 0), UInt8(codes.popFirst() ?? 0))
          }
          switch code {
          case 0: style = Style()
          case 30...37: style.foreground = .palette(UInt8(code - 30))
          case 38: style.foreground = color()
          case 39: style.foreground = .standard
          case 40...47: style.background = .palette(UInt8(code - 40))
          case 48: style.background = color()
          case 49: style.background = .standard
          case 90...97: style.foreground = .palette(UInt8(code - 82))
          case 100...107: style.background = .palette(UInt8(code - 92))
          default: Issue.record("an unknown code: \(code)")
          }
        }
      }
      #expect(style == Style(), "colours end with the line")
      return cells
    }
  }

  @Test(arguments: GridSize.allCases, [ColorDepth.truecolor, .palette256, .palette16, .palette8]) func textIsExact(_ size: GridSize, _ depth: ColorDepth) {
    for alpha in [false, true] {
      let raster = Self.random(size.side, size.side, seed: 9, alpha: alpha)
      let capabilities = Capabilities(depth: depth)
      let wanted = PictureCells(raster, maxColumns: size.side, maxRows: size.side / 2, capabilities: capabilities)
      let lines = Self.read(ansiLines(raster, capabilities: capabilities))
      #expect(lines.count == wanted.rows)
      for (y, line) in lines.enumerated() {
        for x in 0..<wanted.columns {
          // What is left out at the end of a line is the terminal's ground.
          let cell = x < line.count ? line[x] : ScreenCell(text: " ")
          let (a, b) = (Self.halves(cell), Self.halves(wanted[x, y]))
          #expect(a.upper == b.upper && a.lower == b.lower)
        }
      }
    }
  }

  @Test func textSaysOnlyWhatChanges() {
    let red = RGBA(red: 255, green: 0, blue: 0)
    let flat = Raster(width: 8, height: 8, pixels: Array(repeating: red, count: 64))
    let lines = ansiLines(flat, capabilities: Capabilities())
    #expect(lines == Array(repeating: "\u{1B}[48;2;255;0;0m        \u{1B}[0m", count: 4))
    let clear = Raster(width: 4, height: 2, pixels: Array(repeating: RGBA(red: 0, green: 0, blue: 0, alpha: 0), count: 8))
    #expect(ansiLines(clear, capabilities: Capabilities()) == [""])
    #expect(ansiLines(flat, capabilities: Capabilities(depth: .mono)).allSatisfy { !$0.contains("\u{1B}") })
    #expect(ansiLines(flat, capabilities: Capabilities(), maxColumns: 4, maxRows: 2).count == 2)
  }
}
