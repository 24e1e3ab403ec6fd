/// A number of units that tasks share; who asks for more than is left waits, in order.
///
/// A request for more than the whole waits until everything is free, and then passes.
actor Budget {
  private let total: Int
  private var free: Int
  private var waiting: [(id: Int, units: Int, resume: CheckedContinuation<Bool, Never>)] = []
  private var nextID = 0

  init(total: Int) {
    self.total = max(1, total)
    free = self.total
  }

  /// Runs `work` while holding units of the budget.
  ///
  /// - Returns: nil, without running it, where the task was cancelled while it waited.
  func with<T: Sendable>(_ units: Int, work: @Sendable () async -> T) async -> T? {
    let units = min(max(0, units), total)
    guard await take(units) else { return nil }
    defer { give(units) }
    return await work()
  }

  private func take(_ units: Int) async -> Bool {
    if waiting.isEmpty, units <= free {
      free -= units
      return true
    }
    let id = nextID
    nextID += 1
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if Task.isCancelled {
          continuation.resume(returning: false)
        } else {
          waiting.append((id, units, continuation))
        }
      }
    } onCancel: {
      Task { await self.abandon(id) }
    }
  }

  private func give(_ units: Int) {
    free += units
    admit()
  }

  private func abandon(_ id: Int) {
    guard let index = waiting.firstIndex(where: { $0.id == id }) else { return }
    waiting.remove(at: index).resume.resume(returning: false)
    admit()
  }

  private func admit() {
    while let first = waiting.first, first.units <= free {
      free -= first.units
      waiting.removeFirst().resume.resume(returning: true)
    }
  }
}
