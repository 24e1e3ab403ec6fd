import Foundation
import ObjectStore
import Pipeline
import PixelEngine
import Testing

@testable import Console

/// Dead letters as a queue and a function leave them, of hostile names among others.
enum Letters {
  static let queue = "uploads-dead"
  static let bucket = "s3://failures/aws/lambda/async/"
  static let places = EventPlaces(queue: "uploads", function: "pixelater-make", hasLetters: true)

  static func letter(
    _ id: String, keys: [String] = [], place: String = queue, age: Double = 7200, record: FailureCode? = nil,
    condition: String? = nil, message: String? = nil, tries: Int? = nil, fault: EventError? = nil
  ) -> ReadLetter {
    let events = keys.map { ObjectEvent(bucket: "photos", key: Fixture.key($0), etag: "0f1e2d", size: 48_213) }
    var letter = DeadLetter(
      id: id, events: events, fault: fault, reason: message, attempts: tries,
      time: Date(timeIntervalSince1970: Fixture.now - age))
    letter.place = place
    letter.condition = condition
    letter.errorMessage = message
    letter.receives = place == queue ? 4 : nil
    letter.content = #"{"Records":[{"eventName":"ObjectCreated:Put"}]}"#
    if condition != nil {
      letter.errorType = "Runtime.ExitError"
      letter.requestID = "6f2b6a1e-91a4-4a44-9d0c-2b7b5c1d7c11"
      letter.function = "arn:aws:lambda:eu-central-1:111122223333:function:pixelater-make:$LATEST"
    }
    let row = record.flatMap { code in keys.first.map { Fixture.row($0, failure: code, attempts: 5) } }
    return ReadLetter(letter, keys: events.map(\.key), record: row?.failure)
  }

  static let all = [
    letter("6f2b6a1e-91a4", keys: ["2025/summer/beach.jpg"], age: 400, record: .timeout),
    letter("0c77d3aa-1fe0", keys: ["evil\u{1B}[31m\u{202E}gnp.png", "new.png", "half.png"], age: 90),
    letter(
      "aws/lambda/async/pixelater-make/2026/03/14/1", keys: ["nature/鳥と花.png"], place: bucket, age: 86_400 * 3,
      condition: "RetriesExhausted", message: "RequestId: 6f2b Error: Runtime exited with error: signal: killed",
      tries: 3),
    letter("b2b2b2b2-hello", age: 4000, fault: .notJSON),
    ReadLetter(
      {
        var letter = DeadLetter(
          id: "cafe", events: [ObjectEvent(bucket: "other", key: Fixture.key("x.png"))],
          time: Date(timeIntervalSince1970: Fixture.now - 50_000))
        letter.place = queue
        return letter
      }()),
  ]

  static let depth = EventDepth(
    queue: .success(QueueStatus(waiting: 12, inFlight: 3)),
    letters: [
      .success(LetterCount(letters: 4)),
      .success(LetterCount(letters: 1, oldest: Date(timeIntervalSince1970: Fixture.now - 86_400 * 3))),
    ])
}

extension Driver {
  /// A console that has looked at these letters, with the view of them open.
  init(
    letters: [ReadLetter], size: (Int, Int) = (120, 40), places: EventPlaces = Letters.places,
    depth: EventDepth? = nil, problems: [LetterLook.Problem] = [], capabilities: Capabilities = Capabilities(),
    isReadOnly: Bool = false
  ) {
    self.init(
      columns: size.0, rows: size.1, capabilities: capabilities, isReadOnly: isReadOnly, places: places)
    list(Fixture.rows)
    if let depth { send(.depth(depth, generation: 1)) }
    press(.character("4"))
    if places.hasLetters { send(.looked(LetterLook(letters: letters, problems: problems), generation: 1)) }
  }

  var text: String { SessionTests.text(screen()) }
  var shownLetters: [String] { state.records.shown.map(\.id) }
}

@Suite("Screens of dead letters")
struct RecordScreenTests {
  static let mono = Capabilities(depth: .mono, unicode: false, mouse: false)

  @Test(arguments: ScreenTests.sizes) func list(_ size: (Int, Int)) throws {
    var driver = Driver(letters: Letters.all, size: size, depth: Letters.depth)
    driver.press(.down, .character(" "))
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("records", size))
  }

  @Test(arguments: ScreenTests.sizes) func details(_ size: (Int, Int)) throws {
    var driver = Driver(letters: Letters.all, size: size, depth: Letters.depth)
    driver.press(.end, .enter)
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("letter", size))
  }

  @Test(arguments: ScreenTests.sizes) func hostileDetails(_ size: (Int, Int)) throws {
    var driver = Driver(letters: Letters.all, size: size)
    driver.press(.home, .enter)
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("letter-hostile", size))
  }

  @Test(arguments: ScreenTests.sizes) func redrive(_ size: (Int, Int)) throws {
    var driver = Driver(letters: Letters.all, size: size, depth: Letters.depth)
    driver.press(.character("a"), .character("r"), .character("w"))
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("redrive", size))
  }

  @Test(arguments: ScreenTests.sizes) func empty(_ size: (Int, Int)) throws {
    let nothing = EventDepth(
      queue: .success(QueueStatus(waiting: 0, inFlight: 0)), letters: [.success(LetterCount(letters: 0))])
    let driver = Driver(letters: [], size: size, depth: nothing)
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("records-empty", size))
  }

  @Test(arguments: ScreenTests.sizes) func unconfigured(_ size: (Int, Int)) throws {
    var driver = Driver(letters: [], size: size, places: EventPlaces())
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("records-folder", size))
    // A bucket could have one.
    let setup = ConsoleSetup(source: "s3://photos/in/", destination: "s3://photos-out/")
    driver.state = ConsoleState(setup: setup, size: driver.state.size)
    driver.list(Fixture.rows)
    driver.press(.character("4"))
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("records-unconfigured", size))
  }

  @Test(arguments: ScreenTests.sizes) func unreachable(_ size: (Int, Int)) throws {
    let error = QueueError.unavailable(detail: "could not connect to 127.0.0.1:4566")
    let driver = Driver(
      letters: [], size: size, depth: EventDepth(queue: .failure(error), letters: [.failure(error)]),
      problems: [LetterLook.Problem(place: "the dead-letter queue of uploads", error: error)])
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("records-error", size))
  }

  @Test func withoutUnicodeOrColour() throws {
    var driver = Driver(letters: Letters.all, size: (80, 24), depth: Letters.depth, capabilities: Self.mono)
    driver.press(.down, .character(" "))
    var screen = driver.screen()
    #expect(screen.cells.allSatisfy { $0.text.utf8.allSatisfy { $0 < 0x80 } })
    try GoldenScreen.expect(screen, "records-ascii-80x24")
    driver.press(.enter)
    screen = driver.screen()
    #expect(screen.cells.allSatisfy { $0.text.utf8.allSatisfy { $0 < 0x80 } })
    try GoldenScreen.expect(screen, "letter-ascii-80x24")
  }

  @Test(arguments: ScreenTests.sizes) func planByOthers(_ size: (Int, Int)) throws {
    var driver = Driver(columns: size.0, rows: size.1, places: Letters.places)
    driver.list(Fixture.rows)
    driver.press(.character("a"), .character("r"), .character("w"))
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("plan-queue", size))
  }

  @Test(arguments: [(20, 5), (24, 7), (33, 40), (60, 16)]) func oddSizes(_ size: (Int, Int)) {
    var driver = Driver(letters: Letters.all, size: size, depth: Letters.depth)
    for key in [Key.down, .enter, .down, .escape, .character("r"), .tab, .escape, .character("?")] {
      driver.press(key)
      #expect(driver.screen().size == ScreenSize(columns: size.0, rows: size.1))
      #expect(!driver.text.contains("\u{1B}") && !driver.text.contains("\u{202E}"))
    }
  }
}

@Suite("What is done with dead letters")
struct RecordsTests {
  // MARK: - Depth

  @Test func depthIsAskedForAtTheStartAndThenNowAndThen() {
    var driver = Driver(places: Letters.places)
    #expect(driver.send(.started) == ["list 1", "depth 1"])
    driver.send(.listingEnded(nil, listing: 1))
    driver.time += 100
    #expect(!driver.send(.tick).contains { $0.hasPrefix("depth") }, "it has not answered yet")
    // The first that tells of letters has them looked at, once.
    #expect(driver.send(.depth(Letters.depth, generation: 1)) == ["look 1"])
    #expect(driver.state.nextTick.map { $0 <= driver.time + DepthState.interval } == true)
    driver.send(.looked(LetterLook(letters: []), generation: 1))
    driver.time += DepthState.interval - 1
    #expect(driver.send(.tick) == [])
    driver.time += 1
    #expect(driver.send(.tick) == ["depth 2"])
    #expect(driver.send(.depth(Letters.depth, generation: 2)) == [])
    // An answer to an older question changes nothing.
    driver.send(.depth(EventDepth(), generation: 1))
    #expect(driver.state.depth.known == Letters.depth)
    driver.press(.character("Z"))
    driver.time += 1000
    #expect(!driver.send(.tick).contains("depth 3"), "paused")
    driver.press(.character("Z"))
    #expect(driver.send(.tick) + driver.effects.map(\.description) != [] && driver.state.depth.isAsking)
  }

  @Test func readOnlyLooksOnlyWhenAsked() {
    var driver = Driver(isReadOnly: true, places: Letters.places)
    driver.send(.started)
    #expect(driver.send(.depth(Letters.depth, generation: 1)) == [])
    #expect(driver.press(.character("4")) == ["look 1"])
    #expect(driver.press(.character("R")) == ["depth 2"], "it is looking")
  }

  @Test func withoutAQueueNothingIsAsked() {
    var driver = Driver()
    #expect(driver.send(.started) == ["list 1"])
    #expect(driver.press(.character("4")) == [] && driver.press(.character("R")) == ["list 2"])
    driver.time += 1000
    #expect(!driver.send(.tick).contains { $0.hasPrefix("depth") })
  }

  @Test func theHeaderTellsWhatWaits() {
    var driver = Driver(letters: Letters.all, size: (160, 40), depth: Letters.depth)
    #expect(driver.text.contains("queue 12, 3 in flight  5 dead, oldest 3d"))
    driver.send(.resized(ScreenSize(columns: 120, rows: 40)))
    #expect(driver.text.contains("queue 12+3  5 dead 3d"))
    driver.send(.resized(ScreenSize(columns: 40, rows: 20)))
    #expect(!driver.text.contains("dead 3d") && driver.text.contains("13 objects"))
    driver.send(.resized(ScreenSize(columns: 160, rows: 40)))
    driver.send(.depth(EventDepth(queue: .failure(.timeout), letters: [.failure(.timeout)]), generation: 1))
    #expect(driver.text.contains("queue does not answer"))
    #expect(driver.state.log.entries.contains { $0.text.contains("did not answer in time") })
    // Said once; and that it works again.
    let entries = driver.state.log.entries.count
    driver.send(.depth(EventDepth(queue: .failure(.timeout)), generation: 1))
    #expect(driver.state.log.entries.count == entries)
    driver.send(.depth(Letters.depth, generation: 1))
    #expect(driver.state.log.entries.last?.text == "The queue answers again")
  }

  // MARK: - The list

  @Test func sortsFiltersAndMarks() {
    var driver = Driver(letters: Letters.all)
    #expect(driver.shownLetters.first == "0c77d3aa-1fe0", "the newest")
    driver.press(.character("S"))
    #expect(driver.shownLetters.last == "0c77d3aa-1fe0")
    driver.press(.character("s"))
    #expect(driver.shownLetters.first == "6f2b6a1e-91a4", "by name")
    driver.press(.character("/"))
    driver.type("err:timeout")
    #expect(driver.shownLetters == ["6f2b6a1e-91a4"])
    driver.press(.control("u"))
    driver.type("!err:unread age<2h")
    #expect(Set(driver.shownLetters) == ["6f2b6a1e-91a4", "0c77d3aa-1fe0"])
    driver.press(.control("u"))
    driver.type("failures/")
    #expect(driver.shownLetters == ["aws/lambda/async/pixelater-make/2026/03/14/1"])
    driver.press(.control("u"))
    driver.type("state:failed")
    #expect(driver.text.contains("is of objects") && driver.shownLetters.count == 5)
    driver.press(.escape)
    driver.press(.character("v"), .down, .down, .character("v"))
    #expect(driver.state.records.marks.count == 3)
    driver.press(.character("i"))
    #expect(driver.state.records.marks.count == 2)
    driver.press(.escape)
    #expect(driver.state.records.marks.isEmpty)
    driver.press(.escape)
    #expect(driver.state.view == .objects)
  }

  @Test func theCursorStaysOnItsLetter() {
    var driver = Driver(letters: Array(Letters.all.dropFirst()))
    driver.press(.down)
    let id = driver.state.records.current?.letter.id
    driver.send(.looked(LetterLook(letters: Letters.all), generation: 1))
    #expect(driver.state.records.current?.letter.id == id)
    // An answer to a look of before.
    driver.press(.character("R"))
    driver.send(.looked(LetterLook(letters: []), generation: 1))
    #expect(driver.state.records.letters.count == 5)
  }

  @Test func whatTheListMayLackIsSaid() {
    var driver = Driver(letters: Letters.all, depth: Letters.depth)
    #expect(!driver.text.contains("looks again"))
    var more = Letters.depth
    more.letters = [.success(LetterCount(letters: 9))]
    driver.send(.depth(more, generation: 1))
    #expect(driver.text.contains("About 9 dead letters by now: R looks again"))
    #expect(driver.press(.character("R")) == ["look 2", "depth 2"])
    driver.send(
      .looked(
        LetterLook(letters: Letters.all, problems: [.init(place: "s3://x\u{1B}/", error: .accessDenied)]), generation: 2
      ))
    #expect(driver.text.contains("s3://x\\x1B/: Access to the bucket is denied"))
    driver.send(.looked(LetterLook(letters: Letters.all, isCut: true), generation: 2))
    #expect(driver.text.contains("there may be more"))
  }

  @Test func lettersOfAPlaceThatDoesNotAnswerStay() {
    var driver = Driver(letters: Letters.all)
    driver.press(.character("R"))
    let problem = LetterLook.Problem(place: Letters.bucket, error: .timeout)
    driver.send(.looked(LetterLook(letters: [Letters.all[0]], problems: [problem]), generation: 2))
    #expect(Set(driver.shownLetters) == [Letters.all[0].letter.id, Letters.all[2].letter.id])
    #expect(driver.text.contains("\(Letters.bucket): The bucket did not answer in time"))
  }

  @Test func aKeyOfItsObjectIsCopied() {
    var driver = Driver(letters: Letters.all)
    driver.press(.character("y"))
    #expect(driver.state.scope == .copy)
    driver.press(.escape)
    let unreadable = driver.shownLetters.firstIndex(of: "b2b2b2b2-hello") ?? 0
    for _ in 0..<unreadable { driver.press(.down) }
    driver.press(.character("y"))
    #expect(driver.text.contains("It tells of no object here"))
  }

  // MARK: - Redriving

  @Test func aRedriveShowsItsPlanAndTheLetterGoesOnceProven() {
    var driver = Driver(letters: Letters.all)
    driver.press(.character("g"), .down)
    #expect(driver.press(.character("r")) == [])
    #expect(driver.text.contains("Redrive this dead letter?") && driver.text.contains("Process 1 object here."))
    #expect(driver.press(.enter) == ["transfer 1 redrive 6f2b6a1e-91a4 by local"])
    #expect(driver.text.contains("redriving"))
    #expect(driver.press(.character("r")) == [] && driver.text.contains("It is being redriven"))
    let id = DeadLetter.Identity(place: Letters.queue, id: "6f2b6a1e-91a4")
    var report = TransferReport(id: 1)
    report.total = 1
    report.done = 1
    report.letters = [.init(id: id, outcome: .done)]
    driver.send(.transfer(report))
    #expect(driver.state.records.letters[id] == nil && driver.shownLetters.count == 4)
    report.letters = []
    report.isEnded = true
    report.change = .everything
    #expect(driver.send(.transfer(report)).contains("depth 1") == false || driver.state.depth.isAsking)
    #expect(driver.state.log.entries.contains { $0.text.contains("redriven; its outputs stand") })
    driver.press(.character("3"))
    #expect(driver.text.contains("Redrive of 1 dead letter here") && driver.text.contains("redriven 1"))
  }

  @Test func whatStaysSaysWhy() {
    var driver = Driver(letters: Letters.all)
    driver.press(.character("a"), .character("r"), .character("w"))
    #expect(driver.text.contains("Send 5 events to the queue uploads"))
    driver.press(.character("w"))
    #expect(driver.text.contains("Invoke the function pixelater-make 5 times"))
    let effects = driver.press(.enter)
    #expect(effects.count == 1 && effects[0].hasSuffix("by lambda") && driver.state.records.marks.isEmpty)
    var report = TransferReport(id: 1)
    report.letters = Letters.all.enumerated().map { index, read in
      let outcomes: [RedriveOutcome?] = [
        .sent, .failed(Failure(code: .damaged, message: "Bad\u{1B} data.", stage: .decode)), nil, .kept(.notJSON),
        .queue(.throttled),
      ]
      return .init(id: read.letter.identity, outcome: outcomes[index])
    }
    driver.send(.transfer(report))
    #expect(driver.state.records.letters.count == 4, "the one that is not there any more is not shown")
    #expect(driver.text.contains("sent") && driver.text.contains("failed again"))
    driver.press(.character("g"), .enter)
    #expect(driver.text.contains("damaged: Bad\\x1B data."))
    report.skipped = 2
    report.total = 5
    // Cancelled before their turn came, letters are not shown as under way for ever.
    driver.press(.escape, .character("a"), .character("r"), .enter)
    var second = TransferReport(id: 2)
    second.isEnded = true
    second.isCancelled = true
    driver.send(.transfer(report))
    report.isEnded = true
    report.letters = []
    driver.send(.transfer(report))
    driver.send(.transfer(second))
    #expect(!driver.state.records.ends.values.contains(.running))
  }

  @Test func nothingIsRedrivenReadOnlyOrOfNothing() {
    var driver = Driver(letters: Letters.all, isReadOnly: true)
    driver.press(.character("r"))
    #expect(driver.text.contains("Read-only: nothing is redriven here") && driver.state.dialog == nil)
    driver = Driver(letters: [Letters.letter("x", fault: .notJSON)])
    driver.press(.character("r"))
    #expect(driver.text.contains("1 that cannot be read"))
    #expect(driver.press(.enter) == [] && driver.state.transfers.all.isEmpty)
    driver = Driver(letters: [])
    driver.press(.character("r"))
    #expect(driver.text.contains("There is no dead letter under the cursor"))
  }

  // MARK: - Where to run

  @Test func objectsAreHandedOverAndQueuedUntilTheBucketsShowWhatCame() {
    var driver = Driver(columns: 120, rows: 40, places: Letters.places)
    driver.list(Fixture.rows)
    driver.press(.character("/"))
    driver.type("new")
    driver.press(.enter, .character("r"))
    #expect(driver.text.contains("here, in this process"))
    driver.press(.character("F"))
    #expect(driver.text.contains("do not force"))
    driver.press(.tab)
    #expect(driver.text.contains("Send 1 event to the queue uploads; its workers process"))
    #expect(driver.text.contains("less than $0.01"))
    driver.press(.character("F"))
    #expect(driver.text.contains("Others look for themselves"))
    #expect(driver.press(.enter) == ["transfer 1 send new.png to queue"])
    var report = TransferReport(id: 1)
    report.total = 1
    report.done = 1
    report.sent = [Fixture.key("new.png")]
    report.isEnded = true
    driver.send(.transfer(report))
    #expect(driver.text.contains("◌ queued"))
    #expect(driver.state.message?.text == "Sent 1: 1 object to the queue uploads")
    // It is not ours to cancel.
    driver.press(.character("x"))
    #expect(driver.text.contains("There is no job under the cursor"))
    // Read again as it was, it is still queued; with what a worker wrote it is what it is.
    driver.send(
      .read([
        RowReading(key: Fixture.key("new.png"), result: .success(Fixture.rows.first { $0.key.string == "new.png" }))
      ]))
    #expect(driver.text.contains("◌ queued"))
    let done = Fixture.row("new.png", size: 18_022, age: 12, renditions: Fixture.complete)
    driver.send(.read([RowReading(key: done.key, result: .success(done))]))
    #expect(!driver.text.contains("queued") && driver.text.contains("● complete") && driver.state.table.handedOver == 0)
  }

  @Test func aRefreshForgetsWhatWasHandedOver() {
    var driver = Driver(columns: 120, rows: 40, places: Letters.places)
    driver.list(Fixture.rows)
    driver.press(.character("a"), .character("r"), .tab, .tab)
    #expect(driver.text.contains("Invoke the function pixelater-make"))
    driver.press(.enter)
    var report = TransferReport(id: 1)
    report.sent = [Fixture.key("new.png"), Fixture.key("half.png"), Fixture.key("not there")]
    driver.send(.transfer(report))
    #expect(driver.state.table.handedOver == 2)
    driver.press(.character("R"))
    #expect(driver.state.table.handedOver == 0)
  }

  @Test func withoutAnybodyElseThereIsNothingToChoose() {
    var driver = Driver(columns: 120, rows: 40)
    driver.list(Fixture.rows)
    driver.press(.character("r"))
    #expect(!driver.text.contains("Where") && !driver.text.contains("by queue"))
    driver.press(.character("w"))
    #expect(driver.text.contains("Neither queue nor function is set"))
  }
}
