import Pipeline

/// What would be removed; answered No unless a person says otherwise, and where it is much, by typing how much.
package struct DeleteDialog: Sendable {
  package enum Subject: Sendable {
    case renditions(RowSelection, isOfMarks: Bool)
    case orphans
  }

  package var subject: Subject
  /// Of objects in the destination.
  package var count: Int
  /// Of those.
  package var bytes: Int64
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
    return ask(
      .renditions(selection, isOfMarks: isOfMarks), count: renditions, bytes: selection.renditionBytes, names: names)
  }

  /// Puts the question, and asks the store whether it could be undone.
  mutating func ask(
    _ subject: DeleteDialog.Subject, count: Int, bytes: Int64, names: [String]
  ) -> [ConsoleEffect] {
    let isTyped = count >= DeleteDialog.typedFrom || setup.isProduction
    dialog = .delete(
      DeleteDialog(
        subject: subject, count: count, bytes: bytes, names: names, typed: isTyped ? LineEditor() : nil))
    guard setup.offers.contains(.renditionVersions) else { return [] }
    if keeping == .unknown || keeping == .notTold { keeping = .asked }
    return [.versioning]
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

extension ConsoleState {
  /// What stays, and whether it can be undone.
  fileprivate func outlook(of delete: DeleteDialog) -> [(String, Slot)] {
    let undo = undoOutlook(count: delete.count).map { [($0, Slot.hint)] }
    switch delete.subject {
    case .renditions:
      let stays = "Sources and failure records stay"
      return undo.map { [("\(stays).", .hint)] + $0 } ?? [("\(stays); renditions can be made again.", .hint)]
    case .orphans:
      if let undo { return undo }
      switch keeping {
      case .asked: return [(unicode ? "Asking whether the bucket keeps versions…" : "Asking whether...", .info)]
      case .notTold:
        return [
          ("What they were made of is gone, and it is not known whether the bucket keeps versions of them.", .warning)
        ]
      case .unknown, .told: return [("This cannot be undone: what they were made of is gone.", .warning)]
      }
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
    let bytes = Format.bytes(delete.bytes)
    var lines: [(DisplayText, Slot)]
    let about: Int
    switch delete.subject {
    case .renditions(let selection, _):
      about = selection.rows.count
      let objects = about == 1 ? "" : " \(Format.grouped(about)) objects:"
      lines = wrapped("\(Format.count(delete.count, "rendition")), \(bytes), would be deleted, of\(objects)", .dialog)
    case .orphans:
      about = delete.count
      lines = wrapped("\(Format.count(delete.count, "orphan")), \(bytes), would be deleted:", .dialog)
    }
    for name in delete.names {
      lines.append(
        (DisplayText(name, unicode: unicode).truncated(to: columns, at: .middle, unicode: unicode), .textBright))
    }
    if about > delete.names.count { lines += wrapped("and \(Format.grouped(about - delete.names.count)) more", .hint) }
    for (text, slot) in state.outlook(of: delete) { lines += wrapped(text, slot) }
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
