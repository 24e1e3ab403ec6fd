/// The screen of a state: pure, so that every screen can be compared without a terminal.
package func render(_ state: ConsoleState, theme: ThemeStyles, size: ScreenSize) -> ScreenGrid {
  var canvas = Canvas(size: size, styles: theme, unicode: state.unicode)
  let layout = state.layout
  guard !layout.isTooSmall else {
    canvas.put("too small", 0, 0, .warning)
    return canvas.grid
  }
  if state.isZoomed {
    canvas.drawZoom(state)
  } else {
    canvas.drawPage(state, layout)
  }
  canvas.drawChrome(state, layout)
  if state.dialog != nil { canvas.coverPictures() }
  canvas.drawDialog(state)
  canvas.drawStatus(state, layout)
  return canvas.grid
}

extension Canvas {
  fileprivate mutating func drawPage(_ state: ConsoleState, _ layout: Layout) {
    if state.details != nil {
      drawDetails(state, in: layout.list)
    } else {
      switch state.view {
      case .objects, .failed: drawList(state, in: layout.list)
      case .jobs: drawJobs(state, in: layout.list)
      case .records: drawRecords(state, in: layout.list)
      case .log: drawLog(state, in: layout.list)
      }
    }
    if let pane = layout.pane { drawPane(state, in: pane) }
  }
}
