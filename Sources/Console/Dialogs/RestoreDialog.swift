import FoundationEssentials
package import ObjectStore
import Pipeline

/// An old version that would become the one that stands, and be processed. Answered No unless a person says otherwise; in
/// production by typing the number of objects it is about, as for deletions.
package struct RestoreDialog: Sendable {
  /// Where No leads back to.
  package var versions: VersionsDialog
  package var version: ObjectVersion
  /// What has been typed; nil where a key will do.
  package var typed: LineEditor?
  package var problem: String?
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
      RestoreDialog(versions: versions, version: version, typed: setup.isProduction ? LineEditor() : nil))
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
    guard var typed = restore.typed else { return [] }
    if key == .enter {
      if typed.text.isEmpty { return restorePerforms(.decline, restore) }
      if typed.text.trimmed == "1" { return beginRestore(restore) }
      restore.problem = "1 is what makes it stand; Esc leaves it"
    } else {
      _ = typed.take(key)
      restore.problem = nil
    }
    restore.typed = typed
    dialog = .restore(restore)
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
    let columns = min(64, size.columns - 4)
    func wrapped(_ text: String, _ slot: Slot) -> [(DisplayText, Slot)] {
      DisplayText(text, unicode: unicode).wrappedAtWords(to: max(8, columns)).map { ($0, slot) }
    }
    let version = restore.version
    let modified = version.summary.lastModified.timeIntervalSince1970
    let name = DisplayText(restore.versions.key.string, unicode: unicode)
    var lines = [(name.truncated(to: columns, at: .middle, unicode: unicode), Slot.textBright)]
    lines += wrapped(
      "as of \(Format.date(modified, zone: state.setup.zone)), \(Format.bytes(version.summary.size)), "
        + "would stand again, and its renditions would be made of it.", .dialog)
    let isDeleted = restore.versions.list.first { $0.isLatest }?.isDeleteMarker == true
    lines += wrapped(
      isDeleted ? "The object is deleted now; that stays among the versions." : "What stands now stays as a version.",
      .hint)
    if let problem = restore.problem { lines += wrapped(problem, .error) }
    let foot = restore.typed == nil ? 2 : 3
    let isProduction = state.setup.isProduction
    let inside = dialogFrame(
      title: "Process this version?", columns: columns, rows: lines.count + foot, danger: isProduction)
    let room = inside.rows - foot + 1
    for (i, line) in lines.enumerated() where i < room { put(line.0, inside.column, inside.row + i, line.1) }
    if let typed = restore.typed {
      let last = inside.row + inside.rows - 1
      let column = put("Type 1 to go ahead: ", inside.column, last - 1, .dialogDanger)
      drawEditor(typed, column, last - 1, columns: max(4, inside.column + inside.columns - column))
      buttons([("Enter", "no, unless it is typed"), ("Esc", "leave it")], in: inside)
    } else {
      buttons([("Enter", "no"), (state.setup.keys.mainKey(of: .yes), "process it")], in: inside)
    }
  }
}
