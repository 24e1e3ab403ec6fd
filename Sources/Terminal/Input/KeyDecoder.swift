import Console

/// Turns the bytes a terminal sends into what the person did. Pure: the caller brings bytes and time.
///
/// ncurses does not read here: its decoder waits inside a sequence that was cut short, and hands unknown sequences on as
/// typed characters. Every sequence that is not known, and every late answer of the terminal, is swallowed whole.
struct KeyDecoder {
  /// Bytes of a paste that are kept; what is more is dropped.
  static let pasteLimit = 1 << 20
  /// Bytes of one sequence after which it is given up.
  static let sequenceLimit = 4096

  private enum State {
    case ground
    /// Bytes since an escape character, itself included.
    case sequence([UInt8])
    /// A character of several bytes; `alt` where an escape came before.
    case character([UInt8], needed: Int, alt: Bool)
    /// Between the brackets of a paste. `matched` bytes of the end mark have come.
    case paste([UInt8], matched: Int)
  }

  private var state = State.ground
  private var clicks = ClickTiming()
  private var keys: KeySequences

  init(keys: KeySequences = KeySequences()) { self.keys = keys }

  /// How long to wait for more bytes before `flush` settles what has come, in milliseconds; nil: nothing is open.
  var patience: Int? {
    switch state {
    case .ground: nil
    // A lone Escape key looks like the start of a sequence.
    case .sequence(let bytes): bytes.count <= 2 ? 25 : 200
    case .character: 200
    case .paste: 1000
    }
  }

  /// - Parameter milliseconds: a clock that never goes back; tells double clicks.
  mutating func feed(_ bytes: some Sequence<UInt8>, at milliseconds: Int) -> [InputEvent] {
    var events: [InputEvent] = []
    for byte in bytes { step(byte, milliseconds, &events) }
    return events
  }

  /// No more bytes came in time: what is open was all there is.
  mutating func flush() -> [InputEvent] {
    defer { state = .ground }
    switch state {
    case .sequence(let bytes):
      if bytes.count == 1 { return [.key(.escape)] }
      if bytes.count == 2 { return [.key(.alt(Character(Unicode.Scalar(bytes[1]))))] }
      return []
    case .paste(let bytes, let matched):
      return [.paste(String(decoding: bytes + Self.pasteEnd.prefix(matched), as: UTF8.self))]
    case .ground, .character: return []
    }
  }

  // MARK: One byte

  private static let escape: UInt8 = 0x1B
  private static let pasteEnd = Array("\u{1B}[201~".utf8)

  private mutating func step(_ byte: UInt8, _ milliseconds: Int, _ events: inout [InputEvent]) {
    switch state {
    case .ground: ground(byte, alt: false, &events)
    case .sequence(var bytes):
      // Taking it out of the state keeps the array unshared.
      state = .ground
      bytes.append(byte)
      sequence(bytes, milliseconds, &events)
    case .character(let bytes, let needed, let alt):
      character(bytes, byte, needed: needed, alt: alt, &events)
    case .paste(var bytes, let matched):
      state = .ground
      paste(&bytes, matched, byte, &events)
    }
  }

  private mutating func ground(_ byte: UInt8, alt: Bool, _ events: inout [InputEvent]) {
    state = .ground
    switch byte {
    case Self.escape: state = .sequence([byte])
    case 0x00..<0x20, 0x7F: events.append(.key(Self.control(byte)))
    case 0x20..<0x7F:
      let character = Character(Unicode.Scalar(byte))
      events.append(.key(alt ? .alt(character) : .character(character)))
    case 0xC2...0xDF: state = .character([byte], needed: 2, alt: alt)
    case 0xE0...0xEF: state = .character([byte], needed: 3, alt: alt)
    case 0xF0...0xF4: state = .character([byte], needed: 4, alt: alt)
    // Not UTF-8, and nothing that a key could mean.
    default: break
    }
  }

  static func control(_ byte: UInt8) -> Key {
    switch byte {
    case 0x08, 0x7F: .backspace
    case 0x09: .tab
    case 0x0A, 0x0D: .enter
    case 0x1B: .escape
    case 0x00: .control(" ")
    case 0x01...0x1A: .control(Character(Unicode.Scalar(byte + 0x60)))
    default: .control(Character(Unicode.Scalar(byte + 0x40)))
    }
  }

  private mutating func character(
    _ bytes: [UInt8], _ byte: UInt8, needed: Int, alt: Bool, _ events: inout [InputEvent]
  ) {
    guard 0x80...0xBF ~= byte else {
      // Broken off: what follows stands for itself.
      ground(byte, alt: false, &events)
      return
    }
    let all = bytes + [byte]
    guard all.count == needed else {
      state = .character(all, needed: needed, alt: alt)
      return
    }
    state = .ground
    guard let text = String(validating: all, as: UTF8.self), let character = text.first,
      text.unicodeScalars.first?.properties.generalCategory != .control
    else { return }
    events.append(.key(alt ? .alt(character) : .character(character)))
  }

  private mutating func paste(
    _ bytes: inout [UInt8], _ matched: Int, _ byte: UInt8, _ events: inout [InputEvent]
  ) {
    var matched = matched
    if byte == Self.pasteEnd[matched] {
      matched += 1
      if matched == Self.pasteEnd.count {
        events.append(.paste(String(decoding: bytes, as: UTF8.self)))
        return
      }
    } else {
      let hasRoom = bytes.count < Self.pasteLimit
      if matched > 0, hasRoom { bytes += Self.pasteEnd.prefix(matched) }
      matched = byte == Self.escape ? 1 : 0
      if matched == 0, hasRoom { bytes.append(byte) }
    }
    state = .paste(bytes, matched: matched)
  }

  // MARK: Sequences

  private mutating func sequence(_ bytes: [UInt8], _ milliseconds: Int, _ events: inout [InputEvent]) {
    switch keys.look(up: bytes) {
    case .key(let key):
      events.append(.key(key))
      return
    case .prefix:
      state = .sequence(bytes)
      return
    case .none: break
    }
    let second = bytes[1]
    switch second {
    case UInt8(ascii: "["): controlSequence(bytes, milliseconds, &events)
    case UInt8(ascii: "O"): singleShift(bytes, &events)
    case UInt8(ascii: "P"), UInt8(ascii: "]"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
      controlString(bytes)
    case Self.escape:
      // Escape, then the start of something else.
      events.append(.key(.escape))
      state = .sequence([second])
    case 0x00..<0x20, 0x7F:
      // Alt with a control key: the key counts.
      ground(second, alt: false, &events)
    default: ground(second, alt: true, &events)
    }
  }

  /// DCS, OSC, SOS, PM, APC: an answer of the terminal; swallowed up to its terminator.
  private mutating func controlString(_ bytes: [UInt8]) {
    let last = bytes[bytes.count - 1]
    let isOver =
      bytes.count > 2
      && (last == 0x07 || last == 0x18 || last == 0x1A || last == 0x9C
        || (last == UInt8(ascii: "\\") && bytes[bytes.count - 2] == Self.escape))
    state = isOver || bytes.count >= Self.sequenceLimit ? .ground : .sequence(bytes)
  }

  private mutating func singleShift(_ bytes: [UInt8], _ events: inout [InputEvent]) {
    guard bytes.count > 2 else {
      state = .sequence(bytes)
      return
    }
    let last = bytes[bytes.count - 1]
    if UInt8(ascii: "0")...UInt8(ascii: "9") ~= last, bytes.count < 6 {
      // A modifier between, as some terminals send.
      state = .sequence(bytes)
    } else if last == Self.escape {
      state = .sequence([last])
    } else if let key = KeySequences.shifted[last] {
      events.append(.key(key))
    }
  }

  /// CSI: `ESC [`, parameters 0x30-0x3F, intermediates 0x20-0x2F, a final 0x40-0x7E (ECMA-48, 5.4).
  private mutating func controlSequence(_ bytes: [UInt8], _ milliseconds: Int, _ events: inout [InputEvent]) {
    guard bytes.count > 2 else {
      state = .sequence(bytes)
      return
    }
    let body = bytes.dropFirst(2)
    let last = bytes[bytes.count - 1]
    // Two that break the grammar: the Linux console's ESC [ [ A, and mouse reports of old, ESC [ M and three bytes.
    if body.first == UInt8(ascii: "["), body.count < 2 {
      state = .sequence(bytes)
      return
    }
    if body.first == UInt8(ascii: "M") {
      if body.count < 4 { state = .sequence(bytes) }
      return
    }
    switch last {
    case 0x20...0x3F where bytes.count < Self.sequenceLimit: state = .sequence(bytes)
    case 0x40...0x7E: finish(body, milliseconds, &events)
    case 0x18, 0x1A, 0x20...0x3F: break
    // Broken off.
    default: ground(last, alt: false, &events)
    }
  }

  private mutating func finish(
    _ body: ArraySlice<UInt8>, _ milliseconds: Int, _ events: inout [InputEvent]
  ) {
    guard let final = body.last, let first = body.first else { return }
    if first == UInt8(ascii: "<") {
      guard let report = MouseReport(body) else { return }
      if let event = clicks.event(report, at: milliseconds) { events.append(.mouse(event)) }
      return
    }
    if Array(body) == Array("200~".utf8) {
      state = .paste([], matched: 0)
      return
    }
    // Private answers (`ESC [ ? ... c`) start with one of < = > ?, and keys have no intermediates.
    guard !(UInt8(ascii: "<")...UInt8(ascii: "?") ~= first), !body.contains(where: { 0x20...0x2F ~= $0 }) else {
      return
    }
    let numbers = body.dropLast().split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
      .map { Int(String(decoding: $0, as: UTF8.self)) }
    if final == UInt8(ascii: "~") {
      if let number = numbers.first ?? nil, let key = KeySequences.numbered[number] { events.append(.key(key)) }
    } else if final == UInt8(ascii: "R"), numbers.count > 1 {
      // Where the cursor is: a late answer. A modified F3 looks the same and is given up for it.
    } else if numbers.count <= 2, numbers.first == nil || numbers.first == 1 || numbers == [nil],
      let key = KeySequences.lettered[final]
    {
      events.append(.key(key))
    }
  }
}
