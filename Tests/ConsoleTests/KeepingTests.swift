import Foundation
import ObjectStore
import Pipeline
import PixelEngine
import Testing

@testable import Console

/// What the console keeps: the audit log, saved views, the history, exports.
@Suite struct KeepingTests {
  private func driver(columns: Int = 80, rows: Int = 24) -> Driver {
    var driver = Driver(columns: columns, rows: rows)
    driver.list(Fixture.rows, orphans: 2)
    return driver
  }

  // MARK: - Audit

  @Test func everyJobThatEndsIsAudited() {
    var driver = driver()
    let key = Fixture.key("cat.png")
    driver.send(.jobs([.queued(key), .started(key)]))
    driver.send(
      .jobs([
        .finished(key, .written(renditions: 5), milliseconds: 12),
        .finished(
          Fixture.key("noise.jpg"), .failed(Failure(code: .damaged, message: "corrupt", stage: .decode)),
          milliseconds: 3),
        .finished(Fixture.key("half.png"), .skipped(.complete), milliseconds: 0),
        .finished(Fixture.key("gone.png"), .cancelled, milliseconds: 0),
      ]))
    let entries = driver.audited
    #expect(entries.map(\.outcome) == [.done, .failed, .skipped, .cancelled])
    #expect(entries.map(\.act) == [.process, .process, .process, .process])
    #expect(entries[0].etag == driver.state.table.id(of: key).map { driver.state.table.etag($0) })
    #expect(entries[0].renditions == 5 && entries[0].time == Fixture.now)
    #expect(entries[1].detail == "damaged: corrupt")
    #expect(entries[3].etag == nil)
  }

  @Test func everyDeletedObjectIsAudited() {
    var driver = driver()
    driver.press(.character("D"), .character("y"))
    var report = TransferReport(id: 1)
    report.outcomes = [
      TransferOutcome(key: "pixelated-8x8-a", result: .done(name: "pixelated-8x8-a")),
      TransferOutcome(
        key: "pixelated-16x16-a",
        result: .failed(.store(StoreError(operation: .delete, key: "pixelated-16x16-a", reason: .accessDenied)))),
    ]
    driver.send(.transfer(report))
    #expect(driver.audited.map(\.key) == ["pixelated-8x8-a", "pixelated-16x16-a"])
    #expect(driver.audited.map(\.act) == [.delete, .delete])
    #expect(driver.audited.map(\.outcome) == [.done, .failed])
    #expect(driver.audited[1].detail?.isEmpty == false)
  }

  // MARK: - Views

  @Test func aViewIsSavedShownAndForgotten() {
    var driver = driver()
    driver.press(.character("2"), .character("/"))
    driver.type("err:transient")
    driver.press(.enter)
    driver.type(":save flaky")
    #expect(driver.press(.enter) == ["remember save flaky", "keep views flaky"])
    driver.press(.character("1"))
    #expect(driver.state.view == .objects)
    driver.type(":view fl")
    driver.press(.tab)
    driver.press(.enter)
    #expect(driver.state.view == .failed)
    #expect(driver.state.failed.filterText == "err:transient")
    #expect(driver.currentKey == "slow.jpg")
    driver.type(":forget flaky")
    #expect(driver.press(.enter) == ["remember forget flaky", "keep views "])
    driver.type(":view flaky")
    driver.press(.enter)
    #expect(driver.state.message?.kind == .warning)
  }

  @Test func theViewBeforeComesBackAsItWas() {
    var driver = driver()
    driver.press(.character("-"))
    #expect(driver.state.message?.text == "There is no view before this one")
    driver.press(.character("/"))
    driver.type("png")
    driver.press(.enter)
    driver.press(.character("5"))
    driver.press(.character("-"))
    #expect(driver.state.view == .objects && driver.state.objects.filterText == "png")
    driver.press(.character("-"))
    #expect(driver.state.view == .log)
  }

  @Test(arguments: ["", "two words", "ünicode", "objects", String(repeating: "x", count: 41)])
  func whatIsNoNameIsRefused(_ name: String) {
    var driver = driver()
    driver.type(":save \(name)")
    #expect(!driver.press(.enter).contains { $0.hasPrefix("keep") })
    #expect(driver.state.message?.kind == .warning)
  }

  @Test func theFileOfViewsReadsAsItWasWritten() {
    var plain = SavedView(name: "all", view: .objects)
    plain.sort = RowSort(.size, reversed: true)
    var full = SavedView(name: "failed-today", view: .failed)
    full.filter = "err:damaged !\"quoted\\\" age<1d \u{1B}"
    full.state = .partial
    let (views, problems) = SavedViewFile.read(SavedViewFile.text([full, plain]))
    #expect(views == [plain, full] && problems.isEmpty)
  }

  @Test func aFileWithMistakesGivesWhatCanBeRead() {
    let (views, problems) = SavedViewFile.read(
      """
      [good]
      view = "jobs"
      [bad]
      view = "nowhere"
      [worse]
      view = "objects"
      sort = 3
      [silent]
      """)
    #expect(views.map(\.name) == ["good"])
    #expect(problems.count == 3 && problems.allSatisfy { $0.hasPrefix("[") })
    #expect(SavedViewFile.read("[broken").problems.first?.hasPrefix("line 1") == true)
  }

  @Test func whatEarlierConsolesKeptIsThere() {
    var setup = ConsoleSetup(source: "/in", destination: "/out")
    setup.kept = KeptFiles(
      views: [SavedView(name: "mine", view: .log)], commands: ["sort size"], problems: ["views.toml: [x]: no view"])
    var state = ConsoleState(setup: setup, size: ScreenSize(columns: 80, rows: 24))
    _ = update(&state, ConsoleEvent(.started, at: Fixture.now))
    #expect(state.savedViews.map(\.name) == ["mine"] && state.commandHistory == ["sort size"])
    #expect(state.message?.text == "views.toml: [x]: no view")
  }

  @Test func aLogThatCannotBeWrittenIsSaid() {
    var driver = driver()
    driver.send(.notKept(FileProblem(text: "/state/audit.jsonl: No space left on device")))
    #expect(driver.state.message?.text == "/state/audit.jsonl: No space left on device")
  }

  // MARK: - Export

  @Test func theScreenIsExportedWithoutTheMenu() throws {
    var driver = driver()
    let before = driver.screen().plainLines
    driver.press(.character("E"))
    #expect(driver.screen().plainLines != before)
    #expect(driver.press(.character("t")) == ["export pixelater-objects-2026-03-14-092653.txt"])
    let order = try #require(driver.exports.first)
    guard case .text(let grid) = order.content else {
      Issue.record("no text")
      return
    }
    #expect(grid.plainLines == before)
    #expect(grid.plainLines.allSatisfy { $0.last != " " })
    driver.send(.exported(.success("/home/ada/x.txt")))
    #expect(driver.state.message?.text == "Exported to /home/ada/x.txt")
    driver.send(.exported(.failure(FileProblem(text: "/home/ada: Permission denied"))))
    #expect(driver.state.message?.text == "Not exported: /home/ada: Permission denied")
  }

  @Test func rowsAreThoseOfTheFilterInTheirOrder() throws {
    var driver = driver()
    driver.press(.character("/"))
    driver.type("state:failed")
    driver.press(.enter, .character("s"), .character("E"), .character("j"))
    guard case .rows(let rows, let table, .json)? = driver.exports.first?.content else {
      Issue.record("no rows")
      return
    }
    #expect(rows.map { table.keyText($0) } == ["poster.png", "slow.jpg", "noise.jpg"])
  }

  @Test(arguments: [("3", "tasj"), ("5", "tasj"), ("1", "tasjc")] as [(Character, String)])
  func everyViewHasItsForms(_ view: (key: Character, forms: String)) {
    var driver = driver()
    driver.press(.character(view.key), .character("E"))
    #expect(String(driver.state.exportForms.map(\.form.key)) == view.forms)
    for form in view.forms {
      driver.press(.escape, .character("E"), .character(form))
    }
    #expect(driver.exports.count == view.forms.count)
  }

  @Test func inColourAnExportIsExactOnAnyTerminal() throws {
    var driver = Driver(columns: 120, rows: 40, capabilities: Capabilities(depth: .palette8))
    driver.list([Fixture.row("cat.png", renditions: Fixture.complete)])
    ScreenTests.showPictures(&driver)
    driver.press(.character("E"), .character("a"))
    guard case .ansi(let grid)? = driver.exports.first?.content else {
      Issue.record("no ANSI")
      return
    }
    let pixel = Fixture.picture(32)[5, 4]
    #expect(grid.ansiLines.joined().contains("\(pixel.red);\(pixel.green);\(pixel.blue)"))
    #expect(grid.ansiLines.allSatisfy { !$0.contains("\u{1B}[") || $0.hasSuffix("\u{1B}[0m") })
  }

  @Test func anSVGHoldsTextAndPixels() throws {
    var driver = Driver(columns: 120, rows: 40)
    driver.list([Fixture.row("a<b>&c.png", renditions: Fixture.complete)])
    ScreenTests.showPictures(&driver)
    let svg = ScreenSVG(driver.screen()).text
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
    #expect(svg.contains("a&lt;b&gt;&amp;c.png"))
    let pixel = Fixture.picture(32)[31, 0]
    #expect(svg.contains(String(format: "#%02x%02x%02x", pixel.red, pixel.green, pixel.blue)))
    let parser = XMLParserCheck(svg)
    #expect(parser.isWellFormed)
  }
}

/// Whether every element that begins ends, in order.
private struct XMLParserCheck {
  let isWellFormed: Bool

  init(_ text: String) {
    var open: [Substring] = []
    var isGood = true
    for part in text.split(separator: "<").dropFirst(0) {
      let name = part.prefix { $0.isLetter }
      if part.hasPrefix("/") {
        let end = part.dropFirst().prefix { $0.isLetter }
        isGood = isGood && open.popLast() == end
      } else if !(part.split(separator: ">").first ?? "").hasSuffix("/") {
        open.append(name)
      }
    }
    isWellFormed = isGood && open.isEmpty
  }
}

extension Driver {
  var audited: [AuditEntry] {
    effects.flatMap { effect -> [AuditEntry] in if case .audit(let entries) = effect { entries } else { [] } }
  }

  var exports: [ExportOrder] {
    effects.compactMap { effect in if case .export(let order) = effect { order } else { nil } }
  }
}
