import ObjectStore
import Pipeline

// Views under names, and the one before.

extension ConsoleState {
  /// What is on screen, as it could be shown again.
  func shownView(named name: String) -> SavedView {
    var shown = SavedView(name: name, view: view)
    if let list {
      shown.filter = list.filterText
      shown.state = list.query.state
      shown.sort = list.query.sort
    } else if view == .records {
      shown.filter = records.filterText
    }
    return shown
  }

  mutating func show(_ saved: SavedView) -> [ConsoleEffect] {
    show(saved.view)
    switch saved.view {
    case .objects, .failed:
      return arrange { list in
        list.filterText = saved.filter
        list.query.filter = RowFilter(saved.filter)
        list.query.state = saved.state
        list.query.sort = saved.sort
      }
    case .records:
      records.setFilter(saved.filter, now: now, lines: layout.listLines)
      return records.phase == .idle ? look() : []
    case .jobs, .log: return []
    }
  }

  mutating func showPreviousView() -> [ConsoleEffect] {
    guard let view = previousView else { return refuse("There is no view before this one") }
    let here = shownView(named: "")
    defer { previousView = here }
    return show(view)
  }

  mutating func showView(named name: String) -> [ConsoleEffect] {
    if let saved = savedViews.first(where: { $0.name == name }) {
      previousView = shownView(named: "")
      return show(saved)
    }
    if let view = ConsoleView(rawValue: name) {
      show(view)
      return []
    }
    let names = savedViews.map(\.name).joined(separator: ", ")
    return refuse(
      names.isEmpty
        ? "No view is saved: :save NAME keeps what is shown" : "view takes \(names)")
  }

  mutating func saveView(named name: String) -> [ConsoleEffect] {
    guard SavedView.isName(name) else { return refuse("save takes a name of letters, digits, - and _") }
    guard ConsoleView(rawValue: name) == nil else { return refuse("\(name) is the name of a page") }
    savedViews.removeAll { $0.name == name }
    savedViews.append(shownView(named: name))
    savedViews.sort { $0.name < $1.name }
    say(.success, "Saved as \(name): :view \(name) shows it again")
    return [.keepViews(savedViews)]
  }

  mutating func forgetView(named name: String) -> [ConsoleEffect] {
    guard savedViews.contains(where: { $0.name == name }) else {
      return refuse("There is no saved view \(DisplayText.plain(name, unicode: unicode))")
    }
    savedViews.removeAll { $0.name == name }
    say(.success, "Forgot \(name)")
    return [.keepViews(savedViews)]
  }
}
