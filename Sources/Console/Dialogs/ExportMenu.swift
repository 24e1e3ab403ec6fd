import Pipeline

/// What of the page is to be written to a file: the screen as it is, or all that the view lists.
package struct ExportMenu: Hashable, Sendable {
  package enum Form: String, CaseIterable, Hashable, Sendable {
    case text, ansi, svg, json, csv

    var key: Character { rawValue.first ?? "t" }
  }

  package var cursor = 0
}

extension ConsoleState {
  /// The forms that the page has, with what each would hold.
  var exportForms: [(form: ExportMenu.Form, text: String)] {
    var forms: [(form: ExportMenu.Form, text: String)] = [
      (.text, "the screen, as text"), (.ansi, "the screen, in colour, for a terminal"),
      (.svg, "the screen, as a picture"),
    ]
    func lines(_ count: Int, _ noun: String) -> String { "\(Format.count(count, noun)), as JSON Lines" }
    if let list, details == nil {
      let count = list.count(in: table)
      forms.append((.json, lines(count, "object")))
      forms.append((.csv, "\(Format.count(count, "object")), as a table"))
    } else if details != nil {
      forms.append((.json, lines(1, "object")))
    } else {
      switch view {
      case .jobs: forms.append((.json, lines(jobs.count, "job")))
      case .records: forms.append((.json, lines(records.shown.count, "dead letter")))
      case .log: forms.append((.json, lines(log.entries.count, "line")))
      case .objects, .failed: break
      }
    }
    return forms
  }

  mutating func exportMenuTakes(_ key: Key) -> [ConsoleEffect] {
    guard case .export(var menu) = dialog else { return [] }
    let forms = exportForms
    switch key {
    case .up, .down:
      menu.cursor = (menu.cursor + (key == .up ? forms.count - 1 : 1)) % forms.count
      dialog = .export(menu)
      return []
    case .enter: return export(forms[min(menu.cursor, forms.count - 1)].form)
    case .character(let character):
      if let chosen = forms.first(where: { $0.form.key == character }) { return export(chosen.form) }
    default: break
    }
    guard let action = setup.keys.action(for: key, in: .export) else { return [] }
    return perform(action)
  }

  /// Writes the page as it is without any dialog.
  mutating func export(_ form: ExportMenu.Form) -> [ConsoleEffect] {
    dialog = nil
    let content: ExportOrder.Content
    switch form {
    case .text: content = .text(screenForExport(inColor: false))
    case .ansi: content = .ansi(screenForExport(inColor: true))
    case .svg: content = .svg(screenForExport(inColor: true))
    case .csv, .json:
      if let details {
        content = .rows(table.id(of: details.key).map { [$0] } ?? [], table, form == .csv ? .csv : .json)
      } else if let list {
        let rows = list.arrangement.slice(0..<list.count(in: table), in: table)
        content = .rows(Array(rows), table, form == .csv ? .csv : .json)
      } else {
        switch view {
        case .jobs: content = .jobs((0..<jobs.count).compactMap { jobs.job(at: $0) })
        case .records: content = .letters(records.shown.compactMap { records.letters[$0] })
        case .log, .objects, .failed: content = .log(log.entries)
        }
      }
    }
    let stamp = Format.date(now, zone: setup.zone).replacing(" ", with: "-").replacing(":", with: "")
    let page = details != nil ? "object" : isZoomed ? "preview" : view.rawValue
    say(.info, "Exporting")
    return [.export(ExportOrder(content: content, name: "pixelater-\(page)-\(stamp)", folder: setup.folder))]
  }

  /// The page, without what lies over it; in colour it is exact, whatever this terminal can show.
  private func screenForExport(inColor: Bool) -> ScreenGrid {
    var state = self
    state.dialog = nil
    state.message = nil
    var capabilities = setup.capabilities
    if inColor { capabilities.depth = .truecolor }
    state.setup.capabilities = capabilities
    let theme = themes[theme] ?? .standard
    return render(state, theme: theme.resolved(for: capabilities), size: size)
  }

  mutating func exported(_ result: Result<String, FileProblem>) -> [ConsoleEffect] {
    switch result {
    case .success(let path): say(.success, "Exported to \(DisplayText.plain(path, unicode: unicode))")
    case .failure(let problem): say(.error, "Not exported: \(problem.text)")
    }
    return []
  }
}

extension Canvas {
  mutating func drawExportMenu(_ state: ConsoleState, _ menu: ExportMenu) {
    let forms = state.exportForms
    let inside = dialogFrame(title: "Export", columns: min(56, size.columns - 4), rows: forms.count + 2)
    let shown = max(1, inside.rows - 1)
    let top = max(0, menu.cursor - shown + 1)
    for (line, item) in forms.enumerated().dropFirst(top).prefix(shown) {
      let row = inside.row + line - top
      let column = put(String(item.form.key), inside.column, row, .helpKey) + 2
      put(item.form.rawValue, column, row, .textBright)
      put(item.text, column + 6, row, .text, within: inside.column + inside.columns - column - 6)
      if line == menu.cursor { overlay(.rowCursor, columns: inside.column..<inside.column + inside.columns, row: row) }
    }
    buttons([("Enter", "export"), ("Esc", "leave it")], in: inside)
  }
}
