import ObjectStore
import Pipeline

extension ConsoleState {
  /// Plans of up to this many rows are made at once.
  private static var immediate: Int { 1000 }

  mutating func planForSelection() -> [ConsoleEffect] {
    if details == nil, list != nil, !marks.isEmpty {
      return plan(.marks, rows: table.order.filter(marks.contains), policy: RunPolicy())
    }
    return currentRow.map { plan(.cursor, rows: [$0], policy: RunPolicy()) } ?? []
  }

  mutating func planForAllFailed() -> [ConsoleEffect] {
    plan(.allFailed, rows: table.order.filter { table[$0].state == .failed }, policy: RunPolicy(states: [.failed]))
  }

  private mutating func plan(
    _ origin: PlanDialog.Origin, rows: [RowID], policy: RunPolicy, way: RunWay = .local
  ) -> [ConsoleEffect] {
    plan(PlanDialog(origin: origin, rows: rows, policy: policy, way: way))
  }

  /// Makes the plan that a dialog asks for.
  mutating func plan(_ asked: PlanDialog) -> [ConsoleEffect] {
    planGeneration += 1
    var plan = asked
    plan.generation = planGeneration
    plan.planned = nil
    let request = PlanRequest(
      generation: planGeneration, rows: plan.rows, table: table, policy: plan.policy, naming: setup.naming,
      limit: plan.limit)
    var effects: [ConsoleEffect] = []
    if plan.rows.count <= Self.immediate { plan.planned = request.planned() } else { effects = [.plan(request)] }
    dialog = .plan(plan)
    return effects
  }

  /// The cap while it is typed: the plan follows every digit, Enter keeps it, Esc takes it back.
  mutating func planTakes(_ key: Key, _ plan: PlanDialog) -> [ConsoleEffect] {
    var plan = plan
    guard var typed = plan.typed else { return [] }
    switch key {
    case .enter:
      plan.typed = nil
      dialog = .plan(plan)
      return []
    case .escape, .control("c"):
      plan.typed = nil
      guard plan.limit != plan.limitBefore else {
        dialog = .plan(plan)
        return []
      }
      plan.limit = plan.limitBefore
      return self.plan(plan)
    case .character(let character):
      guard character.isASCII, character.isNumber, typed.characters.count < PlanDialog.limitDigits else { return [] }
    default: break
    }
    guard typed.take(key) else { return [] }
    plan.typed = typed
    let limit = Int(typed.text).flatMap { $0 > 0 ? $0 : nil }
    guard limit != plan.limit else {
      dialog = .plan(plan)
      return []
    }
    plan.limit = limit
    return self.plan(plan)
  }

  /// Takes the marks off what is on its way; what a cap has left for later stays marked.
  private mutating func unmark(_ planned: PlannedRun) {
    guard planned.plan.skipped[.limit] != nil else { return marks.removeAll() }
    for key in planned.keys {
      if let id = table.id(of: key) { marks.remove(id) }
    }
  }

  mutating func planPerforms(_ action: Action, _ plan: PlanDialog) -> [ConsoleEffect] {
    switch action {
    case .force:
      var plan = plan
      plan.policy.force.toggle()
      return self.plan(plan)
    case .limit:
      var plan = plan
      plan.typed = LineEditor(plan.limit.map { "\($0)" } ?? "")
      plan.limitBefore = plan.limit
      dialog = .plan(plan)
      return []
    case .runWay:
      var other = plan
      other.way = nextWay(after: plan.way)
      // Others look for themselves what is to be done: they cannot be told to do all the same.
      if other.way != .local { other.policy.force = false }
      guard other.policy == plan.policy else { return self.plan(other) }
      dialog = .plan(other)
      return []
    case .confirm:
      guard let planned = plan.planned else { return [] }
      guard !planned.keys.isEmpty else {
        if plan.policy.force { dialog = nil }
        return []
      }
      dialog = nil
      if plan.origin == .marks { unmark(planned) }
      if plan.way != .local {
        let count = Format.count(planned.keys.count, "object")
        let name = DisplayText.plain(places.name(of: plan.way) ?? "", unicode: unicode)
        return begin(
          .handOver(planned.keys, table, plan.way), subject: "\(count) to the \(plan.way.receiver) \(name)",
          total: planned.keys.count)
      }
      let forced = plan.policy.force ? ", forced" : ""
      let count = Format.count(planned.keys.count, "object")
      say(.info, jobsArePaused ? "\(count) waiting\(forced): \(pausedNote)" : "\(count) on the way\(forced)")
      log.add(.info, "process \(Format.count(planned.keys.count, "object"))\(forced)", at: now)
      hasSubmitted = !planned.keys.isEmpty
      return [.submit(planned.keys, plan.policy)]
    default: return []
    }
  }
}

extension Canvas {
  mutating func drawPlan(_ state: ConsoleState, _ dialog: PlanDialog) {
    let lines = Self.planLines(state, dialog, columns: min(64, size.columns - 4), rows: size.rows - 5)
    let title =
      switch dialog.origin {
      case .cursor: "Process this object?"
      case .marks: "Process \(Format.count(dialog.rows.count, "marked object"))?"
      case .allFailed: "Retry all that failed?"
      }
    let inside = dialogFrame(title: title, columns: min(64, size.columns - 4), rows: lines.count + 2)
    for (i, line) in lines.enumerated() where i < inside.rows - 1 {
      if line.isTyped, let typed = dialog.typed {
        drawField(line.label, typed, in: inside, row: inside.row + i, isActive: true)
        continue
      }
      put(line.label, inside.column, inside.row + i, .header)
      put(
        line.text.truncated(to: inside.columns - line.indent, at: .middle, unicode: unicode),
        inside.column + line.indent,
        inside.row + i, line.slot)
    }
    let isLocal = dialog.way == .local
    let force =
      isLocal ? [(state.setup.keys.mainKey(of: .force), dialog.policy.force ? "do not force" : "force")] : []
    let cap =
      state.unavailability(of: .limit) == nil
      ? [(state.setup.keys.mainKey(of: .limit), dialog.limit == nil ? "cap" : "other cap")] : []
    if dialog.typed != nil {
      buttons([("Enter", "keep it"), ("Esc", "as before")], in: inside)
    } else if let planned = dialog.planned, !planned.keys.isEmpty {
      let verb =
        switch dialog.way {
        case .local: "process"
        case .queue: "send"
        case .lambda: "invoke"
        }
      buttons([("Enter", verb)] + state.wayButton(after: dialog.way) + force + [("Esc", "leave")] + cap, in: inside)
    } else {
      buttons(force + [("Esc", "leave it")] + cap, in: inside)
    }
  }

  private struct Line {
    var label = ""
    var text: DisplayText
    var slot: Slot
    var indent = 10
    /// The cap is typed here.
    var isTyped = false
  }

  /// Where it is done, and what that costs; nothing where there is no choice.
  private static func wayLines(
    _ state: ConsoleState, _ dialog: PlanDialog, _ plan: Plan, columns: Int
  ) -> [Line] {
    let unicode = state.unicode
    guard state.places.ways.count > 1 else { return [] }
    guard let name = state.places.name(of: dialog.way), let cost = RunCost(plan, way: dialog.way) else {
      return [Line(label: "Where", text: DisplayText("here, in this process"), slot: .info)]
    }
    let text = dialog.way.plan(of: plan.objects, to: DisplayText.plain(name, unicode: unicode))
    var lines: [Line] = []
    for part in DisplayText(text, unicode: unicode).wrappedAtWords(to: max(8, columns - 10)) {
      lines.append(Line(label: lines.isEmpty ? "Where" : "", text: part, slot: .info))
    }
    lines.append(
      Line(
        label: "Price", text: DisplayText(Format.cost(cost.dollars) + (columns < 44 ? "" : " at list prices")),
        slot: .dialog))
    return lines
  }

  private static func planLines(_ state: ConsoleState, _ dialog: PlanDialog, columns: Int, rows: Int)
    -> [Line]
  {
    let unicode = state.unicode
    func line(_ label: String, _ text: String, _ slot: Slot = .dialog) -> Line {
      Line(label: label, text: DisplayText(text, unicode: unicode), slot: slot)
    }
    var cap: [Line] = []
    if dialog.typed != nil || dialog.limit != nil {
      var line = line("At most", dialog.limit.map { Format.count($0, "object") } ?? "", .info)
      line.isTyped = dialog.typed != nil
      cap = [line]
    }
    guard let planned = dialog.planned else {
      return cap + [line("", "Making the plan for \(Format.count(dialog.rows.count, "object"))...", .info)]
    }
    let plan = planned.plan
    var lines = cap
    if plan.objects > 0 {
      let replaces = rows > 8 || plan.replaced == 0 ? "" : ", replaces \(Format.grouped(plan.replaced))"
      lines.append(line("Process", Format.count(plan.objects, "object") + replaces, .textBright))
      // Where, what is left out, and why, matter more than names.
      let place = wayLines(state, dialog, plan, columns: columns)
      let shown = max(0, min(plan.firstKeys.count, rows - 7 - cap.count - place.count - 2 * plan.skipped.count))
      for key in plan.firstKeys.prefix(shown) { lines.append(line("", key.string)) }
      if shown > 0, plan.objects > shown {
        lines.append(line("", "and \(Format.grouped(plan.objects - shown)) more", .hint))
      }
      lines += place
      if rows > 8 {
        lines.append(line("Read", Format.bytes(plan.bytes)))
        lines.append(line("Write", plan.writing, plan.replaced > 0 ? .info : .dialog))
        lines.append(line("Requests", "\(Format.grouped(plan.requests)) if nothing has to be repeated"))
      } else {
        lines.append(line("Cost", "\(Format.bytes(plan.bytes)), \(Format.count(plan.requests, "request"))"))
      }
    } else {
      lines.append(line("Process", "nothing", .warning))
    }
    var label = "Leave"
    for (reason, count) in plan.skipped.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      let text = DisplayText("\(Format.grouped(count)): \(reason.sentence)", unicode: unicode)
      for part in text.wrappedAtWords(to: max(8, columns - 10)) {
        lines.append(Line(label: label, text: part, slot: .warning))
        label = ""
      }
    }
    if dialog.policy.force {
      lines.append(line("Forced", "also what stands, is unsupported or beyond help", .info))
    } else if dialog.way == .local, plan.skipped.contains(where: { $0.key != .limit }) {
      lines.append(line("", "\(state.setup.keys.mainKey(of: .force)) takes them all the same", .hint))
    }
    return lines
  }
}
