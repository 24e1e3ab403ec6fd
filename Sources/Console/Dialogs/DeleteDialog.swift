import Pipeline

/// Renditions that would go; answered No unless a person says otherwise.
package struct DeleteDialog: Sendable {
  package var selection: RowSelection
  /// In words, safe to show.
  package var subject: String
  package var renditions: Int
  package var isOfMarks: Bool
}

extension ConsoleState {
  mutating func openDelete() -> [ConsoleEffect] {
    guard let selection else { return [] }
    let renditions = selection.renditionCount
    guard renditions > 0 else {
      say(.warning, "No rendition is there to delete")
      return []
    }
    let isOfMarks = details == nil && !isZoomed && list != nil && !marks.isEmpty
    dialog = .delete(
      DeleteDialog(
        selection: selection, subject: words(for: selection), renditions: renditions, isOfMarks: isOfMarks))
    return []
  }

  mutating func deletePerforms(_ action: Action, _ delete: DeleteDialog) -> [ConsoleEffect] {
    switch action {
    case .yes:
      dialog = nil
      if delete.isOfMarks { marks.removeAll() }
      return begin(
        .deleteRenditions(delete.selection), subject: "the renditions of \(delete.subject)",
        total: delete.renditions)
    case .decline:
      dialog = nil
      return []
    default: return []
    }
  }
}

extension Canvas {
  mutating func drawDelete(_ state: ConsoleState, _ delete: DeleteDialog) {
    let columns = min(64, size.columns - 4)
    func wrapped(_ text: String, _ slot: Slot) -> [(DisplayText, Slot)] {
      DisplayText(text, unicode: unicode).wrappedAtWords(to: max(8, columns)).map { ($0, slot) }
    }
    let subject = DisplayText(delete.subject, unicode: unicode).truncated(to: columns, at: .middle, unicode: unicode)
    let lines =
      wrapped("\(Format.count(delete.renditions, "object")) in the destination would be deleted:", .dialog)
      + wrapped("the renditions of", .dialog) + [(subject, .textBright)]
      + wrapped("Sources and failure records stay; the renditions can be made again.", .hint)
    let inside = dialogFrame(title: "Delete renditions?", columns: columns, rows: lines.count + 2, danger: true)
    for (i, line) in lines.enumerated() where i < inside.rows - 1 { put(line.0, inside.column, inside.row + i, line.1) }
    buttons(
      [("Enter", "no"), (state.setup.keys.mainKey(of: .yes), "delete \(Format.grouped(delete.renditions))")], in: inside
    )
  }
}
