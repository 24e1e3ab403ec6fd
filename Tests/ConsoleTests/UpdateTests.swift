import Foundation
import ObjectStore
import Pipeline
import PixelEngine
import Testing

@testable import Console

@Suite("What events do")
struct UpdateTests {
  static func listed() -> Driver {
    var driver = Driver(columns: 120, rows: 30)
    driver.list(Fixture.rows)
    return driver
  }

  // MARK: - Listing

  @Test func aListingBeginsAndAsksForMore() {
    var driver = Driver(columns: 60, rows: 20)
    #expect(driver.send(.started) == ["list 1"])
    #expect(driver.send(.listed(ListedRows(rows: [Fixture.row("a")]), listing: 1)) == ["list more 1"])
    #expect(driver.currentKey == "a")
    #expect(!driver.state.listing.isComplete)
    #expect(driver.send(.listingEnded(nil, listing: 1)) == [])
    #expect(driver.state.listing.phase == .finished)
  }

  @Test func aListingOfBeforeIsIgnored() {
    var driver = Self.listed()
    #expect(driver.press(.character("R")).contains("list 2"))
    #expect(driver.send(.listed(ListedRows(rows: [Fixture.row("ghost")]), listing: 1)) == [])
    #expect(driver.state.table.id(of: Fixture.key("ghost")) == nil)
    driver.send(.listed(ListedRows(rows: [Fixture.row("only")]), listing: 2))
    #expect(driver.state.table.count == 14)
    driver.send(.listingEnded(nil, listing: 2))
    #expect(driver.state.table.count == 1)
  }

  @Test func aFailedListingKeepsWhatIsThere() {
    var driver = Self.listed()
    driver.press(.function(5))
    let error = StoreError(operation: .list, key: "", reason: .accessDenied)
    driver.send(.listingEnded(error, listing: 2))
    #expect(driver.state.table.count == 13)
    #expect(driver.state.listing.phase == .failed(error))
    #expect(driver.state.message?.kind == .error)
    #expect(driver.press(.character("R")).contains("list 3"))
  }

  @Test func aFailedListingStaysSaidUntilItWorks() {
    var driver = Self.listed()
    let error = StoreError(operation: .list, key: "", reason: .accessDenied)
    driver.press(.character("R"))
    driver.send(.listingEnded(error, listing: 2))
    driver.time += 60
    driver.send(.tick)
    let text = SessionTests.text(driver.screen())
    #expect(
      text.contains("Listing failed (R tries again): Access is denied to list the location"))
    #expect(text.contains("beach.jpg"))
    // The same again, from a look by the clock, is not said again.
    let entries = driver.state.log.entries.count
    #expect(driver.send(.changed(.everything)).contains("list 3"))
    driver.send(.listingEnded(error, listing: 3))
    #expect(driver.state.log.entries.count == entries)
    driver.send(.changed(.everything))
    driver.send(.listed(ListedRows(rows: Fixture.rows), listing: 4))
    driver.send(.listingEnded(nil, listing: 4))
    #expect(driver.state.message?.text == "The listing works again")
    #expect(!SessionTests.text(driver.screen()).contains("Listing failed"))
  }

  @Test func aListingThatBreaksOffKeepsWhatCame() {
    var driver = Driver(columns: 120, rows: 24)
    driver.send(.started)
    driver.send(.listed(ListedRows(rows: [Fixture.row("a.png"), Fixture.row("b.png")]), listing: 1))
    driver.send(.listingEnded(StoreError(operation: .list, key: "", reason: .expiredCredentials), listing: 1))
    driver.time += 60
    driver.send(.tick)
    let text = SessionTests.text(driver.screen())
    #expect(text.contains("a.png") && text.contains("Listing failed after 2 objects (R tries again): "))
    #expect(text.contains("renew them"))
  }

  @Test func aSlowListingSaysHowLongAndHowFar() {
    var driver = Driver(columns: 100, rows: 24)
    driver.send(.started)
    #expect(driver.state.nextTick == driver.time + 1)
    driver.time += 3
    driver.send(.listed(ListedRows(rows: [Fixture.row("a.png")]), listing: 1))
    #expect(SessionTests.text(driver.screen()).contains("1 listed, more coming… 3 s"))
    driver.time += 7
    driver.send(.tick)
    #expect(SessionTests.text(driver.screen()).contains("1 listed, no answer for 7 s"))
    driver.send(.resized(ScreenSize(columns: 40, rows: 12)))
    #expect(SessionTests.text(driver.screen()).contains("no answer for 7 s"))
    driver.send(.listed(ListedRows(rows: [Fixture.row("b.png")]), listing: 1))
    #expect(SessionTests.text(driver.screen()).contains("listing… 10 s"))
  }

  @Test func changesDoNotKeepALongListingFromItsEnd() {
    var driver = Driver(columns: 100, rows: 24)
    driver.send(.started)
    driver.time += 20
    #expect(driver.send(.changed(.everything)) == [])
    #expect(driver.send(.changed(.everything)) == [])
    driver.time += 20
    // It took 40 s: the next begins 80 s later, once.
    driver.send(.listingEnded(nil, listing: 1))
    #expect(driver.state.listing.number == 1 && driver.state.nextTick == driver.time + 80)
    driver.time += 40
    #expect(driver.send(.changed(.everything)) == [])
    driver.time += 40
    #expect(driver.send(.tick) == ["list 2"])
    driver.send(.listingEnded(nil, listing: 2))
    #expect(driver.state.listing.dueTime == nil)
    // A person who asks is not kept waiting.
    driver.send(.changed(.everything))
    #expect(driver.press(.character("R")).contains { $0.hasPrefix("list ") })
  }

  // MARK: - Moving

  @Test func moving() {
    var driver = Driver(columns: 60, rows: 15)
    driver.list((100..<200).map { Fixture.row("k\($0)") })
    #expect(driver.state.layout.listLines == 10)
    let steps: [(Key, String)] = [
      (.down, "k101"), (.character("j"), "k102"), (.up, "k101"), (.character("k"), "k100"), (.up, "k100"),
      (.pageDown, "k109"), (.control("d"), "k114"), (.control("u"), "k109"), (.control("f"), "k118"),
      (.control("b"), "k109"),
      (.character("G"), "k199"), (.down, "k199"), (.character("g"), "k100"), (.end, "k199"), (.home, "k100"),
    ]
    for (key, wanted) in steps {
      driver.press(key)
      #expect(driver.currentKey == wanted, "after \(key.name)")
      let list = driver.state.objects
      #expect((list.top..<list.top + 10).contains(list.cursor))
    }
  }

  @Test func thePositionIsHeldByKey() {
    var driver = Driver(columns: 60, rows: 15)
    driver.list(["b", "d", "f"].map { Fixture.row($0) })
    driver.press(.down)
    driver.send(.read([RowReading(key: Fixture.key("a"), result: .success(Fixture.row("a")))]))
    #expect(driver.currentKey == "d")
    driver.send(.read([RowReading(key: Fixture.key("d"), result: .success(nil))]))
    #expect(driver.currentKey == "f")
    driver.press(.character("s"))
    #expect(driver.currentKey == "f")
  }

  @Test func aNewObjectAppearsWithoutAKeyAndIsNoticed() {
    var driver = Self.listed()
    driver.time += 60
    #expect(driver.send(.changed(.objects([Fixture.key("zebra.png")]))) == ["read zebra.png"])
    driver.send(.read([RowReading(key: Fixture.key("zebra.png"), result: .success(Fixture.row("zebra.png")))]))
    let id = driver.state.table.id(of: Fixture.key("zebra.png"))
    #expect(id.map { driver.state.table[$0].noticed } == UInt32(driver.time))
    let isMarkedNew = driver.screen().cells.contains { $0.slot == .rowNew }
    #expect(isMarkedNew)
    driver.time += 10
    driver.send(.tick)
    let isStillNew = driver.screen().cells.contains { $0.slot == .rowNew }
    #expect(!isStillNew)
  }

  @Test func everythingMayHaveChanged() {
    var driver = Self.listed()
    #expect(driver.send(.changed(.everything)).contains("list 2"))
  }

  @Test func aPauseRemembersWhatItMissed() {
    var driver = Self.listed()
    driver.press(.character("Z"))
    #expect(driver.send(.changed(.objects([Fixture.key("a")]))) == [])
    #expect(driver.send(.changed(.objects([Fixture.key("b")]))) == [])
    #expect(driver.press(.character("Z")) == ["read a b"])
  }

  // MARK: - Filter, order, marks

  @Test func aFilterIsLiveAndEscTakesItBack() {
    var driver = Self.listed()
    driver.press(.character("/"))
    driver.type("png")
    #expect(driver.state.objects.count(in: driver.state.table) == 8)
    driver.press(.backspace, .backspace, .backspace)
    driver.type("!png")
    #expect(driver.state.objects.count(in: driver.state.table) == 5)
    driver.press(.enter)
    #expect(driver.state.prompt == nil)
    driver.press(.character("/"))
    driver.type(" zzz")
    #expect(driver.state.objects.count(in: driver.state.table) == 0)
    driver.press(.escape)
    #expect(driver.state.objects.filterText == "!png")
    driver.press(.escape)
    #expect(driver.state.objects.filterText == "")
  }

  @Test func qIsALetterInAFilter() {
    var driver = Self.listed()
    driver.press(.character("/"))
    #expect(driver.type("q1?").contains { $0.hasPrefix("terminal") } == false)
    #expect(driver.state.objects.filterText == "q1?")
  }

  @Test func thePasteGoesIntoThePrompt() {
    var driver = Self.listed()
    driver.send(.input(.paste("not typed")))
    driver.press(.character("/"))
    driver.send(.input(.paste("ca\u{1B}t\n")))
    #expect(driver.state.objects.filterText == "cat")
  }

  @Test func theStateFilterCyclesAndComposes() {
    var driver = Self.listed()
    var counts: [Int] = []
    for _ in 0..<6 {
      driver.press(.character("f"))
      counts.append(driver.state.objects.count(in: driver.state.table))
    }
    #expect(counts == [3, 1, 1, 2, 5, 13])
    driver.press(.character("f"), .character("/"))
    driver.type("jpg")
    #expect(driver.state.objects.count(in: driver.state.table) == 2)
  }

  @Test func sorting() {
    var driver = Self.listed()
    driver.press(.character("s"), .character("g"))
    #expect(driver.currentKey == "poster.png")
    driver.press(.character("S"), .character("g"))
    #expect(driver.state.objects.query.sort == RowSort(.size, reversed: true))
    #expect(driver.currentKey?.hasPrefix("evil") == true)
  }

  @Test func marksSurviveFilterAndRefresh() {
    var driver = Self.listed()
    driver.press(.character(" "), .character(" "))
    #expect(driver.state.marks.count == 2)
    #expect(driver.state.objects.cursor == 2)
    driver.press(.character("/"))
    driver.type("cat")
    driver.press(.enter, .character("a"), .escape)
    #expect(driver.state.marks.count == 3)
    driver.press(.character("R"))
    driver.send(.listed(ListedRows(rows: Fixture.rows.filter { $0.key.string != "cat.png" }), listing: 2))
    driver.send(.listingEnded(nil, listing: 2))
    #expect(driver.state.marks.count == 2)
    driver.press(.character("i"))
    #expect(driver.state.marks.count == 10)
    driver.press(.character("U"))
    #expect(driver.state.marks.isEmpty)
  }

  @Test func theMessageOfARangeGoesWithIt() {
    for end in [Key.character("v"), .escape] {
      var driver = Self.listed()
      driver.press(.character("v"), .down)
      #expect(driver.state.message?.text.hasPrefix("Range begun") == true)
      driver.press(end)
      #expect(driver.state.message == nil)
    }
  }

  @Test func theArrowTellsTheOrder() {
    var driver = Self.listed()
    func heading() -> String { SessionTests.text(driver.screen()).split(separator: "\n")[4].description }
    #expect(heading().contains("NAME ▲"))
    driver.press(.character("S"))
    #expect(heading().contains("NAME ▼"))
    // The greatest first.
    driver.press(.character("s"))
    #expect(heading().contains("▼SIZE"))
    driver.press(.character("S"))
    #expect(heading().contains("▲SIZE"))
    // The newest first: the smallest age.
    driver.press(.character("s"))
    #expect(heading().contains("▲AGE"))
  }

  @Test func anEmptyPlanOffersNoEnter() {
    var driver = Self.listed()
    driver.press(.character("2"), .character("r"))
    #expect(driver.state.footerBindings.map(\.action) == [.dismiss, .force])
    driver.press(.character("F"))
    #expect(driver.state.footerBindings.map(\.action) == [.confirm, .dismiss, .force])
  }

  // MARK: - Time

  @Test func nothingWakesAConsoleWithNothingToTell() {
    var driver = Driver(columns: 80, rows: 24)
    driver.list([])
    #expect(driver.state.nextTick == nil)
    driver = Self.listed()
    // Ages: once a minute.
    #expect(driver.state.nextTick == (Fixture.now / 60).rounded(.down) * 60 + 60)
    driver.time = Fixture.now + 1000
    driver.send(.tick)
    #expect(driver.state.nextTick.map { $0 > driver.time && $0 <= driver.time + 60 } == true)
    driver.press(.character("5"))
    #expect(driver.state.nextTick == nil)
  }

  @Test func aMessageStaysUntilTheFirstKeyAfterItsTime() {
    var driver = Driver(columns: 80, rows: 24)
    driver.list([])
    driver.press(.character("Z"))
    #expect(driver.state.message?.text.hasPrefix("Live refresh paused") == true && driver.state.nextTick == nil)
    driver.press(.character("j"))
    #expect(driver.state.message != nil, "its time is not over")
    driver.time += 3600
    driver.send(.resized(ScreenSize(columns: 80, rows: 24)))
    #expect(SessionTests.text(driver.screen()).contains("Live refresh paused"), "nobody may have seen it")
    driver.press(.character("j"))
    #expect(driver.state.message == nil)
  }

  @Test func whatLastsTakesTheLineOfAMessageWhoseTimeIsOver() {
    var driver = Self.listed()
    driver.press(.character("R"))
    driver.send(
      .listingEnded(StoreError(operation: .list, key: "", reason: .accessDenied), listing: 2))
    driver.press(.character("Z"))
    let said = SessionTests.text(driver.screen())
    #expect(said.contains("Live refresh paused") && !said.contains("Listing failed"))
    #expect(driver.state.nextTick == driver.time + 5)
    driver.time += 5
    driver.send(.tick)
    let lasting = SessionTests.text(driver.screen())
    #expect(lasting.contains("Listing failed") && !lasting.contains("Live refresh paused"))
  }

  @Test func aRefreshIsSaidForAsLongAsItRuns() {
    var driver = Self.listed()
    driver.press(.character("R"))
    #expect(driver.state.message?.text == "Listing anew")
    driver.send(.listingEnded(nil, listing: 2))
    #expect(driver.state.message == nil)
  }

  @Test func aMarkOfTheNewWakesItOnceMore() {
    var driver = Driver(columns: 80, rows: 24)
    driver.list([])
    driver.send(.read([RowReading(key: Fixture.key("a"), result: .success(Fixture.row("a")))]))
    #expect(driver.state.nextTick.map { $0 <= driver.time + 4 } == true)
  }

  @Test func whatRunsCountsSeconds() {
    var driver = Self.listed()
    driver.press(.character("5"))
    driver.send(.jobs([.queued(Fixture.key("new.png"))]))
    #expect(driver.state.nextTick == driver.time.rounded(.down) + 1)
  }

  @Test func aRangeOfMarks() {
    var driver = Self.listed()
    driver.press(.down, .character("v"), .down, .down)
    #expect(driver.state.marks.isEmpty)
    driver.press(.character("v"))
    #expect(driver.state.marks.count == 3)
    driver.press(.character("v"), .escape)
    #expect(driver.state.objects.anchor == nil && driver.state.marks.count == 3)
  }

  @Test func manyRowsAreArrangedElsewhere() throws {
    var driver = Driver(columns: 60, rows: 20)
    driver.list((0..<5000).map { Fixture.row("k\(10_000 + $0)", size: Int64($0)) })
    driver.press(.character("/"))
    #expect(driver.type("9") == ["arrange objects 1"])
    #expect(driver.type("9") == ["arrange objects 2"])
    guard case .arrange(let request)? = driver.effects.last else { return }
    driver.send(.arranged(.rows([]), view: .objects, generation: 1))
    #expect(driver.state.objects.count(in: driver.state.table) == 5000, "an answer of before is ignored")
    driver.send(.read([RowReading(key: Fixture.key("new99"), result: .success(Fixture.row("new99")))]))
    driver.send(.arranged(RowArrangement(request.query, of: request.table), view: .objects, generation: 2))
    let expected = (0..<5000).count { "k\(10_000 + $0)".contains("99") } + 1
    #expect(driver.state.objects.count(in: driver.state.table) == expected)
  }

  // MARK: - Work

  @Test func processingShowsThePlanFirst() {
    var driver = Self.listed()
    driver.press(.character("/"))
    driver.type("new.png")
    driver.press(.enter)
    #expect(driver.press(.character("r")) == [])
    guard case .plan(let plan)? = driver.state.dialog else {
      Issue.record("no plan")
      return
    }
    #expect(plan.planned?.keys.map(\.string) == ["new.png"])
    #expect(driver.press(.enter).contains("submit new.png"))
    #expect(driver.state.dialog == nil)
  }

  @Test func whatFailedForGoodIsLeftOutUnlessForced() {
    var driver = Self.listed()
    driver.press(.character("2"), .character("r"))
    guard case .plan(let plan)? = driver.state.dialog else { return }
    #expect(plan.planned?.keys == [])
    #expect(plan.planned?.plan.skipped == [.permanentFailure: 1])
    #expect(driver.press(.enter) == [])
    #expect(driver.state.dialog != nil)
    driver.press(.character("F"))
    #expect(driver.press(.enter).contains("submit noise.jpg forced"))
  }

  @Test func retryTakesTheTransientOnes() {
    var driver = Self.listed()
    driver.press(.character("X"))
    guard case .plan(let plan)? = driver.state.dialog else { return }
    #expect(plan.planned?.plan.skipped == [.permanentFailure: 2])
    #expect(driver.press(.enter).contains("submit slow.jpg"))
  }

  @Test func marksGoBeforeTheCursorAndAreTakenAway() {
    var driver = Self.listed()
    driver.press(.character("a"), .character("r"))
    let submitted = driver.press(.character("y"))
    #expect(submitted.contains { $0.hasPrefix("submit evil") && $0.hasSuffix("half.png new.png old.png slow.jpg") })
    #expect(driver.state.marks.isEmpty)
  }

  @Test func escLeavesThePlan() {
    var driver = Self.listed()
    driver.press(.character("a"), .character("r"))
    for key in [Key.escape, .control("c"), .character("q"), .character("n")] {
      driver.press(.character("r"))
      #expect(driver.press(key) == [])
      #expect(driver.state.dialog == nil)
    }
  }

  @Test func readOnlyRefusesAndSaysSo() {
    var driver = Driver(isReadOnly: true)
    driver.list(Fixture.rows)
    #expect(driver.press(.character("r"), .character("X")) == [])
    #expect(driver.state.dialog == nil)
    #expect(driver.state.message?.text.hasPrefix("Read-only") == true)
  }

  @Test func aJobIsProvenBeforeItIsDone() {
    var driver = Self.listed()
    let key = Fixture.key("new.png")
    driver.send(.jobs([.queued(key)]))
    let id = driver.state.table.id(of: key)
    #expect(id.map { driver.state.table[$0].shownState } == .queued)
    driver.send(.jobs([.started(key)]))
    #expect(id.map { driver.state.table[$0].shownState } == .running)
    #expect(driver.send(.jobs([.finished(key, .written(renditions: 5), milliseconds: 80)])).contains("read new.png"))
    #expect(id.map { driver.state.table[$0].shownState } == .running)
    driver.send(.read([RowReading(key: key, result: .success(Fixture.row("new.png", renditions: Fixture.complete)))]))
    #expect(id.map { driver.state.table[$0].shownState } == .complete)
    #expect(driver.state.table.running == 0 && driver.state.table.queued == 0)
    #expect(driver.state.log.entries.contains { $0.text == "new.png: 5 renditions written in 80 ms" })
  }

  @Test func cancelling() {
    var driver = Self.listed()
    #expect(driver.press(.character("x")) == [])
    #expect(driver.state.message?.kind == .warning)
    let keys = [Fixture.key("cat.png"), Fixture.key("new.png")]
    driver.send(.jobs(keys.map { .queued($0) } + [.started(keys[0])]))
    driver.press(.character("3"))
    #expect(driver.press(.character("x")) == ["cancel cat.png"])
    driver.press(.down)
    #expect(driver.press(.character("x")) == ["cancel new.png"])
    driver.send(
      .jobs([.finished(keys[1], .cancelled, milliseconds: 0), .finished(keys[0], .cancelled, milliseconds: 3)]))
    #expect(driver.press(.character("x")) == [])
    #expect(driver.press(.alt("x")) == [])
  }

  @Test func theBoardFollowsThousands() {
    var board = JobBoard()
    let keys = (0..<5000).map { Fixture.key("k\(10_000 + $0)") }
    board.apply(keys.map { .queued($0) }, at: 0)
    #expect(board.queuedCount == 5000 && board.job(at: 4999)?.key == keys[4999])
    // One from the middle is cancelled, the first are done.
    board.apply([.finished(keys[2500], .cancelled, milliseconds: 0)], at: 1)
    for (i, key) in keys.prefix(1200).enumerated() {
      board.apply([.started(key)], at: 1 + Double(i) / 100)
      board.apply([.finished(key, .written(renditions: 5), milliseconds: 10)], at: 1 + Double(i + 1) / 100)
    }
    #expect(board.queuedCount == 3799 && board.running.isEmpty)
    #expect(board.job(at: 0)?.key == keys[1200])
    #expect(board.job(at: 1299)?.key == keys[2499] && board.job(at: 1300)?.key == keys[2501])
    #expect(board.roundDone == 1201 && board.roundTotal == 5000)
    let rate = board.throughput(at: 13) ?? 0
    #expect(abs(rate - 100) < 60)
    #expect(board.job(at: 3799)?.key == keys[1199])
    #expect(board.job(at: -1) == nil && board.job(at: 99_999) == nil)
  }

  // MARK: - Preview

  @Test func thePreviewFollowsTheCursorAndCaches() {
    var driver = Self.listed()
    driver.press(.character("G"), .character("g"))
    let first = driver.state.preview.wanted
    #expect(first.map(\.subject) == [.rendition(.x32), .original] || first.map(\.subject) == [.rendition(.x32)])
    #expect(driver.effects.last?.description.hasPrefix("preview 2025/summer/beach.jpg@32") == true)
    for id in first {
      driver.send(
        .previewed(PreviewAnswer(id: id, result: .success(PreviewPicture(raster: Fixture.picture(32), isStored: true))))
      )
    }
    #expect(driver.press(.down).first?.hasPrefix("preview 2025/summer/dunes") == true)
    // Seen before: nothing to load, but what was being loaded is dropped.
    #expect(driver.press(.up) == ["preview "])
    #expect(driver.press(.character("]")).first?.hasPrefix("preview 2025/summer/beach.jpg@48") == true)
    #expect(driver.press(.character("c")).first?.contains("@8 2025/summer/beach.jpg@16") == true)
  }

  @Test func whatCannotBePicturedIsNotLoaded() {
    var driver = Self.listed()
    driver.press(.character("/"))
    driver.type("noise")
    #expect(driver.state.preview.wanted.isEmpty)
    driver.press(.control("u"))
    driver.type("notes")
    #expect(driver.state.preview.wanted.isEmpty)
  }

  @Test func theStoreOfPicturesForgetsTheOldest() {
    var store = PictureStore()
    func id(_ i: Int) -> PreviewID {
      PreviewID(key: Fixture.key("k\(i)"), etag: "", renditions: RenditionSet(), subject: .original)
    }
    let picture = PreviewPicture(raster: Fixture.picture(2), isStored: true)
    for i in 0..<PictureStore.capacity { store.insert(.success(picture), for: id(i)) }
    store.touch(id(0))
    store.insert(.success(picture), for: id(1000))
    #expect(store[id(0)] != nil && store[id(1)] == nil && store[id(1000)] != nil)
    store.forget(Fixture.key("k0"))
    #expect(store[id(0)] == nil)
  }

  @Test func theFocusGoesToThePreviewAndBack() {
    var driver = Self.listed()
    driver.press(.tab, .down, .down)
    #expect(driver.state.preview.size == .x64 && driver.state.objects.cursor == 0)
    driver.press(.enter)
    #expect(driver.state.isZoomed)
    driver.press(.escape)
    #expect(!driver.state.isZoomed && driver.state.previewHasFocus)
    driver.press(.escape)
    #expect(!driver.state.previewHasFocus)
  }

  // MARK: - Console

  @Test func quitting() {
    var driver = Self.listed()
    #expect(driver.press(.character("q")) == ["terminal quit(status: 0)"])
    driver.send(.jobs([.queued(Fixture.key("new.png"))]))
    #expect(driver.press(.character("q")) == [])
    #expect(driver.press(.escape) == [] && driver.state.dialog == nil)
    #expect(driver.press(.control("c")) == [])
    #expect(driver.press(.enter) == ["cancel all", "terminal quit(status: 0)"])
  }

  @Test func interruptLeavesWhatIsOpenFirst() {
    var driver = Self.listed()
    driver.press(.character("/"))
    driver.type("cat")
    #expect(driver.press(.control("c")) == [] || driver.state.prompt == nil)
    #expect(driver.state.objects.filterText == "")
    driver.press(.character("?"))
    driver.press(.control("c"))
    #expect(driver.state.dialog == nil)
    #expect(driver.press(.control("c")) == ["terminal quit(status: 0)"])
  }

  @Test func terminalKeysWorkEverywhere() {
    var driver = Self.listed()
    for opening in [
      [], [Key.character("/")], [.character(":")], [.character("?")], [.character("t")], [.character("y")],
    ] {
      for key in opening { driver.press(key) }
      #expect(driver.press(.control("l")) == ["terminal redraw"])
      #expect(driver.press(.control("z")) == ["terminal suspend"])
      driver.press(.control("c"))
      #expect(driver.state.scope == .list)
    }
  }

  @Test func copying() {
    var driver = Self.listed()
    driver.press(.character("y"))
    #expect(driver.press(.character("k")) == ["terminal copy(\"2025/summer/beach.jpg\")"])
    driver.press(.character("y"), .down)
    #expect(driver.press(.enter) == ["terminal copy(\"/home/ada/photos/in/2025/summer/beach.jpg\")"])
  }

  @Test func themesAreSeenAtOnceAndTakenBack() {
    var driver = Self.listed()
    driver.press(.character("t"), .down)
    #expect(driver.state.theme == "other")
    driver.press(.escape)
    #expect(driver.state.theme == "default")
    driver.press(.character("t"), .down, .enter)
    #expect(driver.state.theme == "other")
  }

  @Test func commands() {
    var driver = Self.listed()
    func run(_ text: String) -> [String] {
      driver.press(.character(":"))
      driver.type(text)
      let effects = driver.press(.enter)
      #expect(effects.first == "remember \(text)")
      return Array(effects.dropFirst())
    }
    #expect(run("theme other") == [] && driver.state.theme == "other")
    #expect(run("theme none") == [] && driver.state.message?.text == "There is no theme none")
    _ = run("filter cat")
    #expect(driver.state.objects.filterText == "cat")
    _ = run("filter")
    #expect(driver.state.objects.filterText == "")
    _ = run("sort age")
    #expect(driver.state.objects.query.sort.column == .age)
    _ = run("state failed")
    #expect(driver.state.objects.query.state == .failed)
    _ = run("failed")
    #expect(driver.state.view == .failed)
    #expect(run("nonsense") == [] && driver.state.message?.kind == .warning)
    #expect(run("q") == ["terminal quit(status: 0)"])
    driver.press(.character(":"), .up, .up)
    guard case .command(let line)? = driver.state.prompt else { return }
    #expect(line.editor.text == "nonsense")
  }

  @Test func completion() {
    let state = Self.listed().state
    #expect(state.completion(of: "retr") == "retry-failed")
    #expect(state.completion(of: "the") == "theme")
    #expect(state.completion(of: "theme o") == "theme other")
    #expect(state.completion(of: "page") == "page-")
    #expect(state.completion(of: "zzz") == nil)
    #expect(state.candidates(for: "rtf") == ["retry-failed"], "letters apart")
    #expect(state.candidates(for: "halfd") == ["half-page-down"])
    #expect(state.completion(of: "Down") == "down")
    #expect(state.completion(of: "theme HER") == "theme other")
    #expect(
      state.candidates(for: "").count
        == Set(Action.allCases.map(\.rawValue))
        .union(["filter", "forget", "q", "rate", "save", "size", "sort", "state", "theme", "view"]).count)
  }

  @Test func helpFiltersAndScrolls() {
    var driver = Driver(columns: 80, rows: 12)
    driver.list(Fixture.rows)
    driver.press(.character("?"), .character("G"))
    guard case .help(let scrolled)? = driver.state.dialog else { return }
    #expect(scrolled.scroll > 0)
    driver.press(.character("/"))
    driver.type("theme")
    driver.press(.enter)
    guard case .help(let help)? = driver.state.dialog else { return }
    #expect(driver.state.helpLines(help).count == 2)
  }

  @Test func theMouse() {
    var driver = Self.listed()
    func click(_ column: Int, _ row: Int, _ kind: MouseEvent.Kind = .press) {
      driver.send(.input(.mouse(MouseEvent(kind: kind, point: ScreenPoint(column: column, row: row)))))
    }
    let layout = driver.state.layout
    click(10, layout.list.row + 4)
    #expect(driver.currentKey == "cat.png")
    click(10, layout.list.row, .wheelDown)
    #expect(driver.state.objects.cursor == 6)
    click(10, layout.list.row + 4, .doublePress)
    #expect(driver.state.details?.key.string == "cat.png")
    let tab = driver.state.tabs(columns: 120)[2]
    click(tab.columns.lowerBound + 1, layout.tabsRow ?? 0)
    #expect(driver.state.view == .jobs && driver.state.details == nil)
    click(500, 500)
    #expect(driver.state.view == .jobs)
  }

  @Test(arguments: [(1, 1), (20, 5), (21, 6), (40, 12), (71, 35), (72, 36), (200, 60), (500, 3)])
  func everySizeIsDrawn(_ size: (Int, Int)) {
    var driver = Self.listed()
    driver.send(.resized(ScreenSize(columns: size.0, rows: size.1)))
    let pages: [[Key]] = [
      [], [.character("2")], [.character("3")], [.character("4")], [.character("5")], [.character("1"), .enter],
      [.character("z")],
      [.character("c")], [.escape], [.escape, .character("?")], [.escape, .character("t")], [.escape, .character("y")],
      [.escape, .character("r")], [.escape, .character("/"), .character("x")],
      [.escape, .character(":"), .character("t")],
    ]
    for keys in pages {
      for key in keys { driver.press(key) }
      let screen = driver.screen()
      #expect(screen.size == ScreenSize(columns: size.0, rows: size.1))
      var halves = 0
      for row in 0..<size.1 {
        var column = 0
        while column < size.0 {
          let wide = column + 1 < size.0 && screen[column + 1, row].text.isEmpty
          if screen[column, row].text.isEmpty { halves += 1 }
          column += wide ? 2 : 1
        }
      }
      #expect(halves == 0, "half a wide character")
    }
  }

  @Test func nothingForeignReachesTheScreenRaw() {
    var driver = Driver(columns: 120, rows: 40)
    let name = "a\u{1B}[31m\u{202E}\u{9B}x\u{200B}\u{7}.png"
    driver.list([Fixture.row(name, failure: .damaged, message: "bad\u{1B}]0;x\u{7} \u{202E}data")])
    let pages: [Key] = [
      .character("2"), .enter, .escape, .character("3"), .character("5"), .character("1"), .character("y"),
    ]
    driver.send(
      .jobs([
        .queued(Fixture.key(name)), .started(Fixture.key(name)),
        .finished(
          Fixture.key(name), .failed(Failure(code: .internal, message: "x\u{1B}[0m", stage: .read)), milliseconds: 1),
      ]))
    for page in pages {
      driver.press(page)
      let scalars = driver.screen().cells.lazy.flatMap(\.text.unicodeScalars)
      let raw = scalars.first { [.control, .format].contains($0.properties.generalCategory) }
      #expect(raw == nil)
    }
  }
}
