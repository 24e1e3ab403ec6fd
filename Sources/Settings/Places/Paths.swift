/// Where files of the product belong on this machine, by the XDG base directory rules: a variable that is unset, empty or
/// relative counts for nothing.
package struct Paths: Hashable, Sendable {
  /// The person's home folder.
  package let home: String?
  /// `config.toml`, `keys.toml`, `views.toml` and `themes/`.
  package let config: String
  /// Logs and the history of commands.
  package let state: String
  /// What can be made again, the demo among it.
  package let cache: String
  /// Further folders where an installation may keep its themes, best first.
  package let data: [String]

  package init(environment: [String: String], executable: String? = nil) {
    func absolute(_ name: String) -> String? {
      environment[name].flatMap { $0.hasPrefix("/") ? Self.trimmed($0) : nil }
    }
    let home = absolute("HOME")
    func base(_ variable: String, _ fallback: String) -> String {
      (absolute(variable) ?? home.map { $0 + "/" + fallback } ?? "/tmp/pixelater") + "/pixelater"
    }
    self.home = home
    config = base("XDG_CONFIG_HOME", ".config")
    state = base("XDG_STATE_HOME", ".local/state")
    cache = base("XDG_CACHE_HOME", ".cache")
    var data = [base("XDG_DATA_HOME", ".local/share")]
    if let executable, let bin = executable.lastIndex(of: "/") {
      let folder = executable[..<bin]
      if folder.hasSuffix("/bin") { data.append(folder.dropLast("/bin".count) + "/share/pixelater") }
      // Not installed, but built in its own sources.
      if let build = folder.firstRange(of: "/.build/") { data.append(String(folder[..<build.lowerBound])) }
    }
    let shared = environment["XDG_DATA_DIRS"].flatMap { $0.isEmpty ? nil : $0 } ?? "/usr/local/share:/usr/share"
    data += shared.split(separator: ":").filter { $0.hasPrefix("/") }.map { Self.trimmed(String($0)) + "/pixelater" }
    var seen: Set<String> = []
    self.data = data.filter { seen.insert($0).inserted }
  }

  /// The config file that is read where none is named.
  package var configFile: String { config + "/config.toml" }
  /// Key bindings of the console.
  package var keysFile: String { config + "/keys.toml" }
  /// Folders with theme files, best first: the person's own, then those of the installation.
  package var themeFolders: [String] { [config + "/themes"] + data.map { $0 + "/themes" } }
  /// The log of the console, which has no stream to log to.
  package var logFile: String { state + "/pixelater.log" }
  /// What consoles have written, sent and removed: JSON Lines.
  package var auditFile: String { state + "/audit.jsonl" }
  /// What was typed after `:`.
  package var historyFile: String { state + "/history" }
  /// Saved views of the console.
  package var viewsFile: String { config + "/views.toml" }
  /// The demo workspace.
  package var demo: String { cache + "/demo" }

  private static func trimmed(_ path: String) -> String {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
    return path == "/" ? "" : String(path)
  }
}
