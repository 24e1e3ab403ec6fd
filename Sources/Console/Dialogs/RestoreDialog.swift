import FoundationEssentials
package import ObjectStore
import Pipeline

/// An old version that would become the one that stands, and be processed. Answered No unless a person says otherwise; in
/// production by typing the number of objects it is about, as for deletions.
package struct RestoreDialog: Sendable {
  /// Where No leads back to.
  package var versions: VersionsDialog
  package var version: ObjectVersion
  /// Nil where a key will do.
  package var typed: TypedAnswer?
}

extension ConsoleState {
  /// Why the version under the cursor cannot be processed, as a sentence; nil where it can.
  var versionObstacle: String? {
    if setup.isReadOnly { return "Read-only: nothing is processed here" }
    guard case .versions(let versions) = dialog, let version = versions.current else {
      return "There is no version here"
    }
    if version.isDeleteMarker { return "A delete marker has no content to process" }
    if version.isLatest {
      return table.id(of: versions.key) == nil ? "The object is not listed: refresh first" : nil
    }
    return version.summary.size > ObjectVersion.maximumCopyBytes
      ? "It is larger than 5 GiB, which is what S3 copies at most: download it and upload it again" : nil
  }

  /// What stands is processed as it is; an old version has to be made the one that stands first: renditions are always of
  /// that.
  mutating func openRestore(_ versions: VersionsDialog) -> [ConsoleEffect] {
    guard let version = versions.current else { return [] }
    if version.isLatest { return planForVersions(versions) }
    dialog = .restore(
      RestoreDialog(
        versions: versions, version: version,
        typed: setup.isProduction ? TypedAnswer(1, yes: "makes it stand", no: "leaves it") : nil))
    return []
  }

  private mutating func planForVersions(_ versions: VersionsDialog) -> [ConsoleEffect] {
    guard let id = table.id(of: versions.key) else { return [] }
    return plan(PlanDialog(origin: .cursor, rows: [id], policy: RunPolicy()))
  }

  mutating func restorePerforms(_ action: Action, _ restore: RestoreDialog) -> [ConsoleEffect] {
    switch action {
    case .yes: return beginRestore(restore)
    case .decline:
      dialog = .versions(restore.versions)
      return []
    default: return []
    }
  }

  mutating func restoreTakes(_ key: Key, _ restore: RestoreDialog) -> [ConsoleEffect] {
    var restore = restore
    switch restore.typed?.take(key) {
    case .yes: return beginRestore(restore)
    case .no: return restorePerforms(.decline, restore)
    case .open: dialog = .restore(restore)
    case nil: break
    }
    return []
  }

  private mutating func beginRestore(_ restore: RestoreDialog) -> [ConsoleEffect] {
    dialog = nil
    let key = restore.versions.key
    let name = DisplayText.plain(key.string, unicode: unicode)
    let id = restore.versions.shortID(restore.version, unicode: unicode)
    return begin(.restore(key, version: restore.version.id), subject: "\(name), version \(id)", total: 1)
  }

  /// A version stands: its renditions are made, whatever stands of another's.
  mutating func processRestored(_ report: TransferReport) -> [ConsoleEffect] {
    guard case .objects(let changed)? = report.change else { return [] }
    let keys = changed.filter { !isOtherKind($0) }
    guard !keys.isEmpty else { return [] }
    hasSubmitted = true
    return [.submit(keys.sorted(), RunPolicy(force: true))]
  }
}

extension Canvas {
  mutating func drawRestore(_ state: ConsoleState, _ restore: RestoreDialog) {
    let version = restore.version
    let modified = version.summary.lastModified.timeIntervalSince1970
    var question = Question(title: "Process this version?", on: self)
    question.isDangerous = state.setup.isProduction
    question.add(names: [restore.versions.key.string], of: 1)
    question.add(
      "as of \(Format.date(modified, zone: state.setup.zone)), \(Format.bytes(version.summary.size)), "
        + "would stand again, and its renditions would be made of it.", .dialog)
    let isDeleted = restore.versions.list.first { $0.isLatest }?.isDeleteMarker == true
    question.add(
      isDeleted ? "The object is deleted now; that stays among the versions." : "What stands now stays as a version.",
      .hint)
    let answer =
      restore.typed.map { Question.Answer.typed($0, prompt: "Type 1 to go ahead: ", leave: "leave it") }
      ?? .key(state.setup.keys.mainKey(of: .yes), label: "process it")
    draw(question, answer)
  }
}
