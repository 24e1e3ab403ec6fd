/// The themes to choose from, by name.
package struct ThemeLibrary: Sendable {
  private var themes: [Theme]

  package init(_ themes: [Theme] = []) {
    self.themes = [.standard] + themes.filter { $0.name != Theme.standard.name }
  }

  /// In the order they were given, the standard one first.
  package var names: [String] { themes.map(\.name) }

  package subscript(name: String) -> Theme? { themes.first { $0.name == name } }
}
