import Pipeline

/// What would be removed; answered No unless a person says otherwise, and where it is much, by typing how much.
package struct DeleteDialog: Sendable {
  package enum Subject: Sendable {
    case renditions(RowSelection, isOfMarks: Bool)
    case orphans(bytes: Int64)
  }

  package var subject: Subject
  /// Of objects in the destination.
  package var count: Int
  /// A few of what it is about; safe to show.
  package var names: [String]
  /// What has been typed; nil where a key will do.
  package var typed: LineEditor?
  package var problem: String?

  /// From so many objects on, the number has to be typed. In production any number has to be.
  package static let typedFrom = 100
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
    let names = selection.rows.prefix(3).map { DisplayText.plain(selection.table.keyText($0), unicode: unicode) }
    ask(.renditions(selection, isOfMarks: isOfMarks), count: renditions, names: names)
    return []
  }

  mutating func ask(_ subject: DeleteDialog.Subject, count: Int, names: [String]) {
    let isTyped = count >= DeleteDialog.typedFrom || setup.isProduction
    dialog = .delete(
      DeleteDialog(subject: subject, count: count, names: names, typed: isTyped ? LineEditor() : nil))
  }

  mutating func deletePerforms(_ action: Action, _ delete: DeleteDialog) -> [ConsoleEffect] {
    switch action {
    case .yes: return beginDeletion(delete)
    case .decline:
      dialog = nil
      return []
    default: return []
    }
  }

  /// Where the number has to be typed.
  mutating func deleteTakes(_ key: Key, _ delete: DeleteDialog) -> [ConsoleEffect] {
    var delete = delete
    guard var typed = delete.typed else { return [] }
    if key == .enter {
      if typed.text.isEmpty { return deletePerforms(.decline, delete) }
      if typed.text.trimmed == "\(delete.count)" { return beginDeletion(delete) }
      delete.problem = "\(delete.count) is what deletes them; Esc leaves them"
    } else {
      _ = typed.take(key)
      delete.problem = nil
    }
    delete.typed = typed
    dialog = .delete(delete)
    return []
  }

  private mutating func beginDeletion(_ delete: DeleteDialog) -> [ConsoleEffect] {
    dialog = nil
    switch delete.subject {
    case .renditions(let selection, let isOfMarks):
      if isOfMarks { marks.removeAll() }
      return begin(
        .deleteRenditions(selection), subject: "the renditions of \(words(for: selection))", total: delete.count)
    case .orphans:
      return begin(.removeOrphans, subject: Format.count(delete.count, "orphan"), total: nil)
    }
  }
}

extension Canvas {
  mutating func drawDelete(_ state: ConsoleState, _ delete: DeleteDialog) {
    let columns = min(64, size.columns - 4)
    func wrapped(_ text: String, _ slot: Slot) -> [(DisplayText, Slot)] {
      DisplayText(text, unicode: unicode).wrappedAtWords(to: max(8, columns)).map { ($0, slot) }
    }
    let count = Format.grouped(delete.count)
    var lines: [(DisplayText, Slot)]
    let about: Int
    switch delete.subject {
    case .renditions(let selection, _):
      about = selection.rows.count
      let objects = about == 1 ? "" : " \(Format.grouped(about)) objects:"
      lines = wrapped("\(Format.count(delete.count, "rendition")) would be deleted, of\(objects)", .dialog)
    case .orphans(let bytes):
      about = delete.count
      lines = wrapped("\(Format.count(delete.count, "orphan")), \(Format.bytes(bytes)), would be deleted:", .dialog)
    }
    for name in delete.names {
      lines.append(
        (DisplayText(name, unicode: unicode).truncated(to: columns, at: .middle, unicode: unicode), .textBright))
    }
    if about > delete.names.count { lines += wrapped("and \(Format.grouped(about - delete.names.count)) more", .hint) }
    switch delete.subject {
    case .renditions: lines += wrapped("Sources and failure records stay; renditions can be made again.", .hint)
    case .orphans: lines += wrapped("This cannot be undone: what they were made of is gone.", .warning)
    }
    if let problem = delete.problem { lines += wrapped(problem, .error) }
    let title = if case .orphans = delete.subject { "Delete orphans?" } else { "Delete renditions?" }
    let foot = delete.typed == nil ? 2 : 3
    let inside = dialogFrame(title: title, columns: columns, rows: lines.count + foot, danger: true)
    let room = inside.rows - foot + 1
    for (i, line) in lines.enumerated() where i < room { put(line.0, inside.column, inside.row + i, line.1) }
    let last = inside.row + inside.rows - 1
    if let typed = delete.typed {
      let column = put("Type \(delete.count) to delete: ", inside.column, last - 1, .dialogDanger)
      drawEditor(typed, column, last - 1, columns: max(4, inside.column + inside.columns - column))
      buttons([("Enter", "no, unless it is typed"), ("Esc", "leave them")], in: inside)
    } else {
      buttons([("Enter", "no"), (state.setup.keys.mainKey(of: .yes), "delete \(count)")], in: inside)
    }
  }
}
