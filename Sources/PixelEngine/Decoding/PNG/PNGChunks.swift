internal import CIGZIP

/// Walks a PNG's chunks (PNG 3rd edition, 5.3) for the little that libpng is not asked for.
enum PNGChunks {
  /// The orientation that an eXIf chunk gives. It may stand before the pixels or after them; one with a bad checksum
  /// does not count.
  static func orientation(_ file: PictureFile) -> Orientation {
    var offset = 8
    while offset <= file.count - 12 {
      let head = file.bytes(at: offset, length: 8)
      guard head.count == 8 else { break }
      let length = number(head[...])
      guard length <= file.count - 12 - offset else { break }
      switch number(head[4...]) {
      case 0x6558_4966:  // eXIf
        // An Exif structure is at most as long as JPEG has room for.
        guard length <= 1 << 16 else { break }
        let content = file.bytes(at: offset + 4, length: length + 8)
        if content.count == length + 8, Int(px_crc32(0, content, length + 4)) == number(content[(length + 4)...]) {
          return Orientation(exif: content[4..<(4 + length)])
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

  /// The first four bytes as a number.
  static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) } }
}
