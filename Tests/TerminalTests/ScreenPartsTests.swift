import CNcurses
import Console
import Testing

@testable import Terminal

@Suite struct PairCacheTests {
  /// What ncurses would be told.
  private final class Definitions {
    var colors: [Int32: [Int32]] = [:]
    var count = 0
    var unseen: [Int32] = []
  }

  private func cache(_ capacity: Int, _ definitions: Definitions) -> PairCache {
    PairCache(capacity: capacity) { pair, foreground, background, unseen in
      if unseen { definitions.unseen.append(pair) }
      definitions.colors[pair] = [foreground, background]
      definitions.count += 1
      return true
    }
  }

  @Test func theSameColorsAreTheSamePair() {
    let definitions = Definitions()
    var pairs = cache(8, definitions)
    pairs.beginFrame()
    let asked: [(Int32, Int32)] = [(-1, -1), (1, 2), (2, 1), (1, 2), (-1, 2)]
    let found = asked.map { pairs.pair($0.0, $0.1) }
    #expect(found == [0, 1, 2, 1, 3])
    #expect(definitions.count == 3)
  }

  /// Whatever comes and goes, a pair on the screen keeps its colours, and a frame never hands one pair out twice.
  @Test func aPairInUseIsNeverGivenAway() throws {
    let definitions = Definitions()
    var pairs = cache(16, definitions)
    var before: [Int32] = []
    var screen = [(pair: Int32, colors: [Int32])](repeating: (0, [-1, -1]), count: 8)
    for frame in 0..<500 {
      pairs.beginFrame()
      before = screen.map(\.pair)
      definitions.unseen = []
      for cell in 0..<8 where (frame + cell) % 3 != 0 {
        let colors = [Int32(frame * 8 + cell), Int32(frame)]
        let found = pairs.pair(colors[0], colors[1])
        let pair = try #require(found)
        pairs.replace(screen[cell].pair, with: pair)
        screen[cell] = (pair, colors)
      }
      #expect(Set(before).isDisjoint(with: definitions.unseen), "frame \(frame)")
      for cell in screen where cell.pair != 0 {
        #expect(definitions.colors[cell.pair] == cell.colors, "frame \(frame)")
      }
    }
  }

  @Test func whenAllAreInUseThereIsNone() {
    let definitions = Definitions()
    var pairs = cache(2, definitions)
    pairs.beginFrame()
    for color: Int32 in 1...2 {
      if let pair = pairs.pair(color, 0) { pairs.replace(0, with: pair) }
    }
    var found = [pairs.pair(3, 0), pairs.pair(1, 0)]
    #expect(found == [nil, 1])
    pairs.beginFrame()
    found = [pairs.pair(3, 0)]
    // A cell that changes in this frame frees its pair for it.
    pairs.replace(1, with: 0)
    found.append(pairs.pair(3, 0))
    #expect(found == [nil, 1])
    pairs.releaseAll()
    pairs.beginFrame()
    found = [pairs.pair(4, 0)]
    #expect(found != [nil])
  }

  @Test func withoutColorsThereIsPairZeroOnly() {
    var pairs = cache(0, Definitions())
    let found = [pairs.pair(-1, -1), pairs.pair(1, 2)]
    #expect(found == [0, nil])
  }
}

@Suite struct CellPlannerTests {
  init() {
    // Widths are the C library's.
    _ = cn_locale_set("C.UTF-8")
  }

  private func plan(_ texts: [String], at index: Int, unicode: Bool = true, style: Style = Style()) -> PlannedCell {
    CellPlanner(depth: .truecolor, unicode: unicode).plan(
      texts.map { ScreenCell(text: $0, style: style) }[...], at: index)
  }

  private func block(_ text: String, _ foreground: Color, _ background: Color) -> PlannedCell {
    plan([text], at: 0, style: Style(foreground: foreground, background: background))
  }

  @Test func cellsThatLookAlikeAreOne() {
    let a = Color.rgb(0, 0, 1)
    let b = Color.rgb(0, 0, 2)
    #expect(block("\u{2580}", a, b) == block("\u{2584}", b, a))
    #expect(block("\u{2580}", a, a) == block(" ", b, a))
    #expect(block("\u{2588}", a, b) == block(" ", b, a))
    // The terminal's own two colours differ, and have no number to swap.
    #expect(block("\u{2580}", .standard, a) != block("\u{2584}", a, .standard))
    #expect(block("\u{2580}", .standard, .standard).base == PlannedCell.upperHalf)
    #expect(block("\u{2588}", .standard, a).base == PlannedCell.fullBlock)
  }

  @Test func whatDoesNotFitIsReplaced() {
    #expect(plan(["\u{6F22}", ""], at: 0).base == 0x6F22)
    #expect(plan(["\u{6F22}", ""], at: 1) == .rightHalf)
    #expect(plan(["\u{6F22}", "x"], at: 0).base == 0xFFFD, "no room")
    #expect(plan(["\u{6F22}"], at: 0).base == 0xFFFD, "past the margin")
    #expect(plan(["x", ""], at: 1).base == PlannedCell.space, "a right half of nothing")
    #expect(plan(["\u{1B}[2J"], at: 0).base == 0xFFFD, "never a control character")
    #expect(plan(["\u{9B}"], at: 0).base == 0xFFFD)
    #expect(plan(["\u{301}"], at: 0).base == 0xFFFD, "a mark with no base")
    #expect(plan(["e\u{301}\u{302}\u{303}"], at: 0).marks == (0x301, 0x302))
    #expect(plan(["é"], at: 0, unicode: false).base == 0x3F)
  }
}

@Suite struct ClaimedCellsTests {
  @Test func partsOfARowGrowTogether() {
    var cells = ClaimedCells(rows: 3)
    #expect(cells.first(in: 1) == nil)
    cells.claim(20..<30, in: 1)
    cells.claim(5..<8, in: 1)
    cells.claim(40..<50, in: 1)
    #expect(cells.first(in: 1) == 5 && cells.first(in: 0) == nil)
    cells.claim(8..<20, in: 1)
    cells.claim(45..<60, in: 1)
    #expect(cells.holds(5..<30, in: 1) && cells.holds(41..<42, in: 1))
    #expect(!cells.holds(29..<41, in: 1) && !cells.holds(5..<6, in: 0))
    #expect(cells.release(1).sorted { $0.lowerBound < $1.lowerBound } == [5..<30, 40..<60])
    #expect(cells.first(in: 1) == nil && cells.release(1) == [])
  }
}

@Suite struct PictureEncoderTests {
  private let encoder = PictureEncoder(depth: .truecolor)

  @Test func onlyTwoColorsACell() {
    let rect = ScreenRect(column: 0, row: 0, columns: 1, rows: 1)
    func isServed(_ cell: PlannedCell) -> Bool { PictureEncoder.Region(rect: rect, cells: [cell]) != nil }
    #expect(!isServed(PlannedCell(base: 0x41)))
    #expect(!isServed(PlannedCell(base: PlannedCell.space, attributes: 16)))
    #expect(isServed(PlannedCell(base: PlannedCell.upperHalf, foreground: 1, background: 2)))
  }

  /// Any mixture of colours, defaults included, on a terminal that starts in any state.
  @Test(arguments: [false, true]) func whatIsWrittenIsWhatWasMeant(repeats: Bool) throws {
    let encoder = PictureEncoder(depth: .truecolor, repeats: repeats)
    var seed: UInt64 = 7
    func random(_ limit: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1
      return Int(seed >> 40) % limit
    }
    let colors: [Int32] = [-1, 0, 1, 0xFFFFFF, TerminfoEntry.paletteBase + 3, TerminfoEntry.paletteBase + 200]
    // Two pictures, one below the other: the second goes on with the colours of the first.
    let rects = [2, 7].map { ScreenRect(column: 3, row: $0, columns: 20, rows: 5) }
    for round in 0..<50 {
      var cell = PlannedCell(base: PlannedCell.space)
      let cells = (0..<200).map { _ in
        // In later rounds a cell is mostly as the one before: runs.
        if random(50) < round { return cell }
        let bases = [PlannedCell.space, PlannedCell.upperHalf, PlannedCell.lowerHalf]
        cell = PlannedCell(base: bases[random(3)], foreground: colors[random(6)], background: colors[random(6)])
        cell.canonicalize()
        return cell
      }
      var terminal = VirtualTerminal(columns: 40, rows: 15)
      terminal.feed("\u{1B}[7;31mx".utf8)
      let before = (terminal.column, terminal.row)
      let parts = [cells[..<100], cells[100...]]
      let regions = try zip(rects, parts).map { try #require(PictureEncoder.Region(rect: $0, cells: Array($1))) }
      terminal.feed(encoder.encode(regions))
      #expect(terminal.unknown == [])
      #expect((terminal.column, terminal.row) == before)
      for index in cells.indices {
        let shown = terminal[3 + index % 20, 2 + index / 20]
        #expect(halves(shown) == halves(cells[index]))
      }
      terminal.feed("y".utf8)
      #expect(terminal[1, 0].foreground == .palette(1) && terminal[1, 0].attributes == 1 << 7)
    }
  }

  /// Of all ways to write a row, none is shorter.
  @Test func noOtherFormsAreShorter() throws {
    var seed: UInt64 = 11
    func random(_ limit: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1
      return Int(seed >> 40) % limit
    }
    let colors: [Int32] = [0, 0x0A0B0C, 0xFFFFFF, 0x646464]
    let rect = ScreenRect(column: 0, row: 0, columns: 9, rows: 1)
    for _ in 0..<100 {
      let cells = (0..<9).map { _ in
        var cell = PlannedCell(
          base: PlannedCell.upperHalf, foreground: colors[random(4)], background: colors[random(4)])
        cell.canonicalize()
        return cell
      }
      var shortest = Int.max
      // Every choice of forms, written without any wit.
      for choice in 0..<(1 << 9) {
        var text = "\u{1B}[?2026h\u{1B}7\u{1B}[0m\u{1B}[1;1H"
        var (foreground, background) = (Int32(-1), Int32(-1))
        for (index, cell) in cells.enumerated() {
          let isSpace = cell.base == PlannedCell.space
          let flips = !isSpace && choice >> index & 1 == 1
          let wanted = flips ? (cell.background, cell.foreground) : (cell.foreground, cell.background)
          var codes: [String] = []
          func code(_ layer: Int, _ color: Int32) -> String {
            "\(layer);2;\(color >> 16 & 255);\(color >> 8 & 255);\(color & 255)"
          }
          if !isSpace, wanted.0 != foreground { codes.append(code(38, wanted.0)) }
          if wanted.1 != background { codes.append(code(48, wanted.1)) }
          if !codes.isEmpty { text += "\u{1B}[" + codes.joined(separator: ";") + "m" }
          (foreground, background) = (isSpace ? foreground : wanted.0, wanted.1)
          text += isSpace ? " " : "\u{2580}"
        }
        text += "\u{1B}8\u{1B}[?2026l"
        shortest = min(shortest, text.utf8.count)
      }
      #expect(encoder.encode([try #require(PictureEncoder.Region(rect: rect, cells: cells))]).count == shortest)
    }
  }

  private typealias Paint = VirtualTerminal.Paint

  private func halves(_ cell: VirtualTerminal.Cell) -> [String] {
    halves(cell.base?.value ?? 0, "\(cell.foreground)", "\(cell.background)")
  }

  private func halves(_ cell: PlannedCell) -> [String] {
    func paint(_ color: Int32) -> String {
      let paint: Paint =
        color < 0 ? .standard : color < TerminfoEntry.paletteBase ? .rgb(UInt32(color)) : .palette(Int(color & 255))
      return "\(paint)"
    }
    return halves(cell.base, paint(cell.foreground), paint(cell.background))
  }

  /// The terminal's own foreground and background are two colours.
  private func halves(_ base: UInt32, _ foreground: String, _ background: String) -> [String] {
    switch base {
    case PlannedCell.upperHalf: ["front " + foreground, "back " + background].map(plain)
    case PlannedCell.lowerHalf: ["back " + background, "front " + foreground].map(plain)
    default: ["back " + background, "back " + background].map(plain)
    }
  }

  private func plain(_ side: String) -> String {
    side.hasSuffix("standard") ? side : String(side.drop { $0 != " " })
  }
}

@Suite struct SmallPartsTests {
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func base64(text: String, expected: String) {
    // RFC 4648, section 10.
    #expect(Base64.encode(Array(text.utf8)) == expected)
  }

  @Test func base64Alphabets() {
    #expect(Base64.encode([0xFB, 0xFF, 0xBF]) == "+/+/")
    #expect(Base64.encode([0xFB, 0xFF, 0xBF], alphabet: .urlSafe) == "-_-_")
  }

  @Test func theClipboard() {
    func sequence(_ text: String, _ environment: [String: String]) -> String? {
      Clipboard.sequence(for: text, environment: environment).map { String(decoding: $0, as: UTF8.self) }
    }
    let plain = "\u{1B}]52;c;Zm9v\u{7}"
    #expect(sequence("foo", ["TERM": "xterm"]) == plain)
    #expect(
      sequence("foo", ["TERM": "tmux-256color", "TMUX": "x"])
        == plain + "\u{1B}Ptmux;\u{1B}\u{1B}]52;c;Zm9v\u{7}\u{1B}\\")
    #expect(sequence("foo", ["TERM": "linux"]) == nil)
    #expect(sequence(String(repeating: "a", count: 100_001), ["TERM": "xterm"]) == nil)
    #expect(sequence(String(repeating: "a", count: 100_000), ["TERM": "xterm"]) != nil)
  }

  @Test func theMailboxKeepsOrderAndWakesOnce() throws {
    let wakeup = try Wakeup()
    let mailbox = Mailbox<Int>(wakeup: wakeup)
    for number in 0..<1000 { mailbox.post(number) }
    #expect(wakeup.drain() == [])
    #expect(mailbox.takeAll() == Array(0..<1000))
    #expect(mailbox.takeAll() == [])
    mailbox.close()
    mailbox.post(1)
    #expect(mailbox.takeAll() == [])
  }

  @Test func messagesFromManyThreadsAllArrive() async throws {
    let mailbox = Mailbox<Int>(wakeup: try Wakeup())
    await withTaskGroup(of: Void.self) { group in
      for worker in 0..<8 {
        group.addTask { for number in 0..<500 { mailbox.post(worker * 500 + number) } }
      }
    }
    #expect(mailbox.takeAll().sorted() == Array(0..<4000))
  }
}
