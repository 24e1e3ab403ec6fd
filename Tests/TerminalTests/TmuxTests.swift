import Console
import Foundation
import Terminal
import Testing
import terminal_probe

/// A real terminal as referee: tmux keeps a screen of its own and says what is on it.
@Suite(
  .enabled(if: Tmux.isPresent || Tmux.isRequired, "tmux is not installed: install it to run these tests"),
  .timeLimit(.minutes(10)))
struct TmuxTests {
  private func open(term: String, arguments: String = "") throws -> Tmux {
    try #require(Tmux.isPresent, "tmux has to be there in CI")
    let tmux = try Tmux(
      "'\(try PseudoTerminal.probe())' \(arguments)",
      environment: [
        "TERM": term, "LC_ALL": "C.UTF-8", "PIXELATER_TRACE_FRAMES": "1", "SWIFT_BACKTRACE": "enable=no",
      ])
    try tmux.waitFor("frame=")
    return tmux
  }

  @Test(arguments: ScreenExactnessTests.bases)
  func truecolorIsExact(term: String) throws {
    let tmux = try open(term: term, arguments: "truecolor")
    let check = PictureCheck()
    for (key, picture) in [
      ("0", Picture.nearZero), ("s", .sprite), ("i", .fish), ("f", .flat), ("=", .stripes), ("n", .noise(seed: 1)),
      ("L", .noise(seed: 1)),
    ] {
      try tmux.type([key])
      #expect(check.wrong(try tmux.screen(), picture) == [], "\(key)")
    }
    try tmux.type(["p"])
    let covered = try tmux.screen()
    #expect(covered.text(row: 8).contains("a popup over the picture"))
    #expect(check.wrong(covered, .noise(seed: 1)) { !(30..<60 ~= $0 && 8..<14 ~= $1) } == [])
    try tmux.type(["p", "C-l"])
    #expect(check.wrong(try tmux.screen(), .noise(seed: 1)) == [])
    for (columns, rows) in [(140, 46), (60, 20), (160, 50)] {
      try tmux.run(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
      try tmux.waitFor("size=\(columns)x\(rows)")
    }
    #expect(check.wrong(try tmux.screen(), .noise(seed: 1)) == [])
  }

  /// Without being told: tmux is known by its variables.
  @Test func tmuxIsRecognised() throws {
    let tmux = try open(term: "tmux-256color")
    #expect(try tmux.screen().text(row: 0) == "probe truecolor unicode")
    #expect(PictureCheck().wrong(try tmux.screen(), .noise(seed: 0)) == [])
  }

  @Test(arguments: [
    (ColorDepth.palette256, "screen-256color"), (.palette16, "xterm"), (.palette8, "linux"), (.mono, "vt100"),
  ])
  func fewerColorsAreExact(depth: ColorDepth, term: String) throws {
    let tmux = try open(term: term, arguments: depth.rawValue)
    let check = PictureCheck(depth: depth)
    for (key, picture) in [("s", Picture.sprite), ("=", .stripes), ("n", .noise(seed: 1))] {
      try tmux.type([key])
      #expect(check.wrong(try tmux.screen(), picture) == [], "\(key)")
    }
  }

  @Test func keysAndPastesArrive() throws {
    let tmux = try open(term: "tmux-256color")
    for (key, name) in [
      ("Up", "key(Console.Key.up)"), ("F5", "key(Console.Key.function(5))"), ("PPage", "key(Console.Key.pageUp)"),
      ("Escape", "key(Console.Key.escape)"), ("BTab", "key(Console.Key.backTab)"),
      ("BSpace", "key(Console.Key.backspace)"),
      ("M-x", "key(Console.Key.alt(\"x\"))"), ("C-a", "key(Console.Key.control(\"a\"))"),
      ("é", "key(Console.Key.character(\"é\"))"), ("DC", "key(Console.Key.delete)"),
      ("Enter", "key(Console.Key.enter)"),
    ] {
      try tmux.type([key])
      #expect(try tmux.screen().text(row: 49) == name)
    }
    try tmux.run(["set-buffer", "two words"])
    try tmux.run(["paste-buffer", "-p"])
    try tmux.waitFor("input=12 ")
    #expect(try tmux.screen().text(row: 49) == "paste(\"two words\")")
  }
}
