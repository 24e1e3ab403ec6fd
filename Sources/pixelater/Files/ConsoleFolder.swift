import Console
import FoundationEssentials
import Glibc
import ObjectStore
import Pipeline
import PixelEngine
import Settings

/// What the console keeps for the person, in the folders where such things belong: the audit log and the history of
/// commands with the state, saved views with the configuration, exports where they are asked for.
struct ConsoleFolder: ConsoleFiles {
  let paths: Paths
  /// Who acts where: said in each line of the audit log.
  let user: String
  let profile: String?
  let source: String
  let destination: String

  /// Commands kept.
  private static let commands = 200
  /// From so many bytes on the audit log goes on in a new file; the one before is kept.
  private static let auditBytes = 64 << 20

  /// What is there from before.
  func kept() -> KeptFiles {
    var kept = KeptFiles()
    if let text = ThemeFolders.text(paths.viewsFile) {
      let (views, problems) = SavedViewFile.read(text)
      kept.views = views
      kept.problems = problems.map { "\(paths.viewsFile): \($0)" }
    }
    if let text = ThemeFolders.text(paths.historyFile) {
      let lines = text.split(whereSeparator: \.isNewline).map(String.init)
      kept.commands = Array(lines.filter { !$0.isEmpty }.suffix(Self.commands))
    }
    return kept
  }

  // MARK: - Audit log

  func audit(_ entries: [AuditEntry]) throws(FileProblem) {
    let path = paths.auditFile
    var text = ""
    for entry in entries { text += line(entry).description + "\n" }
    try makeFolder(paths.state)
    var status = stat()
    if stat(path, &status) == 0, Int(status.st_size) >= Self.auditBytes { rename(path, path + ".1") }
    try append(text, to: path)
  }

  private func line(_ entry: AuditEntry) -> JSON {
    [
      "time": .date(Date(timeIntervalSince1970: entry.time)), "user": .string(user), "profile": .optional(profile),
      "act": .string(entry.act.rawValue), "key": .string(entry.key), "etag": .optional(entry.etag),
      "outcome": .string(entry.outcome.rawValue), "renditions": entry.renditions.map { .number($0) } ?? .null,
      "detail": .optional(entry.detail), "source": .string(source), "destination": .string(destination),
    ]
  }

  // MARK: - History and views

  func remember(_ command: String) {
    // A lost line of history is no loss worth a word.
    guard LocalFile.makeFolders(paths.state) else { return }
    let old = ThemeFolders.text(paths.historyFile)?.split(whereSeparator: \.isNewline).map(String.init) ?? []
    let lines = (old.filter { $0 != command } + [command]).suffix(Self.commands)
    let text = lines.map { $0.filter { !$0.isNewline } + "\n" }.joined()
    try? LocalFile.write(Array(text.utf8), to: paths.historyFile)
  }

  func keep(_ views: [SavedView]) throws(FileProblem) {
    try makeFolder(paths.config)
    do throws(Failure) {
      try LocalFile.write(Array(SavedViewFile.text(views).utf8), to: paths.viewsFile)
    } catch {
      throw FileProblem(text: "\(DisplayText.plain(paths.viewsFile)): \(error.message)")
    }
  }

  // MARK: - Exports

  func export(_ order: ExportOrder) throws(FileProblem) -> String {
    let folder = LocalPath.current.expanded(order.folder)
    for number in 1...1000 {
      let path = "\(folder)/\(order.name)\(number == 1 ? "" : "-\(number)")\(order.suffix)"
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor < 0, errno == EEXIST { continue }
      guard descriptor >= 0 else { throw problem(path, errno) }
      defer { close(descriptor) }
      do throws(FileProblem) {
        try write(order.content, to: descriptor, path)
      } catch {
        unlink(path)
        throw error
      }
      return path
    }
    throw FileProblem(text: "\(DisplayText.plain(folder)): there is a file of every name it could have")
  }

  private func write(_ content: ExportOrder.Content, to descriptor: Int32, _ path: String) throws(FileProblem) {
    var text = ""
    func flush(_ isLast: Bool = false) throws(FileProblem) {
      guard isLast || text.utf8.count >= 1 << 16 else { return }
      try put(text, to: descriptor, path)
      text = ""
    }
    func add(_ line: String) throws(FileProblem) {
      text += line + "\n"
      try flush()
    }
    switch content {
    case .text(let grid): for line in grid.plainLines { try add(line) }
    case .ansi(let grid): for line in grid.ansiLines { try add(line) }
    case .svg(let grid): text = ScreenSVG(grid).text
    case .rows(let rows, let table, .json): for id in rows { try add(table.row(id).json.description) }
    case .rows(let rows, let table, .csv):
      try add(StatusRow.csvHeader)
      for id in rows { try add(table.row(id).csv) }
    case .jobs(let jobs): for job in jobs { try add(job.json.description) }
    case .letters(let letters): for letter in letters { try add(letter.json.description) }
    case .log(let entries): for entry in entries { try add(entry.json.description) }
    }
    try flush(true)
  }

  // MARK: - Files

  private func makeFolder(_ folder: String) throws(FileProblem) {
    guard LocalFile.makeFolders(folder) else {
      throw FileProblem(text: "\(DisplayText.plain(folder)): the folder cannot be made")
    }
  }

  /// In one write, so that the lines of two consoles stay whole.
  private func append(_ text: String, to path: String) throws(FileProblem) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw problem(path, errno) }
    defer { close(descriptor) }
    try put(text, to: descriptor, path)
  }

  private func put(_ text: String, to descriptor: Int32, _ path: String) throws(FileProblem) {
    var text = text
    let number = text.withUTF8 { LocalFile.put(UnsafeRawBufferPointer($0), to: descriptor) }
    if number != 0 { throw problem(path, number) }
  }

  private func problem(_ path: String, _ number: Int32) -> FileProblem {
    FileProblem(text: "\(DisplayText.plain(path)): \(String(cString: strerror(number)))")
  }
}
