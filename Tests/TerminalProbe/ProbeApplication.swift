package import Console

/// A tiny console for tests of the driver: one picture, a list beside it, a popup, and a row that tells the last event.
package final class ProbeApplication: ConsoleApplication {
  package enum Message: Sendable {
    case frame(Int)
    case text(String)
  }

  /// Where the picture stands.
  package static let origin = ScreenPoint(column: 20, row: 1)

  private let capabilities: Capabilities
  private var size: ScreenSize
  private let post: @Sendable (Message) -> Void
  private var picture = Picture.noise(seed: 0)
  private var seed: UInt32 = 0
  private var popup = false
  private var shortList = false
  private var changedPixel = false
  private var cursor = false
  /// Of a screen of which anything may change from step to step; 0: the usual one.
  private var weather: UInt32 = 0
  /// Of a screen on which a picture grows and shrinks, and what is below it moves; 0: the usual one.
  private var stack: UInt32 = 0
  private var last = "ready"
  private let background: @Sendable (@escaping @Sendable (Message) -> Void, Int) -> Void

  /// - Parameter background: posts numbered frames from another thread.
  package init(
    capabilities: Capabilities, size: ScreenSize, post: @escaping @Sendable (Message) -> Void,
    background: @escaping @Sendable (@escaping @Sendable (Message) -> Void, Int) -> Void
  ) {
    self.capabilities = capabilities
    self.size = size
    self.post = post
    self.background = background
  }

  package func start() -> [TerminalEffect] { [] }

  package func stop() {}

  package func resized(to size: ScreenSize) -> [TerminalEffect] {
    self.size = size
    return []
  }

  package func receive(_ message: Message) -> [TerminalEffect] {
    switch message {
    case .frame(let number):
      picture = .noise(seed: UInt32(number))
      last = "frame \(number)"
    case .text(let text): last = text
    }
    return []
  }

  package func handle(_ input: InputEvent) -> [TerminalEffect] {
    last = "\(input)"
    switch input {
    case .key(.character("n")): picture = .noise(seed: 1)
    case .key(.character("N")): picture = .noise(seed: 2)
    case .key(.character("r")):
      seed += 1
      picture = .noise(seed: seed)
    case .key(.character("0")): picture = .nearZero
    case .key(.character("s")): picture = .sprite
    case .key(.character("i")): picture = .fish
    case .key(.character("f")): picture = .flat
    case .key(.character("=")): picture = .stripes
    case .key(.character("w")): weather += 1
    case .key(.character("g")): stack += 1
    case .key(.character("e")): changedPixel.toggle()
    case .key(.character("p")): popup.toggle()
    case .key(.character("L")): shortList.toggle()
    case .key(.character("C")): cursor.toggle()
    case .key(.character("F")): background(post, 200)
    case .key(.character("M")): background(post, 20_000)
    case .key(.character("b")): return [.bell]
    case .key(.character("y")): return [.copy("copied text")]
    case .key(.character("m")): return [.setMouse(false)]
    case .key(.control("l")): return [.redraw]
    case .key(.control("z")): return [.suspend]
    case .key(.control("c")): return [.quit(status: 130)]
    case .key(.character("q")): return [.quit(status: 7)]
    case .key(.character("T")): Crash.trap()
    case .key(.character("S")): Crash.segmentationFault()
    case .key(.character("A")): Crash.abort()
    case .key(.character("O")): Crash.overflowStack()
    case .key(.character("E")): Crash.exit()
    default: break
    }
    return []
  }

  package func screen() -> ScreenGrid {
    if stack > 0 { return stacked() }
    var grid = ScreenGrid(size: size)
    write("probe \(capabilities.depth.rawValue) \(capabilities.unicode ? "unicode" : "ascii")", &grid, 0, 0)
    for row in 1..<max(2, size.rows - 1) {
      write(shortList ? "row" : "row \(row) of a list", &grid, 0, row)
    }
    if capabilities.unicode { write("\u{6F22}\u{5B57} e\u{301} \u{2500}", &grid, 90, 2) }
    write(last, &grid, 0, size.rows - 1)
    if size.rows > 40, size.columns > 100 {
      paint(&grid)
      grid.pictures = popup ? [] : [ScreenRect(column: 20, row: 1, columns: 64, rows: 32)]
    }
    if weather > 0 { scatter(&grid) }
    if popup { for row in 8..<14 { write("   a popup over the picture   ", &grid, 30, row) } }
    if cursor { grid.cursor = ScreenPoint(column: 3, row: 4) }
    return grid
  }

  private func write(_ text: String, _ grid: inout ScreenGrid, _ column: Int, _ row: Int) {
    var at = column
    for character in text {
      let wide = character.unicodeScalars.first.map { 0x4E00...0x9FFF ~= $0.value } ?? false
      guard row >= 0, row < grid.size.rows, at + (wide ? 1 : 0) < grid.size.columns else { return }
      grid[at, row] = ScreenCell(text: String(character))
      if wide { grid[at + 1, row] = ScreenCell(text: "") }
      at += wide ? 2 : 1
    }
  }

  /// A picture of some height, a caption below it, and a smaller one below that: to who sees only the texts, lines that
  /// have moved.
  private func stacked() -> ScreenGrid {
    var grid = ScreenGrid(size: size)
    let side = [48, 64, 32, 64, 16, 48, 8][Int(stack) % 7]
    let caption = 7 + side / 2
    let rects = [
      ScreenRect(column: 60, row: 6, columns: side, rows: side / 2),
      ScreenRect(column: 60, row: caption + 1, columns: 24, rows: 8),
    ]
    write("\(side) x \(side)", &grid, 60, 5)
    write("original", &grid, 60, caption)
    for rect in rects {
      picture = .noise(seed: UInt32(rect.columns))
      for row in 0..<rect.rows {
        for x in 0..<rect.columns { grid[rect.column + x, rect.row + row] = cell(x, row) }
      }
    }
    grid.pictures = rects
    write(last, &grid, 0, size.rows - 1)
    return grid
  }

  /// Two pictures that change now and then, and texts, wide ones too, beside, between and over them.
  private func scatter(_ grid: inout ScreenGrid) {
    var state = weather &* 2_654_435_761
    func random(_ limit: Int) -> Int {
      state = state &* 1_664_525 &+ 1_013_904_223
      return Int(state >> 8) % limit
    }
    let seeds = [weather / 3, weather / 2]
    let rects = [
      ScreenRect(column: 20, row: 1, columns: 64, rows: 32), ScreenRect(column: 87, row: 5, columns: 16, rows: 8),
    ]
    for (rect, seed) in zip(rects, seeds) {
      picture = .noise(seed: seed)
      for row in 0..<rect.rows {
        for x in 0..<rect.columns { grid[rect.column + x, rect.row + row] = cell(x, row) }
      }
    }
    grid.pictures = rects
    let texts = ["a", "longer text", "\u{6F22}", "\u{5B57}\u{5B57}\u{5B57}", "      ", "\u{2580}"]
    for _ in 0..<random(5) {
      // Mostly beside them, as the console does.
      let columns = [0..<20, 84..<87, 103..<120, 0..<120][random(4)]
      write(texts[random(texts.count)], &grid, columns.lowerBound + random(columns.count), random(36))
    }
    // Changes so close together that what lies between is written again rather than skipped.
    if random(2) == 0 {
      let (column, row) = (15 + random(80), random(36))
      for step in 0..<4 { write("x", &grid, column + step * 3, row) }
    }
    cursor = false
    if random(4) == 0 { grid.cursor = ScreenPoint(column: random(120), row: random(36)) }
  }

  private func color(_ x: Int, _ y: Int) -> Color {
    changedPixel && x == 10 && y == 10 && capabilities.depth == .truecolor
      ? .rgb(1, 2, 3) : picture.color(x, y, depth: capabilities.depth)
  }

  private func paint(_ grid: inout ScreenGrid) {
    for row in 0..<Picture.side / 2 {
      for x in 0..<Picture.side {
        grid[Self.origin.column + x, Self.origin.row + row] = cell(x, row)
      }
    }
  }

  private func cell(_ x: Int, _ row: Int) -> ScreenCell {
    guard capabilities.depth != .mono else {
      let lit = (picture.isLit(x, row * 2), picture.isLit(x, row * 2 + 1))
      if !capabilities.unicode { return ScreenCell(text: lit.0 ? "#" : ".") }
      return ScreenCell(text: lit.0 ? (lit.1 ? "\u{2588}" : "\u{2580}") : (lit.1 ? "\u{2584}" : " "))
    }
    let top = color(x, row * 2)
    // Without half blocks every other row of pixels is shown.
    if !capabilities.unicode { return ScreenCell(text: " ", style: Style(background: top)) }
    return ScreenCell(text: "\u{2580}", style: Style(foreground: top, background: color(x, row * 2 + 1)))
  }
}
