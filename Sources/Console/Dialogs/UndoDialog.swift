import ObjectStore
import Pipeline
import PixelEngine

/// A deletion that would be taken back; answered No unless a person says otherwise.
package struct UndoDialog: Hashable, Sendable {
  package var deletion: DeletionHistory.Deletion
}

extension ConsoleState {
  /// Why nothing can be brought back, as a sentence; nil where it can.
  var undoObstacle: String? {
    if setup.isReadOnly { return "Read-only: nothing is brought back here" }
    if let last = deletions.last {
      if last.undoing != nil {
        return "It is being brought back: \(setup.keys.mainKey(of: .jobs)) Jobs shows how far"
      }
      return last.ended == nil ? "The deletion is under way: \(setup.keys.mainKey(of: .jobs)) Jobs cancels it" : nil
    }
    if !setup.offers.contains(.renditionVersions) {
      return "The destination is a folder: what is deleted there cannot be brought back"
    }
    switch keeping {
    case .told(.never), .told(.suspended):
      return "The destination keeps no versions: what is deleted there cannot be brought back"
    default: return "Nothing has been deleted here that can be brought back"
    }
  }

  mutating func openUndo() -> [ConsoleEffect] {
    guard let last = deletions.last else { return [] }
    dialog = .undo(UndoDialog(deletion: last))
    return []
  }

  mutating func undoPerforms(_ action: Action, _ undo: UndoDialog) -> [ConsoleEffect] {
    switch action {
    case .decline: dialog = nil
    case .yes:
      dialog = nil
      // As it is now: the dialog may have been open for long.
      guard let deletion = deletions.last, deletion.id == undo.deletion.id, undoObstacle == nil else { return [] }
      let effects = begin(
        .undo(deletion.objects, touched(by: deletion)), subject: deletion.subject, total: deletion.objects.count)
      if let transfer = transfers.all.first { deletions.begin(undoing: deletion.id, by: transfer.id) }
      return effects
    default: break
    }
    return []
  }

  /// What is to be looked at again when a deletion has been taken back: a few objects one by one, many by a listing.
  private func touched(by deletion: DeletionHistory.Deletion) -> BucketChange {
    guard deletion.objects.count <= 2000 * GridSize.allCases.count else { return .everything }
    var sources: Set<ObjectKey> = []
    for object in deletion.objects {
      // What is not of a row that is there only a listing tells.
      guard let key = ObjectKey(object.key), let source = setup.naming.parse(key)?.source, table.id(of: source) != nil
      else { return .everything }
      sources.insert(source)
    }
    return .objects(sources)
  }

  /// Whether what is deleted could be brought back, as far as it is known.
  ///
  /// - Parameter count: of the objects that would be deleted.
  func undoOutlook(count: Int) -> String? {
    guard keeping == .told(.enabled) else { return nil }
    let key = setup.keys.mainKey(of: .undo)
    return count > DeletionHistory.most
      ? "The bucket keeps versions: \(key) brings back the first \(Format.grouped(DeletionHistory.most))."
      : "The bucket keeps versions: \(key) brings them back, as long as this console runs."
  }
}

extension Canvas {
  mutating func drawUndo(_ state: ConsoleState, _ undo: UndoDialog) {
    let deletion = undo.deletion
    let count = deletion.objects.count
    let ago = deletion.ended.map { ", deleted \(Format.age(state.now - $0)) ago," } ?? ""
    var question = Question(title: "Bring back what was deleted?", on: self)
    question.add("\(Format.count(count, "object"))\(ago) would stand again:", .dialog)
    question.add(names: deletion.objects.prefix(3).map(\.key), of: count)
    if deletion.forgotten > 0 {
      question.add(
        "\(Format.grouped(deletion.forgotten)) more were deleted, too many to keep in mind: they stay deleted.",
        .warning)
    }
    question.add("What was written or deleted anew since stays as it is.", .hint)
    draw(question, .key(state.setup.keys.mainKey(of: .yes), label: "bring back \(count)"))
  }
}
