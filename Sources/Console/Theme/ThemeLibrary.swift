/// The themes to choose from, by name.
package struct ThemeLibrary: Sendable {
  private var themes: [Theme]
  /// What was found wrong, by the name of the source.
  package let diagnostics: [String: [ThemeDiagnostic]]

  package init(_ themes: [Theme] = []) {
    self.themes = [.standard] + themes.filter { $0.name != Theme.standard.name }
    diagnostics = [:]
  }

  /// Reads themes from the texts of their files, in the order in which they are to be offered; of two with one name the
  /// later counts. None of them can fail altogether: what cannot be read is inherited, and said in `diagnostics`.
  ///
  /// - Parameter sources: the name of a file without its suffix, and its content.
  package init(sources: [(name: String, text: String)]) {
    let files = sources.map { ThemeFile(name: $0.name, text: $0.text) }
    var diagnostics: [String: [ThemeDiagnostic]] = [:]
    var byName: [String: ThemeFile] = [:]
    for file in files { byName[file.name] = file }

    /// What a file inherits from, its own base first resolved.
    func theme(_ file: ThemeFile, below names: Set<String>) -> Theme {
      var base = Theme.standard
      if let parent = file.inherits, parent != Theme.standard.name {
        if names.contains(parent) {
          diagnostics[file.name, default: []].append(
            ThemeDiagnostic(.error, "It inherits from itself, by way of \(DisplayText.plain(parent))."))
        } else if let parentFile = byName[parent] {
          base = theme(parentFile, below: names.union([parent]))
        } else {
          diagnostics[file.name, default: []].append(
            ThemeDiagnostic(.error, "There is no theme \(DisplayText.plain(parent)) to inherit from."))
        }
      }
      return Theme(name: file.name, styles: file.styles, inheriting: base)
    }

    var themes: [Theme] = []
    for (source, file) in zip(sources, files) where byName[file.name] != nil {
      diagnostics[file.name, default: []] += file.diagnostics
      if file.name != source.name { diagnostics[source.name] = diagnostics[file.name] }
      themes.removeAll { $0.name == file.name }
      themes.append(theme(file, below: [file.name]))
    }
    if !themes.contains(where: { $0.name == Theme.standard.name }) { themes.insert(.standard, at: 0) }
    self.themes = themes
    self.diagnostics = diagnostics
  }

  /// In the order they were given; the standard one first where none of that name was.
  package var names: [String] { themes.map(\.name) }

  package subscript(name: String) -> Theme? { themes.first { $0.name == name } }
}
