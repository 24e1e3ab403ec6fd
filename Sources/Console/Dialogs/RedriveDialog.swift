import ObjectStore
package import Pipeline

/// Dead letters that would be redriven, and where.
package struct RedriveDialog: Sendable {
  package var letters: [ReadLetter]
  package var isOfMarks: Bool
  package var way = RunWay.local
  package let plan: RedrivePlan

  init(letters: [ReadLetter], isOfMarks: Bool) {
    self.letters = letters
    self.isOfMarks = isOfMarks
    plan = RedrivePlan(letters)
  }
}

extension Canvas {
  mutating func drawRedrive(_ state: ConsoleState, _ dialog: RedriveDialog) {
    let columns = min(64, size.columns - 4)
    let plan = dialog.plan
    var lines: [(label: String, text: DisplayText, slot: Slot)] = []
    let labels = 9
    func add(_ label: String, _ text: String, _ slot: Slot = .dialog) {
      for (i, part) in DisplayText(text, unicode: unicode).wrappedAtWords(to: max(8, columns - labels)).enumerated() {
        lines.append((i == 0 ? label : "", part, slot))
      }
    }
    let objects = dialog.letters.lazy.flatMap(\.keys)
    if plan.objects == 1, let key = objects.first {
      let name = DisplayText(key.string, unicode: unicode)
      lines.append(("Object", name.truncated(to: columns - labels, at: .middle, unicode: unicode), .textBright))
    } else {
      add(
        "Objects", plan.objects == 0 ? "none" : Format.grouped(plan.objects), plan.objects == 0 ? .warning : .textBright
      )
    }
    if plan.unreadable > 0 { add("Leave", "\(Format.grouped(plan.unreadable)) that cannot be read", .warning) }
    if plan.foreign > 0 { add("Leave", "\(Format.grouped(plan.foreign)) of something else than the source", .warning) }
    if plan.objects > 0 {
      let name = DisplayText.plain(state.places.name(of: dialog.way) ?? "", unicode: unicode)
      add("Do", dialog.way.plan(of: plan.objects, to: name), .info)
      add("Then", "a letter goes once all renditions of its objects stand; others stay.", .hint)
    }
    let title =
      plan.letters == 1 ? "Redrive this dead letter?" : "Redrive \(Format.count(plan.letters, "dead letter"))?"
    let inside = dialogFrame(title: title, columns: columns, rows: lines.count + 2)
    for (i, line) in lines.enumerated() where i < inside.rows - 1 {
      put(line.label, inside.column, inside.row + i, .header)
      put(line.text, inside.column + labels, inside.row + i, line.slot)
    }
    let leave = ("Esc", "leave")
    guard plan.objects > 0 else { return buttons([leave], in: inside) }
    buttons([("Enter", "redrive")] + state.wayButton(after: dialog.way) + [leave], in: inside)
  }
}

extension ConsoleState {
  /// The button that chooses where; none where there is nothing to choose.
  func wayButton(after way: RunWay) -> [(key: String, label: String)] {
    guard places.ways.count > 1 else { return [] }
    let next = nextWay(after: way)
    return [(setup.keys.mainKey(of: .runWay), next == .local ? "here" : "by \(next.receiver)")]
  }
}
