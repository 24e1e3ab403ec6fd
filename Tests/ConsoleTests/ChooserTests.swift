import Foundation
import ObjectStore
import Pipeline
import Testing

@testable import Console

@Suite("The chooser of buckets", .timeLimit(.minutes(10)))
struct ChooserTests {
  /// A chooser driven by hand.
  struct Driver {
    var state: ChooserState
    var time = Fixture.now

    init(_ size: (Int, Int) = (80, 24), source: String? = nil, destination: String? = nil, unicode: Bool = true) {
      state = ChooserState(
        setup: ChooserSetup(
          account: "profile ada, eu-central-1", source: source, destination: destination,
          paths: LocalPath(workingDirectory: "/work", home: "/home/ada"),
          capabilities: Capabilities(unicode: unicode)),
        size: ScreenSize(columns: size.0, rows: size.1))
      send(.started)
    }

    @discardableResult
    mutating func send(_ kind: ChooserEvent.Kind) -> [ChooserEffect] {
      update(&state, ChooserEvent(kind, at: time))
    }

    mutating func list(_ names: [String] = ChooserTests.names) {
      let buckets = names.enumerated().map { i, name in
        BucketSummary(name: name, created: Date(timeIntervalSince1970: Fixture.now - Double(i + 1) * 86_400 * 50))
      }
      send(.listed(.success(buckets), attempt: state.attempt))
    }

    @discardableResult
    mutating func press(_ keys: Key...) -> [ChooserEffect] { keys.flatMap { send(.input(.key($0))) } }

    @discardableResult
    mutating func type(_ text: String) -> [ChooserEffect] { text.flatMap { press(.character($0)) } }

    func screen() -> ScreenGrid { render(state, theme: Theme.standard.resolved(for: state.setup.capabilities)) }

    var text: String { SessionTests.text(screen()) }
  }

  static let names = ["ada-archive", "ada-photos", "ada-photos-small", "backups", "logs", "website-assets"]
  static let quit = [ChooserEffect.terminal(.quit(status: 0))]

  @Test func sourceThenDestination() {
    var driver = Driver()
    driver.list()
    #expect(driver.press(.down, .enter) == [])
    #expect(driver.state.step == .destination && driver.state.source == "s3://ada-photos/")
    #expect(driver.press(.character("j"), .character("j"), .character("l")) == Self.quit)
    #expect(
      driver.state.chosen == ChosenLocations(source: "s3://ada-photos/", destination: "s3://ada-photos-small/"))
  }

  @Test func oneBucketForBothNeedsPrefixesApart() {
    var driver = Driver()
    driver.list()
    driver.press(.enter)
    #expect(driver.press(.enter) == [])
    #expect(driver.state.chosen == nil && driver.text.contains("overlap"))
    driver.press(.character("p"))
    driver.type("out")
    #expect(driver.press(.enter) == [] && driver.text.contains("overlap"))
    driver.press(.escape, .escape)
    #expect(driver.state.step == .source)
    driver.press(.character("p"))
    driver.type("in")
    driver.press(.enter)
    #expect(driver.state.source == "s3://ada-archive/in/")
    driver.press(.character("p"))
    // Not below `in/`: prefixes are folders.
    driver.type("in-small")
    #expect(driver.press(.enter) == Self.quit)
    #expect(driver.state.chosen?.destination == "s3://ada-archive/in-small/")
  }

  @Test func whatIsGivenIsNotAsked() {
    var driver = Driver(source: "s3://ada-archive/")
    driver.list()
    #expect(driver.state.step == .destination)
    driver.press(.escape)
    #expect(driver.state.step == .destination && driver.text.contains("q quits"))
    #expect(driver.press(.enter) == [])
    #expect(driver.press(.down, .enter) == Self.quit)
    driver = Driver(destination: "s3://ada-archive/")
    driver.list()
    #expect(driver.state.step == .source)
    #expect(driver.press(.enter) == [] && driver.state.chosen == nil)
    #expect(driver.press(.down, .enter) == Self.quit)
    #expect(driver.state.chosen?.source == "s3://ada-photos/")
  }

  @Test func aFilterIsLive() {
    var driver = Driver()
    driver.list()
    driver.press(.character("/"))
    driver.type("PHOTOS")
    #expect(driver.state.buckets.map(\.name) == ["ada-photos", "ada-photos-small"])
    driver.press(.down, .enter)
    #expect(driver.state.current?.name == "ada-photos-small")
    driver.press(.enter)
    #expect(driver.state.source == "s3://ada-photos-small/" && driver.state.filterText == "")
    driver.press(.character("/"))
    driver.type("zzz")
    #expect(driver.text.contains("Nothing matches"))
    #expect(driver.press(.enter, .enter) == [])
    driver.press(.escape)
    #expect(driver.state.buckets.count == 6 && driver.state.step == .destination)
    driver.press(.escape)
    // Back at the bucket that was chosen.
    #expect(driver.state.step == .source && driver.state.current?.name == "ada-photos-small")
  }

  @Test func aListThatFailsIsTriedAgainOrDoneWithout() {
    var driver = Driver()
    let error = StoreError(operation: .list, key: "", reason: .expiredCredentials)
    driver.send(.listed(.failure(error), attempt: 1))
    #expect(driver.text.contains("The buckets cannot be listed") && driver.text.contains("expired"))
    #expect(driver.press(.enter) == [])
    #expect(driver.press(.character("r")) == [.list(attempt: 2)])
    #expect(driver.text.contains("Asking for the buckets…"))
    // An answer to the first attempt that comes late.
    driver.send(.listed(.success([]), attempt: 1))
    #expect(driver.state.phase == .loading)
    driver.send(.listed(.failure(error), attempt: 2))
    driver.press(.character("p"))
    driver.type("mine/in")
    driver.press(.enter, .character("p"), .control("u"))
    driver.type("~/out")
    #expect(driver.press(.enter) == Self.quit)
    #expect(driver.state.chosen == ChosenLocations(source: "s3://mine/in/", destination: "/home/ada/out"))
  }

  @Test func whatIsNoLocationSaysWhy() {
    var driver = Driver()
    driver.list([])
    #expect(driver.text.contains("These credentials own no bucket"))
    driver.press(.character("p"))
    driver.type("Bad_Name")
    #expect(driver.press(.enter) == [])
    #expect(driver.text.contains("Bad_Name is no name of a bucket"))
    driver.press(.backspace)
    #expect(driver.state.problem == nil)
    driver.press(.control("u"))
    #expect(driver.press(.enter) == [] && driver.text.contains("A location is missing"))
  }

  @Test func slownessIsSaidAndNothingElseWakes() {
    var driver = Driver()
    #expect(driver.state.nextTick == Fixture.now + 1)
    driver.time += 7
    driver.send(.tick)
    #expect(driver.text.contains("Asking for the buckets… 7 s") && driver.text.contains("r asks again"))
    driver.list()
    #expect(driver.state.nextTick == nil)
  }

  @Test func leaving() {
    for key in [Key.character("q"), .control("c")] {
      var driver = Driver()
      driver.list()
      #expect(driver.press(key) == Self.quit && driver.state.chosen == nil)
    }
    var driver = Driver()
    #expect(driver.press(.control("l"), .control("z")) == [.terminal(.redraw), .terminal(.suspend)])
    driver.press(.character("p"))
    // A letter of what is typed.
    #expect(driver.press(.character("q")) == [])
  }

  @Test func movingAndTheMouse() {
    var driver = Driver((60, 12))
    driver.list((100..<200).map { "bucket-\($0)" })
    #expect(driver.state.listLines == 6)
    driver.press(.character("G"))
    #expect(driver.state.current?.name == "bucket-199" && driver.text.contains("bucket-194"))
    driver.press(.pageUp, .up, .home, .control("d"))
    #expect(driver.state.current?.name == "bucket-103")
    driver.send(.input(.mouse(MouseEvent(kind: .wheelUp, point: ScreenPoint(column: 1, row: 5)))))
    #expect(driver.state.current?.name == "bucket-100")
    driver.send(.input(.mouse(MouseEvent(kind: .doublePress, point: ScreenPoint(column: 5, row: 6)))))
    #expect(driver.state.source == "s3://bucket-102/")
  }

  @Test func nothingForeignReachesTheScreenRaw() {
    var driver = Driver()
    driver.list(["evil\u{1B}[31m\u{202E}", "b\u{7}"])
    let scalars = driver.screen().cells.lazy.flatMap(\.text.unicodeScalars)
    #expect(!scalars.contains { [.control, .format].contains($0.properties.generalCategory) })
    #expect(driver.press(.enter) == [] && driver.state.source == nil)
  }

  @Test(arguments: [(1, 1), (20, 5), (24, 7), (40, 12), (200, 60)]) func everySizeIsDrawn(_ size: (Int, Int)) {
    var driver = Driver(size, unicode: size.0 > 24)
    for _ in 0..<2 {
      #expect(driver.screen().size == ScreenSize(columns: size.0, rows: size.1))
      driver.list()
      driver.press(.enter, .enter, .character("p"), .enter)
    }
  }

  // MARK: - Screens

  @Test(arguments: ScreenTests.sizes) func sourceScreen(_ size: (Int, Int)) throws {
    var driver = Driver(size)
    driver.list()
    driver.press(.down)
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("chooser", size))
  }

  @Test(arguments: ScreenTests.sizes) func overlapScreen(_ size: (Int, Int)) throws {
    var driver = Driver(size)
    driver.list()
    driver.press(.down, .enter, .down, .enter)
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("chooser-overlap", size))
  }

  @Test(arguments: ScreenTests.sizes) func errorScreen(_ size: (Int, Int)) throws {
    var driver = Driver(size)
    driver.send(.listed(.failure(StoreError(operation: .list, key: "", reason: .accessDenied)), attempt: 1))
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("chooser-error", size))
  }

  @Test(arguments: ScreenTests.sizes) func prefixScreen(_ size: (Int, Int)) throws {
    var driver = Driver(size)
    driver.list()
    driver.press(.enter, .character("p"))
    driver.type("small")
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("chooser-prefix", size))
  }

  // MARK: - Over a catalog

  private final class Catalog: BucketCatalog {
    let answers: Locked<[Result<[BucketSummary], StoreError>]>

    init(_ answers: [Result<[BucketSummary], StoreError>]) { self.answers = Locked(answers) }

    func buckets() async throws(StoreError) -> [BucketSummary] {
      try answers.withLock { $0.removeFirst() }.get()
    }
  }

  @Test func aSessionAsksRetriesAndHandsOver() async {
    let buckets = Self.names.map { BucketSummary(name: $0, created: nil) }
    let catalog = Catalog([
      .failure(StoreError(operation: .list, key: "", reason: .unavailable(detail: "no route to host"))),
      .success(buckets),
    ])
    let (stream, post) = AsyncStream.makeStream(of: ChooserEvent.self)
    var messages = stream.makeAsyncIterator()
    let session = ChooserSession(
      setup: ChooserSetup(account: "a"), size: ScreenSize(columns: 80, rows: 24), catalog: catalog,
      post: { post.yield($0) }, clock: { Fixture.now })
    _ = session.start()
    func until(_ wanted: String) async {
      while !SessionTests.text(session.screen()).contains(wanted), let message = await messages.next() {
        _ = session.receive(message)
      }
      #expect(SessionTests.text(session.screen()).contains(wanted))
    }
    await until("no route to host")
    #expect(session.handle(.key(.character("r"))) == [])
    await until("ada-photos")
    #expect(session.handle(.key(.enter)) == [])
    #expect(session.chosen == nil)
    #expect(session.handle(.key(.down)) == [])
    #expect(session.handle(.key(.enter)) == [.quit(status: 0)])
    #expect(session.chosen == ChosenLocations(source: "s3://ada-archive/", destination: "s3://ada-photos/"))
    session.stop()
  }
}
