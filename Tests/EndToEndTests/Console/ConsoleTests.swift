import Foundation
import Testing

@Suite("The console in a terminal", .serialized, .disabled(if: Tmux.isMissingByDesign, "tmux is not installed"))
struct ConsoleTests {
  let workspace: TestWorkspace

  init() throws {
    try #require(Tmux.isThere, "tmux is not installed: apt-get install tmux")
    workspace = try TestWorkspace()
  }

  /// Opens the console, lets the test work it, and ends everything.
  private func withConsole(
    _ command: String = "$pixelater", columns: Int = 100, rows: Int = 30, world: [String: String] = [:],
    _ body: (Tmux) async throws -> Void
  ) async throws {
    let tmux = try await Tmux(workspace, command: command, columns: columns, rows: rows, world: world)
    do {
      try await body(tmux)
    } catch {
      await tmux.end()
      throw error
    }
    await tmux.end()
  }

  @Test("It comes up, explains itself, and leaves the terminal as it was")
  func comesAndGoes() async throws {
    try workspace.fill()
    try await withConsole("stty -g > before; $pixelater; echo left $?; stty -g > after") { console in
      try await console.wait(for: "a picture.png", "truncated.jpg", "○ pending")
      #expect(try await console.ask("#{alternate_on}") == "1")
      try await console.press("?")
      try await console.wait(for: "Moving")
      try await console.press("Escape")
      try await eventually("the help is closed") {
        let screen = try await console.screen()
        return screen.contains("a picture.png") && !screen.contains("Moving")
      }
      try await console.press("q")
      try await console.wait(for: "left 0")
      #expect(try await console.ask("#{alternate_on}#{mouse_any_flag}#{cursor_flag}") == "001")
      try await eventually("the shell has noted its modes") {
        workspace.files(below: workspace.folder).contains("after")
          && (try? String(contentsOfFile: workspace.folder + "/after", encoding: .utf8))?.isEmpty == false
      }
      let modes = try ["before", "after"].map {
        try String(contentsOfFile: workspace.folder + "/" + $0, encoding: .utf8)
      }
      #expect(modes[0] == modes[1])
    }
  }

  @Test("One key and Enter make a pending object complete, while one watches")
  func process() async throws {
    try workspace.putPicture("pending.png")
    try await withConsole { console in
      try await console.waitForLine("pending.png", "○ pending")
      try await console.press("r")
      try await console.wait(for: "Process")
      try await console.press("Enter")
      try await console.waitForLine("pending.png", "● complete")
      #expect(workspace.renditions.count == 5)
    }
  }

  @Test("What lands in the folder appears by itself, and so does what becomes of it")
  func live() async throws {
    try workspace.putPicture("first.png")
    try await withConsole { console in
      try await console.waitForLine("first.png", "pending")
      try workspace.putPicture("second.png", seed: 4)
      try await console.waitForLine("second.png", "pending")
      let run = try await Program(workspace: workspace)("run", "second.png")
      #expect(run.status == 0)
      try await console.waitForLine("second.png", "complete")
      try FileManager.default.removeItem(atPath: workspace.source + "/first.png")
      try await eventually("the object is gone from the screen") {
        !(try await console.screen().contains("first.png"))
      }
    }
  }

  @Test("It downloads, uploads and deletes with plain keys")
  func transfers() async throws {
    try workspace.putPicture("folder/cat.png")
    let dog = try TestWorkspace.picture(seed: 3)
    try Data(dog).write(to: URL(filePath: workspace.folder + "/home/dog.png"))
    _ = try await Program(workspace: workspace)("run", "--all")
    try await withConsole { console in
      try await console.waitForLine("folder/cat.png", "● complete")
      try await console.press("d")
      try await console.wait(for: "1 file,")
      try await console.press("C-u")
      try await console.type("~/got")
      try await console.wait(for: "The folder will be made")
      try await console.press("Enter")
      try await console.wait(for: "Downloaded 1")
      let source = try Data(contentsOf: URL(filePath: workspace.source + "/folder/cat.png"))
      #expect(try Data(contentsOf: URL(filePath: workspace.folder + "/home/got/folder/cat.png")) == source)

      try await console.press("u")
      try await console.type("~/do")
      try await console.press("Tab")
      try await console.wait(for: "folder/dog.png")
      try await console.press("Enter")
      try await console.waitForLine("folder/dog.png", "○ pending")
      #expect(try Data(contentsOf: URL(filePath: workspace.source + "/folder/dog.png")) == Data(dog))

      try await console.press("D")
      try await console.wait(for: "5 renditions,", "would be deleted")
      try await console.press("y")
      try await console.waitForLine("folder/cat.png", "○ pending")
      #expect(workspace.renditions.isEmpty)
    }
  }

  @Test("Keys of a person's own work, and a mistake among them is told with its line")
  func keys() async throws {
    try workspace.putPicture("cat.png")
    let folder = workspace.folder + "/home/.config/pixelater"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try "[keys]\nquit = \"Q\"\n".write(toFile: folder + "/keys.toml", atomically: true, encoding: .utf8)
    try await withConsole("$pixelater; echo left $?") { console in
      try await console.waitForLine("cat.png", "○ pending")
      try await console.wait(for: "Q quit")
      try await console.press("Q")
      try await console.wait(for: "left 0")
    }
    try "[keys]\n\nquit = \"Hyper\"\n".write(toFile: folder + "/keys.toml", atomically: true, encoding: .utf8)
    let result = try await Program(workspace: workspace)("console")
    #expect(
      result.status == 64 && result.errors.contains("/keys.toml:3: quit: \"Hyper\" is no key"), "\(result.errors)")
  }

  @Test("A damaged picture says why, and retrying all that failed says what it leaves alone")
  func failures() async throws {
    try workspace.fill()
    _ = try await Program(workspace: workspace)("run", "--all")
    try await withConsole { console in
      try await console.waitForLine("truncated.jpg", "! failed")
      try await console.press("G")
      try await console.press("Enter")
      try await console.wait(for: "truncated", "ends too early")
      try await console.press("Escape")
      // A key that follows Escape too soon would be Alt with that key.
      try await eventually("the details are closed") {
        let screen = try await console.screen()
        return screen.contains("text.png") && !screen.contains("Esc back")
      }
      try await console.press("X")
      try await console.wait(for: "failed for good")
      try await console.press("Escape")
    }
  }

  @Test(
    "It fits itself to the terminal's size, from tiny to wide, and comes back",
    arguments: [(40, 12), (80, 24), (200, 60)])
  func resizes(columns: Int, rows: Int) async throws {
    for i in 0..<60 { try workspace.put("object-\(100 + i).txt", "x") }
    try await withConsole { console in
      try await console.wait(for: "object-100.txt")
      try await console.resize(columns: columns, rows: rows)
      try await eventually("the last line is the footer's") {
        let lines = try await console.screen().split(separator: "\n", omittingEmptySubsequences: false)
        return lines.count >= rows && lines[rows - 1].contains("help")
          && lines.contains { $0.contains("object-100.txt") }
      }
      try await console.resize(columns: 100, rows: 30)
      try await eventually("the screen is whole again") {
        let lines = try await console.screen().split(separator: "\n", omittingEmptySubsequences: false)
        return lines.count >= 30 && lines[29].contains("help")
      }
    }
  }

  @Test("The stored picture stands on the screen pixel for pixel, beside the list and zoomed")
  func pictures() async throws {
    try workspace.putPicture("p.png", width: 300, height: 200)
    let pixelater = Program(workspace: workspace)
    _ = try await pixelater("run", "p.png")
    try await withConsole(columns: 160, rows: 50) { console in
      try await console.waitForLine("p.png", "complete")
      // From whatever size it begins with to the smallest, then up.
      for _ in 0..<4 { try await console.press("[") }
      for side in [8, 16, 32, 48, 64] {
        let preview = try await pixelater("preview", "p.png", "--size", "\(side)", "--colors", "truecolor")
        let expected = try #require(BlockPicture(preview.output, side: side))
        try await seePicture(expected, side: side, on: console, place: "beside the list")
        try await console.press("z")
        try await eventually("the list gives way") { !(try await console.screen().contains("NAME")) }
        try await seePicture(expected, side: side, on: console, place: "zoomed")
        try await console.press("z")
        try await console.wait(for: "NAME")
        if side < 64 { try await console.press("]") }
      }
    }
  }

  /// Waits until the screen shows exactly these pixels, each as a square of some whole number of them.
  private func seePicture(_ picture: BlockPicture, side: Int, on console: Tmux, place: String) async throws {
    try await eventually("\(side)x\(side) is on the screen, \(place)", within: .seconds(20)) {
      let screen = try await console.coloredScreen()
      return screen.contains("\(side)×\(side)")
        && (1...12).contains { scale in
          ScreenPicture(screen, side: side * scale, pixels: picture.enlarged(side: side, by: scale)) != nil
        }
    }
  }

  @Test("The demo opens the console on pictures in every state")
  func demo() async throws {
    try await withConsole("$pixelater demo demo") { console in
      try await console.wait(for: "sunset.png", "stale", "partial", "pending", "failed", "unsupported", "demo")
    }
  }

  @Test("A signal ends it with the terminal as it was", arguments: [("TERM", "143"), ("HUP", "129")])
  func signals(name: String, status: String) async throws {
    try workspace.putPicture("p.png")
    try await withConsole("$pixelater; echo left $?") { console in
      try await console.wait(for: "p.png")
      let shell = try await console.ask("#{pane_pid}")
      let children = try String(contentsOfFile: "/proc/\(shell)/task/\(shell)/children", encoding: .utf8)
      let child = try #require(children.split(separator: " ").first.flatMap { Int32($0) })
      kill(child, name == "TERM" ? SIGTERM : SIGHUP)
      try await console.wait(for: "left \(status)")
      #expect(try await console.ask("#{alternate_on}") == "0")
    }
  }

  @Test("Killed outright it leaves the terminal as it was, and nothing behind")
  func killed() async throws {
    try workspace.putPicture("p.png")
    let rounds = ProcessInfo.processInfo.environment["PIXELATER_SOAK"] == "1" ? 100 : 2
    let command =
      "stty -echo intr ^A; while stty -g > before; $pixelater; echo left $?; read -r line; do "
      + "stty -g > after; cmp before after && echo as before; read -r line; clear; done"
    try await withConsole(command) { console in
      for _ in 0..<rounds {
        try await console.wait(for: "p.png")
        let shell = try await console.ask("#{pane_pid}")
        let session = try Self.processes(ofSession: #require(Int32(shell)))
        let program = try #require(session.first { $0.name == "pixelater" })
        let guardian = try #require(session.first { $0.name == "terminal-guard" })
        #expect(program.parent == Int32(shell) && guardian.parent == program.id)
        kill(program.id, SIGKILL)
        try await console.wait(for: "left 137")
        try await eventually("the guard is gone") {
          try !Self.processes(ofSession: #require(Int32(shell))).contains { $0.name == "terminal-guard" }
        }
        #expect(try await console.ask("#{alternate_on}#{mouse_any_flag}#{cursor_flag}") == "001")
        try await console.press("Enter")
        try await console.wait(for: "as before")
        #expect(try await !console.screen().contains("p.png"))
        // The next round, on a clear screen.
        try await console.press("Enter")
      }
    }
  }

  @Test("Without the mouse it never asks for it")
  func mouseLeftAlone() async throws {
    try workspace.putPicture("p.png")
    for (flag, state) in [("", "1"), (" --no-mouse", "0")] {
      try await withConsole("$pixelater console\(flag)") { console in
        try await console.wait(for: "p.png")
        #expect(try await console.ask("#{mouse_any_flag}") == state)
      }
    }
  }

  private struct SessionProcess {
    var id: pid_t
    var name: String
    var parent: pid_t
  }

  /// Living processes of a session: what a terminal's shell started.
  private static func processes(ofSession session: pid_t) throws -> [SessionProcess] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { entry in
      guard let id = pid_t(entry), getsid(id) == session,
        let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
        let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")")
      else { return nil }
      let fields = text[text.index(after: close)...].split(separator: " ")
      guard fields.count > 1, fields[0] != "Z", fields[0] != "X", let parent = pid_t(fields[1]) else { return nil }
      return SessionProcess(id: id, name: String(text[text.index(after: open)..<close]), parent: parent)
    }
  }
}

extension BlockPicture {
  /// Each pixel as a square: how a small picture is shown where there is room.
  func enlarged(side: Int, by scale: Int) -> [[UInt8]] {
    (0..<(side * scale)).flatMap { y in
      (0..<(side * scale)).map { x in pixels[y / scale * side + x / scale] }
    }
  }
}

/// A picture found on a screen.
struct ScreenPicture {
  /// Nil where no part of the screen shows the picture.
  init?(_ screen: String, side: Int, pixels: [[UInt8]]) {
    let rows = screen.split(separator: "\n", omittingEmptySubsequences: false).map { Self.cells($0) }
    guard side % 2 == 0, rows.count >= side / 2 else { return nil }
    for top in 0...(rows.count - side / 2) {
      for left in 0...max(0, (rows[top].count - side)) {
        let matches = (0..<(side / 2)).allSatisfy { row in
          rows[top + row].count >= left + side
            && (0..<side).allSatisfy { column in
              let cell = rows[top + row][left + column]
              return cell.top == pixels[row * 2 * side + column] && cell.bottom == pixels[(row * 2 + 1) * side + column]
            }
        }
        if matches { return }
      }
    }
    return nil
  }

  private struct Cell {
    var top: [UInt8]
    var bottom: [UInt8]
  }

  private static func cells(_ line: Substring) -> [Cell] {
    var cells: [Cell] = []
    var foreground: [UInt8] = []
    var background: [UInt8] = []
    var rest = line
    while let character = rest.first {
      if rest.hasPrefix("\u{1B}["), let end = rest.firstIndex(of: "m") {
        var codes = rest[rest.index(rest.startIndex, offsetBy: 2)..<end].split(separator: ";").compactMap { Int($0) }[
          ...]
        if codes.isEmpty { (foreground, background) = ([], []) }
        while let code = codes.popFirst() {
          switch code {
          case 0: (foreground, background) = ([], [])
          case 39: foreground = []
          case 49: background = []
          case 38, 48:
            let color = codes.popFirst() == 2 ? codes.prefix(3).compactMap { UInt8(exactly: $0) } : []
            codes = codes.dropFirst(color.isEmpty ? 1 : 3)
            if code == 38 { foreground = color } else { background = color }
          default: break
          }
        }
        rest = rest[rest.index(after: end)...]
        continue
      }
      switch character {
      case "▀": cells.append(Cell(top: foreground, bottom: background))
      case "▄": cells.append(Cell(top: background, bottom: foreground))
      case "█": cells.append(Cell(top: foreground, bottom: foreground))
      default: cells.append(Cell(top: background, bottom: background))
      }
      rest = rest.dropFirst()
    }
    return cells
  }
}
