package import ObjectStore
package import Pipeline

/// One object on its way.
package struct Job: Hashable, Sendable {
  package enum Phase: Hashable, Sendable {
    case queued, running
    case finished(JobOutcome, milliseconds: Int)
  }

  package var key: ObjectKey
  package var phase: Phase
  /// When the phase began, in seconds since 1970.
  package var since: Double
}

/// The jobs of this process: what runs, what waits, and the last of what is done.
package struct JobBoard: Sendable {
  /// Most finished jobs remembered.
  package static let remembered = 2000

  package private(set) var running: [Job] = []
  private var waiting: [ObjectKey] = []
  /// Of `waiting`, those from here on still may wait.
  private var waitingStart = 0
  private var queuedSince: [ObjectKey: Double] = [:]
  /// Newest last.
  package private(set) var finished: [Job] = []
  /// Since the board was last idle.
  package private(set) var round = RunSummary()
  package private(set) var roundStart = 0.0
  /// When each of the last jobs finished, for the throughput.
  private var finishTimes: [Double] = []

  package init() {}

  package var queuedCount: Int { queuedSince.count }
  package var isBusy: Bool { !running.isEmpty || !queuedSince.isEmpty }
  /// Done since the board was last idle.
  package var roundDone: Int { round.written + round.skipped + round.failed + round.cancelled }
  package var roundTotal: Int { roundDone + running.count + queuedCount }
  package var count: Int { running.count + queuedCount + finished.count }

  package mutating func apply(_ events: [JobEvent], at time: Double) {
    var left: Set<ObjectKey> = []
    for event in events {
      switch event {
      case .queued(let key):
        if !isBusy {
          round = RunSummary()
          roundStart = time
          finishTimes = []
        }
        if queuedSince.updateValue(time, forKey: key) == nil { waiting.append(key) }
        left.remove(key)
      case .started(let key):
        if queuedSince.removeValue(forKey: key) != nil { left.insert(key) }
        running.append(Job(key: key, phase: .running, since: time))
      case .finished(let key, let outcome, let milliseconds):
        if queuedSince.removeValue(forKey: key) != nil { left.insert(key) }
        running.removeAll { $0.key == key }
        finished.append(Job(key: key, phase: .finished(outcome, milliseconds: milliseconds), since: time))
        round.count(outcome)
        finishTimes.append(time)
      case .slowedDown: break
      }
    }
    leave(left)
    if finished.count > Self.remembered * 2 { finished.removeFirst(finished.count - Self.remembered) }
    // Enough for the pace of the last seconds, whatever that is.
    if finishTimes.count > 20_000 { finishTimes.removeAll { time - $0 > 30 } }
  }

  /// Takes keys out of the waiting line; nearly always they stand at its head.
  private mutating func leave(_ keys: Set<ObjectKey>) {
    guard !keys.isEmpty else { return }
    var rest = keys
    while waitingStart < waiting.count, queuedSince[waiting[waitingStart]] == nil {
      rest.remove(waiting[waitingStart])
      waitingStart += 1
    }
    if !rest.isEmpty {
      waiting.removeAll { queuedSince[$0] == nil }
      waitingStart = 0
    } else if waitingStart > 1024, waitingStart > waiting.count / 2 {
      waiting.removeFirst(waitingStart)
      waitingStart = 0
    }
  }

  /// Jobs as a list: running, waiting in their order, then done, newest first.
  package func job(at index: Int) -> Job? {
    guard index >= 0 else { return nil }
    if index < running.count { return running[index] }
    let place = index - running.count
    if place < queuedCount {
      guard waiting.indices.contains(waitingStart + place) else { return nil }
      let key = waiting[waitingStart + place]
      return Job(key: key, phase: .queued, since: queuedSince[key] ?? 0)
    }
    let done = place - queuedCount
    return done < finished.count ? finished[finished.count - 1 - done] : nil
  }

  /// Objects a second, over the last 10 s of finishes; nil before there is anything to go by.
  package func throughput(at now: Double) -> Double? {
    let recent = finishTimes.filter { now - $0 <= 10 }
    guard let first = recent.first, recent.count >= 2 else { return nil }
    let span = max(now - first, 0.001)
    return Double(recent.count) / span
  }

  /// Objects done in each of the last `count` seconds, oldest first; the second that runs is left out.
  package func pace(at now: Double, seconds count: Int) -> [Int] {
    var pace = [Int](repeating: 0, count: count)
    let end = now.rounded(.down)
    for time in finishTimes where time < end {
      let ago = Int(end - time.rounded(.down))
      if ago >= 1, ago <= count { pace[count - ago] += 1 }
    }
    return pace
  }

  /// Seconds until all is done at the present pace.
  package func secondsLeft(at now: Double) -> Double? {
    guard isBusy, let rate = throughput(at: now), rate > 0 else { return nil }
    return Double(running.count + queuedCount) / rate
  }
}
