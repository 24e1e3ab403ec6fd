import ObjectStore

/// Lets one task at a time work on an object: two events of one key would write over each other's renditions.
actor KeyTurns {
  /// Those that wait for a key somebody works on, in the order they came.
  private var waiting: [ObjectKey: [CheckedContinuation<Void, Never>]] = [:]

  nonisolated func with<T: Sendable>(_ key: ObjectKey, work: @Sendable () async -> T) async -> T {
    await take(key)
    let result = await work()
    await leave(key)
    return result
  }

  private func take(_ key: ObjectKey) async {
    guard waiting[key] != nil else {
      waiting[key] = []
      return
    }
    await withCheckedContinuation { waiting[key]?.append($0) }
  }

  private func leave(_ key: ObjectKey) {
    if waiting[key]?.isEmpty == false {
      waiting[key]?.removeFirst().resume()
    } else {
      waiting[key] = nil
    }
  }
}
