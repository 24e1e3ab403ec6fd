import Glibc

/// Paths of this machine as people type them.
package struct LocalPath: Hashable, Sendable {
  /// Absolute.
  package let workingDirectory: String
  /// What `~` stands for; nil leaves it as it is.
  package let home: String?

  package init(workingDirectory: String, home: String?) {
    self.workingDirectory = workingDirectory
    self.home = home
  }

  /// Those of this process.
  package static var current: LocalPath {
    var working = "/"
    if let path = getcwd(nil, 0) {
      working = String(cString: path)
      free(path)
    }
    return LocalPath(workingDirectory: working, home: getenv("HOME").map { String(cString: $0) })
  }

  /// The path as the system takes it.
  package func expanded(_ text: String) -> String {
    if text.isEmpty { return workingDirectory }
    if text.hasPrefix("/") { return text }
    if let home, text == "~" || text.hasPrefix("~/") { return home + text.dropFirst() }
    return workingDirectory + (workingDirectory.hasSuffix("/") ? "" : "/") + text
  }

  /// What a half-typed path may become.
  package struct Completion: Hashable, Sendable {
    /// The text with all that is certain added.
    package var text: String
    /// The names that fit, in order, folders with a `/` behind; at most `shown`.
    package var names: [String]

    package static let shown = 40

    package init(text: String, names: [String]) {
      self.text = text
      self.names = names
    }
  }

  /// Completes the last part of a path from what is there. Names that begin with a dot are offered where one was typed;
  /// names that cannot be typed (control characters, no UTF-8) are not.
  package func completion(of text: String, foldersOnly: Bool) -> Completion {
    if text == "~" { return Completion(text: "~/", names: ["~/"]) }
    let slash = text.utf8.lastIndex(of: UInt8(ascii: "/"))
    let typed = String(slash.map { text[text.utf8.index(after: $0)...] } ?? text[...])
    let head = String(slash.map { text[...$0] } ?? "")
    var names: [String] = []
    for entry in Self.entries(of: head.isEmpty ? workingDirectory : expanded(head)) {
      guard entry.name.utf8.starts(with: typed.utf8), typed.hasPrefix(".") || !entry.name.hasPrefix(".") else {
        continue
      }
      guard !foldersOnly || entry.isFolder else { continue }
      names.append(entry.name + (entry.isFolder ? "/" : ""))
    }
    names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    guard let first = names.first else { return Completion(text: text, names: []) }
    var common = Array(first.unicodeScalars)
    for name in names.dropFirst() { common = Array(zip(common, name.unicodeScalars).prefix { $0 == $1 }.map(\.0)) }
    var completed = String.UnicodeScalarView()
    completed.append(contentsOf: common)
    return Completion(text: head + String(completed), names: Array(names.prefix(Completion.shown)))
  }

  private static func entries(of folder: String) -> [(name: String, isFolder: Bool)] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var entries: [(name: String, isFolder: Bool)] = []
    while let entry = readdir(stream) {
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      guard let name = String(validating: bytes, as: UTF8.self), name != ".", name != "..",
        !name.unicodeScalars.contains(where: { [.control, .format].contains($0.properties.generalCategory) })
      else { continue }
      // A link to a folder can be walked into as well.
      entries.append((name, isFolder(folder + "/" + name)))
    }
    return entries
  }

  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
