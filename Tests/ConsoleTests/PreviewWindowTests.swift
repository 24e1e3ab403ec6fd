import Pipeline
import PixelEngine
import Testing

@testable import Console

/// The zoomed preview's parts, and the difference between what is stored and what would be made now.
@Suite struct PreviewWindowTests {
  private func zoomed(columns: Int = 80, rows: Int = 24, size: GridSize = .x64) -> Driver {
    var driver = Driver(columns: columns, rows: rows)
    driver.list([Fixture.row("cat.png", renditions: Fixture.complete)])
    driver.type(":size \(size.side)")
    driver.press(.enter, .character("z"))
    ScreenTests.showPictures(&driver)
    return driver
  }

  private func text(_ driver: Driver) -> String { driver.screen().plainLines.joined(separator: "\n") }

  @Test func aPictureThatDoesNotFitIsWalkedOver() {
    var driver = zoomed()
    #expect(text(driver).contains("64×64 · 1:2"))
    #expect(driver.state.unavailability(of: .panRight) != nil)
    driver.press(.character("+"))
    #expect(text(driver).contains("64×64 · 1:1"))
    let picture = Fixture.picture(64)
    func corner() -> RGBA? {
      let grid = driver.screen()
      guard let rect = grid.pictures.first, case .rgb(let red, let green, let blue) = upper(grid[rect.column, rect.row])
      else {
        return nil
      }
      return RGBA(red: red, green: green, blue: blue, alpha: 255)
    }
    for _ in 0..<9 { driver.press(.character("k")) }
    for _ in 0..<9 { driver.press(.character("h")) }
    #expect(corner() == picture[0, 0])
    for _ in 0..<9 { driver.press(.character("j")) }
    let shown = driver.screen().pictures.first?.rows ?? 0
    #expect(corner() == picture[0, 64 - 2 * shown], "the last rows are at the foot, and nothing beyond them")
    driver.press(.character("0"))
    #expect(driver.state.preview.window == nil && text(driver).contains("1:2"))
  }

  private func upper(_ cell: ScreenCell) -> Color {
    switch cell.text {
    case "▀": cell.style.foreground
    default: cell.style.background
    }
  }

  @Test func magnifyingGoesOnAndBack() {
    var driver = zoomed(size: .x8)
    let fitting = driver.state.preview.window
    for _ in 0..<30 { driver.press(.character("+")) }
    #expect(driver.state.preview.window?.scale == .enlarged(16))
    for _ in 0..<40 { driver.press(.character("-")) }
    #expect(driver.state.preview.window?.scale == .reduced(8))
    driver.press(.character("0"))
    #expect(driver.state.preview.window == fitting)
    driver.press(.character("+"), .escape)
    #expect(!driver.state.isZoomed)
    driver.press(.character("z"))
    #expect(driver.state.preview.window == nil, "it begins with all of it")
  }

  @Test(arguments: [(80, 24), (120, 40), (40, 12)]) func differences(_ size: (Int, Int)) {
    var driver = Driver(columns: size.0, rows: size.1)
    driver.list([Fixture.row("cat.png", renditions: Fixture.complete)])
    driver.press(.character("z"), .character("="))
    #expect(driver.state.preview.wanted.map(\.subject) == [.rendition(.x32), .recomputed(.x32)])
    ScreenTests.showPictures(&driver)
    #expect(text(driver).contains("made now: the same") || size.0 < 80)
    // Another picture for what would be made now: one cell differs.
    var changed = Fixture.picture(32)
    changed = Raster(
      width: 32, height: 32,
      pixels: changed.pixels.enumerated().map { i, pixel in
        i == 33 ? RGBA(red: pixel.red ^ 0x40, green: pixel.green, blue: pixel.blue, alpha: 255) : pixel
      })
    for id in driver.state.preview.wanted where id.subject == .recomputed(.x32) {
      driver.send(
        .previewed(PreviewAnswer(id: id, result: .success(PreviewPicture(raster: changed, isStored: false)))))
    }
    #expect(text(driver).contains("made now: 1 of 1,024 cells differ, by 64") || size.0 < 120)
  }

  @Test func aDifferenceCountsCellsAndShowsThem() throws {
    let old = Fixture.picture(8)
    let new = Raster(
      width: 8, height: 8,
      pixels: old.pixels.enumerated().map { i, pixel in
        switch i {
        case 3: RGBA(red: pixel.red, green: pixel.green, blue: pixel.blue &+ 10, alpha: 255)
        case 9: RGBA(red: 0, green: 0, blue: 0, alpha: 0)
        default: pixel
        }
      })
    let difference = try #require(RasterDifference(old, new, depth: .truecolor))
    #expect(difference.changed == 2 && difference.total == 64 && difference.greatest == 255)
    #expect(difference.map.pixels[3] == new.pixels[3])
    #expect(difference.map.pixels[9] == RGBA(red: 255, green: 0, blue: 255, alpha: 255))
    let faint = difference.map.pixels[40]
    #expect(faint.red == faint.green && faint.green == faint.blue && faint.red < 80)
    let mono = try #require(RasterDifference(old, new, depth: .mono))
    #expect(Set(mono.map.pixels.map(\.red)) == [0, 255])
    #expect(RasterDifference(old, Fixture.picture(16), depth: .truecolor) == nil)
    #expect(RasterDifference(old, old, depth: .truecolor)?.changed == 0)
  }
}
