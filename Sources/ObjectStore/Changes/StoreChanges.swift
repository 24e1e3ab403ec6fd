/// A store that tells of changes as they happen.
package protocol WatchableStore: ObjectStore {
  /// Changes to objects whose keys start with `prefix`, from this call on: what is written after it returned is told,
  /// so list after calling it and nothing is missed. Watching ends when the iteration ends, when its task is
  /// cancelled, or when the value returned is let go.
  func changes(prefix: String) throws(StoreError) -> StoreChanges
}

/// A change to one object. Told at least once, after it happened; what the store holds is the truth, so look again.
package struct StoreChange: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// It is there: new, replaced, or touched.
    case written
    case removed
  }

  package var key: ObjectKey
  package var kind: Kind

  package init(key: ObjectKey, kind: Kind) {
    self.key = key
    self.kind = kind
  }
}

/// Changes that happened close together.
package enum StoreChangeBatch: Hashable, Sendable {
  /// In key order, each key once with what became of it last; never empty.
  case changes([StoreChange])
  /// More happened than could be followed: list again.
  case overflow
}

/// Batches of changes, iterated once, by one task. Ends with nil when the task is cancelled; throws when the store
/// went away.
package struct StoreChanges: AsyncSequence, Sendable {
  package typealias Element = StoreChangeBatch
  package typealias Failure = StoreError

  private let mailbox: ChangeMailbox
  private let watch: Watch

  /// Ends the watching when the last reference to it goes.
  fileprivate final class Watch: Sendable {
    let stop: @Sendable () -> Void
    init(stop: @escaping @Sendable () -> Void) { self.stop = stop }
    deinit { stop() }
  }

  /// - Parameters:
  ///   - mailbox: where the store puts what happens.
  ///   - stop: ends the watching; called once or more, from any thread.
  init(mailbox: ChangeMailbox, stop: @escaping @Sendable () -> Void) {
    self.mailbox = mailbox
    watch = Watch(stop: stop)
  }

  package func makeAsyncIterator() -> Iterator { Iterator(mailbox: mailbox, watch: watch) }

  package struct Iterator: AsyncIteratorProtocol {
    private let mailbox: ChangeMailbox
    private let watch: Watch

    fileprivate init(mailbox: ChangeMailbox, watch: Watch) {
      self.mailbox = mailbox
      self.watch = watch
    }

    package mutating func next() async throws(StoreError) -> StoreChangeBatch? { try await next(isolation: nil) }

    package mutating func next(isolation actor: isolated (any Actor)?) async throws(StoreError) -> StoreChangeBatch? {
      let watch = watch
      let mailbox = mailbox
      let outcome = await withTaskCancellationHandler {
        await mailbox.next()
      } onCancel: {
        watch.stop()
        mailbox.finish(nil)
      }
      switch outcome {
      case .batch(let batch): return batch
      case .finished(let error):
        watch.stop()
        if let error { throw error }
        return nil
      }
    }
  }
}
