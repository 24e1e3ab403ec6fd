import FoundationEssentials
import ObjectStore
import Pipeline
import PixelEngine

extension ConsoleState {
  mutating func detailsPerform(_ action: Action) -> [ConsoleEffect]? {
    guard var page = details else { return nil }
    let lines = detailLines(columns: layout.list.columns - 4).count
    guard let target = target(of: action, from: page.scroll, count: lines, lines: layout.list.rows) else { return nil }
    page.scroll = max(0, min(target, lines - layout.list.rows))
    details = page
    return []
  }

  /// The page of an object as lines: a label, a text, its slot.
  func detailLines(columns: Int) -> [(label: String, text: DisplayText, slot: Slot)] {
    guard let details else { return [] }
    var lines: [(label: String, text: DisplayText, slot: Slot)] = []
    let labels = 11
    func add(_ label: String, _ text: String, _ slot: Slot = .text, words: Bool = false) {
      let text = DisplayText(text, unicode: unicode)
      let room = max(8, columns - labels)
      let parts = words ? text.wrappedAtWords(to: room) : text.wrapped(to: room)
      for (i, part) in parts.enumerated() { lines.append((i == 0 ? label : "", part, slot)) }
    }
    add("Key", details.key.string, .textBright)
    guard let id = table.id(of: details.key) else {
      add("", "The object is gone from the source.", .warning, words: true)
      return lines
    }
    let record = table[id]
    let row = table.row(id)
    let look = StateLook(record.shownState)
    add("State", "\(look.glyph(unicode: unicode)) \(look.word)", look.slot)
    add("Size", "\(Format.bytes(row.size)) (\(Format.grouped(Int(row.size))) bytes)")
    add(
      "Modified",
      "\(Format.date(record.modified, zone: setup.zone)), \(Format.age(now - record.modified)) ago")
    add("ETag", row.etag.isEmpty ? "not known" : row.etag, .textDim)
    if setup.offers.contains(.versions) { add("Versions", "\(setup.keys.mainKey(of: .versions)) lists them", .hint) }
    lines.append(("", DisplayText(""), .text))
    for (i, size) in GridSize.allCases.enumerated() {
      let look = SlotLook(row.renditions[size], of: record)
      let place = setup.naming.key(of: row.key, size: size)
      let label = i == 0 ? "Renditions" : ""
      let state =
        "\(look.glyph(unicode: unicode)) \("\(size.side)x\(size.side)".padded(to: 6)) \(row.renditions[size].word)"
      let room = columns - labels - 19
      // Where it is, as far as there is room to say it.
      let text = room < 24 ? state : state.padded(to: 19) + DisplayText.plain(place, unicode: unicode)
      let line = DisplayText(text, unicode: unicode).truncated(to: columns - labels, at: .middle, unicode: unicode)
      lines.append((label, line, look.slot))
    }
    if let failure = row.failure {
      func date(_ date: Date) -> String { Format.date(date.timeIntervalSince1970, zone: setup.zone) }
      lines.append(("", DisplayText(""), .text))
      add(
        "Failure", "\(failure.code.rawValue) (\(failure.code.kind.rawValue), while it was \(failure.stage.past))",
        .stateFailed, words: true)
      add("Message", failure.message, .text, words: true)
      if let finality = failure.finality(for: row.etag) { add("", finality, .info, words: true) }
      add(
        "Tried",
        "\(Format.count(failure.attempts, "time")), first \(date(failure.firstFailed)), last \(date(failure.lastFailed))",
        .textDim, words: true)
      add("Engine", failure.engineVersion, .textDim)
    }
    return lines
  }
}

extension Failure.Stage {
  var past: String {
    switch self {
    case .read: "read"
    case .decode: "decoded"
    case .encode: "encoded"
    case .write: "written"
    case .confirm: "confirmed"
    }
  }
}

extension String {
  /// Our own ASCII text, filled up with spaces.
  func padded(to columns: Int) -> String {
    count < columns ? self + String(repeating: " ", count: columns - count) : self + " "
  }
}

extension Canvas {
  mutating func drawDetails(_ state: ConsoleState, in rect: ScreenRect) {
    guard let page = state.details else { return }
    let lines = state.detailLines(columns: rect.columns - 4)
    for (line, content) in lines.dropFirst(page.scroll).prefix(rect.rows).enumerated() {
      put(content.label, rect.column + 2, rect.row + line, .header)
      put(content.text, rect.column + 13, rect.row + line, content.slot)
    }
  }
}
