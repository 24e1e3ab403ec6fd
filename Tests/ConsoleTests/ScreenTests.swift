import ObjectStore
import Pipeline
import PixelEngine
import Testing

@testable import Console

@Suite("Whole screens")
struct ScreenTests {
  static let sizes = [(40, 12), (80, 24), (120, 40)]

  /// A console with one of everything, and pictures where it has asked for them.
  static func driver(_ size: (Int, Int), capabilities: Capabilities = Capabilities()) -> Driver {
    var driver = Driver(columns: size.0, rows: size.1, capabilities: capabilities)
    driver.list(Fixture.rows, orphans: 2)
    return driver
  }

  static func showPictures(_ driver: inout Driver, stored: Bool = true) {
    for id in driver.state.preview.wanted {
      let raster =
        switch id.subject {
        case .rendition(let size), .recomputed(let size), .version(_, let size): Fixture.picture(size.side)
        case .original: Fixture.picture(96, 64)
        }
      driver.send(.previewed(PreviewAnswer(id: id, result: .success(PreviewPicture(raster: raster, isStored: stored)))))
    }
  }

  static func name(_ text: String, _ size: (Int, Int)) -> String { "\(text)-\(size.0)x\(size.1)" }

  @Test(arguments: sizes) func objects(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.press(.down, .down, .down)
    driver.press(.character(" "))
    driver.press(.up)
    Self.showPictures(&driver)
    try GoldenScreen.expect(driver.screen(), Self.name("objects", size))
  }

  @Test(arguments: sizes) func failed(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.press(.character("2"))
    try GoldenScreen.expect(driver.screen(), Self.name("failed", size))
  }

  @Test(arguments: sizes) func jobs(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    let keys = driver.state.table.order.map { driver.state.table.key($0) }
    driver.send(.jobs(keys.map { .queued($0) }))
    driver.send(.jobs([.started(keys[0]), .started(keys[1])]))
    driver.time += 2
    driver.send(.jobs([.finished(keys[0], .written(renditions: 5), milliseconds: 85), .started(keys[2])]))
    driver.time += 1
    let failure = Failure(code: .damaged, message: "The picture's data is corrupt.", stage: .decode)
    driver.send(.jobs([.finished(keys[1], .failed(failure), milliseconds: 1240), .started(keys[3])]))
    driver.press(.character("3"))
    try GoldenScreen.expect(driver.screen(), Self.name("jobs", size))
  }

  @Test(arguments: sizes) func log(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.send(.jobs([.queued(Fixture.key("new.png")), .started(Fixture.key("new.png"))]))
    driver.time += 3
    driver.send(.jobs([.finished(Fixture.key("new.png"), .written(renditions: 5), milliseconds: 2900)]))
    driver.time += 20
    driver.send(.tick)
    driver.press(.character("5"))
    try GoldenScreen.expect(driver.screen(), Self.name("log", size))
  }

  @Test(arguments: sizes) func details(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    for _ in 0..<8 { driver.press(.down) }
    driver.press(.enter)
    try GoldenScreen.expect(driver.screen(), Self.name("details", size))
  }

  @Test(arguments: sizes) func help(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.press(.character("?"))
    try GoldenScreen.expect(driver.screen(), Self.name("help", size))
  }

  @Test(arguments: sizes) func plan(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.press(.character("a"), .character("r"))
    try GoldenScreen.expect(driver.screen(), Self.name("plan", size))
  }

  @Test(arguments: sizes) func filter(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.press(.character("/"))
    driver.type("n state:")
    driver.type("p")
    try GoldenScreen.expect(driver.screen(), Self.name("filter", size))
  }

  @Test(arguments: sizes) func command(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.press(.character(":"))
    driver.type("re")
    try GoldenScreen.expect(driver.screen(), Self.name("command", size))
  }

  @Test(arguments: sizes) func themes(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.press(.character("t"), .down)
    try GoldenScreen.expect(driver.screen(), Self.name("themes", size))
  }

  @Test(arguments: sizes) func empty(_ size: (Int, Int)) throws {
    var driver = Driver(columns: size.0, rows: size.1)
    driver.list([])
    try GoldenScreen.expect(driver.screen(), Self.name("empty", size))
  }

  @Test(arguments: sizes) func listing(_ size: (Int, Int)) throws {
    var driver = Driver(columns: size.0, rows: size.1, isReadOnly: true, isDemo: true)
    driver.send(.started)
    driver.send(
      .listed(
        ListedRows(rows: (0..<1000).map { Fixture.row("photo-\(1000 + $0).png", renditions: Fixture.complete) }),
        listing: 1))
    try GoldenScreen.expect(driver.screen(), Self.name("listing", size))
  }

  @Test(arguments: sizes) func listingError(_ size: (Int, Int)) throws {
    var driver = Driver(columns: size.0, rows: size.1)
    driver.send(.started)
    driver.send(.listingEnded(StoreError(operation: .list, key: "", reason: .noSuchBucket), listing: 1))
    try GoldenScreen.expect(driver.screen(), Self.name("error", size))
  }

  @Test(arguments: sizes) func zoomedPreview(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.press(.down, .character("z"))
    Self.showPictures(&driver)
    try GoldenScreen.expect(driver.screen(), Self.name("zoom", size))
  }

  @Test(arguments: sizes + [(160, 50)]) func contactSheet(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.press(.down, .character("z"), .character("c"))
    Self.showPictures(&driver, stored: false)
    try GoldenScreen.expect(driver.screen(), Self.name("sheet", size))
  }

  @Test func withoutUnicodeOrColour() throws {
    var driver = Self.driver((80, 24), capabilities: Capabilities(depth: .mono, unicode: false, mouse: false))
    Self.showPictures(&driver)
    let screen = driver.screen()
    #expect(screen.cells.allSatisfy { $0.text.utf8.allSatisfy { $0 < 0x80 } })
    try GoldenScreen.expect(screen, "ascii-80x24")
  }

  @Test(arguments: [(20, 5), (24, 7), (33, 40), (60, 60), (200, 60)]) func unusualSizes(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    Self.showPictures(&driver)
    try GoldenScreen.expect(driver.screen(), Self.name("objects", size))
  }

  @Test func tooSmall() {
    let driver = Self.driver((19, 4))
    #expect((0..<9).map { driver.screen()[$0, 0].text }.joined() == "too small")
  }
}
