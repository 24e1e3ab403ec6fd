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

  /// Asks the renditions what they say of themselves, once the page is open and whenever others stand.
  mutating func followDetails() -> [ConsoleEffect] { followSource() + followRenditions() }

  /// Asks the source likewise, once, and whenever its content is another.
  private mutating func followSource() -> [ConsoleEffect] {
    guard let page = details, let id = table.id(of: page.key) else { return [] }
    let etag = table.etag(id)
    guard page.described != etag else { return [] }
    details?.described = etag
    return [.describe(page.key, etag: etag)]
  }

  private mutating func followRenditions() -> [ConsoleEffect] {
    guard var page = details, let id = table.id(of: page.key), table[id].job == .none,
      page.asked != table[id].renditions
    else { return [] }
    page.asked = table[id].renditions
    details = page
    return table[id].renditions.count(.missing) == GridSize.allCases.count ? [] : [.inspect(page.key)]
  }

  mutating func inspected(_ key: ObjectKey, _ result: Result<[StoredRendition], StoreError>) {
    guard details?.key == key else { return }
    switch result {
    case .success(let renditions): details?.renditions = renditions
    case .failure(let error): log.add(.error, StoreAdvice(error).text, at: now)
    }
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
    for line in descriptionLines(details.description) { add(line.label, line.text, line.slot, words: line.isProse) }
    if setup.offers.contains(.versions) { add("Versions", "\(setup.keys.mainKey(of: .versions)) lists them", .hint) }
    lines.append(("", DisplayText(""), .text))
    for (i, size) in GridSize.allCases.enumerated() {
      let look = SlotLook(row.renditions[size], of: record, size: size)
      let place = setup.naming.key(of: row.key, size: size)
      let label = i == 0 ? "Renditions" : ""
      let state =
        "\(look.glyph(unicode: unicode)) \("\(size.side)x\(size.side)".padded(to: 6)) \(row.renditions[size].word)"
      let stored = details.renditions?.first { $0.size == size }
      let said = stored.map { facts(of: $0, row) }
      let room = columns - labels - 19
      // What it says of itself; else where it is, as far as there is room to say it.
      let text =
        room < 24 ? state : state.padded(to: 19) + (said?.text ?? DisplayText.plain(place, unicode: unicode))
      let line = DisplayText(text, unicode: unicode).truncated(to: columns - labels, at: .middle, unicode: unicode)
      lines.append((label, line, said?.isForeign == true ? .warning : look.slot))
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
    let timeline = timeline(of: row, page: details)
    if timeline.count > 1 {
      lines.append(("", DisplayText(""), .text))
      for (i, moment) in timeline.enumerated() {
        add(i == 0 ? "Timeline" : "", "\(Format.date(moment.time, zone: setup.zone))  \(moment.text)", moment.slot)
      }
    }
    return lines
  }

  private struct FactLine {
    var label: String
    var text: String
    var slot = Slot.text
    var isProse = false
  }

  /// Entries of metadata, and tags, that are shown.
  private static let mostEntries = 20

  /// What the source says of itself; nothing as long as it has not been asked.
  private func descriptionLines(_ answer: Result<SourceDescription?, StoreError>?) -> [FactLine] {
    let description: SourceDescription
    switch answer {
    case nil, .success(nil)?: return []
    case .failure(let error)?:
      return [FactLine(label: "Metadata", text: StoreAdvice(reason: error).text, slot: .warning, isProse: true)]
    case .success(let told?)?: description = told
    }
    var lines = [FactLine(label: "Type", text: description.contentType)]
    if let storage = description.storageClass { lines.append(FactLine(label: "Storage", text: storage)) }
    func add(_ label: String, _ entries: [ObjectTag], count: Int) {
      for (i, entry) in entries.prefix(Self.mostEntries).enumerated() {
        lines.append(FactLine(label: i == 0 ? label : "", text: "\(entry.name): \(entry.value)"))
      }
      let more = count - min(entries.count, Self.mostEntries)
      if more > 0 { lines.append(FactLine(label: "", text: "and \(Format.grouped(more)) more", slot: .hint)) }
    }
    add("Metadata", description.metadata, count: description.metadataCount)
    switch description.tags {
    case .notOffered: break
    case .tags(let tags, let count):
      if tags.isEmpty { lines.append(FactLine(label: "Tags", text: "none", slot: .textDim)) }
      add("Tags", tags, count: count)
    case .notAllowed:
      lines.append(
        FactLine(label: "Tags", text: "not allowed to read them (s3:GetObjectTagging)", slot: .textDim, isProse: true))
    case .notTold: lines.append(FactLine(label: "Tags", text: "not told by the store", slot: .textDim))
    }
    return lines
  }

  /// `2.1 kB, engine 2, made 3 s after the upload`; whether it was made of something else than the source as it is.
  private func facts(of rendition: StoredRendition, _ row: StatusRow) -> (text: String, isForeign: Bool) {
    var parts = [Format.bytes(rendition.bytes)]
    let isForeign = rendition.sourceETag.map { $0 != row.etag } ?? false
    if isForeign { parts.append("of another version") }
    if rendition.sourceETag == nil { parts.append("of unknown origin") }
    if let engine = rendition.engine { parts.append("engine \(DisplayText.plain(engine, unicode: unicode))") }
    let lag = rendition.lastModified.timeIntervalSince(row.lastModified)
    if !isForeign, lag >= 0 { parts.append("\(Format.duration(milliseconds: Int(min(lag, 1e9) * 1000))) after") }
    return (parts.joined(separator: ", "), isForeign)
  }

  /// What happened to the object, oldest first: of what is known, no more.
  private func timeline(of row: StatusRow, page: DetailsPage) -> [(time: Double, text: String, slot: Slot)] {
    var moments: [(time: Double, text: String, slot: Slot)] = [
      (row.lastModified.timeIntervalSince1970, "uploaded, \(Format.bytes(row.size))", .text)
    ]
    // Renditions of one second appear together.
    let made = Dictionary(grouping: page.renditions ?? []) { $0.lastModified.timeIntervalSince1970.rounded(.down) }
    for (time, renditions) in made {
      let sizes = renditions.map { "\($0.size.side)" }.joined(separator: " ")
      moments.append((time, "written: \(sizes)", .success))
    }
    if let failure = row.failure {
      if failure.attempts > 1 {
        moments.append((failure.firstFailed.timeIntervalSince1970, "failed for the first time", .stateFailed))
      }
      moments.append(
        (
          failure.lastFailed.timeIntervalSince1970,
          "failed: \(failure.code.rawValue), attempt \(Format.grouped(failure.attempts))", .stateFailed
        ))
    }
    return moments.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
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
