package import ObjectStore

/// Counts what the destination holds for every source object. Where a store lists its parts as readily as the whole,
/// several are listed at once: a server that is far away, or busy, is not waited for page by page.
package struct StatusSummary: Sendable {
  private let workspace: Workspace
  private let prefix: String
  /// Parts listed at once, seven listings each.
  private static let lanes = 8
  /// See `KeyRangeFinder`; tests make every server far.
  var near: Duration = .milliseconds(40)

  package init(_ workspace: Workspace, prefix: String = "") {
    self.workspace = workspace
    self.prefix = prefix
  }

  /// - Parameter states: only rows in one of these; empty: all.
  package func totals(states: Set<ObjectState> = []) async throws(StoreError) -> StatusTotals {
    var ranges = [KeyRange.all]
    if workspace.source.store is any PartitionableStore, workspace.destination.store is any PartitionableStore {
      let finder = KeyRangeFinder(location: workspace.source, prefix: prefix, near: near)
      ranges = KeyRange.between(try await finder.cuts())
    }
    let counts = await withTaskGroup(of: Count.self) { group in
      var rest = ranges[...]
      func add() {
        if let range = rest.popFirst() { group.addTask { await count(range, states) } }
      }
      for _ in 0..<Self.lanes { add() }
      var counts: [Count] = []
      while let count = await group.next() {
        counts.append(count)
        if case .failure = count.result {
          group.cancelAll()
          break
        }
        add()
      }
      return counts
    }
    var totals = StatusTotals()
    for count in counts { totals.add(try count.result.get()) }
    return totals
  }

  private struct Count: Sendable {
    var result: Result<StatusTotals, StoreError>
  }

  private func count(_ range: KeyRange, _ states: Set<ObjectState>) async -> Count {
    var totals = StatusTotals()
    do throws(StoreError) {
      for try await batch in StatusListing(workspace, prefix: prefix, details: false, range: range) {
        for item in batch {
          switch item {
          case .orphan: totals.orphans += 1
          case .strayRecord: break
          case .object(let row):
            let state = row.state
            if states.isEmpty || states.contains(state) { totals.count(state) }
          }
        }
      }
      return Count(result: .success(totals))
    } catch {
      return Count(result: .failure(error))
    }
  }
}
