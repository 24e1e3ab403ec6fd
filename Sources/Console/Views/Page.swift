// The pages and the verbs they share: `perform` answers nil for what is the same everywhere.

extension ConsoleState {
  mutating func pagePerforms(_ action: Action) -> [ConsoleEffect]? {
    if isZoomed || previewHasFocus { return previewPerforms(action) }
    if details != nil { return detailsPerform(action) }
    switch view {
    case .objects, .failed: return listPerforms(action)
    case .jobs: return jobsPerform(action)
    case .log: return logPerforms(action)
    case .records: return recordsPerform(action)
    }
  }

  /// Where a moving action leads from `index`; nil for any other action.
  func target(of action: Action, from index: Int, count: Int, lines: Int) -> Int? {
    switch action {
    case .up: index - 1
    case .down: index + 1
    case .top: 0
    case .bottom: count - 1
    case .pageUp: index - max(1, lines - 1)
    case .pageDown: index + max(1, lines - 1)
    case .halfPageUp: index - max(1, lines / 2)
    case .halfPageDown: index + max(1, lines / 2)
    default: nil
    }
  }
}
