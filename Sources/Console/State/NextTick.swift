extension ConsoleState {
  /// How long a row that has come or changed is marked, in seconds.
  static var noticeTime: Double { 4 }

  /// When the screen will look different though nothing happens, in seconds since 1970; nil: never. Nothing wakes the
  /// console before: one that nobody touches costs a wakeup a minute for its ages, or none.
  package var nextTick: Double? {
    var times: [Double] = []
    if let message, lastingMessage != nil { times.append(message.time + message.duration) }
    if let due = depth.dueTime, !isPaused { times.append(due) }
    if let due = listing.dueTime, due.isFinite, !isPaused { times.append(due) }
    if noticesEnd > now { times.append(noticesEnd) }
    if showsSeconds { times.append(now.rounded(.down) + 1) }
    if showsAges { times.append((now / 60).rounded(.down) * 60 + 60) }
    return times.filter { $0 > now }.min()
  }

  /// Whether something counts seconds: what runs, and what is waited for.
  private var showsSeconds: Bool {
    let jobsMove = jobsArePaused ? !jobs.running.isEmpty : jobs.isBusy
    if jobsMove || !transfers.running.isEmpty || listing.phase == .running { return true }
    if case .versions(let versions) = dialog, versions.phase == .loading { return true }
    return false
  }

  private var showsAges: Bool {
    if case .copy = dialog { return true }
    if details != nil || isZoomed { return true }
    return switch view {
    case .objects, .failed: (list?.count(in: table) ?? 0) > 0
    case .jobs: jobLineCount > 0
    case .records: !records.shown.isEmpty
    // Times of day.
    case .log: false
    }
  }
}
