/// A picture's file: its bytes in memory, or a place that they are read from in windows, so that a large file need not be
/// in memory at all.
package struct PictureData: Sendable {
  /// Copies up to `target.count` bytes from `offset` on and says how many; 0 at the end, nil if they cannot be read. It is
  /// called again and again, mostly for the bytes that follow, and on several threads at once where a picture is decoded
  /// so.
  package typealias Reading = @Sendable (_ offset: Int, _ target: UnsafeMutableRawBufferPointer) -> Int?

  enum Storage: Sendable {
    case bytes([UInt8])
    case windows(Reading)
  }

  /// Length of the file, in bytes.
  package let count: Int
  let storage: Storage

  package init(_ bytes: [UInt8]) {
    count = bytes.count
    storage = .bytes(bytes)
  }

  /// - Parameters:
  ///   - count: length of the file. What is beyond is not read; where less can be read, the file is cut off there.
  ///   - read: how it is read; on the threads that decode.
  package init(count: Int, read: @escaping Reading) {
    self.count = count
    storage = .windows(read)
  }

  /// Calls `body` with the file as the decoders want it, which is good until it returns.
  func withFile<Result, Failure: Error>(_ body: (PictureFile) throws(Failure) -> Result) throws(Failure) -> Result {
    switch storage {
    case .bytes(let bytes):
      return try bytes.withUnsafeBufferPointer { bytes throws(Failure) in try body(PictureFile(bytes)) }
    case .windows(let read):
      return try body(PictureFile(count: count, read: read))
    }
  }
}

/// A file while it is decoded.
final class PictureFile {
  let count: Int
  /// All of it, if it is in memory.
  let bytes: UnsafeBufferPointer<UInt8>?
  private let reading: PictureData.Reading?

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    count = bytes.count
    self.bytes = bytes
    reading = nil
  }

  init(count: Int, read: @escaping PictureData.Reading) {
    self.count = count
    bytes = nil
    reading = read
  }

  /// As `PictureData.Reading`, and never past `count`.
  func read(at offset: Int, to target: UnsafeMutableRawBufferPointer) -> Int? {
    guard offset >= 0, offset < count else { return 0 }
    let wanted = UnsafeMutableRawBufferPointer(rebasing: target.prefix(count - offset))
    if wanted.isEmpty { return 0 }
    if let reading { return reading(offset, wanted) }
    guard let bytes else { return nil }
    wanted.copyMemory(
      from: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[offset...].prefix(wanted.count)))
    return wanted.count
  }

  /// The bytes from `offset` on, fewer than `length` only where the file ends or cannot be read.
  func bytes(at offset: Int, length: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: min(length, max(0, count - offset))) { buffer, filled in
      filled = 0
      while filled < buffer.count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
        guard let got = read(at: offset + filled, to: rest), got > 0 else { return }
        filled += got
      }
    }
  }

  /// What a C function calls back; `context` is the file, borrowed.
  static let callback: @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeMutablePointer<UInt8>?, Int) -> Int = {
    context, offset, out, count in
    guard let context, let out else { return -1 }
    let file = Unmanaged<PictureFile>.fromOpaque(context).takeUnretainedValue()
    return file.read(at: offset, to: UnsafeMutableRawBufferPointer(start: out, count: count)) ?? -1
  }

  /// The context for `callback`, good as long as the file lives.
  var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
}

// A file that is in memory anyway.
extension PixelEngine {
  /// As the method of the same name for `PictureData`.
  package func pixelate(
    _ data: [UInt8], sizes: [GridSize] = GridSize.allCases, lanes: Int = 1, isCancelled: () -> Bool = { false }
  ) throws(PixelError) -> PixelatedImage {
    try pixelate(PictureData(data), sizes: sizes, lanes: lanes, isCancelled: isCancelled)
  }

  /// As the method of the same name for `PictureData`.
  package func thumbnail(
    _ data: [UInt8], maxWidth: Int, maxHeight: Int, isCancelled: () -> Bool = { false }
  ) throws(PixelError) -> Raster {
    try thumbnail(PictureData(data), maxWidth: maxWidth, maxHeight: maxHeight, isCancelled: isCancelled)
  }

  /// As the method of the same name for `PictureData`.
  package func readGrid(_ data: [UInt8], size: GridSize) throws(PixelError) -> Grid {
    try readGrid(PictureData(data), size: size)
  }

  /// As the method of the same name for `PictureData`.
  package func inspect(_ data: [UInt8], size: GridSize) throws(PixelError) -> RenditionInspection {
    try inspect(PictureData(data), size: size)
  }
}
