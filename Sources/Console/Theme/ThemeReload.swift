/// The themes as their files are now.
package struct ThemeChange: Sendable {
  package var library: ThemeLibrary
  /// What is wrong with a file that was just saved, with its name and line; safe to show.
  package var problem: String?

  package init(library: ThemeLibrary, problem: String? = nil) {
    self.library = library
    self.problem = problem
  }
}

/// Follows theme files that are written while the console runs. A file with an error in it keeps the look it had: one
/// saves half-done work, too.
package struct ThemeReload: Sendable {
  /// What was read last, by the name of the file.
  private var texts: [String: String]
  /// The last of each that had no error; at first, as it was.
  private var sound: [String: String]

  /// - Parameter sources: what the console began with: the name of a file without its suffix, and its content.
  package init(_ sources: [(name: String, text: String)]) {
    texts = Dictionary(sources.map { ($0.name, $0.text) }) { _, last in last }
    sound = texts
  }

  /// - Parameter sources: what the files hold now.
  /// - Returns: nil where nothing has changed.
  package mutating func take(_ sources: [(name: String, text: String)]) -> ThemeChange? {
    let now = Dictionary(sources.map { ($0.name, $0.text) }) { _, last in last }
    guard now != texts else { return nil }
    var problem: String?
    for (name, text) in sources where texts[name] != text {
      let file = ThemeFile(name: name, text: text)
      let errors = file.diagnostics.filter { $0.severity == .error }.sorted { ($0.line ?? 0) < ($1.line ?? 0) }
      if let error = errors.first {
        let place = "\(DisplayText.plain(name)).toml" + (error.line.map { ":\($0)" } ?? "")
        problem = problem ?? "theme \(place): \(error.text)"
      } else {
        sound[name] = text
      }
    }
    texts = now
    sound = sound.filter { now[$0.key] != nil }
    let kept = sources.compactMap { source in sound[source.name].map { (name: source.name, text: $0) } }
    return ThemeChange(library: ThemeLibrary(sources: kept), problem: problem)
  }
}
