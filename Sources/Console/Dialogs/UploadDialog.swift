import FoundationEssentials
import ObjectStore
package import Pipeline
import PixelEngine

/// Which file goes to which key, before it goes.
package struct UploadDialog: Sendable {
  package enum Field: Hashable, Sendable {
    case path, key
  }

  package enum Phase: Hashable, Sendable {
    case editing
    /// Finding out what is there.
    case checking(Int)
    /// Something speaks against it: the person decides.
    case asking(UploadCheck)
  }

  package var path = LineEditor()
  package var key: LineEditor
  package var field = Field.path
  package var phase = Phase.editing
  /// Why it cannot be; safe to show.
  package var problem: String?
  package var completing: Int?
  package var names: [String] = []
  /// What the key begins with until it is typed by hand.
  package let folder: String
  private var isKeyOwn = false

  init(folder: String) {
    self.folder = folder
    key = LineEditor(folder)
  }

  var isAsking: Bool {
    if case .asking = phase { true } else { false }
  }

  /// Changes the line that is typed. The key follows the path until it has been changed itself.
  mutating func edit(_ change: (inout LineEditor) -> Void) {
    problem = nil
    phase = .editing
    switch field {
    case .path:
      change(&path)
      guard !isKeyOwn else { return }
      let name = path.text.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
      key = LineEditor(folder + (name == "~" ? "" : name))
    case .key:
      let before = key.text
      change(&key)
      if key.text != before { isKeyOwn = true }
    }
  }
}

extension ConsoleState {
  /// The key begins like that of the object the person is at: its folder.
  mutating func openUpload() -> [ConsoleEffect] {
    var folder = ""
    if let id = currentRow {
      let key = table.keyText(id)
      if let slash = key.utf8.lastIndex(of: UInt8(ascii: "/")) { folder = String(key[...slash]) }
    }
    dialog = .upload(UploadDialog(folder: folder))
    return []
  }

  mutating func uploadTakes(_ pressed: Key, _ upload: UploadDialog) -> [ConsoleEffect] {
    var upload = upload
    switch pressed {
    case .enter: return checkUpload(upload)
    case .up, .down, .backTab: upload.field = upload.field == .path ? .key : .path
    case .tab:
      guard upload.field == .path else {
        upload.field = .path
        break
      }
      question += 1
      upload.completing = question
      dialog = .upload(upload)
      return [.completePath(upload.path.text, foldersOnly: false, generation: question)]
    default:
      upload.names = []
      upload.edit { _ = $0.take(pressed) }
    }
    dialog = .upload(upload)
    return []
  }

  private mutating func checkUpload(_ upload: UploadDialog) -> [ConsoleEffect] {
    var upload = upload
    defer { dialog = .upload(upload) }
    let path = upload.path.text.trimmed
    guard !path.isEmpty else {
      upload.problem = "Type the path of a file; Tab completes it"
      upload.field = .path
      return []
    }
    guard let key = ObjectKey(upload.key.text), !upload.key.text.hasSuffix("/") else {
      upload.problem = "A key has 1 to 1,024 bytes and does not end in /"
      upload.field = .key
      return []
    }
    guard !Uploader.isOwnKey(key, naming: setup.naming) else {
      upload.problem = explanation(of: .ownKey)
      upload.field = .key
      return []
    }
    question += 1
    upload.problem = nil
    upload.phase = .checking(question)
    return [.checkUpload(path: path, key: key, generation: question)]
  }

  mutating func uploadChecked(_ result: Result<UploadCheck, TransferError>, generation: Int) -> [ConsoleEffect] {
    guard case .upload(var upload) = dialog, upload.phase == .checking(generation) else { return [] }
    switch result {
    case .failure(let error):
      upload.phase = .editing
      upload.problem = DisplayText.plain(explanation(of: error), unicode: unicode)
      dialog = .upload(upload)
      return []
    case .success(let check):
      guard check.existing == nil, check.kind.isPicture else {
        upload.phase = .asking(check)
        dialog = .upload(upload)
        return []
      }
      return beginUpload(upload)
    }
  }

  /// While it asks.
  mutating func uploadPerforms(_ action: Action, _ upload: UploadDialog) -> [ConsoleEffect] {
    switch action {
    case .yes: return beginUpload(upload)
    case .decline:
      var upload = upload
      upload.phase = .editing
      upload.field = .key
      dialog = .upload(upload)
      return []
    default: return []
    }
  }

  private mutating func beginUpload(_ upload: UploadDialog) -> [ConsoleEffect] {
    guard let key = ObjectKey(upload.key.text) else { return [] }
    dialog = nil
    let name = DisplayText.plain(key.string, unicode: unicode)
    return begin(.upload(path: upload.path.text.trimmed, key: key), subject: name, total: 1)
  }
}

extension Canvas {
  mutating func drawUpload(_ state: ConsoleState, _ upload: UploadDialog) {
    let columns = min(72, size.columns - 4)
    func wrapped(_ text: String, _ slot: Slot) -> [(DisplayText, Slot)] {
      DisplayText(text, unicode: unicode).wrappedAtWords(to: max(8, columns - 10)).map { ($0, slot) }
    }
    var lines: [(DisplayText, Slot)] = []
    if let problem = upload.problem {
      lines = wrapped(problem, .error)
    } else if !upload.names.isEmpty {
      let names = DisplayText(upload.names.joined(separator: "  "), unicode: unicode)
      lines = [(names.truncated(to: columns - 10, unicode: unicode), .promptSuggest)]
    } else {
      switch upload.phase {
      case .editing:
        let place = DisplayText(state.address(of: upload.key.text), unicode: unicode)
        lines = [(place.truncated(to: columns - 10, at: .middle, unicode: unicode), .hint)]
      case .checking: lines = wrapped(unicode ? "Looking at what is there…" : "Looking at what is there...", .info)
      case .asking(let check):
        if let existing = check.existing {
          let age = Format.age(state.now - existing.lastModified.timeIntervalSince1970)
          lines += wrapped(
            "An object of this key is there (\(Format.bytes(existing.size)), \(age) old): it would be REPLACED",
            .warning)
        }
        if !check.kind.isPicture {
          let what = if case .other(let name) = check.kind { "a \(name)" } else { "no PNG or JPEG" }
          lines += wrapped("The file is \(what): no renditions can be made of it", .warning)
        }
      }
    }
    let inside = dialogFrame(title: "Upload", columns: columns, rows: 4 + lines.count, danger: upload.isAsking)
    drawField("File", upload.path, in: inside, row: inside.row, isActive: upload.field == .path && !upload.isAsking)
    drawField("Key", upload.key, in: inside, row: inside.row + 1, isActive: upload.field == .key && !upload.isAsking)
    for (i, line) in lines.enumerated() where i + 2 < inside.rows - 1 {
      put(line.0, inside.column + 10, inside.row + 2 + i, line.1)
    }
    if upload.isAsking {
      buttons([("Enter", "no, go back"), (state.setup.keys.mainKey(of: .yes), "upload it")], in: inside)
    } else {
      buttons([("Enter", "upload"), ("Esc", "leave it")], in: inside)
    }
  }
}
