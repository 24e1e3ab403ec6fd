import Foundation
import ObjectStore
import Pipeline
import PixelEngine
import Testing

@testable import Console

/// Every view and every dialog on a terminal that has neither colours nor characters beyond ASCII.
@Suite("Screens without colour")
struct PlainScreenTests {
  static let plain = Capabilities(depth: .mono, unicode: false, mouse: false)

  /// A name, and what a person did to see it.
  struct Scene: Sendable, CustomTestStringConvertible {
    var name: String
    var open: @Sendable ((Int, Int)) -> Driver

    init(_ name: String, _ open: @escaping @Sendable ((Int, Int)) -> Driver) {
      self.name = name
      self.open = open
    }

    var testDescription: String { name }
  }

  /// A console with one of everything, all that stores offer, and these keys pressed.
  private static func pressed(_ keys: Key..., rows: [StatusRow] = Fixture.rows) -> @Sendable ((Int, Int)) -> Driver {
    { size in
      var driver = Driver(columns: size.0, rows: size.1, capabilities: plain, offers: DialogTests.all)
      driver.list(rows, orphans: 2)
      for key in keys { driver.press(key) }
      ScreenTests.showPictures(&driver)
      return driver
    }
  }

  /// The same, and then something else.
  private static func pressed(
    _ keys: Key..., then more: @escaping @Sendable (inout Driver) -> Void
  ) -> @Sendable ((Int, Int)) -> Driver {
    { size in
      var driver = Driver(columns: size.0, rows: size.1, capabilities: plain, offers: DialogTests.all)
      driver.list(Fixture.rows, orphans: 2)
      for key in keys { driver.press(key) }
      more(&driver)
      return driver
    }
  }

  private static func letters(_ keys: Key...) -> @Sendable ((Int, Int)) -> Driver {
    { size in
      var driver = Driver(letters: Letters.all, size: size, depth: Letters.depth, capabilities: plain)
      for key in keys { driver.press(key) }
      return driver
    }
  }

  static let scenes: [Scene] = [
    Scene("objects", pressed(.down, .down, .character(" "), then: runSome)),
    Scene("failed", pressed(.character("2"))),
    Scene("jobs", pressed(.character("3"), then: runSome)),
    Scene("log", pressed(.character("5"), then: runSome)),
    Scene("details", pressed(.end, .up, .enter)),
    Scene("zoom", pressed(.character("z"))),
    Scene("sheet", pressed(.character("z"), .character("c"))),
    Scene("empty", pressed(rows: [])),
    Scene("help", pressed(.character("?"))),
    Scene("plan", pressed(.character("a"), .character("r"))),
    Scene("themes", pressed(.character("t"), .down)),
    Scene("copy", pressed(.character("y"), .down)),
    Scene("delete", pressed(.character("D"))),
    Scene("export", pressed(.character("E"))),
    Scene(
      "undo",
      pressed(
        .character("D"), .character("y"),
        then: { driver in
          VersionTests.deleted(&driver)
          driver.press(.character("B"))
        })),
    Scene(
      "restore",
      pressed(then: { driver in
        VersionTests.open(&driver)
        driver.press(.down, .character("r"))
      })),
    Scene("orphans", pressed(.character("O"))),
    Scene("difference", pressed(.character("z"), .character("="))),
    Scene(
      "quit",
      pressed(then: { driver in
        runSome(&driver)
        driver.press(.character("q"))
      })),
    Scene("filter", pressed(.character("/"), then: { $0.type("n state:p") })),
    Scene("command", pressed(.character(":"), then: { $0.type("re") })),
    Scene(
      "versions",
      pressed(.character("V"), then: { $0.send(.versions(.success(DialogTests.versions), generation: 1)) })),
    Scene(
      "download",
      pressed(
        .character("a"), .character("d"),
        then: { $0.send(.downloadChecked(DialogTests.check(existing: 3), generation: 1)) })),
    Scene(
      "replace",
      pressed(
        .character("u"),
        then: { driver in
          driver.type("beach.jpg")
          driver.press(.enter)
          let existing = ObjectSummary(
            key: Fixture.key("2025/summer/beach.jpg"), size: 48_213,
            lastModified: Date(timeIntervalSince1970: Fixture.now - 7200), etag: "e")
          driver.send(.uploadChecked(.success(UploadCheck(size: 9, kind: .unknown, existing: existing)), generation: 1))
        })),
    Scene("upload", pressed(.character("u"), then: { $0.type("~/Pictures/dog.png") })),
    Scene(
      "error",
      pressed(
        .character("R"),
        then: {
          $0.send(
            .listingEnded(
              StoreError(operation: .list, key: "", reason: .noSuchBucket), listing: $0.state.listing.number))
        })),
    Scene("records", letters(.down, .character(" "))),
    Scene("letter", letters(.end, .enter)),
    Scene("redrive", letters(.character("a"), .character("r"))),
  ]

  /// One runs, one waits, one is done.
  @Sendable private static func runSome(_ driver: inout Driver) {
    let keys = ["new.png", "slow.jpg", "half.png"].map(Fixture.key)
    driver.send(.jobs(keys.map { .queued($0) } + [.started(keys[0]), .started(keys[2])]))
    driver.time += 2
    driver.send(.jobs([.finished(keys[2], .written(renditions: 5), milliseconds: 900)]))
  }

  @Test("Nothing is coloured, nothing is beyond ASCII", arguments: scenes)
  func scene(_ scene: Scene) throws {
    let screen = scene.open((80, 24)).screen()
    for row in 0..<screen.size.rows {
      for column in 0..<screen.size.columns {
        let cell = screen[column, row]
        #expect(cell.style.foreground == .standard && cell.style.background == .standard, "at \(column),\(row)")
        #expect(cell.text.utf8.allSatisfy { $0 < 0x80 }, "\(cell.text) at \(column),\(row)")
      }
    }
    try GoldenScreen.expect(screen, "plain-\(scene.name)-80x24")
  }

  @Test("Every dialog and view of the console is among them")
  func allAreThere() {
    let scopes = Set(Self.scenes.map { $0.open((80, 24)).state.scope })
    #expect(Set(Scope.allCases).subtracting(scopes) == [])
  }

  /// What tells the states apart is the same with colours and without: a glyph of its own, and a word or its letter.
  @Test("States are told apart by glyph and word", arguments: [(80, 24), (120, 40)])
  func states(_ size: (Int, Int)) throws {
    var driver = Driver(columns: size.0, rows: size.1, capabilities: Self.plain)
    driver.list(Fixture.rows)
    Self.runSome(&driver)
    let lines = SessionTests.text(driver.screen()).split(separator: "\n")
    var seen: [String: String] = [:]
    for (key, word) in [
      ("cat.png", "complete"), ("new.png", "running"), ("slow.jpg", "queued"), ("evil", "pending"),
      ("noise.jpg", "failed"), ("notes.txt", "unsupported"), ("old.png", "stale"),
    ] {
      let line = try #require(lines.first { $0.contains(" \(key)") }, "\(key)")
      let look = try #require(StateLook.named(word))
      let shown = "\(look.glyph(unicode: false))\(size.0 < 100 ? look.letter : " " + word)"
      #expect(line.contains(shown), "\(key): \(line)")
      #expect(seen.updateValue(word, forKey: String(shown.prefix(1))) == nil, "\(shown)")
    }
  }

  @Test(arguments: ScreenTests.sizes) func quitScreen(_ size: (Int, Int)) throws {
    var driver = ScreenTests.driver(size)
    Self.runSome(&driver)
    driver.press(.character("q"))
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("quit", size))
  }
}
