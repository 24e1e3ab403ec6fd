import Console
import Foundation
import Testing

@Suite("What is installed")
struct InstallTests {
  let workspace: TestWorkspace
  private static let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
    .standardizedFileURL.path

  init() throws { workspace = try TestWorkspace() }

  /// The commands that a person can see.
  private func commands() async throws -> [String] {
    let help = try await Program(workspace: workspace).run(["--help"], located: false)
    let list = try #require(help.output.firstRange(of: "SUBCOMMANDS:\n"))
    return help.output[list.upperBound...].split(separator: "\n").compactMap { line in
      line.hasPrefix("  ") && !line.hasPrefix("   ") ? line.split(separator: " ").first.map(String.init) : nil
    }.filter { $0 != "See" }
  }

  private func make(_ target: String) async throws -> Program.Result {
    // The binary is there: nothing is built anew.
    try await Program(workspace: workspace).start(
      [
        "-C", Self.sources, "-o", "build", target, "BINARY=\(Program.path)", "DESTDIR=\(workspace.folder)/root",
        "PREFIX=/usr",
      ], executable: "/usr/bin/make", located: false
    ).result()
  }

  @Test("It goes to its places, works from there, and leaves nothing behind")
  func installs() async throws {
    let installed = try await make("install")
    try #require(installed.status == 0, "\(installed.errors)")
    let root = workspace.folder + "/root/usr"
    let themes = try FileManager.default.contentsOfDirectory(atPath: Self.sources + "/themes").sorted()
    #expect(themes.count >= 12)
    #expect(
      workspace.files(below: root)
        == [
          "bin/pixelater", "share/bash-completion/completions/pixelater",
          "share/fish/vendor_completions.d/pixelater.fish", "share/man/man1/pixelater.1",
        ] + themes.map { "share/pixelater/themes/" + $0 } + ["share/zsh/site-functions/_pixelater"])

    let program = try RunningProgram(
      executable: root + "/bin/pixelater", arguments: ["theme", "list", "--json"],
      environment: Program(workspace: workspace).world, input: "", folder: workspace.folder)
    let list = try await program.result()
    for theme in themes { #expect(list.output.contains(root + "/share/pixelater/themes/" + theme)) }

    let manual = try String(contentsOfFile: root + "/share/man/man1/pixelater.1", encoding: .utf8)
    #expect(manual.hasPrefix(".TH \"PIXELATER\" \"1\""))
    #expect(try await make("uninstall").status == 0)
    #expect(workspace.files(below: root) == [])
  }

  @Test("The manual page tells every command, flag, key, variable and status, and roff finds nothing wrong")
  func manual() async throws {
    let page = try await Program(workspace: workspace).run(["manual"], located: false)
    #expect(page.status == 0 && page.errors.isEmpty)
    let path = workspace.folder + "/pixelater.1"
    try page.output.write(toFile: path, atomically: true, encoding: .utf8)
    let source = page.output.replacingOccurrences(of: "\\-", with: "-")
    for name in try await commands() { #expect(source.contains(".SS \"\(name)\"\n"), "\(name)") }
    for name in ["dead-letters redrive", "theme check"] { #expect(source.contains(".SS \"\(name)\"\n"), "\(name)") }
    for section in [
      "NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "KEYS", "ENVIRONMENT", "FILES", "EXAMPLES", "EXIT STATUS",
    ] { #expect(source.contains(".SH \"\(section)\"\n"), "\(section)") }
    for word in ["--endpoint-url", "--read-only", "--sizes", "PIXELATER_SOURCE", "AWS_REGION", "NO_COLOR", "keys.toml"]
    {
      #expect(source.contains(word), "\(word)")
    }
    for action in Action.allCases { #expect(source.contains("(\(action.rawValue)).\n"), "\(action.rawValue)") }
    #expect(source.contains("77   refused"))
    // Every request is one that man(7) has, and nothing is left of Markdown.
    let requests = Set(page.output.split(separator: "\n").filter { $0.hasPrefix(".") }.map { $0.prefix { $0 != " " } })
    #expect(requests.isSubset(of: [".TH", ".SH", ".SS", ".TP", ".PP", ".RS", ".RE", ".nf", ".fi"]))
    #expect(!page.output.contains("`"))
    #expect(page.output.utf8.allSatisfy { $0 < 0x80 })

    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/groff") else { return }
    let groff = try await Program(workspace: workspace).start(
      ["-man", "-Tutf8", "-ww", path], executable: "/usr/bin/groff", located: false
    ).result()
    #expect(groff.status == 0)
    #expect(groff.errors == "")
    #expect(groff.output.contains("truncated") || groff.output.count > 10_000)
  }

  @Test("The table of keys is printed as the README has it")
  func keys() async throws {
    let table = try await Program(workspace: workspace).run(["manual", "--keys"], located: false)
    let readme = try String(contentsOfFile: Self.sources + "/README.md", encoding: .utf8)
    #expect(
      readme.contains(
        "<!-- keys: begin -->\n" + table.output.trimmingCharacters(in: .newlines) + "\n<!-- keys: end -->"))
  }

  @Test("Completions know every command and its flags")
  func completions() async throws {
    let pixelater = Program(workspace: workspace)
    let names = try await commands()
    for shell in ["bash", "zsh", "fish"] {
      let script = try await pixelater.run(["--generate-completion-script", shell], located: false)
      #expect(script.status == 0)
      for name in names + ["--endpoint-url", "--read-only"] {
        let word = shell == "fish" ? name.replacingOccurrences(of: "--", with: "") : name
        #expect(script.output.contains(word), "\(name) in \(shell)")
      }
      let path = workspace.folder + "/completions." + shell
      try script.output.write(toFile: path, atomically: true, encoding: .utf8)
      // Read by the shell itself, where it is there.
      for folder in ["/usr/bin/", "/bin/"] where FileManager.default.isExecutableFile(atPath: folder + shell) {
        let check = try await pixelater.start(["-n", path], executable: folder + shell, located: false).result()
        #expect(check.status == 0 && check.errors == "", "\(check.errors)")
        break
      }
    }
    try #require(FileManager.default.isExecutableFile(atPath: "/bin/bash"))
    func complete(_ words: String...) async throws -> Set<Substring> {
      let line = words.map { "'\($0)'" }.joined(separator: " ")
      let script = """
        . "$0"; COMP_WORDS=(pixelater \(line)); COMP_CWORD=\(words.count); COMP_LINE="pixelater \(words.joined(separator: " "))"
        COMP_POINT=${#COMP_LINE}; COMP_TYPE=9
        "$(complete -p pixelater | sed 's/.*-F \\([^ ]*\\).*/\\1/')" pixelater '\(words.last ?? "")' ''
        printf '%s\\n' "${COMPREPLY[@]}"
        """
      let result = try await pixelater.start(
        ["-c", script, workspace.folder + "/completions.bash"], executable: "/bin/bash", located: false
      ).result()
      #expect(result.errors == "")
      return Set(result.output.split(separator: "\n").map { $0.drop { $0 == " " }.prefix { $0 != " " } })
    }
    let offered = try await complete("")
    for name in names { #expect(offered.contains(Substring(name)), "\(name) among \(offered)") }
    #expect(!offered.contains("manual"))
    #expect(try await complete("run", "--f").contains("--force"))
    #expect(try await complete("theme", "c").contains("check"))
    for name in names {
      #expect(
        try await complete(name, "--end").contains("--endpoint-url") || ["theme", "dead-letters"].contains(name),
        "\(name)")
    }
  }
}
