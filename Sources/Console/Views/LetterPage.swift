import FoundationEssentials
import ObjectStore
import Pipeline

extension ConsoleState {
  /// What there is to say where nobody says why.
  private static let silence =
    "Nobody says. A queue gives up what was given out too often and never deleted: whoever worked on it ended, or ran "
    + "out of time."

  /// The page of a dead letter as lines: a label, a text, its slot. Everything it holds is foreign.
  func letterLines(columns: Int) -> [(label: String, text: DisplayText, slot: Slot)] {
    guard let page = records.page, let read = records.letters[page.id] else { return [] }
    let letter = read.letter
    var lines: [(label: String, text: DisplayText, slot: Slot)] = []
    let room = max(8, columns - 11)
    func add(_ label: String, _ text: String?, _ slot: Slot = .text, words: Bool = false) {
      guard let text, !text.isEmpty else { return }
      let shown = DisplayText(text, unicode: unicode)
      for (i, part) in (words ? shown.wrappedAtWords(to: room) : shown.wrapped(to: room)).enumerated() {
        lines.append((i == 0 ? label : "", part, slot))
      }
    }
    func gap() { lines.append(("", DisplayText(""), .text)) }
    func date(_ date: Date?) -> String? {
      date.map { date in
        let time = date.timeIntervalSince1970
        return "\(Format.date(time, zone: setup.zone)), \(Format.age(now - time)) ago"
      }
    }

    for (i, key) in read.keys.enumerated() {
      add(i == 0 ? (read.keys.count == 1 ? "Object" : "Objects") : "", key.string, .textBright)
      if let id = table.id(of: key) {
        let look = StateLook(table[id].shownState)
        add("", "\(look.glyph(unicode: unicode)) \(look.word) by now", look.slot)
      } else if listing.isComplete {
        add("", "not in the source any more", .warning)
      }
    }
    if read.keys.isEmpty { add("Object", "none of the source", .warning) }
    switch records.ends[page.id] {
    case .running: add("Redriven", "under way", .stateRunning)
    case .sent: add("Redriven", "sent; its outputs do not stand yet", .stateQueued, words: true)
    case .failed(let reason): add("Redriven", reason, .stateFailed, words: true)
    case .kept(let reason): add("Redriven", reason, .warning, words: true)
    case nil: break
    }
    gap()
    let (cause, slot) = LetterLook.words(read, nil, unicode: unicode)
    add("Failed", cause, slot)
    if letter.fault != nil || letter.reason == nil {
      add("Why", read.reason ?? (read.keys.isEmpty ? nil : Self.silence), .text, words: true)
    }
    add("Message", letter.errorMessage, .text, words: true)
    add("Type", letter.errorType)
    add("Tried", read.attempts.map { Format.count($0, "time") })
    // A queue keeps the time at which the message was first sent.
    add(letter.receives != nil && letter.condition == nil ? "Sent" : "Given up", date(letter.time), words: true)
    if let record = read.record {
      gap()
      add("Record", "\(record.code.rawValue), while it was \(record.stage.past)", .stateFailed, words: true)
      add("", record.message, .text, words: true)
      add("", "last tried \(date(record.lastFailed) ?? "")", .textDim, words: true)
    }
    gap()
    add("Lies in", letter.place)
    add("Id", letter.id, .textDim)
    add("Request", letter.requestID, .textDim)
    add("Function", letter.function, .textDim)
    add("Given out", letter.receives.map { "\(Format.count($0, "time")), this look among them" }, .textDim, words: true)
    for (i, event) in letter.events.enumerated() {
      if i == 0 { gap() }
      add(i == 0 ? "Event" : "", "\(event.kind.rawValue): s3://\(event.bucket)/\(event.key.string)")
      let facts = [
        event.size.map { Format.bytes($0) }, event.etag.map { "ETag \($0)" }, event.versionID.map { "version \($0)" },
        event.time.flatMap { date($0) },
      ].compactMap(\.self)
      add("", facts.joined(separator: "  "), .textDim, words: true)
    }
    if !letter.content.isEmpty {
      gap()
      let isCut = letter.content.utf8.count >= DeadLetter.shownBytes
      add("Content", letter.content, .textDim)
      if isCut { add("", "and more, which is not shown", .hint) }
    }
    return lines
  }
}

extension Canvas {
  mutating func drawLetter(_ state: ConsoleState, in rect: ScreenRect) {
    guard let page = state.records.page else { return }
    let lines = state.letterLines(columns: rect.columns - 4)
    for (line, content) in lines.dropFirst(page.scroll).prefix(rect.rows).enumerated() {
      put(content.label, rect.column + 2, rect.row + line, .header)
      put(content.text, rect.column + 13, rect.row + line, content.slot)
    }
    guard lines.count > rect.rows, rect.rows > 2 else { return }
    let length = max(1, rect.rows * rect.rows / lines.count)
    let start = (rect.rows - length) * page.scroll / max(1, lines.count - rect.rows)
    for line in start..<min(rect.rows, start + length) {
      put(unicode ? "▐" : "#", rect.column + rect.columns - 1, rect.row + line, .separator)
    }
  }
}
