@testable import AWS
import Foundation
import ObjectStore
import Testing

@Suite("Credential cache", .timeLimit(.minutes(10)))
struct CredentialCacheTests {
  @Test("A hundred callers, one fetch")
  func oneFetch() async throws {
    let source = ScriptedSource()
    await source.hold()
    let cache = CredentialCache(source, now: source.clock.read)
    let callers = (0..<100).map { _ in Task { try? await cache.credentials() } }
    await source.waitForFetch()
    for _ in 0..<200 { await Task.yield() }
    await source.release()
    var keys: Set<String?> = []
    for caller in callers { keys.insert(await caller.value?.accessKeyID) }
    #expect(keys == ["KEY1"])
    #expect(await source.fetches == 1)
    #expect(try await cache.credentials().accessKeyID == "KEY1")
    #expect(await source.fetches == 1)
  }

  @Test("Until 15 minutes before the end nothing is fetched; then in the background; from 10 minutes on callers wait")
  func windows() async throws {
    let source = ScriptedSource(lifetime: 3600)
    let cache = CredentialCache(source, now: source.clock.read)
    #expect(try await cache.credentials().accessKeyID == "KEY1")
    source.clock.advance(3600 - 901)
    #expect(try await cache.credentials().accessKeyID == "KEY1")
    #expect(await source.fetches == 1)

    source.clock.advance(2)
    await source.hold()
    #expect(try await cache.credentials().accessKeyID == "KEY1")  // without waiting
    await source.waitForFetch()
    #expect(await source.fetches == 2)
    await source.release()
    var key = ""
    while key != "KEY2" { key = try await cache.credentials().accessKeyID }
    #expect(await source.fetches == 2)

    source.clock.advance(3600 - 599)
    #expect(try await cache.credentials().accessKeyID == "KEY3")
  }

  @Test("A fetch that fails keeps what is good, and is tried again after a pause")
  func failureKeeps() async throws {
    let source = ScriptedSource(lifetime: 3600)
    let cache = CredentialCache(source, now: source.clock.read)
    _ = try await cache.credentials()
    await source.fail(with: .failed(source: "s", detail: "d"))
    source.clock.advance(3600 - 300)
    #expect(try await cache.credentials().accessKeyID == "KEY1")
    #expect(await source.fetches == 2)
    #expect(try await cache.credentials().accessKeyID == "KEY1")
    #expect(await source.fetches == 2)
    source.clock.advance(31)
    #expect(try await cache.credentials().accessKeyID == "KEY1")
    #expect(await source.fetches == 3)
    source.clock.advance(300)
    #expect(
      await failure { () async throws(CredentialError) in try await cache.credentials() }
        == .failed(source: "s", detail: "d"))
    await source.fail(with: nil)
    #expect(try await cache.credentials().accessKeyID == "KEY5")
  }

  @Test("Short-lived credentials are not fetched at each call; expired ones are an error")
  func shortLived() async throws {
    let source = ScriptedSource(lifetime: 60)
    let cache = CredentialCache(source, now: source.clock.read)
    for _ in 0..<10 { #expect(try await cache.credentials().accessKeyID == "KEY1") }
    #expect(await source.fetches == 1)
    let late = ScriptedSource(lifetime: -1)
    let other = CredentialCache(late, now: late.clock.read)
    #expect(await failure { () async throws(CredentialError) in try await other.credentials() } != nil)
  }

  @Test("Only the credentials that are given now can be discarded")
  func discard() async throws {
    let source = ScriptedSource(lifetime: nil)
    let cache = CredentialCache(source, now: source.clock.read)
    let first = try await cache.credentials()
    source.clock.advance(1_000_000)
    #expect(try await cache.credentials() == first)
    await cache.discard(first)
    let second = try await cache.credentials()
    #expect(second.accessKeyID == "KEY2")
    await cache.discard(first)
    #expect(try await cache.credentials() == second)
    #expect(await source.fetches == 2)
  }

  @Test("A caller that is cancelled leaves at once, and the others get what they wait for")
  func cancelled() async throws {
    let source = ScriptedSource()
    await source.hold()
    let cache = CredentialCache(source, now: source.clock.read)
    let leaver = Task { await failure { () async throws(CredentialError) in try await cache.credentials() } }
    let stayer = Task { try? await cache.credentials() }
    await source.waitForFetch()
    leaver.cancel()
    #expect(await leaver.value == .cancelled)
    await source.release()
    #expect(await stayer.value?.accessKeyID == "KEY1")
    #expect(await source.fetches == 1)
  }
}

/// A clock that stands until it is moved.
final class StandingClock: Sendable {
  private let time = Locked(TemporaryHome.now)
  var read: @Sendable () -> Date { { self.time.withLock { $0 } } }
  func advance(_ seconds: TimeInterval) { time.withLock { $0 += seconds } }
}

/// Numbered credentials: `KEY1`, `KEY2`.
private actor ScriptedSource: CredentialProvider {
  nonisolated let clock = StandingClock()
  private let lifetime: TimeInterval?
  private(set) var fetches = 0
  private var error: CredentialError?
  private var isHeld = false
  private var held: [CheckedContinuation<Void, Never>] = []
  private var watchers: [CheckedContinuation<Void, Never>] = []

  init(lifetime: TimeInterval? = 3600) {
    self.lifetime = lifetime
  }

  func hold() { isHeld = true }

  func release() {
    isHeld = false
    for one in held { one.resume() }
    held = []
  }

  func fail(with error: CredentialError?) { self.error = error }

  /// Until a fetch is held.
  func waitForFetch() async {
    if held.isEmpty { await withCheckedContinuation { watchers.append($0) } }
  }

  func credentials() async throws(CredentialError) -> Credentials {
    fetches += 1
    let number = fetches
    if isHeld {
      await withCheckedContinuation { continuation in
        held.append(continuation)
        for watcher in watchers { watcher.resume() }
        watchers = []
      }
    }
    if let error { throw error }
    let time = clock.read()
    return Credentials(
      accessKeyID: "KEY\(number)", secretAccessKey: "SENSITIVE", expiration: lifetime.map { time + $0 },
      origin: "script")
  }

  func discard(_ rejected: Credentials) {}
}
