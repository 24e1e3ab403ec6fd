import Console
import Foundation
import Testing

@Suite("The README tells what is")
struct ReadmeTests {
  static let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md").path

  /// What stands between the marks is the table that dispatches keys. To write it anew: RECORD=1, and look at the diff.
  @Test("Its keys are the console's")
  func keys() throws {
    let readme = try String(contentsOfFile: Self.path, encoding: .utf8)
    let begin = "<!-- keys: begin -->\n"
    let end = "<!-- keys: end -->"
    let first = try #require(readme.range(of: begin))
    let last = try #require(readme.range(of: end))
    let expected = KeyTable.standard.markdown.trimmingCharacters(in: .newlines) + "\n"
    let found = String(readme[first.upperBound..<last.lowerBound])
    if found != expected, ProcessInfo.processInfo.environment["RECORD"] != nil {
      let written = readme.replacingCharacters(in: first.upperBound..<last.lowerBound, with: expected)
      try written.write(toFile: Self.path, atomically: true, encoding: .utf8)
    }
    #expect(found == expected)
  }

  @Test("What it shows and points to is there")
  func links() throws {
    let readme = try String(contentsOfFile: Self.path, encoding: .utf8)
    let links = readme.matches(of: /\]\(([^)#:]+)\)/).map { String($0.1) }
    #expect(links.contains(".github/console.svg"))
    let folder = URL(filePath: Self.path).deletingLastPathComponent()
    for link in links {
      #expect(FileManager.default.fileExists(atPath: folder.appending(path: link).path), "\(link)")
    }
  }

  @Test("Its commands are the program's")
  func commands() async throws {
    let readme = try String(contentsOfFile: Self.path, encoding: .utf8)
    let help = try await Program(workspace: try TestWorkspace()).run(["--help"], located: false)
    let list = try #require(help.output.range(of: "SUBCOMMANDS:\n"))
    let names = help.output[list.upperBound...].split(separator: "\n").compactMap { line -> String? in
      line.hasPrefix("  ") && !line.hasPrefix("   ") ? line.split(separator: " ").first.map(String.init) : nil
    }.filter { $0 != "See" }
    #expect(names.count == 14)
    for name in names { #expect(readme.contains("\n| `\(name)"), "\(name)") }
  }
}
