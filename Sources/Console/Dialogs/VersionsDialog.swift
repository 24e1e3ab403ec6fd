import FoundationEssentials
package import ObjectStore
import Pipeline

/// The versions of one object, newest first.
package struct VersionsDialog: Sendable {
  package enum Phase: Hashable, Sendable {
    case loading
    case failed(StoreError)
    case loaded([ObjectVersion])
  }

  package var key: ObjectKey
  package var generation: Int
  /// When it was asked for.
  package var since: Double
  package var phase = Phase.loading
  package var cursor = 0

  var list: [ObjectVersion] {
    if case .loaded(let list) = phase { list } else { [] }
  }

  var current: ObjectVersion? { list.indices.contains(cursor) ? list[cursor] : nil }

  /// As much of an ID as tells it from the others mostly; safe to show.
  func shortID(_ version: ObjectVersion, unicode: Bool) -> String {
    DisplayText(version.id, unicode: unicode).truncated(to: 12, unicode: unicode).plain
  }
}

extension ConsoleState {
  mutating func openVersions() -> [ConsoleEffect] {
    guard let id = currentRow else { return [] }
    return loadVersions(of: table.key(id))
  }

  private mutating func loadVersions(of key: ObjectKey) -> [ConsoleEffect] {
    question += 1
    dialog = .versions(VersionsDialog(key: key, generation: question, since: now))
    return [.versions(key, generation: question)]
  }

  mutating func take(versions result: Result<[ObjectVersion], StoreError>, generation: Int) -> [ConsoleEffect] {
    guard case .versions(var versions) = dialog, versions.generation == generation else { return [] }
    switch result {
    case .success(let list): versions.phase = .loaded(list)
    case .failure(let error): versions.phase = .failed(error)
    }
    dialog = .versions(versions)
    return []
  }

  mutating func versionsPerform(_ action: Action, _ versions: VersionsDialog) -> [ConsoleEffect] {
    var versions = versions
    let count = versions.list.count
    if let target = target(of: action, from: versions.cursor, count: count, lines: max(1, size.rows - 8)) {
      versions.cursor = max(0, min(target, count - 1))
      dialog = .versions(versions)
      return []
    }
    switch action {
    case .download: return versions.current == nil ? [] : openDownload()
    case .refresh: return loadVersions(of: versions.key)
    default: return []
    }
  }
}

extension Canvas {
  mutating func drawVersions(_ state: ConsoleState, _ versions: VersionsDialog) {
    let columns = min(72, size.columns - 4)
    let keys = state.setup.keys
    let rows = max(1, min(versions.list.count, size.rows - 8))
    let name = DisplayText(versions.key.string, unicode: unicode)
    var notice: [(DisplayText, Slot)] = []
    func say(_ text: String, _ slot: Slot) {
      notice += DisplayText(text, unicode: unicode).wrappedAtWords(to: max(8, columns)).map { ($0, slot) }
    }
    switch versions.phase {
    case .loading:
      let seconds = Int(max(0, state.now - versions.since))
      say("Asking the store\(unicode ? "…" : "...")" + (seconds > 1 ? " \(seconds) s" : ""), .info)
    case .failed(let error):
      say(StoreAdvice(reason: error).text, .error)
      say("\(keys.mainKey(of: .refresh)) tries again", .hint)
    case .loaded(let list):
      if list.isEmpty { say("The object has no versions any more", .warning) }
      if list.count == 1 { say("There is one version: the bucket keeps no others, or there were none", .hint) }
    }
    let inside = dialogFrame(
      title: "Versions", columns: columns, rows: 3 + (versions.list.isEmpty ? 0 : rows + 1) + notice.count)
    put(name.truncated(to: inside.columns, at: .middle, unicode: unicode), inside.column, inside.row, .textBright)
    var row = inside.row + 1
    if !versions.list.isEmpty {
      put("VERSION", inside.column, row, .header)
      put("MODIFIED", inside.column + 14, row, .header)
      put("SIZE", endingAt: inside.column + min(44, inside.columns), row, .header)
      row += 1
      let top = max(0, versions.cursor - rows + 1)
      for (i, version) in versions.list.dropFirst(top).prefix(rows).enumerated() {
        drawVersion(state, versions, version, in: inside, row: row)
        if top + i == versions.cursor {
          overlay(.rowCursor, columns: inside.column..<inside.column + inside.columns, row: row)
        }
        row += 1
      }
    }
    for (text, slot) in notice where row < inside.row + inside.rows - 1 {
      put(text, inside.column, row, slot)
      row += 1
    }
    let download = versions.current?.isDeleteMarker == false ? [(keys.mainKey(of: .download), "download it")] : []
    buttons(download + [("Esc", "close")], in: inside)
  }

  private mutating func drawVersion(
    _ state: ConsoleState, _ versions: VersionsDialog, _ version: ObjectVersion, in inside: ScreenRect, row: Int
  ) {
    let time = version.summary.lastModified.timeIntervalSince1970
    put(versions.shortID(version, unicode: unicode), inside.column, row, version.isLatest ? .textBright : .text)
    let date = inside.columns >= 44 ? Format.date(time, zone: state.setup.zone) : Format.age(state.now - time) + " ago"
    put(date, inside.column + 14, row, .date)
    let end = inside.column + min(44, inside.columns)
    if !version.isDeleteMarker { put(Format.bytes(version.summary.size), endingAt: end, row, .size) }
    let room = inside.columns - 46
    if version.isDeleteMarker {
      if room > 0 {
        put("delete marker", end + 2, row, .warning, within: room)
      } else {
        put("deleted", endingAt: end, row, .warning)
      }
    } else if version.isLatest {
      put("latest", end + 2, row, .success, within: max(0, room))
    }
  }
}
