import Pipeline

// What frames every page: header, totals, tabs, status line, footer.

extension Canvas {
  mutating func drawChrome(_ state: ConsoleState, _ layout: Layout) {
    drawHeader(state, layout)
    drawFooter(state, layout)
    if state.isZoomed { return }
    if let row = layout.totalsRow { drawTotals(state, row) }
    if let row = layout.tabsRow { drawTabs(state, row) }
    if let row = layout.ruleRow {
      horizontalLine(0, row, length: size.columns, .separator)
      if let pane = layout.pane, pane.column > 0 { put(unicode ? "┬" : "+", pane.column - 1, row, .separator) }
    }
  }

  // MARK: - Header

  private mutating func drawHeader(_ state: ConsoleState, _ layout: Layout) {
    let row = layout.headerRow
    var end = size.columns - 1
    for (text, slot) in badges(state).reversed() {
      let width = DisplayText(text, unicode: unicode).width
      guard end - width > 12 else { break }
      put(text, endingAt: end, row, slot)
      end -= width + 1
    }
    let name = put("pixelater", 1, row, .title)
    if layout.totalsRow == nil {
      drawCounts(state, name + 2, row, until: end - 1)
      return
    }
    let room = end - name - 3
    guard room > 12 else { return }
    let arrow = unicode ? " → " : " -> "
    let half = (room - arrow.count) / 2
    let source = DisplayText(state.setup.source, unicode: unicode)
    let destination = DisplayText(state.setup.destination, unicode: unicode)
    let sourceRoom = max(half, room - arrow.count - destination.width)
    var column = put(source.truncated(to: sourceRoom, at: .start, unicode: unicode), name + 2, row, .text)
    column = put(arrow, column, row, .textDim)
    put(destination.truncated(to: end - 1 - column, at: .start, unicode: unicode), column, row, .text)
  }

  private func badges(_ state: ConsoleState) -> [(String, Slot)] {
    var badges: [(String, Slot)] = []
    if size.columns >= 100, !state.setup.account.isEmpty { badges.append((state.setup.account, .textDim)) }
    if state.setup.isProduction { badges.append((" production ", .badgeProduction)) }
    if state.setup.isDemo { badges.append((" demo ", .badgeDemo)) }
    if state.setup.isReadOnly { badges.append((" read-only ", .badgeReadonly)) }
    if state.jobsArePaused { badges.append((unicode ? "‖ jobs paused" : "= jobs paused", .warning)) }
    switch state.listing.phase {
    case .idle: break
    case .running:
      let dots = unicode ? "…" : "..."
      let listing = state.listing
      var text =
        listing.isComplete ? "refreshing\(dots)" : "\(Format.grouped(listing.listed)) listed, more coming\(dots)"
      if size.columns < 60 { text = "listing\(dots)" }
      let elapsed = Int(max(0, state.now - listing.began))
      if elapsed >= 2 { text += " \(Format.wait(elapsed))" }
      let silence = state.now - listing.lastBatch
      if silence >= ListingState.silence {
        let silent = "no answer for \(Format.wait(Int(silence)))"
        text =
          size.columns < 60
          ? silent : listing.listed > 0 ? "\(Format.grouped(listing.listed)) listed, \(silent)" : silent
      }
      badges.append((text, silence >= ListingState.silence ? .warning : .info))
    case .failed: badges.append((unicode ? "× listing failed" : "x listing failed", .error))
    case .finished:
      badges.append(
        state.isPaused ? (unicode ? "‖ paused" : "= paused", .warning) : (unicode ? "● live" : "* live", .success))
    }
    return badges
  }

  // MARK: - Totals

  private mutating func drawTotals(_ state: ConsoleState, _ row: Int) {
    var end = size.columns - 1
    if state.jobs.isBusy { end = drawProgress(state, row, endingAt: end) - 2 }
    let total = Format.count(state.table.totals.total, "object")
    let column = put(total, 1, row, .textBright) + 3
    end = drawDepth(state, row, from: column, endingAt: end)
    drawCounts(state, column, row, until: end)
  }

  /// What waits in the queues, where there is room beside the counts of the states. Answers where it begins.
  private mutating func drawDepth(_ state: ConsoleState, _ row: Int, from column: Int, endingAt end: Int) -> Int {
    guard let depth = state.depth.known else { return end }
    let (words, glyphs) = (countWidth(state, .withOrphans), countWidth(state, .glyphs))
    let forms = [(words, true), (words, false), (glyphs, false)]
    for (taken, isLong) in forms {
      let parts = DepthLook.parts(depth, oldest: state.records.oldest, now: state.now, isLong: isLong)
      let width = parts.reduce(-2) { $0 + $1.text.count + 2 }
      guard width > 0, column + taken + 2 + width <= end else { continue }
      var place = end - width
      for part in parts { place = put(part.text, place, row, part.slot) + 2 }
      return end - width - 2
    }
    return end
  }

  /// The states that occur, as fully as there is room for: what tells most goes last.
  private mutating func drawCounts(_ state: ConsoleState, _ column: Int, _ row: Int, until end: Int) {
    let forms = CountForm.allCases
    let form = forms.first { countWidth(state, $0) <= end - column } ?? .glyphs
    var column = column
    for item in stateCounts(state) {
      let text = countText(item, words: form.hasWords)
      guard column + text.count <= end else { break }
      column = put(text, column, row, item.look.slot) + 2
    }
    for text in tail(state, form) { column = put(text, column, row, .stateOrphan) + 2 }
  }

  /// How the counts are told, fullest first.
  private enum CountForm: CaseIterable {
    case all, withOrphans, words, glyphs

    var hasWords: Bool { self != .glyphs }
  }

  /// What stands behind the counts: orphans, and how long the oldest object has waited for its renditions.
  private func tail(_ state: ConsoleState, _ form: CountForm) -> [String] {
    var parts: [String] = []
    if form == .all || form == .withOrphans, state.listing.orphans > 0 {
      parts.append(Format.count(state.listing.orphans, "orphan"))
    }
    if form == .all, let oldest = state.table.oldestWaiting {
      parts.append("oldest waits \(Format.age(state.now - oldest))")
    }
    return parts
  }

  private func countText(_ item: (look: StateLook, count: Int), words: Bool) -> String {
    "\(item.look.glyph(unicode: unicode)) \(Format.grouped(item.count))" + (words ? " \(item.look.word)" : "")
  }

  private func countWidth(_ state: ConsoleState, _ form: CountForm) -> Int {
    let counts = stateCounts(state).map { countText($0, words: form.hasWords) }
    return (counts + tail(state, form)).reduce(-2) { $0 + $1.count + 2 }
  }

  /// The states that occur.
  private func stateCounts(_ state: ConsoleState) -> [(look: StateLook, count: Int)] {
    let totals = state.table.totals
    let items: [(look: StateLook, count: Int)] = [
      (StateLook(.complete), totals.complete), (StateLook(.failed), totals.failed),
      (StateLook(.partial), totals.partial), (StateLook(.pending), totals.pending), (StateLook(.stale), totals.stale),
      (StateLook(.unsupported), totals.unsupported),
    ]
    return items.filter { $0.count > 0 }
  }

  /// Progress, pace and time left of what runs. Answers where it begins.
  private mutating func drawProgress(_ state: ConsoleState, _ row: Int, endingAt end: Int) -> Int {
    let jobs = state.jobs
    var text = "\(Format.grouped(jobs.roundDone))/\(Format.grouped(jobs.roundTotal))"
    if state.jobsArePaused {
      text += "  paused"
    } else if size.columns >= 70, let rate = jobs.throughput(at: state.now) {
      text += "  \(rate < 9.95 ? "\(Int(rate * 10) / 10).\(Int(rate * 10) % 10)" : Format.grouped(Int(rate)))/s"
      if let left = jobs.secondsLeft(at: state.now) {
        text += "  \(Format.duration(milliseconds: Int(left * 1000))) left"
      }
    }
    let width = size.columns >= 100 ? 20 : size.columns >= 60 ? 10 : 0
    let begin = end - text.count - (width > 0 ? width + 1 : 0)
    if width > 0 {
      let done = jobs.roundTotal > 0 ? jobs.roundDone * width / jobs.roundTotal : 0
      put(String(repeating: unicode ? "━" : "=", count: done), begin, row, .progressDone)
      put(String(repeating: unicode ? "─" : "-", count: width - done), begin + done, row, .progressRest)
    }
    put(text, endingAt: end, row, .info)
    return size.columns >= 120 ? drawPace(state, row, endingAt: begin - 1) : begin
  }

  /// How many objects were done in each of the last seconds, as bars. Answers where they begin.
  private mutating func drawPace(_ state: ConsoleState, _ row: Int, endingAt end: Int) -> Int {
    let pace = state.jobs.pace(at: state.now, seconds: 12)
    guard let most = pace.max(), most > 0 else { return end + 1 }
    let bars = Array(unicode ? " ▁▂▃▄▅▆▇█" : " .:-=+*#@")
    for (i, count) in pace.enumerated() {
      let level = count == 0 ? 0 : max(1, count * (bars.count - 1) / most)
      let slot: Slot = level <= 3 ? .sparkLow : level <= 6 ? .sparkMid : .sparkHigh
      put(String(bars[level]), end - pace.count + i, row, slot)
    }
    return end - pace.count
  }

  // MARK: - Tabs

  private mutating func drawTabs(_ state: ConsoleState, _ row: Int) {
    for tab in state.tabs(columns: size.columns) {
      let isOpen = tab.view == state.view
      var column = put(" \(tab.number)", tab.columns.lowerBound, row, isOpen ? .title : .footerKey)
      if !tab.title.isEmpty { column = put(" \(tab.title)", column, row, isOpen ? .title : .textDim) }
      if let count = tab.count { put(" \(count)", column, row, isOpen ? .titleCount : .textDim) }
      if isOpen {
        for column in tab.columns where column < size.columns {
          var cell = grid[column, row]
          cell.style.attributes.insert(.underline)
          if column > tab.columns.lowerBound, column < tab.columns.upperBound - 1 { put(cell, column, row) }
        }
      }
    }
    let text = filterParts(state).joined(separator: "  ")
    let left = state.tabs(columns: size.columns).last?.columns.upperBound ?? 0
    let fitted = DisplayText(text, unicode: unicode).truncated(
      to: max(0, size.columns - left - 2), at: .start, unicode: unicode)
    put(fitted, size.columns - 1 - fitted.width, row, .titleFilter)
  }

  /// What the list is narrowed to, and what is marked; how the jobs are held back.
  private func filterParts(_ state: ConsoleState) -> [String] {
    var parts: [String] = []
    if let list = state.list, state.details == nil {
      if let wanted = list.query.state { parts.append("state:\(wanted.rawValue)") }
      if !list.filterText.isEmpty { parts.append("/" + DisplayText.plain(list.filterText, unicode: unicode)) }
      let shown = list.count(in: state.table)
      if !parts.isEmpty { parts.append(list.isArranging ? "..." : "\(Format.grouped(shown)) shown") }
      if !state.marks.isEmpty { parts.append("\(Format.grouped(state.marks.count)) marked") }
    } else if state.view == .jobs, state.details == nil {
      if let rate = state.rate { parts.append("max \(rate)/s") }
      if state.jobsArePaused { parts.append("paused") }
    } else if state.view == .records, state.records.page == nil {
      let records = state.records
      if !records.filterText.isEmpty {
        parts.append("/" + DisplayText.plain(records.filterText, unicode: unicode))
        parts.append("\(Format.grouped(records.shown.count)) shown")
      }
      if !records.marks.isEmpty { parts.append("\(Format.grouped(records.marks.count)) marked") }
    }
    return parts
  }

  // MARK: - Status line and footer

  /// What is typed, or a message; over a dialog too.
  mutating func drawStatus(_ state: ConsoleState, _ layout: Layout) {
    let row = layout.statusRow
    switch state.prompt {
    case .filter(let editor, _):
      fill(ScreenRect(column: 0, row: row, columns: size.columns, rows: 1), .background)
      let end = drawEditor(editor, label: "/", row)
      let isOfLetters = state.view == .records
      let problems = isOfLetters ? LetterFilter(editor.text).problems : RowFilter(editor.text).problems
      if case .help = state.dialog {
      } else if let problem = problems.first {
        put(problem, max(end + 2, 0), row, .warning, within: size.columns - end - 3)
      } else if editor.text.isEmpty {
        put(
          isOfLetters
            ? "word  !word  err:timeout  age<1h" : "word  !word  state:failed  missing:48  err:damaged  age<1h",
          end + 2, row, .hint,
          within: size.columns - end - 3)
      }
    case .command(let line):
      fill(ScreenRect(column: 0, row: row, columns: size.columns, rows: 1), .background)
      let end = drawEditor(line.editor, label: ":", row)
      let candidates = state.candidates(for: line.editor.text).filter { $0 != line.editor.text }
      put(candidates.joined(separator: "  "), end + 2, row, .promptSuggest, within: size.columns - end - 3)
    case nil:
      guard let message = state.footMessage else { return }
      fill(ScreenRect(column: 0, row: row, columns: size.columns, rows: 1), .background)
      put(message.text, 1, row, message.kind.slot, within: size.columns - 2)
    }
  }

  private mutating func drawEditor(_ editor: LineEditor, label: String, _ row: Int) -> Int {
    let start = put(label, 1, row, .prompt)
    return drawEditor(editor, start, row, columns: size.columns - start - 1)
  }

  /// The keys that work now, the most useful ones first.
  private mutating func drawFooter(_ state: ConsoleState, _ layout: Layout) {
    var column = 1
    for binding in state.footerBindings {
      let key = binding.keys.first?.name ?? ""
      let width = key.count + 1 + binding.label.count
      guard column + width <= size.columns - 1 else { break }
      column = put(key, column, layout.footerRow, .footerKey) + 1
      column = put(binding.label, column, layout.footerRow, .footerText) + 2
    }
  }
}

extension ConsoleState {
  /// At most eight, those that can be done now.
  var footerBindings: [KeyBinding] {
    if prompt != nil {
      let isCommand = if case .command = prompt { true } else { false }
      return [
        KeyBinding(
          action: .confirm, keys: [.enter], scopes: [], group: .dialogs, label: isCommand ? "do it" : "keep it",
          help: ""),
        KeyBinding(
          action: .dismiss, keys: [.escape], scopes: [], group: .dialogs, label: isCommand ? "leave it" : "as before",
          help: ""),
      ]
        + (isCommand
          ? [KeyBinding(action: .command, keys: [.tab], scopes: [], group: .dialogs, label: "complete", help: "")] : [])
    }
    let scope = scope
    if scope == .form { return formBindings }
    let able = setup.keys.bindings.filter { binding in
      binding.footerRank != nil && binding.scopes.contains(scope) && unavailability(of: binding.action) == nil
        && isWorthAKey(binding.action)
    }
    return able.sorted { ($0.footerRank ?? 0) < ($1.footerRank ?? 0) }.prefix(8).map { binding in
      var binding = binding
      if binding.action == .pauseJobs, jobsArePaused { binding.label = "resume jobs" }
      return binding
    }
  }

  /// Some keys that work would do nothing worth showing.
  private func isWorthAKey(_ action: Action) -> Bool {
    switch action {
    case .back:
      isZoomed || details != nil || records.page != nil || previewHasFocus || list?.filterText.isEmpty == false
        || list?.query.state != nil
        || list?.anchor != nil
    case .quit: !isZoomed && details == nil && records.page == nil && dialog == nil
    case .stateFilter: view == .objects
    case .zoom: !isZoomed && details == nil
    case .preview: !isZoomed
    case .retryFailed: view == .failed || view == .jobs
    case .pauseJobs: view == .jobs && details == nil && (jobs.isBusy || jobsArePaused)
    case .versions: details != nil && dialog == nil
    case .confirm:
      switch dialog {
      case .plan(let plan): plan.planned?.keys.isEmpty == false
      case .redrive(let redrive): redrive.plan.objects > 0
      default: true
      }
    case .sort, .filter: view == .objects || view == .failed || view == .records
    default: true
    }
  }

  struct Tab: Hashable {
    var view: ConsoleView
    var number: Int
    var title: String
    var count: String?
    var columns: Range<Int>
  }

  /// The tabs as far as there is room: with words and numbers, with words, or with numbers only for those not open.
  func tabs(columns: Int) -> [Tab] {
    func count(_ view: ConsoleView) -> Int? {
      switch view {
      case .objects: table.count
      case .failed: table.totals.failed
      case .jobs: jobs.running.count + jobs.queuedCount + transfers.running.count
      case .records: letterCount
      case .log: nil
      }
    }
    func tabs(titles: Bool, counts: Bool) -> [Tab] {
      var column = 0
      return ConsoleView.allCases.enumerated().map { i, view in
        let title = titles || view == self.view ? view.title : ""
        let number = counts ? count(view).flatMap { $0 > 0 ? Format.grouped($0) : nil } : nil
        let width = 3 + (title.isEmpty ? 0 : title.count + 1) + (number.map { $0.count + 1 } ?? 0)
        defer { column += width + 1 }
        return Tab(view: view, number: i + 1, title: title, count: number, columns: column..<column + width)
      }
    }
    for candidate in [tabs(titles: true, counts: true), tabs(titles: true, counts: false)]
    where (candidate.last?.columns.upperBound ?? 0) + 12 <= columns {
      return candidate
    }
    return tabs(titles: false, counts: false)
  }
}
