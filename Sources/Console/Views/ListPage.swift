import ObjectStore
import Pipeline

// Objects and Failed: rows, filter, order, marks.

extension ConsoleState {
  mutating func withList(_ body: (inout ObjectList, RowTable, _ lines: Int) -> [ConsoleEffect]) -> [ConsoleEffect] {
    let lines = layout.listLines
    return view == .failed ? body(&failed, table, lines) : body(&objects, table, lines)
  }

  mutating func listPerforms(_ action: Action) -> [ConsoleEffect]? {
    guard let list else { return nil }
    let count = list.count(in: table)
    if let index = target(of: action, from: list.cursor, count: count, lines: layout.listLines) {
      return withList { list, table, lines in
        list.move(to: index, in: table, lines: lines)
        return []
      }
    }
    switch action {
    case .open:
      if let id = currentRow { details = DetailsPage(key: table.key(id)) }
      return []
    case .filter:
      prompt = .filter(LineEditor(list.filterText), before: list.filterText)
      return []
    case .stateFilter: return cycleStateFilter()
    case .sort:
      let columns = RowSort.Column.allCases
      let place = columns.firstIndex(of: list.query.sort.column) ?? 0
      return arrange { $0.query.sort = RowSort(columns[(place + 1) % columns.count]) }
    case .reverseSort: return arrange { $0.query.sort.reversed.toggle() }
    case .mark:
      if let id = currentRow { marks.toggle(id) }
      return listPerforms(.down)
    case .markRange:
      endRange()
      return []
    case .markAll:
      for id in list.arrangement.slice(0..<count, in: table) { marks.insert(id) }
      return []
    case .invertMarks:
      for id in list.arrangement.slice(0..<count, in: table) { marks.toggle(id) }
      return []
    case .unmarkAll:
      marks.removeAll()
      return []
    default: return nil
    }
  }

  /// The first `v` sets one end, the second marks all between.
  private mutating func endRange() {
    guard let list else { return }
    if let range = list.range(in: table) {
      for id in list.arrangement.slice(range, in: table) { marks.insert(id) }
      if message?.text == rangeBegun { message = nil }
      _ = withList { list, _, _ in
        list.anchor = nil
        return []
      }
    } else {
      _ = withList { list, _, _ in
        list.anchor = list.cursorID
        return []
      }
      say(.info, rangeBegun)
    }
  }

  private var rangeBegun: String { "Range begun: move, then \(setup.keys.mainKey(of: .markRange)) marks it" }

  /// All, then the states that ask for something.
  private mutating func cycleStateFilter() -> [ConsoleEffect] {
    guard view == .objects else { return [] }
    let cycle: [ObjectState?] = [nil, .failed, .partial, .stale, .pending, .complete]
    return arrange { list in
      let place = cycle.firstIndex(of: list.query.state) ?? 0
      list.query.state = cycle[(place + 1) % cycle.count]
    }
  }

  /// Changes the query of the list on screen and arranges its rows anew.
  mutating func arrange(_ change: (inout ObjectList) -> Void) -> [ConsoleEffect] {
    let now = now
    let view = view
    return withList { list, table, lines in
      change(&list)
      return list.arrange(table, now: now, view: view, lines: lines)
    }
  }

  mutating func setFilter(_ text: String) -> [ConsoleEffect] {
    arrange { list in
      list.filterText = text
      list.query.filter = RowFilter(text)
    }
  }

  /// Esc: first the range, then the filter, then the marks, then the view.
  mutating func listGoesBack() -> [ConsoleEffect] {
    guard let list else { return [] }
    if list.anchor != nil {
      if message?.text == rangeBegun { message = nil }
      return withList { list, _, _ in
        list.anchor = nil
        return []
      }
    }
    if !list.filterText.isEmpty || list.query.state != nil {
      return arrange { list in
        list.filterText = ""
        list.query.filter = RowFilter()
        list.query.state = nil
      }
    }
    if !marks.isEmpty {
      marks.removeAll()
    } else if view != .objects {
      show(.objects)
    }
    return []
  }
}
