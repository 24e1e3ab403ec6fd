// Every dialog in one file of its own, with the same two verbs: what it does with an action, and how it is drawn.

extension ConsoleState {
  /// Nil where no dialog is open, or the open one leaves the action to the console.
  mutating func dialogPerforms(_ action: Action) -> [ConsoleEffect]? {
    guard let dialog else { return nil }
    switch action {
    case .redraw, .suspend: return nil
    case .dismiss, .interrupt:
      switch dialog {
      case .themes(let picker):
        theme = picker.before
        self.dialog = nil
      case .versions(var versions) where versions.isZoomed:
        versions.isZoomed = false
        self.dialog = .versions(versions)
      case .restore(let restore): self.dialog = .versions(restore.versions)
      default: self.dialog = nil
      }
      return []
    default: break
    }
    switch dialog {
    case .plan(let plan): return planPerforms(action, plan)
    case .redrive(let redrive): return redrivePerforms(action, redrive)
    case .help(let help): return helpPerforms(action, help)
    case .themes(let picker): return themesPerform(action, picker)
    // These take keys, not actions.
    case .copy, .export, .download: return []
    case .upload(let upload): return uploadPerforms(action, upload)
    case .delete(let delete): return deletePerforms(action, delete)
    case .undo(let undo): return undoPerforms(action, undo)
    case .restore(let restore): return restorePerforms(action, restore)
    case .orphans(let orphans): return orphansPerform(action, orphans)
    case .versions(let versions): return versionsPerform(action, versions)
    case .quit:
      guard action == .confirm else { return [] }
      return [.cancelAll, .terminal(.quit(status: 0))]
    }
  }
}

extension Canvas {
  mutating func drawDialog(_ state: ConsoleState) {
    switch state.dialog {
    case .plan(let plan): drawPlan(state, plan)
    case .redrive(let redrive): drawRedrive(state, redrive)
    case .help(let help): drawHelp(state, help)
    case .themes(let picker): drawThemes(state, picker)
    case .copy(let menu): drawCopyMenu(state, menu)
    case .export(let menu): drawExportMenu(state, menu)
    case .versions(let versions): drawVersions(state, versions)
    case .download(let download): drawDownload(state, download)
    case .upload(let upload): drawUpload(state, upload)
    case .delete(let delete): drawDelete(state, delete)
    case .undo(let undo): drawUndo(state, undo)
    case .restore(let restore): drawRestore(state, restore)
    case .orphans(let orphans): drawOrphans(state, orphans)
    case .quit: drawQuit(state)
    case nil: break
    }
  }

  /// A frame in the middle of the screen, as large as its content needs and the screen allows. Answers the inside.
  mutating func dialogFrame(title: String, columns: Int, rows: Int, danger: Bool = false) -> ScreenRect {
    let width = min(size.columns, columns + 4)
    let height = min(size.rows - 1, rows + 2)
    return frame(
      ScreenRect(
        column: (size.columns - width) / 2, row: max(0, (size.rows - 1 - height) / 2), columns: width, rows: height),
      title: title, danger ? .dialogDanger : .borderFocus, titleSlot: danger ? .dialogDanger : .title)
  }

  private mutating func drawQuit(_ state: ConsoleState) {
    let running = state.jobs.running.count
    let waiting = state.jobs.queuedCount
    let inside = dialogFrame(title: "Quit?", columns: 50, rows: 4, danger: true)
    let transfers = state.transfers.running.count
    var text = "\(Format.count(running, "job")) running, \(Format.grouped(waiting)) waiting"
    if state.jobsArePaused { text += ", paused" }
    if transfers > 0 {
      text = (running + waiting > 0 ? text + ", " : "") + "\(Format.count(transfers, "transfer")) running"
    }
    put(text + ".", inside.column, inside.row, .dialog, within: inside.columns)
    put("What is written stays; the rest can run later.", inside.column, inside.row + 1, .hint, within: inside.columns)
    buttons([("Enter", "quit"), ("Esc", "stay")], in: inside)
  }

  /// Keys and what they do, on the last line of a dialog.
  mutating func buttons(_ buttons: [(key: String, label: String)], in inside: ScreenRect) {
    var column = inside.column
    let row = inside.row + inside.rows - 1
    for (i, button) in buttons.enumerated() {
      let text = " \(button.key) \(button.label) "
      guard column + text.count <= inside.column + inside.columns else { break }
      column = put(text, column, row, i == 0 ? .buttonFocus : .button) + 1
    }
  }
}
