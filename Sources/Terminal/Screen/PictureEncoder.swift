import Console

/// Writes a rectangle of half blocks in as few bytes as two colours a cell allow. ncurses sets every cell's two colours
/// anew; here a colour that already stands is left, and of the two forms of each cell those are taken that together need
/// the least.
struct PictureEncoder {
  /// Depths whose colours are set alike on every terminal.
  static func serves(_ depth: ColorDepth) -> Bool { depth == .truecolor || depth == .palette256 }

  let depth: ColorDepth
  /// Whether the terminal repeats a character (REP, ECMA-48). Only spaces are repeated: after a character of several
  /// bytes terminals disagree.
  let repeats: Bool

  init(depth: ColorDepth, repeats: Bool = false) {
    self.depth = depth
    self.repeats = repeats
  }

  /// A rectangle and its cells, `rect.columns * rect.rows`, row by row.
  struct Region {
    let rect: ScreenRect
    let cells: [PlannedCell]

    /// Nil where a cell is anything but two colours.
    init?(rect: ScreenRect, cells: [PlannedCell]) {
      guard cells.allSatisfy(Self.isPlain) else { return nil }
      self.rect = rect
      self.cells = cells
    }

    private static func isPlain(_ cell: PlannedCell) -> Bool {
      let isBlock =
        cell.base == PlannedCell.space || cell.base == PlannedCell.upperHalf || cell.base == PlannedCell.lowerHalf
      return isBlock && cell.attributes == 0 && cell.marks == (0, 0)
    }
  }

  /// - Returns: bytes that leave cursor and colours as they were, in one synchronized update (DEC 2026, ignored where it is
  ///   unknown).
  func encode(_ regions: [Region]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: regions.reduce(64) { $0 + Self.mostBytes(for: $1) }) { buffer, count in
      var out = FrameBytes(buffer)
      out.append("\u{1B}[?2026h\u{1B}7\u{1B}[0m")
      var pen = Pen.standard
      for region in regions { append(region, &pen, &out) }
      out.append("\u{1B}8\u{1B}[?2026l")
      count = out.count
    }
  }

  /// A cell sets two colours of 16 bytes and takes one character of three: with what stands between them 39 bytes. A row
  /// begins with its place, at most 15.
  private static func mostBytes(for region: Region) -> Int { region.cells.count * 39 + region.rect.rows * 15 }

  private func append(_ region: Region, _ pen: inout Pen, _ out: inout FrameBytes) {
    let rect = region.rect
    var steps = self.steps(region.cells, columns: rect.columns)
    chooseForms(&steps, from: pen)
    var column = 0
    var row = 0
    for step in steps {
      if column == 0 { appendPosition(row: rect.row + row + 1, column: rect.column + 1, &out) }
      let next = step.pen(after: pen, flipped: step.isFlipped)
      setColors(from: pen, to: next, &out)
      pen = next
      switch step.shape {
      case .upper: appendHalf(step.isFlipped ? 0x84 : 0x80, &out)
      case .lower: appendHalf(step.isFlipped ? 0x80 : 0x84, &out)
      case .spaces: appendSpaces(step.count, &out)
      }
      column += step.count
      if column == rect.columns { (column, row) = (0, row + 1) }
    }
  }

  // MARK: What there is to write

  /// The two colours that stand.
  private struct Pen: Equatable {
    var foreground: Int32
    var background: Int32

    static let standard = Pen(foreground: -1, background: -1)
  }

  /// A half block, or a run of spaces in one row.
  private struct Step {
    enum Shape { case upper, lower, spaces }

    var shape: Shape
    var colors: Pen
    var count = 1
    /// Whether the mirrored half block looks the same with its colours swapped. The terminal's own foreground is not its
    /// own background: a cell with one of them has one form only.
    var canFlip: Bool { shape != .spaces && colors.foreground >= 0 && colors.background >= 0 }
    var isFlipped = false

    /// Spaces leave the foreground as it is.
    func pen(after pen: Pen, flipped: Bool) -> Pen {
      if shape == .spaces { return Pen(foreground: pen.foreground, background: colors.background) }
      return flipped ? Pen(foreground: colors.background, background: colors.foreground) : colors
    }
  }

  private func steps(_ cells: [PlannedCell], columns: Int) -> [Step] {
    var steps: [Step] = []
    steps.reserveCapacity(cells.count)
    for (index, cell) in cells.enumerated() {
      let colors = Pen(foreground: cell.foreground, background: cell.background)
      switch cell.base {
      case PlannedCell.upperHalf: steps.append(Step(shape: .upper, colors: colors))
      case PlannedCell.lowerHalf: steps.append(Step(shape: .lower, colors: colors))
      default:
        if index % columns != 0, let last = steps.last, last.shape == .spaces,
          last.colors.background == cell.background
        {
          steps[steps.count - 1].count += 1
        } else {
          steps.append(Step(shape: .spaces, colors: colors))
        }
      }
    }
    return steps
  }

  /// The cheapest sequence of forms (Viterbi 1967). Each half block can be left in two ways, so at most two pens have to
  /// be followed from step to step, each with what it cost to get there.
  private func chooseForms(_ steps: inout [Step], from pen: Pen) {
    var pens = (plain: pen, flipped: pen)
    var costs = (plain: 0, flipped: Int.max / 2)
    // Of each step: whether the cheapest way to its plain and to its flipped form comes from a flipped one.
    var comesFlipped: [(plain: Bool, flipped: Bool)] = []
    comesFlipped.reserveCapacity(steps.count)
    for step in steps {
      if step.shape == .spaces {
        // Both ways go on, with a foreground each.
        let next = (
          plain: step.pen(after: pens.plain, flipped: false), flipped: step.pen(after: pens.flipped, flipped: false)
        )
        costs.plain += cost(from: pens.plain, to: next.plain)
        costs.flipped += cost(from: pens.flipped, to: next.flipped)
        comesFlipped.append((plain: false, flipped: true))
        pens = next
        continue
      }
      let plain = cheapest(to: step.pen(after: pens.plain, flipped: false), pens, costs)
      let flipped = step.canFlip ? cheapest(to: step.pen(after: pens.plain, flipped: true), pens, costs) : nil
      comesFlipped.append((plain: plain.fromFlipped, flipped: flipped?.fromFlipped ?? false))
      costs = (plain: plain.cost, flipped: flipped?.cost ?? Int.max / 2)
      pens = (
        plain: step.pen(after: pens.plain, flipped: false), flipped: step.pen(after: pens.plain, flipped: true)
      )
    }
    var isFlipped = costs.flipped < costs.plain
    for index in steps.indices.reversed() {
      steps[index].isFlipped = isFlipped && steps[index].canFlip
      isFlipped = isFlipped ? comesFlipped[index].flipped : comesFlipped[index].plain
    }
  }

  private func cheapest(
    to pen: Pen, _ pens: (plain: Pen, flipped: Pen), _ costs: (plain: Int, flipped: Int)
  ) -> (cost: Int, fromFlipped: Bool) {
    let fromPlain = costs.plain + cost(from: pens.plain, to: pen)
    let fromFlipped = costs.flipped + cost(from: pens.flipped, to: pen)
    return fromFlipped < fromPlain ? (fromFlipped, true) : (fromPlain, false)
  }

  // MARK: Bytes

  /// Bytes that `setColors` appends.
  private func cost(from old: Pen, to new: Pen) -> Int {
    var cost = 0
    if old.foreground != new.foreground { cost += 1 + length(new.foreground) }
    if old.background != new.background { cost += 1 + length(new.background) }
    // ESC [ and m; between two colours one separator.
    return cost == 0 ? 0 : cost + 2
  }

  /// Bytes that `append` appends.
  private func length(_ color: Int32) -> Int {
    if color < 0 { return 2 }
    if depth == .truecolor, color < TerminfoEntry.paletteBase {
      return 7 + digits(color >> 16 & 255) + digits(color >> 8 & 255) + digits(color & 255)
    }
    return 5 + digits(color & 255)
  }

  private func digits(_ value: Int32) -> Int { value < 10 ? 1 : value < 100 ? 2 : 3 }

  private func setColors(from old: Pen, to new: Pen, _ out: inout FrameBytes) {
    guard old != new else { return }
    out.append(0x1B)
    out.append(UInt8(ascii: "["))
    if old.foreground != new.foreground { append(new.foreground, layer: UInt8(ascii: "3"), &out) }
    if old.foreground != new.foreground, old.background != new.background { out.append(UInt8(ascii: ";")) }
    if old.background != new.background { append(new.background, layer: UInt8(ascii: "4"), &out) }
    out.append(UInt8(ascii: "m"))
  }

  private func append(_ color: Int32, layer: UInt8, _ out: inout FrameBytes) {
    out.append(layer)
    guard color >= 0 else {
      out.append(UInt8(ascii: "9"))
      return
    }
    out.append(UInt8(ascii: "8"))
    out.append(UInt8(ascii: ";"))
    if depth == .truecolor, color < TerminfoEntry.paletteBase {
      out.append(UInt8(ascii: "2"))
      appendParameter(color >> 16 & 255, &out)
      appendParameter(color >> 8 & 255, &out)
    } else {
      out.append(UInt8(ascii: "5"))
    }
    appendParameter(color & 255, &out)
  }

  /// A separator and a number of up to three digits. Byte by byte: some ten thousand of them make a picture.
  private func appendParameter(_ value: Int32, _ out: inout FrameBytes) {
    let zero = UInt8(ascii: "0")
    let value = UInt8(truncatingIfNeeded: value)
    out.append(UInt8(ascii: ";"))
    if value >= 100 { out.append(zero + value / 100) }
    if value >= 10 { out.append(zero + value / 10 % 10) }
    out.append(zero + value % 10)
  }

  /// A half block, U+2580 or U+2584 by its last byte.
  private func appendHalf(_ last: UInt8, _ out: inout FrameBytes) {
    out.append(0xE2)
    out.append(0x96)
    out.append(last)
  }

  private func appendSpaces(_ count: Int, _ out: inout FrameBytes) {
    let again = "\u{1B}[\(count - 1)b"
    if repeats, again.utf8.count < count - 1 {
      out.append(0x20)
      out.append(again)
    } else {
      for _ in 0..<count { out.append(0x20) }
    }
  }

  private func appendPosition(row: Int, column: Int, _ out: inout FrameBytes) {
    out.append("\u{1B}[\(row);\(column)H")
  }
}

/// Memory of a known size that is filled from its beginning: ten thousands of bytes one by one, for each of which an
/// array would ask whether it is its own and has room.
private struct FrameBytes {
  private let buffer: UnsafeMutableBufferPointer<UInt8>
  private(set) var count = 0

  init(_ buffer: UnsafeMutableBufferPointer<UInt8>) { self.buffer = buffer }

  mutating func append(_ byte: UInt8) {
    buffer.initializeElement(at: count, to: byte)
    count += 1
  }

  mutating func append(_ text: String) {
    for byte in text.utf8 { append(byte) }
  }
}
