import Foundation
import PixelEngine
import Testing

@Suite("The work of the commands")
struct WorkTests {
  let workspace: TestWorkspace
  let pixelater: Program

  init() throws {
    workspace = try TestWorkspace()
    pixelater = Program(workspace: workspace)
  }

  @Test("Files go in, files come out, each whole, and a failure is told by name")
  func pixelate() async throws {
    try workspace.putPicture("one.png", width: 33, height: 21)
    try workspace.put("bad.png", "no picture")
    let out = workspace.folder + "/out/deep"
    let result = try await pixelater(
      "pixelate", workspace.source + "/one.png", workspace.source + "/bad.png", "--output", out, "--sizes", "8,64",
      located: false)
    #expect(result.status == 1)
    #expect(result.output.contains("bad.png"))
    #expect(result.output.contains("not-an-image"))
    #expect(workspace.files(below: out) == ["pixelated-64x64-one.png", "pixelated-8x8-one.png"])
    let mosaic = try PixelEngine().inspect(
      Array(try Data(contentsOf: URL(filePath: out + "/pixelated-8x8-one.png"))), size: .x8)
    #expect((mosaic.width, mosaic.height) == (33, 21))
    #expect(mosaic.unevenCells == 0)

    let grid = try await pixelater(
      "pixelate", workspace.source + "/one.png", "--output", out, "--form", "grid", located: false)
    #expect(grid.status == 0)
    #expect(workspace.files(below: out).count == 5)
    let small = try PixelEngine().inspect(
      Array(try Data(contentsOf: URL(filePath: out + "/pixelated-48x48-one.png"))), size: .x48)
    #expect((small.width, small.height) == (48, 48))
  }

  @Test("Many files are told in the order they were given, whichever is done first")
  func manyFiles() async throws {
    var names: [String] = []
    for index in 0..<12 {
      let name = "f\(index).png"
      // The first takes longest.
      if index == 5 {
        try workspace.put(name, "no picture")
      } else {
        try workspace.putPicture(name, width: index == 0 ? 3000 : 20 + index, height: index == 0 ? 1500 : 30)
      }
      names.append(workspace.source + "/" + name)
    }
    names.append(workspace.source + "/./f3.png")
    let out = workspace.folder + "/out"
    let result = try await pixelater.run(["pixelate"] + names + ["--output", out, "--json"], located: false)
    #expect(result.status == 1)
    let rows = try result.rows()
    #expect(rows.compactMap { $0["key"] as? String } == names)
    let failed = rows.filter { $0["outcome"] as? String == "failed" }.compactMap { $0["key"] as? String }
    #expect(failed == [names[5], names[12]])
    #expect(workspace.files(below: out).count == 11 * 5)
  }

  @Test("The picture in the terminal is the rendition, pixel for pixel", arguments: [8, 16, 32, 48, 64])
  func preview(side: Int) async throws {
    try workspace.putPicture("p.png", width: 150, height: 90)
    let size = try #require(GridSize(rawValue: side))
    let source = Array(try Data(contentsOf: URL(filePath: workspace.source + "/p.png")))
    let expected = try #require(try PixelEngine().pixelate(source, sizes: [size]).grids.first).raster

    let computed = try await pixelater("preview", "p.png", "--size", "\(side)", "--colors", "truecolor")
    #expect(computed.status == 0)
    #expect(BlockPicture(computed.output, side: side)?.pixels == expected.pixels.map { [$0.red, $0.green, $0.blue] })
    let file = try await pixelater(
      "preview", workspace.source + "/p.png", "--size", "\(side)", "--colors", "truecolor", located: false)
    #expect(file.output == computed.output)

    // What is stored is what is shown: another picture under the rendition's name.
    _ = try await pixelater("run", "p.png")
    let other = try PixelEngine().pixelate(try TestWorkspace.picture(width: 150, height: 90, seed: 5), sizes: [size])
    let bytes = try PixelEngine().encode(try #require(other.grids.first), of: other)
    try Data(bytes).write(to: URL(filePath: workspace.destination + "/pixelated-\(side)x\(side)-p.png"))
    let stored = try await pixelater("preview", "p.png", "--size", "\(side)", "--colors", "truecolor")
    #expect(
      BlockPicture(stored.output, side: side)?.pixels
        == other.grids.first?.raster.pixels.map { [$0.red, $0.green, $0.blue] })
  }

  @Test("All sizes at once, each with its name; without a terminal no colour codes unless asked for")
  func contactSheet() async throws {
    try workspace.putPicture("p.png")
    let sheet = try await pixelater("preview", "p.png", "--size", "all")
    #expect(sheet.status == 0)
    #expect([8, 16, 32, 48, 64].allSatisfy { sheet.lines.contains("\($0)x\($0)") })
    // Half as many lines as rows, a name for each, and an empty line between.
    let count = sheet.output.split(separator: "\n", omittingEmptySubsequences: false).count - 1
    #expect(count == (8 + 16 + 32 + 48 + 64) / 2 + 5 + 4)
    #expect(!sheet.output.contains("\u{1B}"))
    let colored = try await pixelater("preview", "p.png", "--size", "8", "--colors", "256")
    #expect(colored.output.contains("\u{1B}[38;5;") || colored.output.contains(";48;5;"))
    #expect(!colored.output.contains("38;2;"))
    let missing = try await pixelater("preview", "none.png")
    #expect(missing.status == 1)
    #expect(missing.errors.hasPrefix("pixelater: none.png: not-found"))
  }

  @Test("Colour codes are for terminals, unless asked for")
  func colors() async throws {
    try workspace.fill()
    #expect(!(try await pixelater("status")).output.contains("\u{1B}"))
    #expect((try await pixelater("status", "--color", "always")).output.contains("\u{1B}[31m") == false)
    _ = try await pixelater("run", "--all")
    #expect((try await pixelater("status", "--color", "always")).output.contains("\u{1B}[31m"))
    var plain = pixelater
    plain.environment["NO_COLOR"] = "1"
    #expect(!(try await plain("status")).output.contains("\u{1B}"))
    #expect((try await plain("status", "--color", "always")).output.contains("\u{1B}"))
  }

  @Test("Verify finds a rendition that is not what it should be")
  func verify() async throws {
    try workspace.putPicture("p.png", width: 160, height: 120)
    try workspace.putPicture("q.jpg", width: 400, height: 300, format: .jpeg)
    _ = try await pixelater("run", "--all")
    let well = try await pixelater("verify", "--json")
    #expect(well.status == 0, "\(well.output)")
    #expect(try well.rows().count == 10)
    #expect(try well.rows().allSatisfy { $0["ok"] as? Bool == true && $0["fault"] is NSNull })

    try Data("garbage".utf8).write(to: URL(filePath: workspace.destination + "/pixelated-16x16-p.png"))
    let bad = try await pixelater("verify", "p.png", "--json")
    #expect(bad.status == 1)
    let faults = try bad.rows().filter { $0["ok"] as? Bool == false }
    #expect(faults.count == 1)
    #expect(faults.first?["size"] as? Int == 16)
    #expect((faults.first?["fault"] as? [String: Any])?["code"] as? String == "not-an-image")
  }

  @Test("Orphans go when that is confirmed, and not before")
  func clean() async throws {
    try workspace.putPicture("gone.png")
    try workspace.putPicture("stays.png")
    try workspace.put("bad.png", "x")
    _ = try await pixelater("run", "--all")
    try FileManager.default.removeItem(atPath: workspace.source + "/gone.png")
    try FileManager.default.removeItem(atPath: workspace.source + "/bad.png")

    let dry = try await pixelater("clean", "--orphans", "--dry-run", "--json")
    #expect(dry.status == 0)
    #expect(try dry.rows().count == 7)
    let refused = try await pixelater("clean", "--orphans")
    #expect(refused.status == 77)
    #expect(refused.errors.contains("--yes"))
    let readOnly = try await pixelater("clean", "--orphans", "--yes", "--read-only")
    #expect(readOnly.status == 77)
    #expect(workspace.renditions.count == 10)

    let cleaned = try await pixelater("clean", "--orphans", "--yes", "--json")
    #expect(cleaned.status == 0)
    #expect(try cleaned.rows().dropLast().allSatisfy { $0["outcome"] as? String == "removed" })
    #expect(workspace.renditions.count == 5)
    #expect(workspace.renditions.allSatisfy { $0.hasSuffix("stays.png") })
    let totals = try #require(try await pixelater("status", "--summary", "--json").rows().first)
    #expect(totals["orphans"] as? Int == 0)
    #expect(totals["total"] as? Int == 1)
    #expect(try await pixelater("clean", "--orphans").output == "No orphans.\n")
  }

  @Test("Doctor says ok of what is well, and what to do of what is not")
  func doctor() async throws {
    let well = try await pixelater("doctor", "--json")
    #expect(well.status == 0, "\(well.output)")
    #expect(try well.rows().allSatisfy { Set($0.keys) == ["check", "ok", "detail", "advice"] })
    let checks = Set(try well.rows().compactMap { $0["check"] as? String })
    #expect(checks.isSuperset(of: ["config", "source", "destination", "space", "loop hazard", "watching", "terminal"]))
    let bad = try await pixelater.run(
      ["doctor", "--source", "/absent/place", "--destination", workspace.destination], located: false)
    #expect(bad.status == 1)
    #expect(bad.output.contains("!!  source"))
    #expect(bad.output.contains("-> mkdir -p '/absent/place'"))
    let loop = try await pixelater.run(
      ["doctor", "--source", workspace.source, "--destination", workspace.source], located: false)
    #expect(loop.status == 1)
    #expect(loop.output.contains("!!  loop hazard"))
  }

  @Test("Info tells each setting's value and where it came from")
  func info() async throws {
    try FileManager.default.createDirectory(
      atPath: workspace.folder + "/home/.config/pixelater", withIntermediateDirectories: true)
    let config = workspace.folder + "/home/.config/pixelater/config.toml"
    try "theme = \"default\"\njobs = 7\n".write(toFile: config, atomically: true, encoding: .utf8)
    var program = pixelater
    program.environment["PIXELATER_LOG_LEVEL"] = "debug"
    let info = try #require(try await program("info", "--json").rows().first)
    let settings = try #require(info["settings"] as? [String: [String: Any]])
    #expect(settings["source"]?["value"] as? String == workspace.source)
    #expect(settings["source"]?["from"] as? String == "--source")
    #expect(settings["log_level"]?["origin"] as? String == "environment")
    #expect(settings["jobs"]?["value"] as? String == "7")
    #expect(settings["jobs"]?["from"] as? String == config + ":2")
    #expect(settings["region"]?["value"] is NSNull)
    #expect((info["paths"] as? [String: Any])?["config"] as? String == config)
    let text = try await program("info")
    #expect(text.output.contains("PIXELATER_LOG_LEVEL"))

    try "jobs = 7\nthme = \"x\"\n".write(toFile: config, atomically: true, encoding: .utf8)
    let warned = try await program("info", "--json")
    #expect(warned.errors.contains("config.toml:2: unknown setting 'thme' is ignored; did you mean 'theme'?"))
    try "jobs = \n".write(toFile: config, atomically: true, encoding: .utf8)
    let broken = try await program("info")
    #expect(broken.status == 64)
    #expect(broken.errors.contains("config.toml:1:"))
  }

  @Test("Themes are listed and checked")
  func themes() async throws {
    let list = try await pixelater.run(["theme", "list", "--json"], located: false)
    #expect(list.status == 0)
    let names = Set(try list.rows().compactMap { $0["name"] as? String })
    #expect(names.isSuperset(of: ["default", "dark", "light", "high-contrast", "mono"]))
    let file = workspace.folder + "/dusk.toml"
    try "\"text\" = \"white\"\n\"no.such.slot\" = \"red\"\n".write(toFile: file, atomically: true, encoding: .utf8)
    let bad = try await pixelater.run(["theme", "check", file], located: false)
    #expect(bad.status == 1)
    #expect(bad.output.contains("dusk.toml:2"))
    #expect(bad.output.contains("no.such.slot"))
  }

  @Test("A reader that goes away is no failure", arguments: ["status", "ls source", "status --json"])
  func brokenPipe(_ command: String) async throws {
    for i in 0..<300 { try workspace.put("file-\(i)-\(String(repeating: "x", count: 180)).png", "x") }
    let result = try await pixelater.shell("{ $pixelater \(command); echo \"status $?\" >&2; } | head -1")
    #expect(result.lines.count == 1)
    #expect(result.errors == "status 0\n")
  }
}

/// A picture of half blocks, read back as a terminal would show it.
struct BlockPicture {
  /// Row by row.
  var pixels: [[UInt8]] = []

  /// Nil where the text is no picture of that side in true colour.
  init?(_ text: String, side: Int) {
    let lines = text.split(separator: "\n")
    guard lines.count == side / 2 else { return nil }
    for line in lines {
      guard let (top, bottom) = Self.row(line), top.count == side else { return nil }
      pixels += top + bottom
    }
  }

  private static func row(_ line: Substring) -> (top: [[UInt8]], bottom: [[UInt8]])? {
    var foreground: [UInt8] = []
    var background: [UInt8] = []
    var top: [[UInt8]] = []
    var bottom: [[UInt8]] = []
    var rest = line
    while let character = rest.first {
      if rest.hasPrefix("\u{1B}[") {
        guard let end = rest.firstIndex(of: "m") else { return nil }
        var codes = rest[rest.index(rest.startIndex, offsetBy: 2)..<end].split(separator: ";").compactMap { Int($0) }[
          ...]
        while let code = codes.popFirst() {
          switch code {
          case 0: (foreground, background) = ([], [])
          case 38, 48:
            guard codes.popFirst() == 2, codes.count >= 3 else { return nil }
            let color = codes.prefix(3).compactMap { UInt8(exactly: $0) }
            codes = codes.dropFirst(3)
            if code == 38 { foreground = color } else { background = color }
          default: return nil
          }
        }
        rest = rest[rest.index(after: end)...]
        continue
      }
      switch character {
      case "▀": (top, bottom) = (top + [foreground], bottom + [background])
      case "▄": (top, bottom) = (top + [background], bottom + [foreground])
      case "█": (top, bottom) = (top + [foreground], bottom + [foreground])
      case " ": (top, bottom) = (top + [background], bottom + [background])
      default: return nil
      }
      rest = rest.dropFirst()
    }
    return (top, bottom)
  }
}
