internal import CIGZIP

/// The rows of a plain PNG as its IDAT chunks hold them (PNG 3rd edition, 10): each still behind its filter. igzip inflates
/// them, three times as fast as zlib does.
///
/// Only what is beyond doubt gets through: chunks one after another with right checksums, one zlib stream that holds all
/// rows and nothing else, and up to IEND nothing that a reader must know. Whatever else there is `isOdd`; libpng, which
/// knows best what is wrong with it, or that nothing is, has to read the picture then.
///
/// Memory: 64 KiB of compressed bytes, 160 KiB and two rows of inflated ones, 90 KiB of igzip's tables and history.
final class PixelData {
  enum Halt: Error {
    /// The file cannot be read on.
    case cannotBeRead
    /// Damaged, cut off, or written as hardly anybody does.
    case isOdd
  }

  /// A row and the byte before it, which says how it is filtered.
  private let rowLength: Int
  private let inflater: OpaquePointer
  private var cursor: FileCursor

  /// Bytes of the chunk at hand that are not read yet.
  private var chunkLeft: Int
  private var checksum: UInt32
  /// Behind the last IDAT chunk: the chunk that follows.
  private var following: (length: Int, type: UInt32)?

  /// Contents of chunks, as one stream.
  private let compressed: UnsafeMutablePointer<UInt8>
  private var compressedRange = 0..<0
  /// Inflated rows. What is left of them moves to the front before others come behind it.
  private let inflated: UnsafeMutablePointer<UInt8>
  private let capacity: Int
  private var inflatedRange = 0..<0
  private var hasEnded = false

  private static let compressedCapacity = 1 << 16

  /// - Parameters:
  ///   - offset: where the content of the first IDAT chunk begins.
  ///   - rowBytes: bytes in a row; `rowBytes * 2` has been checked against the limits.
  /// - Returns: nil if the system has no memory, or the picture is not one for this.
  init?(_ file: PictureFile, at offset: Int, rowBytes: Int) {
    guard offset >= 8, let inflater = px_inflater_open() else { return nil }
    self.inflater = inflater
    rowLength = rowBytes + 1
    capacity = 2 * rowLength + 160 << 10
    compressed = .allocate(capacity: Self.compressedCapacity)
    inflated = .allocate(capacity: capacity + RowFilter.slack)
    (inflated + capacity).initialize(repeating: 0, count: RowFilter.slack)
    let header = file.bytes(at: offset - 8, length: 10)
    // A window of 32 KiB: to smaller ones zlib holds a stream, igzip does not.
    let isUsual = header.count == 10 && header[8] == 0x78
    chunkLeft = PNGChunks.number(header[...])
    checksum = Self.checksumOfIDAT
    cursor = FileCursor(file, at: offset)
    if !isUsual { return nil }
  }

  deinit {
    px_inflater_close(inflater)
    compressed.deallocate()
    inflated.deallocate()
  }

  /// How many whole rows are at hand, up to `most` (1 or 2), at least 1; and the first of them. A row is its filter and
  /// `rowBytes` samples. Good until the next call.
  func rows(_ most: Int) throws(Halt) -> (first: UnsafePointer<UInt8>, count: Int) {
    while inflatedRange.count < rowLength { try inflate() }
    let count = inflatedRange.count >= 2 * rowLength ? most : 1
    return (UnsafePointer(inflated + inflatedRange.lowerBound), count)
  }

  /// Goes on behind `count` of the rows at hand.
  func drop(_ count: Int) {
    inflatedRange = (inflatedRange.lowerBound + count * rowLength)..<inflatedRange.upperBound
  }

  /// Behind the last row: reads to the end of the file and checks it.
  func finish() throws(Halt) {
    while !hasEnded {
      if !inflatedRange.isEmpty { throw .isOdd }
      try inflate()
    }
    if !inflatedRange.isEmpty { throw .isOdd }
    // Bytes behind the stream are harmless, but have to be there.
    while following == nil { try gather() }
    while let chunk = following {
      if chunk.type == 0x4945_4E44 {  // IEND
        let checksum = try cursor.number()
        if chunk.length != 0 || checksum != 0xAE42_6082 { throw .isOdd }
        return
      }
      // Ancillary chunks (a small first letter) lose no pixel whatever is wrong with them.
      guard Self.isName(chunk.type), chunk.type & 0x2000_0000 != 0 else { throw .isOdd }
      cursor.skip(chunk.length + 4)
      following = try nextChunk()
    }
  }

  /// Adds to what is inflated.
  private func inflate() throws(Halt) {
    if hasEnded { throw .isOdd }
    if compressedRange.isEmpty, following == nil { try gather() }
    let kept = inflatedRange.count
    inflated.update(from: inflated + inflatedRange.lowerBound, count: kept)
    var input: UnsafePointer<UInt8>? = UnsafePointer(compressed + compressedRange.lowerBound)
    var inputLeft = compressedRange.count
    var output: UnsafeMutablePointer<UInt8>? = inflated + kept
    var room = capacity - kept
    let status = px_inflate(inflater, &input, &inputLeft, &output, &room)
    let isStuck = inputLeft == compressedRange.count && room == capacity - kept
    compressedRange = (compressedRange.upperBound - inputLeft)..<compressedRange.upperBound
    inflatedRange = 0..<(capacity - room)
    switch status {
    case PX_INFLATE_END: hasEnded = true
    case PX_INFLATE_MORE: if isStuck, following != nil { throw .isOdd }
    default: throw .isOdd
    }
  }

  /// Fills up the compressed bytes, all of which have been read, from as many chunks as that takes.
  private func gather() throws(Halt) {
    var count = 0
    while count < Self.compressedCapacity {
      while chunkLeft == 0 {
        if try cursor.number() != checksum { throw .isOdd }
        let chunk = try nextChunk()
        if chunk.type != 0x4944_4154 {  // IDAT
          following = chunk
          compressedRange = 0..<count
          return
        }
        chunkLeft = chunk.length
        checksum = Self.checksumOfIDAT
      }
      let part = try cursor.take(min(chunkLeft, Self.compressedCapacity - count))
      guard let start = part.baseAddress else { throw .isOdd }
      (compressed + count).update(from: start, count: part.count)
      checksum = px_crc32(checksum, compressed + count, part.count)
      chunkLeft -= part.count
      count += part.count
    }
    compressedRange = 0..<count
  }

  private func nextChunk() throws(Halt) -> (length: Int, type: UInt32) {
    let length = try cursor.number()
    if length > 0x7FFF_FFFF { throw .isOdd }
    return (Int(length), try cursor.number())
  }

  /// Four letters.
  private static func isName(_ type: UInt32) -> Bool {
    [24, 16, 8, 0].allSatisfy { (0x61...0x7A).contains(type >> $0 & 0xFF | 0x20) }
  }

  /// Of the type, which a chunk's checksum begins with.
  private static let checksumOfIDAT = px_crc32(0, [0x49, 0x44, 0x41, 0x54], 4)
}
