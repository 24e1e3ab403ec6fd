/// Reads a zlib stream (RFC 1950) of texts that are nearly all zeros, as `RunDeflater` writes it: each run of zeros as a
/// number. So it takes the time of the bytes as compressed, not of what they stand for.
///
/// Anything that `RunDeflater` does not write ends it: a second block, codes that are not fitted, runs of other bytes,
/// other distances than 1, an end too soon. Whoever wants such a stream read inflates it.
struct RunInflater: ~Copyable {
  private var bits: BitReader
  /// For the bits that come next, a symbol and in the lowest 4 bits the length of its code.
  private let table: FixedBuffer<UInt16>
  private let tableBits: Int
  private var adler = Adler()
  /// Zeros that `adler` does not know of yet.
  private var zeros = 0

  /// - Parameter stream: has to stay where it is as long as this is used.
  init?(_ stream: UnsafeBufferPointer<UInt8>) {
    guard let start = stream.baseAddress else { return nil }
    var bits = BitReader(start: start, count: stream.count)
    // Deflate with a window of 32 kB at the default level; one block, the last, with codes of its own.
    guard bits.take(16) == 0x9C78, bits.take(3) == 0b101, let lengths = Self.lengths(from: &bits) else { return nil }
    let longest = Int(lengths.max() ?? 0)
    guard let table = Self.table(lengths, longest) else { return nil }
    self.bits = bits
    self.table = FixedBuffer(table)
    tableBits = longest
  }

  /// What comes next: a byte other than zero, or so many zeros as a number below zero; 0 at the end of the block, nil
  /// where it has to give up.
  @inline(__always)
  mutating func next() -> Int? {
    bits.fill()
    let entry = Int(table[Int(truncatingIfNeeded: bits.peek(tableBits))])
    guard bits.drop(entry & 15) else { return nil }
    let symbol = entry >> 4
    if symbol > RunDeflater.endOfBlock {
      guard zeros > 0, let length = matchLength(symbol) else { return nil }
      zeros += length
      return -length
    }
    if symbol == 0 {
      zeros += 1
      return -1
    }
    adler.add(zeros: zeros)
    zeros = 0
    if symbol == RunDeflater.endOfBlock { return 0 }
    adler.add(UInt64(symbol))
    return symbol
  }

  /// Behind the block: whether the stream ends there with the right checksum.
  mutating func finish() -> Bool {
    guard bits.align(), let checksum = bits.take(32) else { return false }
    return UInt32(truncatingIfNeeded: checksum).byteSwapped == adler.value && bits.isAtEnd
  }

  @inline(__always)
  private mutating func matchLength(_ symbol: Int) -> Int? {
    let number = symbol - 257
    var length = 3 + number
    if number == 28 {
      length = RunDeflater.longestMatch
    } else if number >= 8 {
      let extra = number / 4 - 1
      guard let rest = bits.take(extra) else { return nil }
      length = (4 + number % 4) << extra + 3 + Int(rest)
    }
    // The only distance is 1, and its code a zero.
    return bits.take(1) == 0 ? length : nil
  }

  /// How long the codes of literals and lengths are (RFC 1951, 3.2.7).
  private static func lengths(from bits: inout BitReader) -> [UInt8]? {
    guard let literals = bits.take(5), let distances = bits.take(5), let used = bits.take(4), distances == 0
    else { return nil }
    let count = Int(literals) + 257
    var lengthLengths = [UInt8](repeating: 0, count: 19)
    for symbol in RunDeflater.lengthOrder.prefix(Int(used) + 4) {
      guard let length = bits.take(3) else { return nil }
      lengthLengths[symbol] = UInt8(length)
    }
    guard let table = table(lengthLengths, 7) else { return nil }
    var lengths: [UInt8] = []
    while lengths.count <= count {
      bits.fill()
      let entry = table[Int(bits.peek(7))]
      guard bits.drop(Int(entry & 15)) else { return nil }
      switch entry >> 4 {
      case 16:
        guard let last = lengths.last, let more = bits.take(2) else { return nil }
        lengths += repeatElement(last, count: Int(more) + 3)
      case 17:
        guard let more = bits.take(3) else { return nil }
        lengths += repeatElement(0, count: Int(more) + 3)
      case 18:
        guard let more = bits.take(7) else { return nil }
        lengths += repeatElement(0, count: Int(more) + 11)
      case let length: lengths.append(UInt8(length))
      }
    }
    // The last is that of the distance.
    guard lengths.count == count + 1, lengths.last == 1, count <= 286 else { return nil }
    return Array(lengths.prefix(count))
  }

  /// - Parameter longest: bits that the table is looked up by, at least as many as the longest code has.
  /// - Returns: nil unless every sequence of bits begins with exactly one code.
  private static func table(_ lengths: [UInt8], _ longest: Int) -> [UInt16]? {
    let room = 1 << longest
    let taken = lengths.reduce(0) { $0 + ($1 > 0 ? room >> Int($1) : 0) }
    guard longest > 0, taken == room else { return nil }
    var table = [UInt16](repeating: 0, count: room)
    var code = 0
    for length in 1...longest {
      for symbol in lengths.indices where Int(lengths[symbol]) == length {
        let reversed = (0..<length).reduce(0) { $0 << 1 | code >> $1 & 1 }
        for index in stride(from: reversed, to: room, by: 1 << length) {
          table[index] = UInt16(symbol << 4 | length)
        }
        code += 1
      }
      code <<= 1
    }
    return table
  }
}

/// Bits read from the lowest of each byte up. Behind the end there are none.
private struct BitReader {
  private var next: UnsafePointer<UInt8>
  private let end: UnsafePointer<UInt8>
  private var hold: UInt64 = 0
  private var held = 0

  init(start: UnsafePointer<UInt8>, count: Int) {
    next = start
    end = start + count
  }

  /// Holds at least 48 bits from here on, if there are as many.
  @inline(__always)
  mutating func fill() {
    if held >= 48 { return }
    if end - next >= 8 {
      let word = UInt64(littleEndian: UnsafeRawPointer(next).loadUnaligned(as: UInt64.self))
      hold |= word &<< UInt64(held)
      next += (63 - held) >> 3
      held |= 56
      return
    }
    while held < 56, next < end {
      hold |= UInt64(next.pointee) &<< UInt64(held)
      next += 1
      held += 8
    }
  }

  /// The next bits, zeros where there are no more.
  @inline(__always)
  func peek(_ count: Int) -> UInt64 { hold & (1 &<< UInt64(count) &- 1) }

  /// Goes on behind some of the bits held.
  ///
  /// - Returns: whether there were so many.
  @inline(__always)
  mutating func drop(_ count: Int) -> Bool {
    hold = hold &>> UInt64(count)
    held -= count
    return held >= 0
  }

  /// Goes on behind the byte at hand.
  mutating func align() -> Bool { drop(held & 7) }

  var isAtEnd: Bool { next == end && held == 0 }

  /// Up to 32 bits; nil if there are not so many.
  @inline(__always)
  mutating func take(_ count: Int) -> UInt64? {
    fill()
    let value = peek(count)
    return drop(count) ? value : nil
  }
}
