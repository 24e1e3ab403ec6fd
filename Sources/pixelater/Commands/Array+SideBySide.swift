extension Array where Element: Sendable {
  /// Works on elements side by side, and hands over the results in the order of the elements. Once the task is cancelled
  /// nothing more is begun.
  ///
  /// - Parameter together: how many at once, 1 or more.
  func sideBySide<Result: Sendable>(
    _ together: Int, _ work: @escaping @Sendable (Element) async -> Result, take: (Result) -> Void
  ) async {
    await withTaskGroup(of: Numbered<Result>.self) { group in
      var done: [Int: Result] = [:]
      var taken = 0
      func add(_ next: Numbered<Result>) {
        done[next.index] = next.result
        while let result = done.removeValue(forKey: taken) {
          take(result)
          taken += 1
        }
      }
      for (index, element) in enumerated() {
        if index >= together, let next = await group.next() { add(next) }
        if Task.isCancelled { break }
        group.addTask { Numbered(index: index, result: await work(element)) }
      }
      for await next in group { add(next) }
    }
  }
}

private struct Numbered<Result: Sendable>: Sendable {
  let index: Int
  let result: Result
}
