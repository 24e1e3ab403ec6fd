/// Goes through a file from one place on, in windows of 64 KiB where it is not in memory.
struct FileCursor: ~Copyable {
  private let file: PictureFile
  /// What is at hand. Bytes in memory are all at hand from the start.
  private var next: UnsafePointer<UInt8>
  private(set) var left: Int
  /// Where what comes after them stands in the file.
  private var offset: Int
  private let window: UnsafeMutablePointer<UInt8>?

  private static let windowSize = 1 << 16

  init(_ file: PictureFile, at offset: Int) {
    self.file = file
    if let bytes = file.bytes, let base = bytes.baseAddress, offset < bytes.count {
      window = nil
      next = base + offset
      left = bytes.count - offset
      self.offset = bytes.count
    } else {
      let window = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.windowSize)
      self.window = window
      next = UnsafePointer(window)
      left = 0
      self.offset = offset
    }
  }

  deinit { window?.deallocate() }

  /// Up to `most` bytes that follow, at least 1, good until the next call.
  mutating func take(_ most: Int) throws(PixelData.Halt) -> UnsafeBufferPointer<UInt8> {
    if left == 0 {
      guard let window else { throw .isOdd }
      let target = UnsafeMutableRawBufferPointer(start: window, count: Self.windowSize)
      guard let got = file.read(at: offset, to: target) else { throw .cannotBeRead }
      if got <= 0 { throw .isOdd }
      next = UnsafePointer(window)
      left = got
      offset += got
    }
    let taken = UnsafeBufferPointer(start: next, count: min(most, left))
    next += taken.count
    left -= taken.count
    return taken
  }

  /// The four bytes that follow, as a number.
  mutating func number() throws(PixelData.Halt) -> UInt32 {
    var number: UInt32 = 0
    var missing = 4
    while missing > 0 {
      for byte in try take(missing) {
        number = number << 8 | UInt32(byte)
        missing -= 1
      }
    }
    return number
  }

  /// Goes on behind `count` bytes, which are not read if they are not at hand. The file may end before.
  mutating func skip(_ count: Int) {
    let near = min(count, left)
    next += near
    left -= near
    offset += count - near
  }
}
