import FoundationEssentials
import ObjectStore
import Pipeline
import PixelEngine
import Testing

@testable import Console

/// What a bucket that keeps versions makes possible: taking deletions back, seeing old versions, making one stand again.
@Suite("Versions in the console")
struct VersionTests {
  static let offers: StoreOffers = [.versions, .renditionVersions]

  static func driver(
    _ size: (Int, Int) = (100, 30), offers: StoreOffers = offers, isReadOnly: Bool = false, isProduction: Bool = false
  ) -> Driver {
    var driver = Driver(columns: size.0, rows: size.1, isReadOnly: isReadOnly, offers: offers)
    driver.state.setup.isProduction = isProduction
    driver.list(Fixture.rows)
    return driver
  }

  static func text(_ driver: Driver) -> String { SessionTests.text(driver.screen()) }

  /// A deletion of what the five renditions of the first row are, up to its end.
  static func deleted(
    _ driver: inout Driver, id: Int = 1, markers: [String?] = ["m1", "m2", "m3", "m4", "m5"], isEnded: Bool = true
  ) {
    var report = TransferReport(id: id)
    report.total = 5
    report.done = markers.count
    report.outcomes = zip(GridSize.allCases, markers).map { size, marker in
      let name = driver.state.setup.naming.key(of: Fixture.key("2025/summer/beach.jpg"), size: size)
      return TransferOutcome(key: name, result: .done(name: name), marker: marker)
    }
    report.isEnded = isEnded
    driver.send(.transfer(report))
  }

  static let names = GridSize.allCases.map {
    RenditionNaming().key(of: Fixture.key("2025/summer/beach.jpg"), size: $0)
  }

  // MARK: - Deleting

  @Test func theQuestionSaysWhetherItCanBeUndone() {
    var driver = Self.driver()
    #expect(driver.press(.character("D")) == ["versioning"])
    #expect(Self.text(driver).contains("5 renditions, 7.5 kB, would be deleted"))
    #expect(Self.text(driver).contains("renditions can be made again"), "what is known so far")
    driver.send(.versioning(.success(.enabled)))
    #expect(Self.text(driver).contains("The bucket keeps versions: B brings them back"))
    driver.press(.escape)
    // It may have been changed meanwhile; until that is known, what was known holds.
    #expect(driver.press(.character("D")) == ["versioning"])
    #expect(Self.text(driver).contains("B brings them back"))
    for answer in [Result.success(BucketVersioning.never), .success(.suspended), .failure(Self.denied(.open))] {
      driver.send(.versioning(answer))
      #expect(!Self.text(driver).contains("brings"))
      #expect(Self.text(driver).contains("renditions can be made again"))
    }
    driver = Self.driver(offers: [])
    #expect(driver.press(.character("D")) == [], "a folder is not asked")
  }

  static func denied(_ operation: StoreError.Operation) -> StoreError {
    StoreError(operation: operation, key: "x", reason: .accessDenied)
  }

  @Test func orphansAreGoneForGoodUnlessVersionsAreKept() {
    var driver = Self.driver()
    var batch = ListedRows(rows: [], orphans: 2)
    batch.orphanBytes = 2000
    batch.firstOrphans = [.x8, .x16].map { Orphan(source: Fixture.key("gone.png"), size: $0, bytes: 1000) }
    driver.send(.listed(batch, listing: 1))
    driver.press(.character("O"))
    #expect(driver.press(.character("D")) == ["versioning"])
    #expect(Self.text(driver).contains("2 orphans, 2.0 kB, would be deleted"))
    #expect(Self.text(driver).contains("pixelated-8x8-gone.png"))
    #expect(Self.text(driver).contains("Asking whether the bucket keeps versions"))
    driver.send(.versioning(.failure(Self.denied(.open))))
    #expect(Self.text(driver).contains("it is not known whether"))
    driver.send(.versioning(.success(.suspended)))
    #expect(Self.text(driver).contains("This cannot be undone"))
    driver.send(.versioning(.success(.enabled)))
    #expect(Self.text(driver).contains("B brings them back") && !Self.text(driver).contains("cannot be undone"))
  }

  // MARK: - Undo

  @Test func aDeletionIsBroughtBackByItsMarkersAlone() {
    var driver = Self.driver()
    #expect(driver.state.unavailability(of: .undo) == "Nothing has been deleted here that can be brought back")
    driver.press(.character("D"), .character("y"))
    Self.deleted(&driver, isEnded: false)
    #expect(driver.state.unavailability(of: .undo)?.hasPrefix("The deletion is under way") == true)
    var last = TransferReport(id: 1)
    last.done = 5
    last.isEnded = true
    driver.send(.transfer(last))
    #expect(driver.state.message?.text == "Deleted 5 (B brings back): the renditions of 2025/summer/beach.jpg")

    driver.time += 120
    driver.press(.character("B"))
    #expect(Self.text(driver).contains("5 objects, deleted 2m ago, would stand again"))
    #expect(driver.press(.enter) == [] && driver.state.dialog == nil, "Enter is No")
    driver.press(.character("B"))
    let order = zip(Self.names, 1...5).map { "\($0)#m\($1)" }.joined(separator: " ")
    #expect(driver.press(.character("y")) == ["transfer 2 bring back \(order)"])
    #expect(driver.state.unavailability(of: .undo)?.hasPrefix("It is being brought back") == true)

    var report = TransferReport(id: 2)
    report.outcomes = zip(Self.names, 1...5).map {
      TransferOutcome(key: $0, result: .done(name: $0), marker: "m\($1)")
    }
    report.total = 5
    report.done = 5
    report.isEnded = true
    report.change = .objects([Fixture.key("2025/summer/beach.jpg")])
    let effects = driver.send(.transfer(report))
    #expect(effects.contains("read 2025/summer/beach.jpg"))
    #expect(effects.first?.hasPrefix("audit undelete pixelated-8x8-2025/summer/beach.jpg done") == true)
    #expect(driver.state.message?.text == "Brought back 5: the renditions of 2025/summer/beach.jpg")
    #expect(driver.state.unavailability(of: .undo) != nil, "once is enough")
  }

  @Test func whatCouldNotBeAskedIsTriedAgainAndWhatWasOvertakenIsNot() {
    var driver = Self.driver()
    driver.press(.character("D"), .character("y"))
    Self.deleted(&driver)
    driver.press(.character("B"), .character("y"))
    var report = TransferReport(id: 2)
    let results: [TransferOutcome.Result] = [
      .done(name: ""), .failed(.overtaken), .failed(.nothingKept), .failed(.store(Self.denied(.deleteVersion))),
      .cancelled,
    ]
    report.outcomes = zip(Self.names, results).map { TransferOutcome(key: $0, result: $1) }
    report.failed = 3
    report.done = 1
    report.problems = [
      .init(key: Self.names[1], text: explanation(of: TransferError.overtaken)),
      .init(key: Self.names[3], text: explanation(of: Self.denied(.deleteVersion))),
    ]
    report.isEnded = true
    driver.send(.transfer(report))
    #expect(driver.state.message?.kind == .error)
    let log = driver.state.log.entries.map(\.text).joined(separator: "\n")
    #expect(log.contains("written or deleted anew since") && log.contains("s3:DeleteObjectVersion"))
    #expect(driver.state.deletions.last?.objects.map(\.marker) == ["m4", "m5"])
    driver.press(.character("B"))
    #expect(driver.press(.character("y")).first?.hasPrefix("transfer 3 bring back \(Self.names[3])#m4") == true)
  }

  @Test func theNewestDeletionComesFirst() {
    var driver = Self.driver()
    for id in 1...2 {
      driver.press(.character("D"), .character("y"))
      Self.deleted(&driver, id: id, markers: ["of-\(id)"])
    }
    #expect(driver.state.deletions.all.count == 2)
    driver.press(.character("B"))
    #expect(driver.press(.character("y")) == ["transfer 3 bring back \(Self.names[0])#of-2"])
  }

  @Test func withoutMarkersNothingComesBack() {
    var driver = Self.driver()
    driver.press(.character("D"), .character("y"))
    // A bucket that never kept versions tells none, one that no longer does tells one that replaced what was there.
    Self.deleted(&driver, markers: [nil, "null", "", nil, nil])
    #expect(driver.state.message?.text == "Deleted 5: the renditions of 2025/summer/beach.jpg")
    #expect(driver.press(.character("B")) == [] && driver.state.dialog == nil)
    driver.send(.versioning(.success(.never)))
    driver.press(.character("B"))
    #expect(driver.state.message?.text.hasPrefix("The destination keeps no versions") == true)
    driver = Self.driver(offers: [])
    driver.press(.character("B"))
    #expect(driver.state.message?.text.hasPrefix("The destination is a folder") == true)
    driver = Self.driver(isReadOnly: true)
    driver.press(.character("B"))
    #expect(driver.state.message?.text == "Read-only: nothing is brought back here")
  }

  @Test func fewMarkersAreKeptInMind() {
    var history = DeletionHistory(limit: 10)
    func outcomes(_ range: Range<Int>) -> [TransferOutcome] {
      range.map { TransferOutcome(key: "\($0)", result: .done(name: ""), marker: "m\($0)") }
    }
    let transfers = (1...3).map { Transfer(id: $0, kind: .delete, subject: "s\($0)", began: 0) }
    history.note(outcomes(0..<4), of: transfers[0])
    history.note(outcomes(0..<4), of: transfers[1])
    #expect(history.all.map(\.objects.count) == [4, 4])
    history.note(outcomes(4..<8), of: transfers[1])
    #expect(history.all.map(\.id) == [2] && history.last?.objects.count == 8)
    history.note(outcomes(8..<15), of: transfers[1])
    #expect(history.last?.objects.count == 10 && history.last?.forgotten == 5)
    // What runs keeps its place.
    history.begin(undoing: 2, by: 9)
    history.note(outcomes(0..<4), of: transfers[2])
    #expect(history.all.map(\.objects.count) == [10, 0] && history.last?.forgotten == 4)
  }

  @Test(arguments: ScreenTests.sizes) func undoScreen(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.press(.character("D"), .character("y"))
    Self.deleted(&driver)
    driver.time += 90
    driver.press(.character("B"))
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("undo", size))
  }

  // MARK: - Pictures of versions

  /// The dialog with three versions: the one that stands, an older one, a delete marker.
  static func open(_ driver: inout Driver, latestIsMarker: Bool = false) {
    driver.press(.character("V"))
    var versions = [
      DialogTests.version("b6CzDHWQSdWZ", size: 2_481_022, age: 86_400),
      DialogTests.version("old\u{1B}[2J", size: 1_204, age: 86_400 * 40, isLatest: false),
      DialogTests.version("gone", size: 0, age: 86_400 * 50, isLatest: false, isMarker: true),
    ]
    if latestIsMarker { versions.swapAt(0, 2) }
    for i in versions.indices { versions[i].isLatest = i == 0 }
    driver.send(.versions(.success(versions), generation: driver.state.question))
  }

  @Test func theVersionUnderTheCursorIsSeen() {
    var driver = Self.driver()
    Self.open(&driver)
    #expect(driver.state.preview.wanted.map(\.subject) == [.version("b6CzDHWQSdWZ", .x32)])
    #expect(Self.text(driver).contains("loading…"))
    ScreenTests.showPictures(&driver, stored: false)
    #expect(!Self.text(driver).contains("loading…") && Self.text(driver).contains("· computed"))
    // Each has its own: until it is there, nothing else is shown in its place.
    #expect(driver.press(.down) == ["preview 2025/summer/beach.jpg@32#old\u{1B}[2J"])
    #expect(Self.text(driver).contains("loading…"))
    #expect(driver.press(.character("]")) == ["preview 2025/summer/beach.jpg@48#old\u{1B}[2J"])
    let late = PreviewID(
      key: Fixture.key("2025/summer/beach.jpg"), etag: "e", renditions: RenditionSet(),
      subject: .version("old\u{1B}[2J", .x32))
    driver.send(
      .previewed(
        PreviewAnswer(
          id: late, result: .success(PreviewPicture(raster: Fixture.picture(32), isStored: false)))))
    #expect(Self.text(driver).contains("loading…"))
    // Nothing to load: what was being loaded is given up.
    #expect(driver.press(.down) == ["preview "])
    #expect(Self.text(driver).contains("The object was deleted here."))
    #expect(driver.state.preview.wanted == [])
    driver.press(.escape)
    #expect(driver.state.preview.wanted.contains { $0.subject == .rendition(.x48) }, "the pane again")
  }

  @Test func anotherKindOfFileIsNotRead() {
    var driver = Self.driver()
    driver.press(.character("/"))
    driver.type("notes.txt")
    driver.press(.enter)
    Self.open(&driver)
    #expect(driver.state.preview.wanted == [])
    #expect(Self.text(driver).contains("Not read: its suffix is that of"))
    driver.press(.enter)
    #expect(driver.state.message?.text.hasPrefix("Its suffix is that of another kind") == true)
  }

  @Test func onASmallScreenEnterShowsThePicture() {
    var driver = Self.driver((40, 12))
    Self.open(&driver)
    #expect(driver.state.preview.wanted == [], "there is no room for it")
    #expect(driver.press(.enter) == ["preview 2025/summer/beach.jpg@32#b6CzDHWQSdWZ"])
    ScreenTests.showPictures(&driver, stored: false)
    #expect(Self.text(driver).contains("computed, not stored"))
    driver.press(.down)
    #expect(driver.state.preview.wanted.map(\.subject) == [.version("old\u{1B}[2J", .x32)])
    driver.press(.escape)
    #expect(driver.state.scope == .versions && Self.text(driver).contains("Versions"))
    driver.press(.escape)
    #expect(driver.state.dialog == nil)
    Self.open(&driver)
    driver.press(.end, .enter)
    #expect(driver.state.message?.text == "A delete marker has no picture")
  }

  @Test(arguments: ScreenTests.sizes) func versionPictureScreen(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    Self.open(&driver)
    driver.press(.down)
    if size.0 < 80 { driver.press(.enter) }
    ScreenTests.showPictures(&driver, stored: false)
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("version-picture", size))
  }

  // MARK: - Making a version stand

  @Test func anOldVersionIsAskedForAndProcessed() {
    var driver = Self.driver()
    Self.open(&driver)
    driver.press(.down, .character("r"))
    #expect(Self.text(driver).contains("What stands now stays as a version"))
    #expect(Self.text(driver).contains("2025/summer/beach.jpg"))
    #expect(Self.text(driver).contains("as of 2026-02-02 09:26:53, 1.2 kB"))
    #expect(driver.press(.enter).filter { $0.hasPrefix("transfer") } == [])
    #expect(driver.state.scope == .versions, "No leads back")
    driver.press(.character("r"))
    #expect(
      driver.press(.character("y")).filter { $0.hasPrefix("transfer") }
        == ["transfer 1 restore 2025/summer/beach.jpg#old\u{1B}[2J"])
    #expect(driver.state.dialog == nil)
    var report = TransferReport(id: 1)
    report.done = 1
    report.total = 1
    report.outcomes = [TransferOutcome(key: "2025/summer/beach.jpg", result: .done(name: "old\u{1B}[2J"))]
    report.isEnded = true
    report.change = .objects([Fixture.key("2025/summer/beach.jpg")])
    let effects = driver.send(.transfer(report))
    #expect(
      effects.filter { !$0.hasPrefix("preview") } == [
        "audit restore 2025/summer/beach.jpg done", "read 2025/summer/beach.jpg",
        "submit 2025/summer/beach.jpg forced",
      ])
    let audited = driver.effects.compactMap { if case .audit(let entries) = $0 { entries } else { nil } }.joined()
    #expect(audited.map(\.detail) == ["old\u{1B}[2J"])
    #expect(!Self.text(driver).contains("\u{1B}"))
  }

  @Test func anotherKindOfFileStandsAgainAndIsNotProcessed() {
    var driver = Self.driver()
    Self.open(&driver)
    driver.press(.down, .character("r"), .character("y"))
    var report = TransferReport(id: 1)
    report.done = 1
    report.isEnded = true
    report.change = .objects([Fixture.key("notes.txt")])
    let effects = driver.send(.transfer(report))
    #expect(effects.contains("read notes.txt") && effects.filter { $0.hasPrefix("submit") } == [])
  }

  @Test func whatDoesNotStandIsNotProcessed() {
    var driver = Self.driver()
    Self.open(&driver)
    driver.press(.down, .character("r"), .character("y"))
    var report = TransferReport(id: 1)
    report.failed = 1
    report.problems = [.init(key: "x", text: explanation(of: Self.denied(.restore)))]
    report.isEnded = true
    #expect(driver.send(.transfer(report)).filter { $0.hasPrefix("submit") } == [])
    #expect(driver.state.message?.text.contains("s3:GetObjectVersion and s3:PutObject") == true)
  }

  @Test func theLatestIsProcessedAsItIs() {
    var driver = Self.driver()
    driver.press(.down, .character(" "), .home)
    Self.open(&driver)
    driver.press(.character("r"))
    guard case .plan(let plan)? = driver.state.dialog else { return #expect(Bool(false)) }
    #expect(plan.rows.map { driver.state.table.keyText($0) } == ["2025/summer/beach.jpg"], "not what is marked")
    #expect(Self.text(driver).contains("Process this object?"))
    driver.press(.character("F"))
    #expect(driver.press(.enter).contains("submit 2025/summer/beach.jpg forced"))
    #expect(driver.state.marks.count == 1)
  }

  @Test func markersLargeOnesAndReadOnlyAreRefusedWithAReason() {
    var driver = Self.driver()
    Self.open(&driver)
    driver.press(.end, .character("r"))
    #expect(driver.state.message?.text == "A delete marker has no content to process")
    driver.press(.escape, .character("V"))
    driver.send(
      .versions(
        .success([
          DialogTests.version("a", size: 1, age: 1),
          DialogTests.version("b", size: 5 << 30 + 1, age: 2, isLatest: false),
        ]), generation: driver.state.question))
    driver.press(.down, .character("r"))
    #expect(driver.state.message?.text.contains("larger than 5 GiB") == true)
    driver = Self.driver(isReadOnly: true)
    Self.open(&driver)
    for key in [Key.character("r"), .down, .character("r")] { driver.press(key) }
    #expect(driver.state.message?.text == "Read-only: nothing is processed here")
    #expect(!Self.text(driver).contains("process it"))
  }

  @Test func ofADeletedObjectTheMarkerStays() {
    var driver = Self.driver()
    Self.open(&driver, latestIsMarker: true)
    driver.press(.down, .character("r"))
    #expect(Self.text(driver).contains("The object is deleted now"))
  }

  @Test func inProductionItIsTyped() {
    var driver = Self.driver(isProduction: true)
    Self.open(&driver)
    driver.press(.down, .character("r"))
    #expect(driver.state.scope == .form && Self.text(driver).contains("Type 1 to go ahead"))
    driver.press(.character("y"), .enter)
    #expect(Self.text(driver).contains("1 is what makes it stand"))
    driver.press(.escape)
    #expect(driver.state.scope == .versions)
    driver.press(.character("r"), .enter)
    #expect(driver.state.scope == .versions, "nothing typed is No")
    driver.press(.character("r"), .character("1"))
    #expect(driver.press(.enter).contains { $0.hasPrefix("transfer 1 restore") })
  }

  @Test(arguments: ScreenTests.sizes) func restoreScreen(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    Self.open(&driver)
    driver.press(.down, .character("r"))
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("restore", size))
  }

  // MARK: - What a source says of itself

  @Test func metadataAndTagsAreShownAndHostileOnesEscaped() {
    var driver = Self.driver((100, 60))
    #expect(driver.press(.enter).contains("describe 2025/summer/beach.jpg"))
    let etag = driver.state.details?.described ?? ""
    func tell(_ description: SourceDescription, etag: String) {
      driver.send(.described(Fixture.key("2025/summer/beach.jpg"), etag: etag, .success(description)))
    }
    tell(SourceDescription(contentType: "image/of-another"), etag: "another")
    #expect(!Self.text(driver).contains("image/of-another"))
    let entries = (0..<30).map { ObjectTag(name: "name-\($0)", value: "v\u{1B}[2J\u{202E}") }
    tell(
      SourceDescription(
        contentType: "image/jpeg", storageClass: "STANDARD_IA", metadata: entries, metadataCount: 400,
        tags: .tags([ObjectTag(name: "album", value: "sea")], count: 1)), etag: etag)
    let text = Self.text(driver)
    #expect(text.contains("image/jpeg") && text.contains("STANDARD_IA") && text.contains("album: sea"))
    #expect(text.contains("name-19: v") && !text.contains("name-20") && text.contains("and 380 more"))
    #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}") && text.contains("\\u{202E}"))
    tell(SourceDescription(contentType: "a/b", tags: .notAllowed), etag: etag)
    #expect(Self.text(driver).contains("not allowed to read them (s3:GetObjectTagging)"))
    tell(SourceDescription(contentType: "a/b", tags: .tags([], count: 0)), etag: etag)
    #expect(Self.text(driver).contains("none"))
    tell(SourceDescription(contentType: "a/b"), etag: etag)
    #expect(!Self.text(driver).contains("Tags"), "a folder has no such thing")
  }

  @Test func aSourceIsAskedOnceAndAgainWhenItChanged() {
    var driver = Self.driver()
    #expect(driver.press(.enter).contains("describe 2025/summer/beach.jpg"))
    driver.time += 60
    #expect(!driver.send(.tick).contains { $0.hasPrefix("describe") })
    let row = Fixture.row("2025/summer/beach.jpg", size: 5, renditions: Fixture.complete)
    #expect(driver.send(.read([RowReading(key: row.key, result: .success(row))])).contains { $0.hasPrefix("describe") })
    #expect(driver.press(.character("R")).contains { $0.hasPrefix("describe") }, "tags change without it")
  }

  @Test(arguments: ScreenTests.sizes) func describedScreen(_ size: (Int, Int)) throws {
    var driver = Self.driver(size)
    driver.press(.enter)
    driver.send(
      .described(
        Fixture.key("2025/summer/beach.jpg"), etag: driver.state.details?.described ?? "",
        .success(
          SourceDescription(
            contentType: "image/jpeg", storageClass: "GLACIER_IR",
            metadata: [ObjectTag(name: "camera", value: "X\u{202E}100"), ObjectTag(name: "taken-by", value: "ada")],
            tags: .tags([ObjectTag(name: "album", value: "sea & sun")], count: 1)))))
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("described", size))
  }
}
