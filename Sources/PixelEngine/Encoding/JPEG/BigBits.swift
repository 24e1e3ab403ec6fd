/// The entropy-coded bits of a scan (T.81, F.1.2): the first bit highest, a zero byte after each FF.
struct BigBits: ~Copyable {
  /// The most bits that can be put at once.
  static let most = 32

  var bytes: OutputBytes
  private var hold: UInt64 = 0
  private var held = 0

  init(_ bytes: consuming OutputBytes) { self.bytes = bytes }

  @inline(__always)
  mutating func put(_ value: UInt64, _ count: Int) {
    hold = hold &<< UInt64(count) | value
    held &+= count
    if held >= 32 { flush() }
  }

  @inline(__always)
  private mutating func flush() {
    held &-= 32
    let word = UInt32(truncatingIfNeeded: hold &>> UInt64(held))
    bytes.reserve(8)
    // A byte of ones becomes zero in the complement, which subtraction tells for all four at once.
    let inverse = ~word
    if (inverse &- 0x0101_0101) & word & 0x8080_8080 == 0 {
      bytes.append(reserved: word.bigEndian)
    } else {
      for shift in [UInt32(24), 16, 8, 0] { append(UInt8(truncatingIfNeeded: word &>> shift)) }
    }
  }

  private mutating func append(_ byte: UInt8) {
    bytes.append(reserved: byte)
    if byte == 0xFF { bytes.append(reserved: UInt8(0)) }
  }

  /// Fills up the last byte with ones.
  mutating func align() {
    bytes.reserve(16)
    while held > 0 {
      let count = min(8, held)
      let top = UInt8(truncatingIfNeeded: hold &>> UInt64(held &- count)) & UInt8(truncatingIfNeeded: (1 << count) - 1)
      append(count == 8 ? top : top &<< UInt8(8 - count) | UInt8(truncatingIfNeeded: (1 << (8 - count)) - 1))
      held &-= count
    }
    hold = 0
  }

  /// Adds a marker, which stands on a byte of its own.
  mutating func marker(_ code: UInt8) {
    align()
    bytes.append([0xFF, code])
  }
}
