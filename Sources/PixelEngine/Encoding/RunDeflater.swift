/// Writes a zlib stream (RFC 1950) of texts that are nearly all zeros and often the same again: rows of a mosaic.
///
/// A text is given as its bytes other than zero and the runs of zeros between them, and how many times it stands there.
/// A run becomes matches of 258 at distance 1, so cost and memory go with the number of pieces, never with the length of
/// what they stand for: the checksum of a run is a multiplication. All of it is one block with fitted codes (RFC 1951).
struct RunDeflater {
  /// A symbol of the block, `times` over.
  private struct Step {
    let symbol: UInt16
    /// Extra bits of a length.
    let extra: UInt8
    let extraCount: UInt8
    let times: Int
  }

  private var steps: [Step] = []
  private var texts: [(end: Int, times: Int)] = []
  private var counts = [Int](repeating: 0, count: 286)
  private var adler = Adler()
  /// The text at hand, for its checksum when it is repeated: lengths of runs below zero.
  private var pieces: [Int] = []

  static let longestMatch = 258
  static let endOfBlock = 256
  /// The order in which the lengths of the codes of lengths stand.
  static let lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

  /// Adds a byte to the text at hand.
  mutating func add(_ byte: UInt8) {
    pieces.append(Int(byte))
    steps.append(Step(symbol: UInt16(byte), extra: 0, extraCount: 0, times: 1))
  }

  /// Adds zeros to the text at hand.
  mutating func add(zeros count: Int) {
    guard count > 0 else { return }
    pieces.append(-count)
    // The first is written out, and the others are copies of it.
    var rest = count - 1
    steps.append(Step(symbol: 0, extra: 0, extraCount: 0, times: 1))
    if rest >= Self.longestMatch {
      steps.append(Step(symbol: 285, extra: 0, extraCount: 0, times: rest / Self.longestMatch))
      rest %= Self.longestMatch
    }
    if rest >= 3 {
      steps.append(Self.match(rest))
    } else if rest > 0 {
      steps.append(Step(symbol: 0, extra: 0, extraCount: 0, times: rest))
    }
  }

  /// Ends the text at hand, which stands there `times` times, at least once.
  mutating func endText(times: Int) {
    let start = texts.last?.end ?? 0
    for step in steps[start...] { counts[Int(step.symbol)] += step.times * times }
    texts.append((steps.count, times))
    for _ in 0..<times {
      for piece in pieces {
        if piece < 0 { adler.add(zeros: -piece) } else { adler.add(UInt64(piece)) }
      }
    }
    pieces.removeAll(keepingCapacity: true)
  }

  /// A length of 3 to 257 and its extra bits (RFC 1951, 3.2.5): from 11 on four symbols share each number of bits.
  private static func match(_ length: Int) -> Step {
    if length < 11 { return Step(symbol: UInt16(254 + length), extra: 0, extraCount: 0, times: 1) }
    let offset = length - 3
    let bits = Int.bitWidth - offset.leadingZeroBitCount - 3
    return Step(
      symbol: UInt16(257 + 4 * bits + offset >> bits), extra: UInt8(offset & (1 << bits - 1)), extraCount: UInt8(bits),
      times: 1)
  }

  /// The whole stream.
  mutating func finish() -> [UInt8] {
    counts[Self.endOfBlock] = 1
    let code = HuffmanCode(counts: counts, limit: 15)
    let reversed = code.codes.indices.map { Self.reverse(code.codes[$0], Int(code.lengths[$0])) }
    var bits = LittleBits()
    // A window of 32 kB, the default level.
    bits.put(0x9C78, 16)
    writeHeader(code, to: &bits)

    var start = 0
    for (end, times) in texts {
      // A text as words of many bits each: written again and again, it costs a few additions a time.
      var words: [(bits: UInt64, count: Int)] = []
      var word: (bits: UInt64, count: Int) = (0, 0)
      for step in steps[start..<end] {
        let symbol = Int(step.symbol)
        var value = UInt64(reversed[symbol])
        var count = Int(code.lengths[symbol])
        value |= UInt64(step.extra) << UInt64(count)
        count += Int(step.extraCount)
        // The only distance is 1, and its code a zero.
        if symbol > Self.endOfBlock { count += 1 }
        for _ in 0..<step.times {
          if word.count + count > LittleBits.most {
            words.append(word)
            word = (0, 0)
          }
          word.bits |= value << UInt64(word.count)
          word.count += count
        }
      }
      words.append(word)
      for _ in 0..<times {
        for word in words { bits.put(word.bits, word.count) }
      }
      start = end
    }
    bits.put(UInt64(reversed[Self.endOfBlock]), Int(code.lengths[Self.endOfBlock]))
    return bits.finish(with: adler.value)
  }

  /// The header of a last block with codes of its own (RFC 1951, 3.2.7).
  private func writeHeader(_ code: HuffmanCode, to bits: inout LittleBits) {
    let last = code.lengths.lastIndex { $0 > 0 } ?? Self.endOfBlock
    // The lengths of literals and lengths, and of the one distance.
    let lengths = code.lengths[...last] + [1]
    var runs: [(symbol: Int, extra: Int, bits: Int)] = []
    var index = 0
    while index < lengths.count {
      let length = lengths[index]
      let count = lengths[index...].prefix { $0 == length }.count
      switch (length, count) {
      case (0, 11...):
        runs.append((18, min(count, 138) - 11, 7))
        index += min(count, 138)
      case (0, 3...):
        runs.append((17, count - 3, 3))
        index += count
      case (_, 4...):
        runs.append((Int(length), 0, 0))
        runs.append((16, min(count - 1, 6) - 3, 2))
        index += 1 + min(count - 1, 6)
      default:
        runs.append((Int(length), 0, 0))
        index += 1
      }
    }
    var counts = [Int](repeating: 0, count: 19)
    for run in runs { counts[run.symbol] += 1 }
    let lengthCode = HuffmanCode(counts: counts, limit: 7)
    let order = Self.lengthOrder
    let used = max(4, (order.lastIndex { lengthCode.lengths[$0] > 0 } ?? 0) + 1)
    bits.put(0b101, 3)
    bits.put(UInt64(last - 256), 5)
    bits.put(0, 5)
    bits.put(UInt64(used - 4), 4)
    for symbol in order.prefix(used) { bits.put(UInt64(lengthCode.lengths[symbol]), 3) }
    for run in runs {
      let length = Int(lengthCode.lengths[run.symbol])
      bits.put(UInt64(Self.reverse(lengthCode.codes[run.symbol], length)), length)
      bits.put(UInt64(run.extra), run.bits)
    }
  }

  /// Codes stand in the stream with their first bit lowest.
  private static func reverse(_ code: UInt32, _ length: Int) -> UInt32 {
    if length == 0 { return 0 }
    return (0..<length).reduce(0) { $0 | (code >> UInt32($1) & 1) << UInt32(length - 1 - $1) }
  }
}

/// Bits written from the lowest of each byte up.
private struct LittleBits: ~Copyable {
  /// The most bits that can be put at once.
  static let most = 57

  private var bytes = OutputBytes(capacity: 1 << 16)
  private var hold: UInt64 = 0
  private var held = 0

  @inline(__always)
  mutating func put(_ value: UInt64, _ count: Int) {
    hold |= value &<< UInt64(held)
    held += count
    // Whole bytes go out, so that fewer than 8 bits stay, and 57 more have room.
    bytes.reserve(8)
    bytes.append(reserved: hold.littleEndian)
    bytes.drop(8 - (held >> 3))
    hold = held >= 64 ? 0 : hold &>> UInt64(held & ~7)
    held &= 7
  }

  /// Fills up the last byte and adds the checksum.
  mutating func finish(with checksum: UInt32) -> [UInt8] {
    put(0, held == 0 ? 0 : 8 - held)
    bytes.reserve(4)
    bytes.append(reserved: checksum.bigEndian)
    return bytes.array()
  }
}
