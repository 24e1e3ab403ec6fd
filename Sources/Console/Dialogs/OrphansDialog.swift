import Pipeline

/// Renditions whose source is gone: how many, which, and removing them.
package struct OrphansDialog: Hashable, Sendable {
  package var cursor = 0
}

extension ConsoleState {
  mutating func orphansPerform(_ action: Action, _ orphans: OrphansDialog) -> [ConsoleEffect] {
    let count = listing.firstOrphans.count
    if let target = target(of: action, from: orphans.cursor, count: count, lines: orphanLines) {
      dialog = .orphans(OrphansDialog(cursor: max(0, min(target, count - 1))))
      return []
    }
    if action == .deleteRenditions {
      let names = listing.firstOrphans.prefix(3).map { DisplayText.plain(name(of: $0), unicode: unicode) }
      return ask(.orphans, count: listing.orphans, bytes: listing.orphanBytes, names: names)
    }
    return []
  }

  var orphanLines: Int { max(1, min(listing.firstOrphans.count, size.rows - 7)) }

  func name(of orphan: Orphan) -> String { setup.naming.key(of: orphan.source, size: orphan.size) }
}

extension Canvas {
  mutating func drawOrphans(_ state: ConsoleState, _ orphans: OrphansDialog) {
    let listing = state.listing
    let columns = min(80, size.columns - 4)
    let lines = listing.orphans == 0 ? 0 : state.orphanLines
    let inside = dialogFrame(title: "Orphans", columns: columns, rows: lines + 3)
    guard listing.orphans > 0 else {
      put(
        listing.isComplete ? "Every rendition has its source" : "None so far: the listing goes on", inside.column,
        inside.row, .success, within: inside.columns)
      buttons([("Esc", "close")], in: inside)
      return
    }
    let more = listing.orphans > listing.firstOrphans.count ? "; these are the first" : ""
    put(
      "\(Format.count(listing.orphans, "rendition")) without a source, \(Format.bytes(listing.orphanBytes))\(more)",
      inside.column, inside.row, .text, within: inside.columns)
    let top = max(0, orphans.cursor - lines + 1)
    for (line, orphan) in listing.firstOrphans.dropFirst(top).prefix(lines).enumerated() {
      let row = inside.row + 1 + line
      let name = DisplayText(state.name(of: orphan), unicode: unicode)
      put(name.truncated(to: inside.columns - 9, at: .middle, unicode: unicode), inside.column, row, .stateOrphan)
      put(Format.bytes(orphan.bytes), endingAt: inside.column + inside.columns, row, .size)
      if top + line == orphans.cursor {
        overlay(.rowCursor, columns: inside.column..<inside.column + inside.columns, row: row)
      }
    }
    let delete = state.setup.isReadOnly ? [] : [(state.setup.keys.mainKey(of: .deleteRenditions), "delete all")]
    buttons(delete + [("Esc", "close")], in: inside)
  }
}
