/// What precedes the pixels of a sequential JPEG with restart markers, if it can be cut at them (ITU-T T.81, annex B).
///
/// Anything out of the ordinary makes it nil: that is libjpeg's to judge, and it judges the whole file.
struct RestartHeader: Sendable {
  /// Everything up to the scan's data that decoding it takes, less than `mostBytes`.
  private let bytes: [UInt8]
  /// Where in `bytes` the height is.
  private let heightOffset: Int
  let width: Int
  let height: Int
  /// Where in the file the scan's data begin.
  let scanStart: Int
  /// Rows of pixels in a row of MCUs.
  let rowHeight: Int
  /// Whether chroma is halved downwards, so that a row of pixels may depend on the row of MCUs above or below its own.
  let looksAround: Bool
  /// Rows of MCUs between two places to cut at: the fewest that are a whole number of restart intervals.
  let unitRows: Int
  /// Restart intervals in as many.
  let unitIntervals: Int
  /// Restart intervals in the whole picture, the last of which may be short.
  let intervals: Int

  /// Places to cut at, and one.
  var units: Int { (height + rowHeight * unitRows - 1) / (rowHeight * unitRows) }

  private static let mostBytes = 1 << 16
  private static let mostSegments = 1000

  init?(_ file: PictureFile) {
    guard file.bytes(at: 0, length: 2) == [0xFF, 0xD8] else { return nil }
    var kept: [UInt8] = [0xFF, 0xD8]
    var place = 2
    var frame: (content: [UInt8], start: Int)?
    var interval = 0
    var components: Int?
    for _ in 0..<Self.mostSegments {
      let start = file.bytes(at: place, length: 4)
      guard start.count == 4, start[0] == 0xFF else { return nil }
      let length = Int(start[2]) << 8 | Int(start[3])
      guard length >= 2 else { return nil }
      switch start[1] {
      // Sequential frames, Huffman and quantisation tables, restart interval, scan; JFIF and Adobe tell the colours.
      case 0xC0, 0xC1, 0xC4, 0xDB, 0xDD, 0xDA, 0xE0, 0xEE:
        let content = file.bytes(at: place + 4, length: length - 2)
        guard content.count == length - 2, kept.count + 2 + length < Self.mostBytes else { return nil }
        switch start[1] {
        case 0xC0, 0xC1:
          guard frame == nil, content.count >= 9 else { return nil }
          frame = (content, kept.count + 4)
        case 0xDD:
          guard content.count == 2 else { return nil }
          interval = Int(content[0]) << 8 | Int(content[1])
        case 0xDA: components = content.first.map(Int.init)
        default: break
        }
        kept += start + content
      case 0xE1...0xEF, 0xFE: break
      default: return nil
      }
      place += 2 + length
      if components != nil { break }
    }
    guard let frame, let components, interval > 0 else { return nil }
    let fields = frame.content.map(Int.init)
    height = fields[1] << 8 | fields[2]
    width = fields[3] << 8 | fields[4]
    // All components in one scan.
    guard fields[0] == 8, height > 0, width > 0, fields[5] == components, [1, 3, 4].contains(components),
      fields.count == 6 + 3 * components
    else { return nil }
    let factors = (0..<components).map { fields[7 + 3 * $0] }
    guard factors.allSatisfy({ (1...4).contains($0 >> 4) && (1...4).contains($0 & 15) }) else { return nil }
    // The blocks of a single component are their own MCUs (A.2.2).
    let across = components == 1 ? 1 : factors.map { $0 >> 4 }.max() ?? 1
    let down = components == 1 ? 1 : factors.map { $0 & 15 }.max() ?? 1
    let rowUnits = (width + 8 * across - 1) / (8 * across)
    rowHeight = 8 * down
    looksAround = down > 1
    let common = Self.greatestCommonDivisor(rowUnits, interval)
    unitRows = interval / common
    unitIntervals = rowUnits / common
    intervals = (rowUnits * ((height + 8 * down - 1) / (8 * down)) + interval - 1) / interval
    bytes = kept
    heightOffset = frame.start + 1
    scanStart = place
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }

  /// The header of a picture of other height, 1 to 65,535.
  func bytes(height: Int) -> [UInt8] {
    var bytes = bytes
    bytes[heightOffset] = UInt8(truncatingIfNeeded: height >> 8)
    bytes[heightOffset + 1] = UInt8(truncatingIfNeeded: height)
    return bytes
  }
}
