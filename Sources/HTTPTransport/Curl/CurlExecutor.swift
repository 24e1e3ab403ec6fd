internal import CCurl
internal import Glibc

/// The thread that libcurl's transfers run on, as the executor of their actor: between two rounds of network work it
/// runs the actor's jobs, so everything about transfers is plain state of one thread.
final class CurlExecutor: SerialExecutor {
  /// The multi handle. Only `curl_multi_wakeup` is called off the thread.
  struct Multi: @unchecked Sendable {  // libcurl lets any thread wake a poll; the rest stays on the thread.
    let raw: UnsafeMutableRawPointer
  }

  private struct Queue {
    var jobs: [UnownedJob] = []
    var isOpen = true
    var thread: pthread_t?
  }

  let multi: Multi
  private let queue = Locked(Queue())

  init(_ multi: Multi) {
    self.multi = multi
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.withLock { queue in
      queue.jobs.append(job)
      // The loop looks at the queue before it waits: one call for many jobs is enough. Not after the handle has gone.
      if queue.isOpen, queue.jobs.count == 1 { curl_multi_wakeup(multi.raw) }
    }
  }

  /// Makes the loop look again: its owner is going.
  func wake() {
    queue.withLock { queue in
      if queue.isOpen { curl_multi_wakeup(multi.raw) }
    }
  }

  func isIsolatingCurrentContext() -> Bool? {
    queue.withLock { $0.thread }.map { pthread_equal($0, pthread_self()) != 0 } ?? false
  }

  func checkIsolated() { precondition(isIsolatingCurrentContext() == true, "not on the transport's thread") }

  /// Starts the thread.
  ///
  /// - Parameter turn: moves the transfers along, and tells how many there are; nil once their owner has gone. Runs on
  ///   the thread.
  func start(_ turn: @escaping @Sendable () -> Int?) {
    let entry = Unmanaged.passRetained(Entry(executor: self, turn: turn))
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, { Entry.run($0) }, entry.toOpaque())
    guard code == 0 else {
      entry.release()
      fatalError("the system gives no thread for the network: \(String(cString: strerror(code)))")
    }
    pthread_detach(thread)
  }

  private final class Entry {
    let executor: CurlExecutor
    let turn: @Sendable () -> Int?

    init(executor: CurlExecutor, turn: @escaping @Sendable () -> Int?) {
      self.executor = executor
      self.turn = turn
    }

    static func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
      guard let argument else { return nil }
      let entry = Unmanaged<Entry>.fromOpaque(argument).takeRetainedValue()
      entry.executor.loop(entry.turn)
      return nil
    }
  }

  private func loop(_ turn: () -> Int?) {
    queue.withLock { $0.thread = pthread_self() }
    while true {
      let jobs = queue.withLock { queue in
        defer { queue.jobs = [] }
        return queue.jobs
      }
      for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
      guard let transfers = turn() else { break }
      if queue.withLock({ !$0.jobs.isEmpty }) { continue }
      curl_multi_poll(multi.raw, nil, 0, transfers > 0 ? Self.longestWait : Self.longestSleep, nil)
    }
    // The owner has gone, and with it every transfer: what is still queued finds nothing to do.
    let rest = queue.withLock { queue in
      queue.isOpen = false
      defer { queue.jobs = [] }
      return queue.jobs
    }
    for job in rest { job.runSynchronously(on: asUnownedSerialExecutor()) }
    curl_multi_cleanup(multi.raw)
  }

  /// Milliseconds. Libcurl's own timers make it shorter; the bound is a net under them.
  private static let longestWait: Int32 = 1000
  private static let longestSleep: Int32 = 60_000
}
