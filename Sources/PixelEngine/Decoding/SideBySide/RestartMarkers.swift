internal import Glibc

/// Goes through the data of a scan and notes where it may be cut. Any other marker than the next in turn, or fill bytes,
/// end it without success.
struct RestartMarkers {
  /// Where the data of each unit begin in the file.
  private(set) var starts: [Int]
  /// Where the end marker is in the file, once it is found behind all restart markers.
  private(set) var end: Int?

  private let unitIntervals: Int
  private let expected: Int
  private var found = 0
  private var isAfterFF = false
  private var isOdd = false

  private static let windowBytes = 1 << 18

  /// - Parameter poll: called for every window read.
  init(
    _ file: PictureFile, header: RestartHeader, poll: () throws(PixelError) -> Void
  ) throws(PixelError) {
    starts = [header.scanStart]
    unitIntervals = header.unitIntervals
    expected = header.intervals - 1
    let window = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.windowBytes, alignment: 16)
    defer { window.deallocate() }
    var offset = header.scanStart
    while end == nil, !isOdd {
      try poll()
      guard let count = file.read(at: offset, to: window), count > 0 else { return }
      take(UnsafeRawBufferPointer(rebasing: window.prefix(count)), at: offset)
      offset += count
    }
  }

  private mutating func take(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    guard let base = bytes.baseAddress else { return }
    var i = 0
    while i < bytes.count {
      if !isAfterFF {
        guard let hit = memchr(base + i, 0xFF, bytes.count - i) else { return }
        i = base.distance(to: UnsafeRawPointer(hit)) + 1
        isAfterFF = true
        continue
      }
      isAfterFF = false
      let byte = bytes[i]
      i += 1
      switch byte {
      case 0x00: break
      case 0xD0...0xD7 where found < expected && Int(byte & 7) == found & 7:
        found += 1
        if found % unitIntervals == 0 { starts.append(offset + i) }
      case 0xD9 where found == expected:
        end = offset + i - 2
        return
      default:
        isOdd = true
        return
      }
    }
  }
}

/// The file of a part: a header of its own, data out of the file of the whole, its restart markers numbered anew from 0,
/// and an end marker.
struct PartFile: Sendable {
  let whole: PictureData
  let header: [UInt8]
  /// The data's place in the whole file.
  let data: Range<Int>
  /// Number of the first restart marker in `data`, 0 to 7.
  let firstMarker: UInt8

  /// The most that the decoder reads of a file at once. Windows end where they do when the whole is read: what libjpeg
  /// makes of wrong codes may depend on it.
  private static let windowBytes = 1 << 16

  var picture: PictureData {
    PictureData(count: header.count + data.count + 2) { offset, target in
      if offset < header.count { return Self.copy(header, from: offset, to: target) }
      let place = data.lowerBound + offset - header.count
      if place >= data.upperBound { return Self.copy([0xFF, 0xD9], from: place - data.upperBound, to: target) }
      return whole.withFile { file in read(file, at: place, to: target) }
    }
  }

  private static func copy(_ bytes: [UInt8], from start: Int, to target: UnsafeMutableRawBufferPointer) -> Int {
    let part = bytes.dropFirst(start).prefix(target.count)
    target.copyBytes(from: part)
    return part.count
  }

  private func read(_ file: PictureFile, at place: Int, to target: UnsafeMutableRawBufferPointer) -> Int? {
    let end = min(data.upperBound, (place / Self.windowBytes + 1) * Self.windowBytes)
    let wanted = UnsafeMutableRawBufferPointer(rebasing: target.prefix(end - place))
    guard let count = file.read(at: place, to: wanted), count > 0 else { return nil }
    if firstMarker == 0 { return count }
    // A marker may begin in the window before.
    if place > data.lowerBound {
      let before = file.bytes(at: place - 1, length: 1)
      if before.isEmpty { return nil }
      if before == [0xFF] { renumber(&wanted[0]) }
    }
    guard let base = wanted.baseAddress else { return nil }
    var i = 0
    while i < count, let hit = memchr(base + i, 0xFF, count - i) {
      i = base.distance(to: hit) + 1
      if i < count { renumber(&wanted[i]) }
    }
    return count
  }

  /// - Parameter byte: what follows 0xFF, which in a scan's data is 0 or the code of a restart marker.
  private func renumber(_ byte: inout UInt8) {
    if byte & 0xF8 == 0xD0 { byte = 0xD0 | (byte &- firstMarker) & 7 }
  }
}
