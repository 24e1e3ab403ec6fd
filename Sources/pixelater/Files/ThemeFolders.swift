import Console
import FoundationEssentials
import Pipeline
import Settings

/// The theme files of this machine.
struct ThemeFolders {
  /// Best first.
  let paths: [String]

  /// Largest theme file read, in bytes.
  private static let limit = 256 << 10

  init(_ paths: Paths) { self.paths = paths.themeFolders }

  /// Every theme file; of those with one name the first, which is the person's own.
  var files: [(name: String, path: String)] {
    var seen: Set<String> = []
    var files: [(name: String, path: String)] = []
    for folder in paths {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for name in names.sorted() where name.hasSuffix(".toml") {
        let theme = String(name.dropLast(".toml".count))
        if seen.insert(theme).inserted { files.append((theme, folder + "/" + name)) }
      }
    }
    return files
  }

  /// Their text; files that cannot be read are left out.
  var sources: [(name: String, text: String)] {
    files.compactMap { file in Self.text(file.path).map { (file.name, $0) } }
  }

  /// The files that one theme is made of: its own and those it inherits from. All, where its name is not its file's.
  func sources(of theme: String) -> [(name: String, text: String)] {
    let files = files
    var sources: [(name: String, text: String)] = []
    var wanted: String? = theme
    while let name = wanted, !sources.contains(where: { $0.name == name }) {
      guard let file = files.first(where: { $0.name == name }), let text = Self.text(file.path) else { break }
      let content = ThemeFile(name: name, text: text)
      guard content.name == name else { return self.sources }
      sources.append((name, text))
      wanted = content.inherits
    }
    return sources.isEmpty ? self.sources : sources
  }

  var library: ThemeLibrary { ThemeLibrary(sources: sources) }

  static func text(_ path: String) -> String? {
    (try? LocalFile.read(path, limit: limit)).flatMap { String(validating: $0, as: UTF8.self) }
  }
}
