import Foundation
import ObjectStore
import Testing

@testable import Pipeline

@Suite struct WaitingLineTests {
  /// Every operation against the obvious model, in random order.
  @Test(arguments: 1...3 as ClosedRange<UInt64>) func agreesWithAnArray(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    var line = WaitingLine<Int>()
    var model: [(key: ObjectKey, element: Int)] = []
    for step in 0..<4000 {
      let key = try #require(ObjectKey("k\(random.next() % 4000)"))
      switch random.next() % 8 {
      case 0...3:
        let isNew = !model.contains { $0.key == key }
        #expect(line.append(step, for: key) == isNew)
        if let index = model.firstIndex(where: { $0.key == key }) {
          model[index].element = step
        } else {
          model.append((key, step))
        }
      case 4:
        #expect(line.remove(key) == model.contains { $0.key == key })
        model.removeAll { $0.key == key }
      default:
        #expect(line.popFirst() == (model.isEmpty ? nil : model.removeFirst().element))
      }
      #expect(line.count == model.count)
    }
    while !model.isEmpty { #expect(line.popFirst() == model.removeFirst().element) }
    #expect(line.isEmpty)
  }
}

@Suite struct RetryPolicyTests {
  private func policy(random: Double = 0.5) -> RetryPolicy {
    var policy = RetryPolicy()
    policy.random = { random }
    return policy
  }

  @Test func waitsGrowAndStayBelowTheCap() {
    let reason = StoreError.Reason.timeout
    #expect(policy().delay(afterFailures: 1, of: reason) == .milliseconds(25))
    #expect(policy().delay(afterFailures: 2, of: reason) == .milliseconds(50))
    #expect(policy().delay(afterFailures: 3, of: reason) == .milliseconds(100))
    #expect(policy(random: 1).delay(afterFailures: 40, of: reason) == .seconds(20))
    #expect(policy().delay(afterFailures: 1, of: .throttled) == .milliseconds(500))
    #expect(policy(random: 0).delay(afterFailures: 5, of: reason) == .zero)
  }

  @Test func repeatsWhatIsTransient() async throws {
    let calls = Counter()
    var policy = policy()
    policy.sleep = { _ in }
    let value = try await policy { () async throws(StoreError) in
      if await calls.next() < 4 { throw StoreError(operation: .get, key: "k", reason: .timeout) }
      return 7
    }
    #expect(value == 7)
    #expect(await calls.count == 4)
  }

  @Test func givesUpAfterTheLastAttempt() async {
    let calls = Counter()
    var policy = policy()
    policy.sleep = { _ in }
    await #expect(throws: StoreError.self) {
      try await policy { () async throws(StoreError) in
        _ = await calls.next()
        throw StoreError(operation: .get, key: "k", reason: .throttled)
      }
    }
    #expect(await calls.count == 4)
  }

  @Test func leavesRepeatingToTheStoreThatDoes() async {
    let calls = Counter()
    let policy = policy()
    await #expect(throws: StoreError.self) {
      try await policy { () async throws(StoreError) in
        _ = await calls.next()
        throw StoreError(operation: .get, key: "k", reason: .timeout, hasBeenRetried: true)
      }
    }
    #expect(await calls.count == 1)
  }

  @Test(arguments: [StoreError.Reason.notFound, .accessDenied, .full, .readOnly, .preconditionFailed])
  func doesNotRepeatWhatIsFinal(reason: StoreError.Reason) async {
    let calls = Counter()
    await #expect(throws: StoreError(operation: .put, key: "k", reason: reason)) {
      try await policy()({ () async throws(StoreError) in
        _ = await calls.next()
        throw StoreError(operation: .put, key: "k", reason: reason)
      })
    }
    #expect(await calls.count == 1)
  }
}

@Suite struct BudgetTests {
  @Test func neverHandsOutMoreThanThereIs() async {
    let budget = Budget(total: 10)
    let gauge = Gauge()
    await withTaskGroup(of: Void.self) { group in
      for units in [1, 4, 10, 7, 3, 25, 2, 5, 10, 1, 6, 9] {
        group.addTask {
          _ = await budget.with(units) {
            await gauge.add(min(units, 10))
            await Task.yield()
            await gauge.add(-min(units, 10))
          }
        }
      }
    }
    #expect(await gauge.highest <= 10)
    #expect(await gauge.now == 0)
  }

  @Test func whoIsCancelledWhileWaitingDoesNotRun() async {
    let budget = Budget(total: 1)
    let ran = await budget.with(1) {
      let waiting = Task { await budget.with(1) { true } }
      waiting.cancel()
      return await waiting.value
    }
    #expect(ran == .some(.none))
    #expect(await budget.with(1) { true } == true)
  }
}

@Suite struct FailureRecordNameTests {
  private let destination = OpenLocation(Location(place: .bucket(name: "out"), prefix: "p/"), store: NoStore())

  @Test func isThePrefixAndTheKey() throws {
    let key = try #require(ObjectKey("a/ü b.png"))
    let name = FailureRecord.name(of: key, in: destination)
    #expect(name.key == ".pixelater/failures/a/ü b.png")
    #expect(!name.isShortened)
  }

  @Test(arguments: [1002, 1003, 1010, 1024]) func aLongKeyIsShortenedAndStaysItsOwn(bytes: Int) throws {
    let a = try #require(ObjectKey(String(repeating: "x", count: bytes)))
    let b = try #require(ObjectKey(String(repeating: "x", count: bytes - 1) + "y"))
    let (name, isShortened) = FailureRecord.name(of: a, in: destination)
    #expect(isShortened == (bytes > 1002))
    #expect(name.utf8.count <= 1022)
    #expect(name != FailureRecord.name(of: b, in: destination).key)
    #expect(name == FailureRecord.name(of: a, in: destination).key)
    #expect(destination.storeKey(name) != nil)
  }

  /// The values that the authors of the hash publish.
  @Test(arguments: [
    ("", "6c62272e07bb014262b821756295c58d"), ("a", "d228cb696f1a8caf78912b704e4a8964"),
    ("foobar", "343e1662793c64bf6f0d3597ba446f18"),
  ])
  func hashesAsPublished(text: String, hash: String) {
    #expect(String(FailureRecord.fnv1a(text), radix: 16) == hash)
  }

  /// Cut between characters: what is kept is valid UTF-8.
  @Test(arguments: 0..<4) func isCutAtACharacter(offset: Int) throws {
    let text = String(repeating: "a", count: offset) + String(repeating: "😀", count: 255)
    let name = FailureRecord.name(of: try #require(ObjectKey(text)), in: destination).key
    #expect(!name.contains("\u{FFFD}"))
    #expect(name.utf8.count <= 1022 && name.utf8.count > 1000)
  }
}

@Suite struct RunPolicyTests {
  private func row(_ key: String, _ set: RenditionSet, failure: (FailureCode, String)? = nil) throws -> StatusRow {
    let key = try #require(ObjectKey(key))
    let record = failure.map { code, etag in
      FailureRecord(
        key: key.string, failure: Failure(code: code, message: "", stage: .decode), firstFailed: .distantPast,
        lastFailed: .distantPast, sourceETag: etag, engineVersion: "1")
    }
    let source = ObjectSummary(key: key, size: 1, lastModified: .distantPast, etag: "now")
    return StatusRow(source: source, renditions: set, failure: record)
  }

  @Test func takesWhatIsNotDone() throws {
    let naming = RenditionNaming()
    let none = RenditionSet()
    let all = RenditionSet(repeating: .present)
    func decide(_ row: StatusRow, _ policy: RunPolicy = RunPolicy()) -> Decision { policy.decide(row, naming: naming) }

    #expect(try decide(row("a.png", none)) == .process)
    #expect(try decide(row("a.png", RenditionSet(repeating: .stale))) == .process)
    #expect(try decide(row("a.png", all)) == .skip(.complete))
    #expect(try decide(row("a.png", all), RunPolicy(force: true)) == .process)
    #expect(try decide(row("a.txt", none)) == .skip(.unsupported))
    #expect(try decide(row("a.txt", none), RunPolicy(force: true)) == .process)
    #expect(try decide(row("a.png", none, failure: (.damaged, "now"))) == .skip(.permanentFailure))
    #expect(try decide(row("a.png", none, failure: (.damaged, "before"))) == .process)
    #expect(try decide(row("a.png", none, failure: (.timeout, "now"))) == .process)
    #expect(try decide(row("a.png", none, failure: (.damaged, "now")), RunPolicy(force: true)) == .process)
    #expect(try decide(row("a.png", none), RunPolicy(states: [.failed])) == .skip(.otherState))
    #expect(try decide(row("pixelated-8x8-a.png", none), RunPolicy(force: true)) == .skip(.rendition))
  }
}
