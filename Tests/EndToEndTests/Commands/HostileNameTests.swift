import Foundation
import Testing

@Suite("Names that mean harm")
struct HostileNameTests {
  static let names = [
    "\u{1B}[2J\u{1B}[31mred.png", "new\nline.png", "carriage\rreturn.png", "bell\u{7}.png", "del\u{7F}.png",
    "rtl\u{202E}gnp.exe.png", "zero\u{200B}width.png", "c1\u{9B}31m.png", "title\u{1B}]0;owned\u{7}.png",
    "plus+and space & percent%41.png", "日本語 🌅.png", "quote\"back\\slash.png", "--all", "-rf.png", "$(touch owned).png",
    "a/../b.png", "end.", " leading and trailing ",
  ]

  @Test("Nothing that a terminal obeys reaches the output, and JSON gives each name back")
  func names() async throws {
    let workspace = try TestWorkspace()
    let pixelater = Program(workspace: workspace)
    let picture = try TestWorkspace.picture(width: 66, height: 64)
    // A file's path cannot hold "..": that key comes another way, if at all.
    let names = Self.names.filter { !$0.contains("..") }
    for name in names { try workspace.put(name, picture) }

    let run = try await pixelater("run", "--all")
    #expect(run.status == 0, "\(run.errors)")
    let commands = [
      ["status"], ["ls", "source"], ["ls", "destination"], ["status", "--json"], ["run", "--all", "--force", "--json"],
      ["run", "--all", "--force"], ["run", "--all", "--force", "--dry-run"], ["verify", "--json"],
      ["worker", "--drain"],
    ]
    for command in commands {
      let result = try await pixelater.run(command)
      #expect(result.status == 0, "\(command) \(result.errors)")
      #expect(Self.isHarmless(result.output), "\(command)")
      #expect(Self.isHarmless(result.errors), "\(command)")
    }
    let status = try await pixelater("status", "--json")
    #expect(Set(try status.rows().compactMap { $0["key"] as? String }) == Set(names))
    #expect(try status.rows().allSatisfy { $0["state"] as? String == "complete" })
    // By name, too, on the command line and in what is said about it.
    for name in names {
      let one = try await pixelater.run(
        ["status", "--json", "--source", workspace.source, "--destination", workspace.destination, "--", name],
        located: false)
      #expect(try one.rows().first?["key"] as? String == name)
      let wrong = try await pixelater.run([name + "x"], located: false)
      #expect(wrong.status == 64)
      #expect(Self.isHarmless(wrong.errors), "\(wrong.errors.debugDescription)")
    }
    #expect(!FileManager.default.fileExists(atPath: workspace.folder + "/owned"))
  }

  /// Line ends are ours; of all else that steers a terminal there is nothing.
  static func isHarmless(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      if scalar == "\n" { return true }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: return false
      default: return true
      }
    }
  }
}
