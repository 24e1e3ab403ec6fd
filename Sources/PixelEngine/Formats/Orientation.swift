/// How a stored picture has to be turned to stand upright: the values of the Exif tag 0x0112 (Exif 2.32, 4.6.4).
enum Orientation: Int, CaseIterable, Sendable {
  case upright = 1
  case mirrored = 2
  case upsideDown = 3
  case flipped = 4
  case transposed = 5
  /// Stored turned left: its top row is the right-hand column.
  case turnedLeft = 6
  case transversed = 7
  case turnedRight = 8

  /// Whether width and height change places.
  var swapsSides: Bool { rawValue >= 5 }

  /// The stored place that shows at an upright place, in a stored picture of `width` x `height`.
  func stored(column: Int, row: Int, width: Int, height: Int) -> (column: Int, row: Int) {
    switch self {
    case .upright: (column, row)
    case .mirrored: (width - 1 - column, row)
    case .upsideDown: (width - 1 - column, height - 1 - row)
    case .flipped: (column, height - 1 - row)
    case .transposed: (row, column)
    case .turnedLeft: (row, height - 1 - column)
    case .transversed: (width - 1 - row, height - 1 - column)
    case .turnedRight: (width - 1 - row, column)
    }
  }

  /// Stands a finished grid upright. The filter is symmetric, so this equals turning every pixel first.
  func apply(_ samples: [UInt8], width: Int, height: Int, channels: Int) -> [UInt8] {
    if self == .upright { return samples }
    let (columns, rows) = swapsSides ? (height, width) : (width, height)
    var result: [UInt8] = []
    result.reserveCapacity(samples.count)
    for row in 0..<rows {
      for column in 0..<columns {
        let from = stored(column: column, row: row, width: width, height: height)
        let offset = (from.row * width + from.column) * channels
        result.append(contentsOf: samples[offset..<(offset + channels)])
      }
    }
    return result
  }

  /// Reads the orientation out of a TIFF structure, as an Exif segment or an eXIf chunk holds it. Everything in it is
  /// hostile: whatever does not add up, and any value but 2 to 8, means upright.
  init(exif: some RandomAccessCollection<UInt8>) {
    self = TIFFHeader(exif).flatMap { $0.short(tag: 0x0112) }.flatMap { Orientation(rawValue: $0) } ?? .upright
  }
}

/// The first directory of a TIFF structure (TIFF 6.0, section 2). Nothing is followed, so nothing can loop.
private struct TIFFHeader {
  private let bytes: [UInt8]
  private let bigEndian: Bool

  init?(_ content: some RandomAccessCollection<UInt8>) {
    bytes = Array(content.prefix(1 << 16))
    guard bytes.count >= 8 else { return nil }
    switch (bytes[0], bytes[1]) {
    case (0x49, 0x49): bigEndian = false
    case (0x4D, 0x4D): bigEndian = true
    default: return nil
    }
    guard number(at: 2, count: 2) == 42 else { return nil }
  }

  /// A number of 2 or 4 bytes, or nil past the end.
  private func number(at offset: Int, count: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - count else { return nil }
    let field = bytes[offset..<(offset + count)]
    return (bigEndian ? Array(field) : field.reversed()).reduce(0) { $0 << 8 | Int($1) }
  }

  /// The value of a tag that holds one SHORT.
  func short(tag: Int) -> Int? {
    guard let directory = number(at: 4, count: 4), let count = number(at: directory, count: 2) else { return nil }
    for index in 0..<count {
      let entry = directory + 2 + index * 12
      guard let found = number(at: entry, count: 2) else { return nil }
      if found == tag {
        guard number(at: entry + 2, count: 2) == 3, number(at: entry + 4, count: 4) == 1 else { return nil }
        return number(at: entry + 8, count: 2)
      }
    }
    return nil
  }
}
