/// Writes PNG files by hand, right or wrong as a test wants them.
struct PNGFile {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  private(set) var bytes = signature

  /// - Parameter bytes: what the file begins with.
  init(bytes: [UInt8]) { self.bytes = bytes }

  init(width: Int, height: Int, depth: UInt8 = 8, colorType: UInt8, interlaced: Bool = false) {
    add("IHDR", Self.bigEndian(width) + Self.bigEndian(height) + [depth, colorType, 0, 0, interlaced ? 1 : 0])
  }

  /// A whole picture, its rows unfiltered: `samples` hold `height` rows of `width` pixels.
  static func picture(
    width: Int, height: Int, colorType: UInt8, samples: [UInt8], extra: [(String, [UInt8])] = []
  ) -> [UInt8] {
    var file = PNGFile(width: width, height: height, colorType: colorType)
    for (kind, content) in extra { file.add(kind, content) }
    let rowBytes = samples.count / height
    var rows: [UInt8] = []
    for row in 0..<height { rows += [0] + samples[(row * rowBytes)..<((row + 1) * rowBytes)] }
    file.add("IDAT", Self.stored(rows))
    file.add("IEND", [])
    return file.bytes
  }

  mutating func add(_ kind: String, _ content: [UInt8]) {
    let body = Array(kind.utf8) + content
    bytes += Self.bigEndian(content.count) + body + Self.bigEndian(Int(Self.crc(body)))
  }

  static func bigEndian(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }

  /// CRC-32 (PNG 3rd edition, annex D).
  static func crc(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes { crc = crcTable[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ crc >> 8 }
    return ~crc
  }

  private static let crcTable = (0...255).map { (byte: UInt32) -> UInt32 in
    (0..<8).reduce(byte) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
  }

  static func adler(_ bytes: [UInt8]) -> UInt32 {
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    return b << 16 | a
  }

  /// A zlib stream of stored blocks.
  static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var rest = bytes[...]
    repeat {
      let block = rest.prefix(65535)
      rest = rest.dropFirst(block.count)
      let (low, high) = (UInt8(block.count & 255), UInt8(block.count >> 8))
      stream += [rest.isEmpty ? 1 : 0, low, high, ~low, ~high] + block
    } while !rest.isEmpty
    return stream + bigEndian(Int(adler(bytes)))
  }

  /// A zlib stream of so many zeros or a few more, about a millionth as many bits each: fixed Huffman codes, length 258,
  /// distance 1. For a count that is a multiple of 65521 the checksum is right as well.
  static func zeros(_ count: Int) -> [UInt8] {
    var bits = BitWriter()
    bits.write(0b011, 3)
    bits.write(0b0000_1100, 8)  // literal 0: code 00110000, most significant bit first
    let matches = (count - 1 + 257) / 258
    // Eight matches are 13 whole bytes: from there on the pattern repeats.
    let repeats = max(0, (matches - 16) / 8)
    for _ in 0..<(matches - 8 * repeats) {
      bits.write(0b1010_0011, 8)  // length 258: code 11000101
      bits.write(0, 5)  // distance 1
    }
    bits.repeatLast(13, times: repeats)
    bits.write(0, 7)  // end of block
    let total = 1 + (count - 1 + 257) / 258 * 258
    return [0x78, 0x01] + bits.bytes + bigEndian((total % 65521) << 16 | 1)
  }

  private struct BitWriter {
    private(set) var bytes: [UInt8] = [0]
    private var used = 0

    /// Repeats the last whole bytes, and moves the bits of the byte begun behind them.
    mutating func repeatLast(_ count: Int, times: Int) {
      guard times > 0 else { return }
      let begun = bytes.removeLast()
      let pattern = bytes.suffix(count)
      bytes += (0..<times).flatMap { _ in pattern }
      bytes.append(begun)
    }

    mutating func write(_ value: Int, _ count: Int) {
      for bit in 0..<count {
        if used == 8 {
          bytes.append(0)
          used = 0
        }
        bytes[bytes.count - 1] |= UInt8(value >> bit & 1) << UInt8(used)
        used += 1
      }
    }
  }
}
