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

  var library: ThemeLibrary { ThemeLibrary(sources: sources) }

  static func text(_ path: String) -> String? {
    (try? LocalFile.read(path, limit: limit)).flatMap { String(validating: $0, as: UTF8.self) }
  }
}
