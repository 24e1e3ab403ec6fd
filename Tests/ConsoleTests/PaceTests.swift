import ObjectStore
import Pipeline
import Testing

@testable import Console

@Suite("Caps, rates and pauses")
struct PaceTests {
  private func listed(_ count: Int = 12, columns: Int = 80) -> Driver {
    var driver = Driver(columns: columns, rows: 24)
    driver.list((0..<count).map { Fixture.row("k\(100_000 + $0)", size: 1000) } + [Fixture.row("z.txt")])
    return driver
  }

  private func plan(_ driver: Driver) -> PlanDialog? {
    if case .plan(let plan)? = driver.state.dialog { plan } else { nil }
  }

  private func text(_ driver: Driver) -> String { SessionTests.text(driver.screen()) }

  // MARK: - Caps

  @Test("The plan follows every digit of its cap, and what is left stays marked")
  func cap() {
    var driver = listed()
    driver.press(.character("a"), .character("r"))
    #expect(plan(driver)?.planned?.plan.objects == 12)
    driver.press(.character("L"))
    #expect(driver.state.scope == .form)
    driver.type("1")
    #expect(plan(driver)?.planned?.plan.objects == 1 && plan(driver)?.planned?.plan.bytes == 1000)
    driver.type("0x-")
    #expect(plan(driver)?.limit == 10 && plan(driver)?.typed?.text == "10")
    #expect(plan(driver)?.planned?.plan.skipped == [.limit: 2, .unsupported: 1])
    // Enter keeps the cap; only the next one begins.
    #expect(driver.press(.enter) == [])
    #expect(driver.state.scope == .plan && plan(driver)?.limit == 10)
    #expect(text(driver).contains("At most   10 objects"))
    // What else is asked of the plan keeps it.
    driver.press(.character("F"))
    #expect(plan(driver)?.planned?.plan.skipped == [.limit: 3])
    driver.press(.character("F"))
    let submitted = driver.press(.enter)
    #expect(submitted.contains("submit " + (0..<10).map { "k\(100_000 + $0)" }.joined(separator: " ")))
    #expect(driver.state.marks.count == 3)
  }

  @Test("Esc takes back what was typed, no digits are no cap, and one object has none")
  func uncap() {
    var driver = listed()
    driver.press(.character("a"), .character("r"), .character("L"))
    driver.type("5")
    driver.press(.enter, .character("L"))
    #expect(plan(driver)?.typed?.text == "5")
    driver.type("000000000000")
    #expect(plan(driver)?.typed?.text == "500000000", "more digits than any listing has")
    driver.press(.escape)
    #expect(plan(driver)?.limit == 5 && plan(driver)?.planned?.plan.objects == 5)
    driver.press(.character("L"), .backspace)
    #expect(plan(driver)?.limit == nil && plan(driver)?.planned?.plan.objects == 12)
    driver.type("0")
    #expect(plan(driver)?.limit == nil)
    driver.press(.control("c"))
    #expect(plan(driver)?.limit == 5)
    driver.send(.input(.key(.character("L"))))
    driver.send(.input(.paste("7\n")))
    #expect(plan(driver)?.limit == 57)
    driver.press(.escape, .escape, .character("U"), .character("r"))
    driver.press(.character("L"))
    #expect(driver.state.scope == .plan && driver.state.message?.text.contains("nothing to cap") == true)
  }

  @Test("Many rows are planned elsewhere, and an answer for another cap is ignored")
  func late() {
    var driver = listed(3000)
    driver.press(.character("a"))
    #expect(driver.press(.character("r")).contains("plan 1 of 3001"))
    driver.press(.character("L"))
    #expect(driver.type("9").contains("plan 2 of 3001"))
    guard case .plan(let request)? = driver.effects.last else { return }
    #expect(request.limit == 9)
    driver.send(.planned(PlannedRun(plan: Plan(), keys: []), generation: 1))
    #expect(plan(driver)?.planned == nil)
    driver.send(.planned(request.planned(), generation: 2))
    #expect(plan(driver)?.planned?.keys.count == 9)
  }

  @Test("What others are told of is capped, and its price with it")
  func others() {
    var driver = Driver(places: EventPlaces(queue: "uploads"))
    driver.list((0..<300).map { Fixture.row("k\(1000 + $0)") })
    driver.press(.character("a"), .character("r"), .character("L"))
    driver.type("100")
    driver.press(.enter, .character("w"))
    #expect(text(driver).contains("Send 100 events"))
    #expect(driver.press(.enter).contains { $0.hasPrefix("transfer 1 send k1000") && !$0.contains("k1100") })
    #expect(driver.state.marks.count == 200)
  }

  @Test("A capped plan, while the cap is typed and when it is kept", arguments: ScreenTests.sizes)
  func screens(_ size: (Int, Int)) throws {
    var driver = Driver(columns: size.0, rows: size.1, places: EventPlaces(queue: "uploads"))
    driver.list(Fixture.rows)
    driver.press(.character("a"), .character("r"), .character("w"), .character("L"))
    driver.type("2")
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("plan-cap-typed", size))
    driver.press(.enter)
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("plan-cap", size))
  }

  // MARK: - Pauses

  @Test("Jobs that are paused and held to a rate", arguments: ScreenTests.sizes)
  func pausedScreen(_ size: (Int, Int)) throws {
    var driver = Driver(columns: size.0, rows: size.1)
    driver.list(Fixture.rows)
    driver.press(.character(":"))
    driver.type("rate 0.5")
    driver.press(.enter, .character("P"), .character("3"))
    let keys = ["half.png", "new.png", "old.png"].map(Fixture.key)
    driver.send(.jobs(keys.map { .queued($0) } + [.started(keys[0])]))
    driver.time += 13
    driver.send(.tick)
    try GoldenScreen.expect(driver.screen(), ScreenTests.name("jobs-paused", size))
  }

  @Test("A pause is told to the jobs, said, shown, and taken back")
  func pause() {
    var driver = listed()
    #expect(driver.press(.character("P")).contains("pause jobs"))
    #expect(text(driver).contains("‖ jobs paused"))
    driver.press(.character("r"))
    #expect(driver.press(.enter).contains("submit k100000"))
    #expect(driver.state.message?.text == "1 object waiting: jobs are paused, P resumes")
    driver.send(.jobs([.queued(Fixture.key("k100000"))]))
    #expect(text(driver).contains("0/1  paused"))
    // Nothing moves, so nothing wakes the console but its ages and its message.
    #expect(driver.state.nextTick.map { $0 > driver.time + 1 } == true)
    driver.press(.character("3"))
    #expect(text(driver).split(separator: "\n").contains { $0.contains("3 Jobs") && $0.contains("paused") })
    #expect(driver.state.footerBindings.contains { $0.label == "resume jobs" })
    #expect(driver.press(.character("x")).contains("cancel k100000"))
    driver.press(.character("q"))
    #expect(text(driver).contains("0 jobs running, 1 waiting, paused"))
    driver.press(.escape)
    driver.press(.character(":"))
    driver.type("pause-jobs")
    #expect(driver.press(.enter).contains("resume jobs"))
    #expect(!text(driver).contains("paused"))
    #expect(driver.state.log.entries.map(\.text).filter { $0.hasPrefix("jobs ") } == ["jobs paused", "jobs resumed"])
  }

  @Test("A store that asks to slow down is told of, and no object is touched")
  func slowedDown() {
    var driver = listed()
    driver.send(.jobs([.queued(Fixture.key("k100000")), .slowedDown(.milliseconds(750))]))
    #expect(driver.state.message?.text == "The store asks to slow down: nothing begins for 750 ms")
    #expect(driver.state.jobs.queuedCount == 1)
    driver.send(.jobs([.started(Fixture.key("k100000"))]))
    #expect(driver.state.message == nil, "it is true no more")
  }

  @Test("It does not take the place of an error that nobody may have seen")
  func slowedDownAfterAnError() {
    var driver = listed()
    driver.send(.exported(.failure(FileProblem(text: "/home/ada: Permission denied"))))
    driver.send(.jobs([.slowedDown(.seconds(1))]))
    #expect(driver.state.message?.kind == .error)
    #expect(driver.state.log.entries.last?.text == "The store asks to slow down: nothing begins for 1.0 s")
  }

  @Test("Read-only there is nothing to pause")
  func readOnly() {
    var driver = Driver(isReadOnly: true)
    driver.list(Fixture.rows)
    #expect(driver.press(.character("P")) == [] && !driver.state.jobsArePaused)
  }

  // MARK: - Rates

  @Test("A rate is set at any time, shown with the jobs, asked for, and taken off")
  func rate() {
    var driver = listed()
    func command(_ text: String) -> [String] {
      driver.press(.character(":"))
      driver.type(text)
      return driver.press(.enter).filter { !$0.hasPrefix("remember") }
    }
    #expect(command("rate") == [] && driver.state.message?.text.hasPrefix("No rate") == true)
    #expect(command("rate 0.5").contains("rate 0.5"))
    driver.press(.character("3"))
    #expect(text(driver).contains("max 0.5/s"))
    #expect(command("rate") == [] && driver.state.message?.text == "At most 0.5 objects a second")
    for wrong in ["0", "-1", "nan", "five", "5 5"] {
      #expect(command("rate \(wrong)") == [] && driver.state.message?.kind == .warning)
    }
    #expect(driver.state.rate?.perSecond == 0.5)
    #expect(command("rate off").contains("rate off"))
    #expect(!text(driver).contains("max 0.5"))
    #expect(driver.state.candidates(for: "rate o").contains("rate off"))
  }
}
