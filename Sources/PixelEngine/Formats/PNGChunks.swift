internal import CPNG

/// Walks a PNG's chunks (PNG 3rd edition, 5.3) for the little that libpng is not asked for.
enum PNGChunks {
  /// The orientation that an eXIf chunk gives. It may stand before the pixels or after them; one with a bad checksum
  /// does not count.
  static func orientation(_ file: UnsafeBufferPointer<UInt8>) -> Orientation {
    guard let base = file.baseAddress else { return .upright }
    var offset = 8
    while offset <= file.count - 12 {
      let length = number(base + offset)
      guard length <= file.count - 12 - offset else { break }
      let content = base + offset + 8
      switch number(base + offset + 4) {
      case 0x6558_4966:  // eXIf
        if Int(px_crc32(0, base + offset + 4, length + 4)) == number(content + length) {
          return Orientation(exif: UnsafeBufferPointer(start: content, count: length))
        }
      case 0x4945_4E44:  // IEND
        return .upright
      default:
        break
      }
      offset += 12 + length
    }
    return .upright
  }

  private static func number(_ bytes: UnsafePointer<UInt8>) -> Int {
    Int(bytes[0]) << 24 | Int(bytes[1]) << 16 | Int(bytes[2]) << 8 | Int(bytes[3])
  }
}
