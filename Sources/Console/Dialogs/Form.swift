import Pipeline

// Dialogs in which a line is typed: download and upload, a number to delete, the cap of a plan. Up and Down go from field
// to field, Tab completes a path, Enter goes ahead, Esc leaves.

extension ConsoleState {
  mutating func formTakes(_ key: Key) -> [ConsoleEffect] {
    // Esc leaves the line, not the plan.
    if case .plan(let plan) = dialog, key != .control("l"), key != .control("z") { return planTakes(key, plan) }
    switch key {
    case .escape, .control("c"): return perform(.dismiss)
    case .control("l"): return perform(.redraw)
    case .control("z"): return perform(.suspend)
    default: break
    }
    switch dialog {
    case .download(let download): return downloadTakes(key, download)
    case .upload(let upload): return uploadTakes(key, upload)
    case .delete(let delete): return deleteTakes(key, delete)
    case .restore(let restore): return restoreTakes(key, restore)
    default: return []
    }
  }

  mutating func formPastes(_ text: String) -> [ConsoleEffect] {
    switch dialog {
    case .download(var download) where download.field == .folder:
      download.folder.insert(text)
      return recheck(&download)
    case .upload(var upload):
      upload.edit { $0.insert(text) }
      dialog = .upload(upload)
      return []
    case .plan: return text.filter(\.isASCII).flatMap { formTakes(.character($0)) }
    default: return []
    }
  }

  mutating func completed(_ completion: LocalPath.Completion, generation: Int) -> [ConsoleEffect] {
    switch dialog {
    case .download(var download) where download.completing == generation:
      download.completing = nil
      download.names = completion.names.count > 1 ? completion.names : []
      download.folder = LineEditor(completion.text)
      return recheck(&download)
    case .upload(var upload) where upload.completing == generation:
      upload.completing = nil
      upload.names = completion.names.count > 1 ? completion.names : []
      upload.field = .path
      upload.edit { $0 = LineEditor(completion.text) }
      dialog = .upload(upload)
    default: break
    }
    return []
  }

  /// What the footer says of a form.
  var formBindings: [KeyBinding] {
    func binding(_ action: Action, _ key: Key, _ label: String) -> KeyBinding {
      KeyBinding(action: action, keys: [key], scopes: [], group: .dialogs, label: label, help: "")
    }
    if case .plan = dialog { return [binding(.confirm, .enter, "keep it"), binding(.dismiss, .escape, "as before")] }
    var bindings = [
      binding(.confirm, .enter, "go ahead"), binding(.dismiss, .escape, "leave it"),
    ]
    switch dialog {
    case .delete, .restore: return bindings
    default: break
    }
    bindings += [binding(.nextPane, .tab, "complete"), binding(.down, .down, "next field")]
    if case .download = dialog { bindings.append(binding(.open, .right, "choose")) }
    return bindings
  }
}

extension Canvas {
  /// A line being typed, scrolled so that its cursor shows. Answers the column after it.
  @discardableResult
  mutating func drawEditor(
    _ editor: LineEditor, _ column: Int, _ row: Int, columns: Int, isActive: Bool = true
  ) -> Int {
    let room = max(1, columns - 1)
    let before = DisplayText(String(editor.characters.prefix(editor.cursor)), unicode: unicode)
    let after = DisplayText(String(editor.characters.dropFirst(editor.cursor)), unicode: unicode)
    // The end of what is before the cursor is what matters.
    let shown = before.width > room - 1 ? before.truncated(to: room - 1, at: .start, unicode: unicode) : before
    let cursor = put(shown, column, row, .input)
    let end = put(after.truncated(to: max(0, room - shown.width), unicode: unicode), cursor, row, .input)
    if isActive { showCursor(at: ScreenPoint(column: min(cursor, size.columns - 1), row: row)) }
    return max(end, cursor + 1)
  }

  /// A labelled line of a form that is typed.
  mutating func drawField(_ label: String, _ editor: LineEditor, in inside: ScreenRect, row: Int, isActive: Bool) {
    put(label, inside.column, row, isActive ? .helpKey : .header)
    drawEditor(editor, inside.column + 10, row, columns: inside.columns - 10, isActive: isActive)
  }

  /// A labelled line of a form with choices, the chosen one marked.
  mutating func drawChoices(
    _ label: String, _ choices: [(text: String, isChosen: Bool)], in inside: ScreenRect, row: Int, isActive: Bool
  ) {
    put(label, inside.column, row, isActive ? .helpKey : .header)
    var column = inside.column + 10
    for choice in choices {
      let room = inside.column + inside.columns - column
      // On a narrow screen the chosen one alone.
      let isAll = choices.reduce(0) { $0 + $1.text.count + 3 } <= inside.columns - 10
      guard isAll || choice.isChosen else { continue }
      let mark = unicode ? (choice.isChosen ? "● " : "○ ") : (choice.isChosen ? "* " : "  ")
      column = put(
        mark + choice.text, column, row, choice.isChosen ? (isActive ? .input : .dialog) : .textDim, within: room)
      column += 1
    }
  }
}
