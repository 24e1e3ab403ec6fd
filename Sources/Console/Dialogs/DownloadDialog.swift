import ObjectStore
package import Pipeline

/// Which objects go where, before they go.
package struct DownloadDialog: Sendable {
  package enum Field: CaseIterable, Hashable, Sendable {
    case folder, parts, existing
  }

  package var order: DownloadOrder
  package var folder: LineEditor
  package var field = Field.folder
  /// In words, safe to show.
  package var subject: String
  package var sources: Int
  package var renditions: Int
  package var sourceBytes: Int64
  /// Nil while it is being found out.
  package var check: Result<DownloadCheck, TransferError>?
  package var generation = 0
  /// The question for a completion that is under way.
  package var completing: Int?
  /// What the path could become.
  package var names: [String] = []
  /// Enter was pressed: begin as soon as it is known that it can.
  package var isWanted = false

  var count: Int {
    switch order.parts {
    case .source: sources
    case .renditions: renditions
    case .both: sources + renditions
    }
  }

  var isVersion: Bool {
    if case .version = order.subject { true } else { false }
  }

  var fields: [Field] { isVersion ? [.folder, .existing] : Field.allCases }
}

extension ConsoleState {
  mutating func openDownload() -> [ConsoleEffect] {
    if case .versions(let versions) = dialog { return openDownload(of: versions) }
    guard let selection else { return [] }
    var dialog = DownloadDialog(
      order: DownloadOrder(subject: .rows(selection), folder: setup.folder), folder: LineEditor(setup.folder),
      subject: words(for: selection), sources: selection.rows.count, renditions: selection.renditionCount,
      sourceBytes: selection.sourceBytes)
    return recheck(&dialog)
  }

  private mutating func openDownload(of versions: VersionsDialog) -> [ConsoleEffect] {
    guard let version = versions.current, !version.isDeleteMarker else {
      say(.warning, "A delete marker has no content")
      return []
    }
    let name = DisplayText.plain(versions.key.string, unicode: unicode)
    var dialog = DownloadDialog(
      order: DownloadOrder(
        subject: .version(WorkspaceObject(source: versions.key, version: version.id)), folder: setup.folder),
      folder: LineEditor(setup.folder), subject: "\(name), version \(versions.shortID(version, unicode: unicode))",
      sources: 1, renditions: 0, sourceBytes: version.summary.size)
    return recheck(&dialog)
  }

  /// Asks anew what is in the folder.
  mutating func recheck(_ download: inout DownloadDialog) -> [ConsoleEffect] {
    question += 1
    download.generation = question
    download.check = nil
    download.order.folder = download.folder.text.trimmed
    dialog = .download(download)
    return [.checkDownload(download.order, generation: question)]
  }

  mutating func downloadChecked(_ result: Result<DownloadCheck, TransferError>, generation: Int) -> [ConsoleEffect] {
    guard case .download(var download) = dialog, download.generation == generation else { return [] }
    download.check = result
    let isWanted = download.isWanted
    download.isWanted = false
    dialog = .download(download)
    return isWanted ? beginDownload(download) : []
  }

  mutating func downloadTakes(_ key: Key, _ download: DownloadDialog) -> [ConsoleEffect] {
    var download = download
    let fields = download.fields
    let place = fields.firstIndex(of: download.field) ?? 0
    switch key {
    case .enter:
      guard download.check == nil else { return beginDownload(download) }
      download.isWanted = true
    case .up: download.field = fields[(place + fields.count - 1) % fields.count]
    case .down, .backTab: download.field = fields[(place + 1) % fields.count]
    case .tab:
      guard download.field == .folder else {
        download.field = fields[(place + 1) % fields.count]
        break
      }
      question += 1
      download.completing = question
      dialog = .download(download)
      return [.completePath(download.folder.text, foldersOnly: true, generation: question)]
    case .left, .right, .character(" "):
      let step = key == .left ? -1 : 1
      switch download.field {
      case .folder:
        let before = download.folder.text
        _ = download.folder.take(key)
        if download.folder.text != before { return recheck(&download) }
      case .parts:
        download.order.parts = download.order.parts.next(step)
        return recheck(&download)
      case .existing: download.order.existing = download.order.existing.next(step)
      }
    default:
      guard download.field == .folder else { break }
      let before = download.folder.text
      _ = download.folder.take(key)
      download.names = []
      if download.folder.text != before { return recheck(&download) }
    }
    dialog = .download(download)
    return []
  }

  private mutating func beginDownload(_ download: DownloadDialog) -> [ConsoleEffect] {
    guard case .success(let check)? = download.check, download.count > 0 else { return [] }
    dialog = nil
    let folder = DisplayText.plain(check.folder, unicode: unicode)
    return begin(
      .download(download.order), subject: "\(download.subject) to \(folder)", total: download.count)
  }
}

extension CaseIterable where Self: Equatable, AllCases.Index == Int {
  /// The one so many further, round and round.
  func next(_ step: Int) -> Self {
    let all = Self.allCases
    let place = all.firstIndex(of: self) ?? 0
    return all[(place + step + all.count) % all.count]
  }
}

extension Canvas {
  mutating func drawDownload(_ state: ConsoleState, _ download: DownloadDialog) {
    let columns = min(72, size.columns - 4)
    let plan = downloadPlan(download, columns: columns - 10)
    let inside = dialogFrame(title: "Download", columns: columns, rows: 6 + plan.count)
    var row = inside.row
    put("What", inside.column, row, .header)
    put(
      DisplayText(download.subject, unicode: unicode).truncated(to: inside.columns - 10, at: .middle, unicode: unicode),
      inside.column + 10, row, .textBright)
    row += 1
    drawField("Folder", download.folder, in: inside, row: row, isActive: download.field == .folder)
    row += 1
    if !download.isVersion {
      drawChoices(
        "Take", DownloadOrder.Parts.allCases.map { ($0.words, $0 == download.order.parts) }, in: inside, row: row,
        isActive: download.field == .parts)
      row += 1
    }
    drawChoices(
      "If there", DownloadRequest.Existing.allCases.map { ($0.words, $0 == download.order.existing) }, in: inside,
      row: row, isActive: download.field == .existing)
    row += 1
    for (text, slot) in plan where row < inside.row + inside.rows - 1 {
      put(text, inside.column + 10, row, slot)
      row += 1
    }
    let canBegin = if case .failure = download.check { false } else { download.count > 0 }
    buttons((canBegin ? [("Enter", "download")] : []) + [("Esc", "leave it")], in: inside)
  }

  /// What would happen, in lines.
  private func downloadPlan(_ download: DownloadDialog, columns: Int) -> [(DisplayText, Slot)] {
    func wrapped(_ text: String, _ slot: Slot) -> [(DisplayText, Slot)] {
      DisplayText(text, unicode: unicode).wrappedAtWords(to: max(8, columns)).map { ($0, slot) }
    }
    if !download.names.isEmpty {
      return [
        (
          DisplayText(download.names.joined(separator: "  "), unicode: unicode).truncated(
            to: columns, unicode: unicode),
          .promptSuggest
        )
      ]
    }
    guard download.count > 0 else { return wrapped("Nothing to download: no rendition is there", .warning) }
    var text = Format.count(download.count, "file")
    if download.order.parts != .renditions { text += ", \(Format.bytes(download.sourceBytes)) of sources" }
    var lines = wrapped(text, .dialog)
    switch download.check {
    case nil: lines += wrapped(unicode ? "Looking into the folder…" : "Looking into the folder...", .info)
    case .failure(let error)?:
      lines += wrapped(DisplayText.plain(explanation(of: error), unicode: unicode), .error)
    case .success(let check)?:
      if check.isNew { lines += wrapped("The folder will be made", .info) }
      if check.existing > 0 {
        let are =
          check.existing == 1 ? "1 file is there already" : "\(Format.grouped(check.existing)) files are there already"
        switch download.order.existing {
        case .number: lines += wrapped("\(are): the new get a number", .info)
        case .skip: lines += wrapped("\(are): left as they are", .info)
        case .replace: lines += wrapped("\(are): they are REPLACED", .warning)
        }
      }
    }
    return lines
  }
}

extension DownloadOrder.Parts {
  fileprivate var words: String {
    switch self {
    case .source: "source"
    case .renditions: "renditions"
    case .both: "both"
    }
  }
}

extension DownloadRequest.Existing {
  fileprivate var words: String {
    switch self {
    case .number: "keep both"
    case .skip: "leave out"
    case .replace: "replace"
    }
  }
}
