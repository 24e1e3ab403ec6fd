import Foundation
import ObjectStore
import Pipeline
import PixelEngine
import Testing

@testable import Console

/// Copy menu, versions, download, upload, deletion: what keys and answers do, and what they look like.
@Suite("Dialogs that act on stores")
struct DialogTests {
  static let all: StoreOffers = [.sourceLinks, .renditionLinks, .versions]

  static func driver(
    _ size: (Int, Int) = (80, 24), offers: StoreOffers = all, isReadOnly: Bool = false
  ) -> Driver {
    var driver = Driver(columns: size.0, rows: size.1, isReadOnly: isReadOnly, offers: offers)
    driver.list(Fixture.rows)
    return driver
  }

  static func text(_ driver: Driver) -> String { SessionTests.text(driver.screen()) }

  static func denied(_ operation: StoreError.Operation = .get) -> StoreError {
    StoreError(operation: operation, key: "x", reason: .accessDenied)
  }

  // MARK: - Copy menu

  @Test func aLinkIsAskedForAndCopiedAndShownNowhere() {
    var driver = Self.driver()
    driver.press(.character("y"))
    #expect(driver.press(.character("u")) == ["link 2025/summer/beach.jpg for 3600 s 1"])
    #expect(Self.text(driver).contains("Asking for the link…"))
    let url = "https://b.example/beach.jpg?X-Amz-Signature=c0ffee"
    let link = PresignedURL(url: url, expires: Date(timeIntervalSince1970: Fixture.now + 3600))
    #expect(driver.send(.linked(.success(link), generation: 1)) == ["terminal copy(\"\(url)\")"])
    #expect(driver.state.dialog == nil)
    #expect(driver.state.message?.text == "Copied a link, good until 10:26")
    #expect(!driver.state.log.entries.contains { $0.text.contains("c0ffee") })
    #expect(!Self.text(driver).contains("c0ffee"))
  }

  @Test func aLinkEndsWithItsCredentials() {
    var driver = Self.driver()
    driver.press(.character("y"), .right, .right, .right, .character("u"))
    let link = PresignedURL(url: "u", expires: Date(timeIntervalSince1970: Fixture.now + 1800))
    driver.send(.linked(.success(link), generation: 1))
    #expect(driver.state.message?.text == "Copied a link, good until 09:56, when the credentials end")
  }

  @Test func theLifetimeIsChosen() {
    var driver = Self.driver()
    driver.press(.character("y"))
    #expect(Self.text(driver).contains("1 h ▶ good until 10:26"))
    driver.press(.left, .left)
    #expect(Self.text(driver).contains("15 min ▶ good until 09:41"))
    driver.press(.right, .right, .right, .right)
    #expect(Self.text(driver).contains("7 d ▶ good until 2026-03-21 09:26"))
    #expect(driver.press(.character("3")) == ["link 2025/summer/beach.jpg@32 for 604800 s 1"])
  }

  @Test func whoLeavesTheMenuGetsNoLink() {
    var driver = Self.driver()
    driver.press(.character("y"), .character("u"), .escape)
    let link = PresignedURL(url: "u", expires: Date(timeIntervalSince1970: Fixture.now + 3600))
    #expect(driver.send(.linked(.success(link), generation: 1)) == [])
    // Nor does who has changed the lifetime meanwhile.
    driver.press(.character("y"), .character("u"), .right)
    #expect(driver.send(.linked(.success(link), generation: 2)) == [])
  }

  @Test func noLinkSaysWhy() {
    var driver = Self.driver()
    driver.press(.character("y"), .character("u"))
    driver.send(.linked(.failure(Self.denied()), generation: 1))
    #expect(Self.text(driver).contains("Access is denied"))
    driver = Self.driver(offers: [])
    driver.press(.character("y"))
    #expect(Self.text(driver).contains("a folder gives out no links"))
    #expect(driver.press(.character("u")) == [])
    #expect(Self.text(driver).contains("No link: a folder gives out no links; buckets do"))
  }

  @Test(arguments: ScreenTests.sizes) func copyScreen(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.press(.character("y"), .down, .down)
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("copy", size))
  }

  // MARK: - Versions

  static let versions = [
    version("3HL4kqtJlcpXroDTDmJ-rmSpXd3dIbrHY-MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo", size: 0, age: 60, isMarker: true),
    version("b6CzDHWQSdWZ", size: 2_481_022, age: 86_400, isLatest: false),
    version("null\u{1B}[2J", size: 1_204, age: 86_400 * 40, isLatest: false),
  ]

  static func version(_ id: String, size: Int64, age: Double, isLatest: Bool = true, isMarker: Bool = false)
    -> ObjectVersion
  {
    ObjectVersion(
      id: id,
      summary: ObjectSummary(
        key: Fixture.key("2025/summer/beach.jpg"), size: size,
        lastModified: Date(timeIntervalSince1970: Fixture.now - age),
        etag: "e"), isLatest: isLatest, isDeleteMarker: isMarker)
  }

  @Test func versionsAreLoadedOnDemandAndDownloaded() {
    var driver = Self.driver()
    driver.press(.enter)
    #expect(Self.text(driver).contains("V lists them"))
    #expect(driver.press(.character("V")) == ["versions 2025/summer/beach.jpg 1"])
    #expect(Self.text(driver).contains("Asking the store…"))
    driver.time += 7
    driver.send(.tick)
    #expect(Self.text(driver).contains("Asking the store… 7 s"))
    driver.send(.versions(.success([]), generation: 0))
    #expect(Self.text(driver).contains("Asking the store…"))
    driver.send(.versions(.success(Self.versions), generation: 1))
    #expect(driver.press(.character("d")) == [])
    #expect(driver.state.message?.text == "A delete marker has no content")
    driver.press(.down)
    #expect(
      driver.press(.character("d")).filter { !$0.hasPrefix("preview") } == [
        "check download 2025/summer/beach.jpg#b6CzDHWQSdWZ to /home/ada number 2"
      ])
  }

  @Test func failedVersionsAreTriedAgain() {
    var driver = Self.driver()
    driver.press(.character("V"))
    driver.send(.versions(.failure(Self.denied(.list)), generation: 1))
    #expect(Self.text(driver).contains("Access is denied"))
    #expect(Self.text(driver).contains("R tries again"))
    #expect(driver.press(.character("R")).contains("versions 2025/summer/beach.jpg 2"))
    #expect(driver.state.scope == .versions && Self.text(driver).contains("Asking the store"))
    driver = Self.driver(offers: [])
    #expect(driver.press(.character("V")) == [])
    #expect(driver.state.message?.text == "The source is a folder: it keeps no versions")
  }

  @Test(arguments: ScreenTests.sizes) func versionsScreen(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.press(.enter, .character("V"))
    driver.send(.versions(.success(Self.versions), generation: 1))
    driver.press(.down)
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("versions", size))
  }

  // MARK: - Deleting

  @Test func deletingIsNoUnlessYes() {
    var driver = Self.driver()
    for key in [Key.enter, .escape, .character("n"), .character("q")] {
      driver.press(.character("D"))
      #expect(Self.text(driver).contains("5 renditions, 7.5 kB, would be deleted"))
      #expect(driver.press(key) == [] && driver.state.dialog == nil)
    }
    driver.press(.character("D"))
    #expect(driver.press(.character("y")) == ["transfer 1 delete renditions of 1"])
    #expect(driver.state.transfers.running.count == 1)
  }

  @Test func deletingMarksNamesTheirNumber() {
    var driver = Self.driver()
    driver.press(.character("a"), .character("D"))
    // Five of five, two of one, five stale or present of another.
    #expect(Self.text(driver).contains("32 renditions, 48 kB, would be deleted, of 13 objects"))
    #expect(driver.press(.character("y")) == ["transfer 1 delete renditions of 13"])
    #expect(driver.state.marks.isEmpty)
  }

  @Test func thereMustBeSomethingToDeleteAndARight() {
    var driver = Self.driver()
    driver.press(.character("/"))
    driver.type("new.png")
    driver.press(.enter, .character("D"))
    #expect(driver.state.dialog == nil && driver.state.message?.text == "No rendition is there to delete")
    driver = Self.driver(isReadOnly: true)
    driver.press(.character("D"))
    #expect(driver.state.dialog == nil && driver.state.message?.text.hasPrefix("Read-only") == true)
    driver.press(.character("u"))
    #expect(driver.state.dialog == nil && driver.state.message?.text.hasPrefix("Read-only") == true)
  }

  @Test(arguments: ScreenTests.sizes) func deleteScreen(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.press(.down, .character("D"))
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("delete", size))
  }

  // MARK: - Downloading

  static func check(existing: Int = 0, isNew: Bool = false) -> Result<DownloadCheck, TransferError> {
    .success(DownloadCheck(folder: "/home/ada", isNew: isNew, existing: existing))
  }

  @Test func aDownloadIsCheckedThenBegun() {
    var driver = Self.driver()
    #expect(driver.press(.character("d")) == ["check download source of 1 to /home/ada number 1"])
    #expect(driver.press(.enter) == [])
    // Enter before the answer is no loss.
    #expect(
      driver.send(.downloadChecked(Self.check(), generation: 1)) == [
        "transfer 1 download source of 1 to /home/ada number"
      ])
    #expect(driver.state.dialog == nil)
    #expect(Self.text(driver).contains("Downloaded 0 of 1: 2025/summer/beach.jpg to /home/ada"))
  }

  @Test func partsAndWhatIsThereAreChosen() {
    var driver = Self.driver()
    driver.press(.character("a"), .character("d"), .down)
    #expect(driver.press(.right) == ["check download renditions of 13 to /home/ada number 2"])
    #expect(driver.press(.character(" ")) == ["check download both of 13 to /home/ada number 3"])
    driver.send(.downloadChecked(Self.check(existing: 3), generation: 3))
    #expect(Self.text(driver).contains("45 files"))
    #expect(Self.text(driver).contains("3 files are there already: the new get a number"))
    driver.press(.down, .left)
    #expect(Self.text(driver).contains("they are REPLACED"))
    #expect(driver.press(.enter) == ["transfer 1 download both of 13 to /home/ada replace"])
    // Downloading changes nothing: the marks stay.
    #expect(driver.state.marks.count == 13)
  }

  @Test func theFolderIsTypedAndCompleted() {
    var driver = Self.driver()
    driver.press(.character("d"), .control("u"))
    #expect(
      driver.type("~/d q")
        == (3...7).map { "check download source of 1 to \(["~", "~/", "~/d", "~/d", "~/d q"][$0 - 3]) number \($0)" })
    #expect(driver.press(.tab) == ["complete folder ~/d q 8"])
    #expect(
      driver.send(.completed(.init(text: "~/d qui", names: ["d quick/", "d quiz/"]), generation: 8)) == [
        "check download source of 1 to ~/d qui number 9"
      ])
    #expect(Self.text(driver).contains("d quick/  d quiz/"))
    driver.send(.downloadChecked(.failure(.file(FileFault(.write, "/x", number: 13))), generation: 9))
    driver.type("c")
    driver.send(.downloadChecked(.failure(.file(FileFault(.write, "/x", number: 13))), generation: 10))
    #expect(Self.text(driver).contains("/x cannot be written: permission denied"))
    #expect(driver.press(.enter) == [])
    #expect(driver.press(.escape) == [] && driver.state.dialog == nil)
  }

  @Test func nothingToDownloadIsSaid() {
    var driver = Self.driver()
    driver.press(.character("/"))
    driver.type("new.png")
    driver.press(.enter, .character("d"), .down, .right)
    driver.send(.downloadChecked(Self.check(), generation: 2))
    #expect(Self.text(driver).contains("Nothing to download: no rendition is there"))
    #expect(driver.press(.enter) == [])
  }

  @Test(arguments: ScreenTests.sizes) func downloadScreen(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.press(.character("a"), .character("d"), .down, .right)
    driver.send(.downloadChecked(Self.check(existing: 3), generation: 2))
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("download", size))
  }

  // MARK: - Uploading

  @Test func anUploadIsCheckedThenBegun() {
    var driver = Self.driver()
    driver.press(.character("u"))
    driver.type("~/Pictures/dog.png")
    guard case .upload(let upload)? = driver.state.dialog else { return #expect(Bool(false)) }
    #expect(upload.key.text == "2025/summer/dog.png")
    #expect(driver.press(.enter) == ["check upload ~/Pictures/dog.png 2025/summer/dog.png 1"])
    let check = UploadCheck(size: 100, kind: .png, existing: nil)
    #expect(
      driver.send(.uploadChecked(.success(check), generation: 1)) == [
        "transfer 1 upload ~/Pictures/dog.png to 2025/summer/dog.png"
      ])
    var report = TransferReport(id: 1)
    report.done = 1
    report.bytes = 100
    report.isEnded = true
    report.change = .objects([Fixture.key("2025/summer/dog.png")])
    #expect(driver.send(.transfer(report)) == ["read 2025/summer/dog.png"])
    #expect(driver.state.message?.text == "Uploaded 1, 100 B: 2025/summer/dog.png")
  }

  @Test func theKeyIsEditedByHand() {
    var driver = Self.driver()
    driver.press(.character("u"))
    driver.type("a.png")
    driver.press(.down, .control("u"))
    driver.type("own")
    driver.press(.up)
    driver.type("x")
    guard case .upload(let upload)? = driver.state.dialog else { return #expect(Bool(false)) }
    #expect(upload.path.text == "a.pngx" && upload.key.text == "own")
  }

  @Test func replacingIsAskedAndNoByDefault() {
    var driver = Self.driver()
    driver.press(.character("u"))
    driver.type("beach.jpg")
    driver.press(.enter)
    let row = Fixture.row("2025/summer/beach.jpg")
    let existing = ObjectSummary(
      key: row.key, size: 48_213, lastModified: Date(timeIntervalSince1970: Fixture.now - 7200), etag: "e")
    let check = UploadCheck(size: 100, kind: .jpeg, existing: existing)
    #expect(driver.send(.uploadChecked(.success(check), generation: 1)) == [])
    #expect(driver.state.scope == .question)
    #expect(Self.text(driver).contains("(48 kB, 2h old)"))
    #expect(driver.press(.enter) == [])
    #expect(driver.state.scope == .form)
    driver.press(.enter)
    driver.send(.uploadChecked(.success(check), generation: 2))
    #expect(driver.press(.character("y")) == ["transfer 1 upload beach.jpg to 2025/summer/beach.jpg"])
  }

  @Test func keysOfOurOwnAndOtherKindsAreRefusedOrAsked() {
    var driver = Self.driver()
    driver.press(.character("u"))
    driver.type("x.png")
    driver.press(.down, .control("u"))
    driver.type("pixelated-8x8-x.png")
    #expect(driver.press(.enter) == [])
    #expect(Self.text(driver).contains("looks like one of our own"))
    driver.press(.control("u"))
    #expect(driver.press(.enter) == [])
    #expect(Self.text(driver).contains("A key has 1 to 1,024 bytes"))
    driver.type("notes.txt")
    driver.press(.enter)
    driver.send(.uploadChecked(.success(UploadCheck(size: 1, kind: .other(name: "PDF"), existing: nil)), generation: 1))
    #expect(Self.text(driver).contains("The file is a PDF"))
    driver.press(.escape)
    #expect(driver.state.dialog == nil)
  }

  @Test func anUploadThatCannotBeSaysWhyInItsPlace() {
    var driver = Self.driver()
    driver.press(.character("u"))
    #expect(driver.press(.enter) == [])
    #expect(Self.text(driver).contains("Type the path of a file"))
    driver.type("gone.png")
    driver.press(.enter)
    driver.send(.uploadChecked(.failure(.file(FileFault(.read, "/home/ada/gone.png", number: 2))), generation: 1))
    #expect(Self.text(driver).contains("/home/ada/gone.png is not there."))
    driver.send(.input(.paste("\u{1B}[31m2")))
    guard case .upload(let upload)? = driver.state.dialog else { return #expect(Bool(false)) }
    #expect(upload.path.text == "gone.png[31m2" && upload.problem == nil)
  }

  @Test(arguments: ScreenTests.sizes) func uploadScreen(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.press(.character("u"))
    driver.type("~/Pictures/dog")
    driver.press(.tab)
    driver.send(
      .completed(.init(text: "~/Pictures/dog-", names: ["dog-1.png", "dog-2.png", "dog-days/"]), generation: 1))
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("upload", size))
  }

  @Test(arguments: ScreenTests.sizes) func uploadQuestionScreen(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.press(.character("u"))
    driver.type("beach.jpg")
    driver.press(.enter)
    let existing = ObjectSummary(
      key: Fixture.key("2025/summer/beach.jpg"), size: 48_213,
      lastModified: Date(timeIntervalSince1970: Fixture.now - 7200), etag: "e")
    driver.send(.uploadChecked(.success(UploadCheck(size: 9, kind: .unknown, existing: existing)), generation: 1))
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("replace", size))
  }

  // MARK: - Transfers in Jobs

  @Test func aTransferIsFollowedAndCancelled() {
    var driver = Self.driver()
    driver.press(.character("a"), .character("d"))
    driver.send(.downloadChecked(Self.check(), generation: 1))
    driver.press(.enter)
    var report = TransferReport(id: 1)
    report.total = 13
    report.done = 3
    report.failed = 1
    report.bytes = 4_500_000
    report.problems = [.init(key: "a\u{1B}b", text: explanation(of: Self.denied()))]
    driver.send(.transfer(report))
    #expect(Self.text(driver).contains("Downloaded 3 of 13, 4.5 MB, 1 failed: 13 objects"))
    #expect(driver.state.log.entries.contains { $0.text.hasPrefix("a\\x1Bb: Access is denied") })
    driver.press(.character("3"))
    #expect(driver.press(.character("x")) == ["cancel transfer 1"])
    driver.press(.character("q"))
    #expect(Self.text(driver).contains("1 transfer running."))
    driver.press(.escape)
    report.isEnded = true
    report.isCancelled = true
    report.problems = []
    driver.send(.transfer(report))
    #expect(driver.state.message?.text.hasPrefix("Cancelled: downloaded 3 of 13, 4.5 MB, 1 failed: 13 objects") == true)
    #expect(driver.state.transfers.running.isEmpty)
    #expect(driver.press(.character("x")) == [])
    #expect(driver.press(.character("q")) == ["terminal quit(status: 0)"])
    // A report that comes late changes nothing.
    report.done = 13
    driver.send(.transfer(report))
    #expect(driver.state.transfers.all.first?.done == 3)
  }

  @Test(arguments: ScreenTests.sizes) func transfersScreen(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.press(.character("D"), .character("y"))
    var deletion = TransferReport(id: 1)
    deletion.done = 5
    deletion.isEnded = true
    driver.time += 2
    driver.send(.transfer(deletion))
    driver.press(.character("a"), .character("d"))
    driver.send(.downloadChecked(Self.check(), generation: 1))
    driver.press(.enter)
    driver.time += 2
    var report = TransferReport(id: 2)
    report.total = 13
    report.done = 3
    report.failed = 1
    report.bytes = 4_500_000
    driver.send(.transfer(report))
    driver.send(.jobs([.queued(Fixture.key("new.png")), .started(Fixture.key("new.png"))]))
    driver.press(.character("3"))
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("transfers", size))
  }
}
