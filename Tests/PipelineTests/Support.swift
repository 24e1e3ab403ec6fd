import Foundation
import ObjectStore
import Testing

@testable import Pipeline

/// A small seeded generator, so that a failing case can be run again.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A clock that goes on only while somebody waits by it: whoever sleeps finds that time come at once.
final class JumpingClock: Sendable {
  private let now = Locked(Duration.zero)

  var seconds: Double { now.withLock { $0 } / .seconds(1) }

  func advance(by duration: Duration) { now.withLock { $0 += duration } }

  var run: RunClock {
    RunClock(
      now: { [now] in now.withLock { $0 } },
      sleep: { [now] duration in
        let end = now.withLock { $0 } + duration
        try Task.checkCancellation()
        await Task.yield()
        now.withLock { $0 = max($0, end) }
      })
  }
}

actor Counter {
  private(set) var count = 0

  func next() -> Int {
    count += 1
    return count
  }
}

actor Gauge {
  private(set) var now = 0
  private(set) var highest = 0

  func add(_ amount: Int) {
    now += amount
    highest = max(highest, now)
  }
}

/// A store that is never called.
struct NoStore: ObjectStore {
  private func refuse(_ operation: StoreError.Operation, _ key: ObjectKey) -> StoreError {
    StoreError(operation: operation, key: key.string, reason: .notFound)
  }

  func head(_ key: ObjectKey) async throws(StoreError) -> ObjectHead { throw refuse(.head, key) }
  func get(_ key: ObjectKey, options: GetOptions) async throws(StoreError) -> ObjectContent { throw refuse(.get, key) }
  func put(_ key: ObjectKey, content: PutContent, options: PutOptions) async throws(StoreError) -> String {
    throw refuse(.put, key)
  }
  func delete(_ key: ObjectKey) async throws(StoreError) { throw refuse(.delete, key) }
  func list(_ request: ListRequest) -> ListPages {
    ListPages { { () async throws(StoreError) -> ListPage? in nil } }
  }
}
