extension ConsoleState {
  mutating func take(_ mouse: MouseEvent) -> [ConsoleEffect] {
    let layout = layout
    switch mouse.kind {
    case .wheelUp: return wheel(.up, at: mouse.point, layout)
    case .wheelDown: return wheel(.down, at: mouse.point, layout)
    case .press, .doublePress: break
    }
    guard dialog == nil, prompt == nil, !isZoomed, !layout.isTooSmall else { return [] }
    if mouse.point.row == layout.tabsRow {
      for tab in tabs(columns: size.columns) where tab.columns.contains(mouse.point.column) { show(tab.view) }
      return []
    }
    if let pane = layout.pane, pane.contains(mouse.point) {
      previewHasFocus = true
      if mouse.kind == .doublePress { return perform(.zoom) }
      return []
    }
    let line = mouse.point.row - layout.list.row - 1
    guard layout.list.contains(mouse.point), line >= 0, details == nil else { return [] }
    previewHasFocus = false
    switch view {
    case .objects, .failed:
      guard let list, list.top + line < list.count(in: table) else { return [] }
      _ = withList { list, table, lines in
        list.move(to: list.top + line, in: table, lines: lines)
        return []
      }
    case .jobs:
      guard jobLines.top + line < jobLineCount else { return [] }
      jobLines.move(to: jobLines.top + line, count: jobLineCount, lines: layout.listLines)
    case .records:
      guard records.page == nil, records.lines.top + line < records.shown.count else { return [] }
      records.move(to: records.lines.top + line, lines: layout.listLines)
    case .log: return []
    }
    return mouse.kind == .doublePress ? perform(.open) : []
  }

  private mutating func wheel(_ action: Action, at point: ScreenPoint, _ layout: Layout) -> [ConsoleEffect] {
    guard prompt == nil else { return [] }
    if dialog == nil, isZoomed || layout.pane?.contains(point) == true {
      stepPreview(by: action == .up ? -1 : 1)
      return []
    }
    var effects: [ConsoleEffect] = []
    for _ in 0..<3 {
      if let more = dialogPerforms(action) ?? pagePerforms(action) { effects += more }
    }
    return effects
  }
}

extension ScreenRect {
  func contains(_ point: ScreenPoint) -> Bool {
    (column..<column + columns).contains(point.column) && (row..<row + rows).contains(point.row)
  }
}
