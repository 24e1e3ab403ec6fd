/// A terminal in memory: reads what a program writes and knows what a person would see. Only what the driver may send is
/// understood; anything else is kept in `unknown`, for tests to find.
struct VirtualTerminal {
  enum Paint: Hashable {
    case standard
    case palette(Int)
    case rgb(UInt32)
  }

  struct Cell: Hashable {
    /// Nil in the right half of a wide character.
    var base: Unicode.Scalar? = " "
    var mark: Unicode.Scalar?
    var foreground = Paint.standard
    var background = Paint.standard
    /// Bit n stands for SGR n.
    var attributes: UInt16 = 0

    var text: String { (base.map { String($0) } ?? "") + (mark.map { String($0) } ?? "") }
  }

  /// Wrapping at the margin, and a cursor.
  static let initialModes: Set<Int> = [7, 25]

  let columns: Int
  let rows: Int
  private(set) var cells: [Cell]
  private(set) var column = 0
  private(set) var row = 0
  private(set) var title = ""
  /// DEC private modes that are on.
  private(set) var modes: Set<Int> = VirtualTerminal.initialModes
  private(set) var unknown: [String] = []
  private(set) var bells = 0
  /// Payloads of OSC 52.
  private(set) var clipboard: [String] = []

  private var pen = Cell()
  private var saved = (column: 0, row: 0, pen: Cell())
  private var mainScreen: [Cell]?
  private var pending: [UInt8] = []
  private var wrapPending = false
  private var region: ClosedRange<Int>

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    cells = Array(repeating: Cell(), count: columns * rows)
    region = 0...rows - 1
  }

  subscript(column: Int, row: Int) -> Cell { cells[row * columns + column] }

  func text(row: Int) -> String {
    let line = cells[row * columns..<(row + 1) * columns].map(\.text).joined()
    return String(line.reversed().drop { $0 == " " }.reversed())
  }

  var text: [String] { (0..<rows).map(text(row:)) }

  // MARK: Bytes

  mutating func feed(_ bytes: some Collection<UInt8>) {
    pending += bytes
    var index = 0
    while index < pending.count, let used = consume(from: index) { index += used }
    pending.removeFirst(index)
  }

  /// Bytes of one character or sequence; nil where it is not complete.
  private mutating func consume(from start: Int) -> Int? {
    let byte = pending[start]
    switch byte {
    case 0x1B: return consumeEscape(from: start)
    case 0x07: bells += 1
    case 0x08: move(column - 1, row)
    case 0x09: move(min(columns - 1, (column / 8 + 1) * 8), row)
    case 0x0A: lineFeed()
    case 0x0D: move(0, row)
    // Shifts between character sets, which are all the same here.
    case 0x0E, 0x0F: break
    // CAN: ends a sequence that was cut short.
    case 0x18: break
    case 0..<0x20, 0x7F: unknown.append("byte \(byte)")
    default:
      let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
      if let cut = pending[start...].prefix(length).firstIndex(of: 0x18) { return cut - start + 1 }
      guard start + length <= pending.count else { return nil }
      if length == 1 {
        put(Unicode.Scalar(byte))
        return 1
      }
      let text = String(decoding: pending[start..<start + length], as: UTF8.self)
      if text == "\u{FFFD}" { unknown.append("not UTF-8") }
      if let scalar = text.unicodeScalars.first { put(scalar) }
      return length
    }
    return 1
  }

  private mutating func consumeEscape(from start: Int) -> Int? {
    guard start + 1 < pending.count else { return nil }
    switch pending[start + 1] {
    case 0x18: break
    case UInt8(ascii: "["):
      var end = start + 2
      while end < pending.count, pending[end] < 0x40, pending[end] != 0x18 { end += 1 }
      guard end < pending.count else { return nil }
      if pending[end] == 0x18 { return end - start + 1 }
      control(String(decoding: pending[(start + 2)..<end], as: UTF8.self), Character(Unicode.Scalar(pending[end])))
      return end - start + 1
    case UInt8(ascii: "]"), UInt8(ascii: "P"):
      let ends = pending.indices.dropFirst(start + 2).first {
        pending[$0] == 0x07
          || (pending[$0] == UInt8(ascii: "\\") && pending[$0 - 1] == 0x1B && $0 > start + 2
            && !($0 >= 2 && pending[$0 - 2] == 0x1B))
      }
      if let cut = pending[start...].firstIndex(of: 0x18), cut < ends ?? .max { return cut - start + 1 }
      guard let end = ends else { return nil }
      string(String(decoding: pending[(start + 1)..<end], as: UTF8.self))
      return end - start + 1
    case UInt8(ascii: "7"): saved = (column, row, pen)
    case UInt8(ascii: "8"):
      move(saved.column, saved.row)
      pen = saved.pen
    case UInt8(ascii: "M"): reverseLineFeed()
    case UInt8(ascii: "="), UInt8(ascii: ">"): break
    case UInt8(ascii: "("), UInt8(ascii: ")"): return start + 2 < pending.count ? 3 : nil
    case let other: unknown.append("ESC \(Character(Unicode.Scalar(other)))")
    }
    return 2
  }

  private mutating func string(_ text: String) {
    if text.hasPrefix("]2;") {
      title = String(text.dropFirst(3))
    } else if text.hasPrefix("]52;c;") {
      clipboard.append(String(text.dropFirst(6)))
    } else {
      unknown.append("string \(text.prefix(20))")
    }
  }

  // MARK: Writing

  private mutating func put(_ scalar: Unicode.Scalar) {
    let value = scalar.value
    if 0x300...0x36F ~= value {
      let target = wrapPending ? column : max(0, column - 1)
      cells[row * columns + target].mark = scalar
      return
    }
    let width = 0x1100...0x115F ~= value || 0x2E80...0xFFDC ~= value && value < 0xE000 ? 2 : 1
    if wrapPending {
      move(0, row)
      lineFeed()
    }
    var cell = pen
    cell.base = scalar
    cells[row * columns + column] = cell
    if width == 2, column + 1 < columns {
      cell.base = nil
      cells[row * columns + column + 1] = cell
    }
    if column + width < columns {
      column += width
    } else {
      column = columns - 1
      wrapPending = true
    }
  }

  private mutating func move(_ toColumn: Int, _ toRow: Int) {
    column = min(max(0, toColumn), columns - 1)
    row = min(max(0, toRow), rows - 1)
    wrapPending = false
  }

  private mutating func lineFeed() {
    wrapPending = false
    if row == region.upperBound { scroll(region, by: 1) } else { row = min(row + 1, rows - 1) }
  }

  private mutating func reverseLineFeed() {
    if row == region.lowerBound { scroll(region, by: -1) } else { row = max(row - 1, 0) }
  }

  private var blank: Cell { Cell(background: pen.background) }

  private mutating func scroll(_ range: ClosedRange<Int>, by lines: Int) {
    let old = cells
    for target in range {
      for at in 0..<columns {
        let source = target + lines
        cells[target * columns + at] = range.contains(source) ? old[source * columns + at] : blank
      }
    }
  }

  private mutating func erase(_ range: Range<Int>) {
    for index in range { cells[index] = blank }
  }

  private mutating func control(_ parameters: String, _ final: Character) {
    if parameters.hasPrefix("?") {
      privateMode(parameters.dropFirst(), final)
      return
    }
    let numbers = numbers(in: parameters)
    let first = numbers.first ?? 0
    let count = max(1, first)
    let here = row * columns + column
    let lineEnd = (row + 1) * columns
    switch final {
    case "m": pen.apply(numbers.isEmpty ? [0] : numbers) { unknown.append("SGR \($0)") }
    case "H", "f": move((numbers.count > 1 ? max(1, numbers[1]) : 1) - 1, count - 1)
    case "d": move(column, count - 1)
    case "G", "`": move(count - 1, row)
    case "A": move(column, row - count)
    case "B": move(column, row + count)
    case "C": move(column + count, row)
    case "D": move(column - count, row)
    case "K": erase(first == 0 ? here..<lineEnd : first == 1 ? row * columns..<here + 1 : row * columns..<lineEnd)
    case "J": erase(first == 0 ? here..<cells.count : first == 1 ? 0..<here + 1 : 0..<cells.count)
    case "X": erase(here..<min(lineEnd, here + count))
    case "b":
      // Terminals disagree on what is repeated after anything but ASCII.
      let last = cells[row * columns + max(0, wrapPending ? column : column - 1)]
      guard let scalar = last.base, scalar.isASCII else { return unknown.append("repeated \(last.text)") }
      for _ in 0..<count { put(scalar) }
    case "L": scroll(row...region.upperBound, by: -count)
    case "M": scroll(row...region.upperBound, by: count)
    case "S": scroll(region, by: count)
    case "T": scroll(region, by: -count)
    case "r":
      region = (count - 1)...(numbers.count > 1 ? numbers[1] - 1 : rows - 1)
      move(0, 0)
    // Keyboard and window settings that a screen cannot show; modes 4 and 34.
    case "l", "h", "t": break
    default: unknown.append("CSI \(parameters)\(final)")
    }
  }

  private func numbers(in parameters: String) -> [Int] {
    var result: [Int] = []
    var number = 0
    for byte in parameters.utf8 {
      if byte == UInt8(ascii: ";") {
        result.append(number)
        number = 0
      } else {
        number = number * 10 + Int(byte) - 0x30
      }
    }
    if !parameters.isEmpty { result.append(number) }
    return result
  }

  private mutating func privateMode(_ parameters: Substring, _ final: Character) {
    for mode in parameters.split(separator: ";").compactMap({ Int($0) }) {
      switch final {
      case "h":
        if mode == 1049, !modes.contains(1049) {
          mainScreen = cells
          cells = Array(repeating: Cell(), count: columns * rows)
        }
        modes.insert(mode)
      case "l":
        if mode == 1049, let main = mainScreen {
          cells = main
          mainScreen = nil
        }
        modes.remove(mode)
      // The shape of the cursor on the Linux console.
      case "c": break
      default: unknown.append("CSI ?\(parameters)\(final)")
      }
    }
  }
}

extension VirtualTerminal.Cell {
  /// SGR parameters, `;` between them.
  mutating func apply(_ numbers: [Int], unknown: (Int) -> Void) {
    var index = 0
    while index < numbers.count {
      let number = numbers[index]
      switch number {
      case 0: self = Self()
      case 1...9: attributes |= 1 << UInt16(number)
      case 22: attributes &= ~(1 << 1 | 1 << 2)
      case 23, 24, 27: attributes &= ~(1 << UInt16(number - 20))
      case 10, 11: break
      case 30...37: foreground = .palette(number - 30)
      case 40...47: background = .palette(number - 40)
      case 90...97: foreground = .palette(number - 82)
      case 100...107: background = .palette(number - 92)
      case 39: foreground = .standard
      case 49: background = .standard
      case 38, 48:
        guard let (paint, used) = extended(numbers[(index + 1)...]) else { return unknown(number) }
        if number == 38 { foreground = paint } else { background = paint }
        index += used
      default: unknown(number)
      }
      index += 1
    }
  }

  private func extended(_ numbers: ArraySlice<Int>) -> (VirtualTerminal.Paint, Int)? {
    let rest = Array(numbers)
    if rest.count >= 2, rest[0] == 5 { return (.palette(rest[1]), 2) }
    guard rest.count >= 4, rest[0] == 2, rest[1...3].allSatisfy({ 0...255 ~= $0 }) else { return nil }
    return (.rgb(UInt32(rest[1] << 16 | rest[2] << 8 | rest[3])), 4)
  }
}
