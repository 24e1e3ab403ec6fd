import Console
import Foundation
import Terminal
import Testing
import terminal_probe

/// The product's promise: what is on the screen is the picture, pixel for pixel.
@Suite struct ScreenExactnessTests {
  static let bases = ["xterm-256color", "tmux-256color", "screen-256color", "xterm", "linux", "vt100"]

  private func open(
    _ arguments: [String], term: String, locale: String = "C.UTF-8", world: [String: String] = [:]
  ) throws -> PseudoTerminal {
    let usual = ["TERM": term, "LC_ALL": locale, "PIXELATER_TRACE_FRAMES": "1", "SWIFT_BACKTRACE": "enable=no"]
    let pty = try PseudoTerminal(arguments, environment: usual.merging(world) { $1 })
    try pty.waitForStart()
    return pty
  }

  @Test(arguments: bases)
  func truecolorIsExactOnEveryBase(term: String) throws {
    let pty = try open(["truecolor"], term: term)
    let check = PictureCheck()
    #expect(check.wrong(pty.terminal, .noise(seed: 0)) == [])
    try pty.type("0")
    #expect(check.wrong(pty.terminal, .nearZero) == [])
    try pty.type("s")
    #expect(check.wrong(pty.terminal, .sprite) == [])
    try pty.type("i")
    #expect(check.wrong(pty.terminal, .fish) == [])
    try pty.type("f")
    #expect(check.wrong(pty.terminal, .flat) == [])
    try pty.type("=")
    #expect(check.wrong(pty.terminal, .stripes) == [])
    try pty.type("n")
    #expect(check.wrong(pty.terminal, .noise(seed: 1)) == [])
    #expect(pty.terminal.unknown == [])
    try pty.type("L")
    #expect(pty.terminal.text(row: 30).hasPrefix("row  "))
    #expect(check.wrong(pty.terminal, .noise(seed: 1)) == [], "a shorter text beside it must not clear the picture")
    #expect(pty.terminal.text(row: 2).hasSuffix("\u{6F22}\u{5B57} e\u{301} \u{2500}"))
  }

  @Test(arguments: ["xterm-256color", "vt100"])
  func popupRedrawAndResizeKeepThePicture(term: String) throws {
    let pty = try open(["truecolor"], term: term)
    let check = PictureCheck()
    try pty.type("N")
    try pty.type("p")
    #expect(pty.terminal.text(row: 8).contains("a popup over the picture"))
    #expect(check.wrong(pty.terminal, .noise(seed: 2)) { !(30..<60 ~= $0 && 8..<14 ~= $1) } == [])
    try pty.type("p")
    #expect(check.wrong(pty.terminal, .noise(seed: 2)) == [])
    // A terminal that lost everything: only a full repaint brings it back.
    pty.resize(columns: 160, rows: 50)
    try pty.type("\u{C}")
    #expect(check.wrong(pty.terminal, .noise(seed: 2)) == [])
    #expect(pty.terminal.text(row: 1).hasPrefix("row 1 of a list"))
    for (columns, rows) in [(130, 45), (40, 12), (200, 60)] {
      pty.resize(columns: columns, rows: rows)
      try pty.wait(for: "the new size") { $0.title.contains("size=\(columns)x\(rows)") }
      if columns > 100 { #expect(check.wrong(pty.terminal, .noise(seed: 2)) == []) }
      #expect(pty.terminal.text(row: rows - 2) == "row \(rows - 2) of a list" || columns > 100)
    }
    #expect(pty.terminal.unknown == [])
  }

  /// Whatever changed beside, between and over pictures: the screen is what painting all of it anew makes it.
  @Test(arguments: ["xterm-256color", "vt100"])
  func whatIsWrittenInPartsIsTheWhole(term: String) throws {
    let pty = try open(["truecolor"], term: term)
    for step in 1...150 {
      try pty.type("w")
      // Not every time: what was painted anew is known to be right, and hides what would be wrong later.
      guard step % 4 == 0 else { continue }
      let inParts = pty.terminal
      try #require(try changedByPaintingAnew(pty) == [], "step \(step)")
      #expect((inParts.column, inParts.row) == (pty.terminal.column, pty.terminal.row) || !inParts.modes.contains(25))
    }
    #expect(pty.terminal.unknown == [])
  }

  /// Where lines of text move down the screen ncurses would rather scroll than write them again, and pictures with them.
  @Test(arguments: bases)
  func picturesStayWhereTextMoves(term: String) throws {
    let pty = try open(["truecolor"], term: term)
    for step in 1...42 {
      try pty.type("g")
      guard step % 3 == 0 || step < 8 else { continue }
      try #require(try changedByPaintingAnew(pty) == [], "step \(step)")
    }
    #expect(pty.terminal.unknown == [])
  }

  /// The cells that look otherwise once everything is painted anew; the last row tells the event, and does not count.
  private func changedByPaintingAnew(_ pty: PseudoTerminal) throws -> [Int] {
    let before = pty.terminal
    pty.forgetScreen()
    try pty.type("\u{C}")
    return (0..<before.columns * (before.rows - 1)).filter { index in
      before.cells[index].look != pty.terminal.cells[index].look
    }
  }

  @Test func aStormOfResizesEndsRight() throws {
    let pty = try open(["truecolor"], term: "xterm-256color")
    for step in 0..<45 { pty.resize(columns: 20 + step * 3, rows: 60 - step) }
    pty.resize(columns: 170, rows: 55)
    try pty.wait(for: "the last size") { $0.title.contains("size=170x55") }
    // What was sent for sizes in between has been read by now; one more full repaint is for this size alone.
    pty.forgetScreen()
    try pty.type("\u{C}")
    #expect(PictureCheck().wrong(pty.terminal, .noise(seed: 0)) == [])
    #expect(pty.terminal.text(row: 53) == "row 53 of a list")
  }

  @Test(arguments: [
    (ColorDepth.palette256, "xterm-256color"), (.palette256, "xterm"), (.palette16, "xterm"),
    (.palette16, "xterm-256color"), (.palette8, "linux"), (.palette8, "xterm"), (.palette8, "vt100"), (.mono, "vt100"),
    (.mono, "xterm-256color"),
  ])
  func fewerColorsAreExactToo(depth: ColorDepth, term: String) throws {
    for locale in ["C.UTF-8", "C"] {
      let pty = try open([depth.rawValue], term: term, locale: locale)
      let check = PictureCheck(depth: depth, unicode: locale != "C")
      #expect(pty.terminal.text(row: 0) == "probe \(depth.rawValue) \(locale == "C" ? "ascii" : "unicode")")
      for (key, picture) in [("s", Picture.sprite), ("=", .stripes), ("n", .noise(seed: 1)), ("0", .nearZero)] {
        try pty.type(key)
        #expect(check.wrong(pty.terminal, picture) == [], "\(depth) \(term) \(locale)")
      }
      #expect(pty.terminal.unknown == [])
      if depth == .mono {
        #expect(pty.terminal.cells.allSatisfy { $0.foreground == .standard && $0.background == .standard })
      }
    }
  }

  /// Nobody says what the terminal can do: each row of what it falls back to is found, and exact.
  @Test(arguments: [
    ("xterm-256color", ["COLORTERM": "truecolor"], ColorDepth.truecolor), ("xterm-256color", [:], .palette256),
    ("rxvt-unicode", [:], .palette16), ("xterm", [:], .palette8), ("linux", [:], .palette8), ("vt100", [:], .mono),
    ("xterm-256color", ["COLORTERM": "truecolor", "NO_COLOR": "1"], .mono),
  ])
  func whatIsFoundIsExact(term: String, world: [String: String], depth: ColorDepth) throws {
    for locale in ["C.UTF-8", "C"] {
      let pty = try open([], term: term, locale: locale, world: world)
      let isUnicode = locale != "C"
      #expect(pty.terminal.text(row: 0) == "probe \(depth.rawValue) \(isUnicode ? "unicode" : "ascii")")
      let check = PictureCheck(depth: depth, unicode: isUnicode)
      for (key, picture) in [("s", Picture.sprite), ("n", .noise(seed: 1))] {
        try pty.type(key)
        #expect(check.wrong(pty.terminal, picture) == [], "\(depth) \(term) \(locale)")
      }
    }
  }

  /// 200 pictures of 2,048 pairs each go three times around the ring of pairs.
  @Test func pairsAreRecycledExactly() throws {
    let pty = try open(["truecolor"], term: "xterm-256color")
    let check = PictureCheck()
    for seed in 1...200 {
      try pty.type("r")
      let wrong = check.wrong(pty.terminal, .noise(seed: UInt32(seed)))
      try #require(wrong == [], "frame \(seed)")
    }
    try pty.type("s")
    #expect(check.wrong(pty.terminal, .sprite) == [])
  }

  /// A thread that floods the loop is answered with the last picture, not with every one.
  @Test func aFloodOfMessagesIsDrawnSparingly() throws {
    let pty = try open(["truecolor"], term: "xterm-256color")
    try pty.type("M")
    try pty.wait(for: "the last frame") { $0.text(row: 49) == "frame 20000" && !$0.title.isEmpty }
    try pty.type("x")
    #expect(PictureCheck().wrong(pty.terminal, .noise(seed: 20_000)) == [])
    let frames = pty.terminal.title.split(separator: " ").first { $0.hasPrefix("frame=") }
    #expect(Int(frames?.dropFirst(6) ?? "") ?? .max < 5_000)
  }

  @Test func theCursorShowsWhereAsked() throws {
    let pty = try open(["truecolor"], term: "xterm-256color")
    #expect(!pty.terminal.modes.contains(25))
    try pty.type("C")
    #expect(pty.terminal.modes.contains(25))
    #expect(pty.terminal.column == 3 && pty.terminal.row == 4)
    try pty.type("C")
    #expect(!pty.terminal.modes.contains(25))
  }

  /// What a whole new picture may take, in bytes: where the terminal repeats a character, and where it does not.
  static let limits: [(key: String, repeating: Int, plain: Int)] = [
    ("n", 74_900, 74_900), ("s", 11_650, 11_900), ("i", 3_300, 4_650), ("f", 500, 2_400),
  ]

  /// A whole new picture is written in one synchronized update, with no more than two colours a cell.
  @Test(arguments: [("xterm-256color", true), ("tmux-256color", false)])
  func aNewPictureIsOneWrite(term: String, repeats: Bool) throws {
    let pty = try open(["truecolor"], term: term)
    for (key, repeating, plain) in Self.limits {
      try pty.type("N")
      pty.forgetReceived()
      try pty.type(key)
      let received = Array(pty.received)
      let start = try #require(received.firstRange(of: Array("\u{1B}[?2026h".utf8)))
      let end = try #require(received.lastRange(of: Array("\u{1B}[?2026l".utf8)))
      #expect(received.ranges(of: Array("\u{1B}[?2026h".utf8)).count == 1)
      #expect(end.upperBound - start.lowerBound <= (repeats ? repeating : plain), "\(key)")
      // Besides: the row that tells the event, and the mark.
      #expect(received.count - (end.upperBound - start.lowerBound) < 200)
    }
    #expect(PictureCheck().wrong(pty.terminal, .flat) == [])
  }

  @Test func onePixelIsFewBytes() throws {
    let pty = try open(["truecolor"], term: "xterm-256color")
    // The row that tells the event changes with the first key only.
    try pty.type("e")
    #expect(pty.terminal[30, 6].foreground == .rgb(0x010203) || pty.terminal[30, 6].background == .rgb(0x010203))
    pty.forgetReceived()
    try pty.type("e")
    let text = String(decoding: pty.received, as: UTF8.self)
    let mark = try #require(text.range(of: "\u{1B}]2;"))
    #expect(PictureCheck().wrong(pty.terminal, .noise(seed: 0)) == [])
    #expect(text[..<mark.lowerBound].utf8.count <= 100)
  }

  @Test func bellClipboardAndMouseReachTheTerminal() throws {
    let pty = try open(["truecolor"], term: "xterm-256color")
    #expect(pty.terminal.modes.isSuperset(of: [1049, 1000, 1006, 2004]))
    try pty.type("b")
    #expect(pty.terminal.bells == 1)
    try pty.type("y")
    #expect(pty.terminal.clipboard == ["Y29waWVkIHRleHQ="])
    try pty.type("m")
    #expect(!pty.terminal.modes.contains(1000))
  }
}

extension VirtualTerminal.Cell {
  /// One form for what looks alike.
  fileprivate var look: Self {
    var look = self
    if base == " " { look.foreground = .standard }
    if base == "\u{2584}", foreground != .standard, background != .standard {
      look.base = "\u{2580}"
      (look.foreground, look.background) = (background, foreground)
    }
    return look
  }
}
