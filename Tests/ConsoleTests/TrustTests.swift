import Foundation
import ObjectStore
import Pipeline
import PixelEngine
import Testing

@testable import Console

/// What keeps a person from harm: questions, proofs, verification, badges.
@Suite struct TrustTests {
  private func text(_ driver: Driver) -> String { driver.screen().plainLines.joined(separator: "\n") }

  private func orphans(_ count: Int) -> ListedRows {
    var batch = ListedRows(rows: Fixture.rows, orphans: count)
    batch.orphanBytes = Int64(count) * 1000
    batch.firstOrphans = (0..<min(count, ListingState.keptOrphans)).map {
      Orphan(source: Fixture.key("gone-\($0).png"), size: .x8, bytes: 1000)
    }
    return batch
  }

  private func driver(orphans count: Int, isReadOnly: Bool = false) -> Driver {
    var driver = Driver(columns: 100, rows: 30, isReadOnly: isReadOnly)
    driver.send(.started)
    driver.send(.listed(orphans(count), listing: 1))
    driver.send(.listingEnded(nil, listing: 1))
    return driver
  }

  // MARK: - Orphans

  @Test func orphansAreShownAndGoOnlyWhenAsked() {
    var driver = driver(orphans: 5)
    driver.press(.character("O"))
    #expect(text(driver).contains("5 renditions without a source, 5.0 kB"))
    #expect(text(driver).contains("pixelated-8x8-gone-4.png"))
    driver.press(.character("D"))
    #expect(text(driver).contains("This cannot be undone"))
    #expect(driver.press(.enter) == [])
    #expect(driver.state.dialog == nil, "Enter is No")
    driver.press(.character("O"), .character("D"))
    #expect(driver.press(.character("y")) == ["transfer 1 remove orphans"])
  }

  @Test func manyHaveToBeTyped() {
    var driver = driver(orphans: 250)
    driver.press(.character("O"), .character("D"))
    #expect(text(driver).contains("Type 250 to delete"))
    driver.press(.character("y"))
    #expect(driver.press(.enter) == [])
    #expect(text(driver).contains("250 is what deletes them"))
    driver.press(.backspace)
    driver.type("250")
    #expect(driver.press(.enter) == ["transfer 1 remove orphans"])
  }

  @Test func enterOnNothingTypedIsNo() {
    var driver = driver(orphans: 250)
    driver.press(.character("O"), .character("D"), .enter)
    #expect(driver.state.dialog == nil)
    #expect(!driver.effects.contains { if case .transfer = $0 { true } else { false } })
  }

  @Test func aNewListingCountsAnew() {
    var driver = driver(orphans: 5)
    driver.press(.character("R"))
    #expect(driver.state.listing.orphans == 5, "they do not vanish meanwhile")
    driver.send(.listed(orphans(2), listing: 2))
    driver.send(.listed(orphans(1), listing: 2))
    #expect(driver.state.listing.orphans == 3 && driver.state.listing.firstOrphans.count == 3)
  }

  @Test func readOnlyOrphansStay() {
    var driver = driver(orphans: 5, isReadOnly: true)
    driver.press(.character("O"), .character("D"))
    #expect(driver.state.message?.text == "Read-only: nothing is deleted here")
    #expect(!text(driver).contains("delete all"))
  }

  @Test(arguments: ScreenTests.sizes) func orphansScreen(_ size: (Int, Int)) throws {
    var driver = Driver(columns: size.0, rows: size.1)
    driver.send(.started)
    driver.send(.listed(orphans(30), listing: 1))
    driver.send(.listingEnded(nil, listing: 1))
    driver.press(.character("O"), .down)
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("orphans", size))
  }

  // MARK: - Production

  @Test func productionIsSaidAndTypedFor() {
    var setup = ConsoleSetup(
      source: "s3://shop-prod-in/", destination: "s3://shop-prod-out/", isProduction: true, account: "me@eu-central-1")
    setup.themes = ThemeLibrary()
    var state = ConsoleState(setup: setup, size: ScreenSize(columns: 120, rows: 30))
    _ = update(&state, ConsoleEvent(.started, at: Fixture.now))
    _ = update(&state, ConsoleEvent(.listed(ListedRows(rows: Fixture.rows), listing: 1), at: Fixture.now))
    let screen = render(state, theme: Theme.standard.resolved(for: Capabilities()), size: state.size)
    let header = screen.plainLines[0]
    #expect(header.contains(" production ") && header.contains("me@eu-central-1"))
    let column = (0..<120).first { screen[$0, 0].slot == .badgeProduction }
    #expect(column != nil)
    _ = update(&state, ConsoleEvent(.input(.key(.character("D"))), at: Fixture.now))
    #expect(state.scope == .form, "five renditions have to be typed, too")
  }

  // MARK: - Proof

  @Test func doneIsSaidWhenItWasSeen() {
    var driver = Driver(columns: 100, rows: 30)
    driver.list(Fixture.rows)
    let key = Fixture.key("new.png")
    driver.send(.jobs([.queued(key), .started(key)]))
    driver.send(.jobs([.finished(key, .written(renditions: 5), milliseconds: 12)]))
    #expect(driver.state.message == nil, "nobody has seen them yet")
    driver.send(.read([RowReading(key: key, result: .success(Fixture.row("new.png", renditions: Fixture.complete)))]))
    #expect(driver.state.message?.kind == .success)
    #expect(driver.state.message?.text.hasSuffix("1 written, 0 failed, 5 renditions seen to stand") == true)
  }

  @Test func quittingRightAfterGoingAheadAsks() {
    var driver = Driver(columns: 100, rows: 30)
    driver.list([Fixture.row("new.png")])
    #expect(driver.press(.character("r"), .enter) == ["submit new.png"])
    #expect(driver.press(.character("q")) == [])
    #expect(driver.state.scope == .quit)
  }

  @Test func whatWasWrittenAndIsNotThereIsSaid() {
    var driver = Driver(columns: 100, rows: 30)
    driver.list(Fixture.rows)
    let key = Fixture.key("new.png")
    driver.send(.jobs([.queued(key), .started(key), .finished(key, .written(renditions: 5), milliseconds: 1)]))
    let half = Fixture.row("new.png", renditions: Fixture.renditions([.x8: .present]))
    driver.send(.read([RowReading(key: key, result: .success(half))]))
    #expect(driver.state.message?.kind == .warning)
    #expect(driver.state.message?.text.contains("1 not seen complete") == true)
  }

  // MARK: - Verification

  @Test func whatVerifyingFindsStaysUntilItIsWrittenAnew() throws {
    var driver = Driver(columns: 100, rows: 30)
    driver.list(Fixture.rows)
    let key = Fixture.key("2025/summer/beach.jpg")
    #expect(driver.press(.character("C")) == ["transfer 1 verify 1"])
    var report = TransferReport(id: 1)
    report.failed = 1
    report.verdicts = [
      ObjectVerdict(
        key: key,
        result: .success([
          VerifyResult(key: key, size: .x8, fault: nil), VerifyResult(key: key, size: .x48, fault: .notFlat(cells: 3)),
        ]))
    ]
    driver.send(.transfer(report))
    let id = try #require(driver.state.table.id(of: key))
    #expect(driver.state.table[id].isFaulty(.x48) && !driver.state.table[id].isFaulty(.x8))
    #expect(driver.state.log.entries.last?.text.contains("not-flat") == true)
    #expect(text(driver).contains("×"))
    driver.press(.character("/"))
    driver.type("faulty:48")
    driver.press(.enter)
    #expect(driver.state.objects.count(in: driver.state.table) == 1)
    #expect(driver.audited.isEmpty, "nothing was written")
    let fresh = Fixture.row("2025/summer/beach.jpg", size: 2_481_022, age: 10, renditions: Fixture.complete)
    driver.send(.read([RowReading(key: key, result: .success(fresh))]))
    #expect(!driver.state.table[id].isFaulty(.x48))
  }

  // MARK: - The page of an object

  @Test func thePageTellsWhatTheRenditionsSay() throws {
    var driver = Driver(columns: 120, rows: 40)
    driver.list(Fixture.rows)
    let key = Fixture.key("cat.png")
    let index = try #require(driver.state.table.order.firstIndex { driver.state.table.keyText($0) == "cat.png" })
    for _ in 0..<index { driver.press(.down) }
    #expect(driver.press(.enter) == ["describe cat.png", "inspect cat.png"])
    let row = driver.state.table.row(try #require(driver.state.table.id(of: key)))
    driver.send(
      .inspected(
        key,
        .success([
          StoredRendition(
            size: .x8, bytes: 2100, lastModified: row.lastModified.addingTimeInterval(3), sourceETag: row.etag,
            engine: "2"),
          StoredRendition(
            size: .x16, bytes: 2200, lastModified: row.lastModified.addingTimeInterval(3), sourceETag: "other",
            engine: nil),
        ])))
    #expect(text(driver).contains("2.1 kB, engine 2, 3.0 s after"))
    #expect(text(driver).contains("2.2 kB, of another version"))
    #expect(text(driver).contains("Timeline"))
    #expect(text(driver).contains("written: 8 16"))
    #expect(driver.send(.tick) == [], "it is asked once")
  }
}

/// What the header tells of the backlog.
@Suite struct BacklogTests {
  @Test func theOldestThatWaitsIsFollowed() {
    var driver = Driver(columns: 140, rows: 30)
    driver.list([
      Fixture.row("a.png", age: 86_400 * 3), Fixture.row("b.png", age: 7200),
      Fixture.row("c.png", age: 86_400 * 9, renditions: Fixture.complete),
      Fixture.row("d.png", age: 86_400 * 8, failure: .damaged), Fixture.row("e.txt", age: 86_400 * 7),
    ])
    #expect(driver.state.table.oldestWaiting == Fixture.now - 86_400 * 3)
    #expect(driver.screen().plainLines[1].contains("oldest waits 3d"))
    let done = Fixture.row("a.png", age: 86_400 * 3, renditions: Fixture.complete)
    driver.send(.read([RowReading(key: Fixture.key("a.png"), result: .success(done))]))
    #expect(driver.state.table.oldestWaiting == Fixture.now - 7200)
    driver.send(.read([RowReading(key: Fixture.key("b.png"), result: .success(nil))]))
    #expect(driver.state.table.oldestWaiting == nil)
    #expect(!driver.screen().plainLines[1].contains("waits"))
    driver.send(.read([RowReading(key: Fixture.key("f.png"), result: .success(Fixture.row("f.png", age: 60)))]))
    #expect(driver.state.table.oldestWaiting == Fixture.now - 60)
  }

  @Test func thePaceIsOfWholeSeconds() {
    var board = JobBoard()
    for (second, count) in [(1, 3), (2, 0), (3, 5), (4, 9)] {
      for i in 0..<count {
        let key = Fixture.key("\(second)-\(i).png")
        board.apply([.finished(key, .written(renditions: 5), milliseconds: 1)], at: 1000 + Double(second) + 0.5)
      }
    }
    #expect(board.pace(at: 1004.9, seconds: 4) == [0, 3, 0, 5])
    #expect(board.pace(at: 1005, seconds: 4) == [3, 0, 5, 9])
    #expect(board.pace(at: 1100, seconds: 4) == [0, 0, 0, 0])
  }
}
