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
  /// Nil where a key will do.
  package var typed: TypedAnswer?

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
        subject: subject, count: count, bytes: bytes, names: names,
        typed: isTyped ? TypedAnswer(count, yes: "deletes them", no: "leaves them") : nil))
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
    switch delete.typed?.take(key) {
    case .yes: return beginDeletion(delete)
    case .no: return deletePerforms(.decline, delete)
    case .open: dialog = .delete(delete)
    case nil: break
    }
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
    let bytes = Format.bytes(delete.bytes)
    var question: Question
    let about: Int
    switch delete.subject {
    case .renditions(let selection, _):
      question = Question(title: "Delete renditions?", on: self)
      about = selection.rows.count
      let objects = about == 1 ? "" : " \(Format.grouped(about)) objects:"
      question.add("\(Format.count(delete.count, "rendition")), \(bytes), would be deleted, of\(objects)", .dialog)
    case .orphans:
      question = Question(title: "Delete orphans?", on: self)
      about = delete.count
      question.add("\(Format.count(delete.count, "orphan")), \(bytes), would be deleted:", .dialog)
    }
    question.isDangerous = true
    question.add(names: delete.names, of: about)
    for (text, slot) in state.outlook(of: delete) { question.add(text, slot) }
    let answer =
      delete.typed.map { Question.Answer.typed($0, prompt: "Type \(delete.count) to delete: ", leave: "leave them") }
      ?? .key(state.setup.keys.mainKey(of: .yes), label: "delete \(Format.grouped(delete.count))")
    draw(question, answer)
  }
}
