import ObjectStore
import Pipeline

// Queues and dead letters: how deep, what lies there, and what is done with it.

extension ConsoleState {
  // MARK: - Depth

  /// Asks how much waits where that is due: at most every `DepthState.interval`, and never twice at once.
  mutating func askDepthIfDue() -> [ConsoleEffect] {
    guard let due = depth.dueTime, now >= due, !depth.isAsking, !isPaused else { return [] }
    return askDepth()
  }

  mutating func askDepth() -> [ConsoleEffect] {
    guard places.queue != nil || places.hasLetters else { return [] }
    depth.generation += 1
    depth.isAsking = true
    depth.dueTime = nil
    return [.depth(generation: depth.generation)]
  }

  mutating func take(_ answer: EventDepth, generation: Int) -> [ConsoleEffect] {
    guard generation == depth.generation else { return [] }
    depth.isAsking = false
    let isBusy = transfers.running.contains { $0.kind == .send || $0.kind == .redrive }
    depth.dueTime = now + (isBusy ? DepthState.busyInterval : DepthState.interval)
    depth.known = answer
    if let problem = answer.problem {
      if depth.saidProblem != problem { log.add(.error, DisplayText.plain(problem, unicode: unicode), at: now) }
    } else if depth.saidProblem != nil {
      log.add(.success, "The queue answers again", at: now)
    }
    depth.saidProblem = answer.problem
    // One look, so that it is known how old they are. From then on a person asks, as from the start where nothing is to
    // be changed: to be looked at is to be received once more.
    return records.phase == .idle && !setup.isReadOnly && (answer.dead?.letters ?? 0) > 0 ? look() : []
  }

  // MARK: - Looking

  mutating func look() -> [ConsoleEffect] {
    guard places.hasLetters, records.phase != .looking else { return [] }
    records.generation += 1
    records.phase = .looking
    return [.look(generation: records.generation)]
  }

  mutating func take(_ look: LetterLook, generation: Int) -> [ConsoleEffect] {
    guard generation == records.generation else { return [] }
    for problem in look.problems where !records.problems.contains(problem) {
      let place = DisplayText.plain(problem.place, unicode: unicode)
      log.add(.error, "\(place): \(DisplayText.plain(problem.text, unicode: unicode))", at: now)
    }
    records.take(look, now: now, lines: layout.listLines)
    return []
  }

  /// How many letters the tab says there are.
  var letterCount: Int {
    switch records.phase {
    case .looked: records.letters.count
    case .idle, .looking: depth.known?.dead?.letters ?? records.letters.count
    }
  }

  // MARK: - The list

  mutating func recordsPerform(_ action: Action) -> [ConsoleEffect]? {
    if records.page != nil { return letterPerforms(action) }
    let height = layout.listLines
    if let index = target(of: action, from: records.lines.cursor, count: records.shown.count, lines: height) {
      records.move(to: index, lines: height)
      return []
    }
    switch action {
    case .open:
      if let letter = records.current { records.page = LetterPage(id: letter.letter.identity) }
    case .filter: prompt = .filter(LineEditor(records.filterText), before: records.filterText)
    case .sort:
      let columns = LetterSort.Column.allCases
      let place = columns.firstIndex(of: records.sort.column) ?? 0
      records.setSort(LetterSort(column: columns[(place + 1) % columns.count]), now: now, lines: height)
    case .reverseSort:
      let sort = LetterSort(column: records.sort.column, reversed: !records.sort.reversed)
      records.setSort(sort, now: now, lines: height)
    case .mark:
      if let id = records.current?.letter.identity { records.marks.formSymmetricDifference([id]) }
      return recordsPerform(.down)
    case .markRange: markLetterRange()
    case .markAll: records.marks.formUnion(records.shown)
    case .invertMarks: records.marks.formSymmetricDifference(records.shown)
    case .unmarkAll: records.marks = []
    case .redrive: return openRedrive()
    case .copy: copyLetter()
    case .refresh where places.hasLetters: return lookAgain()
    case .back: lettersGoBack()
    default: return nil
    }
    return []
  }

  private mutating func letterPerforms(_ action: Action) -> [ConsoleEffect]? {
    guard var page = records.page else { return nil }
    let lines = letterLines(columns: layout.list.columns - 4).count
    if let target = target(of: action, from: page.scroll, count: lines, lines: layout.list.rows) {
      page.scroll = max(0, min(target, lines - layout.list.rows))
      records.page = page
      return []
    }
    switch action {
    case .redrive: return openRedrive()
    case .copy: copyLetter()
    case .refresh: return lookAgain()
    case .back: records.page = nil
    default: return nil
    }
    return []
  }

  private mutating func markLetterRange() {
    if let range = records.range {
      records.marks.formUnion(records.shown[range])
      records.anchor = nil
      message = nil
    } else {
      records.anchor = records.current?.letter.identity
      say(.info, "Range begun: move, then \(setup.keys.mainKey(of: .markRange)) marks it")
    }
  }

  private mutating func copyLetter() {
    if let key = records.current?.keys.first { dialog = .copy(CopyMenu(key: key)) }
  }

  private mutating func lookAgain() -> [ConsoleEffect] {
    say(.info, "Looking at the dead letters anew")
    return look() + askDepth()
  }

  /// Esc: first the range, then the filter, then the marks, then the view.
  private mutating func lettersGoBack() {
    if records.anchor != nil {
      records.anchor = nil
      message = nil
    } else if !records.filterText.isEmpty {
      records.setFilter("", now: now, lines: layout.listLines)
    } else if !records.marks.isEmpty {
      records.marks = []
    } else {
      show(.objects)
    }
  }

  // MARK: - Redriving

  mutating func openRedrive() -> [ConsoleEffect] {
    let letters = records.selection.filter { records.ends[$0.letter.identity] != .running }
    guard !letters.isEmpty else { return [] }
    dialog = .redrive(
      RedriveDialog(letters: letters, isOfMarks: records.page == nil && !records.marks.isEmpty))
    return []
  }

  mutating func redrivePerforms(_ action: Action, _ redrive: RedriveDialog) -> [ConsoleEffect] {
    var redrive = redrive
    switch action {
    case .runWay:
      redrive.way = nextWay(after: redrive.way)
      dialog = .redrive(redrive)
      return []
    case .confirm:
      guard redrive.plan.objects > 0 else { return [] }
      dialog = nil
      if redrive.isOfMarks { records.marks = [] }
      let ids = redrive.letters.map(\.letter.identity)
      for id in ids { records.ends[id] = .running }
      let place = placePhrase(redrive.way)
      depth.dueTime = depth.dueTime.map { min($0, now + DepthState.busyInterval) }
      return begin(
        .redrive(ids, redrive.way), subject: "\(Format.count(ids.count, "dead letter")) \(place)", total: ids.count)
    default: return []
    }
  }

  /// The way after this one of those that are set.
  func nextWay(after way: RunWay) -> RunWay {
    let ways = places.ways
    let index = ways.firstIndex(of: way) ?? 0
    return ways[(index + 1) % ways.count]
  }

  /// `here`, `by the queue uploads`, safe to show.
  func placePhrase(_ way: RunWay) -> String {
    guard let name = places.name(of: way) else { return "here" }
    return "by the \(way.receiver) \(DisplayText.plain(name, unicode: unicode))"
  }

  /// What became of letters that were redriven.
  mutating func take(_ ends: [TransferReport.LetterEnd]) {
    for end in ends {
      let name = DisplayText.plain(
        records.letters[end.id].map(\.name) ?? end.id.id, unicode: unicode)
      switch end.outcome {
      case .done:
        log.add(.success, "\(name): redriven; its outputs stand, and the letter is gone", at: now)
        records.remove(end.id, now: now, lines: layout.listLines)
      case nil:
        log.add(.warning, "\(name): the letter is not there any more", at: now)
        records.remove(end.id, now: now, lines: layout.listLines)
      case .sent:
        log.add(.info, "\(name): sent; its outputs do not stand yet, so the letter stays", at: now)
        records.ends[end.id] = .sent
      case .failed, .kept, .queue:
        let reason = DisplayText.plain(end.outcome?.reason ?? "", unicode: unicode)
        let isKept = if case .kept = end.outcome { true } else { false }
        records.ends[end.id] = isKept ? .kept(reason) : .failed(reason)
        log.add(isKept ? .warning : .error, "\(name): the letter stays: \(reason)", at: now)
      }
    }
  }
}

extension RedriveOutcome {
  /// Why the letter stays; nil where it went. Foreign text.
  package var reason: String? {
    switch self {
    case .done: nil
    case .sent: "its outputs do not stand yet; redrive again"
    case .failed(let failure): "\(failure.code.rawValue): \(failure.message)"
    case .kept(let fault): fault.map { explanation(of: $0) } ?? "it tells of nothing in the source"
    case .queue(let error): explanation(of: error)
    }
  }
}
