internal import CPNG

/// Writes PNG (PNG 3rd edition), without the cost of compressing every row of it.
///
/// Of a row of cells only the first row of pixels says anything new. The others are the same again: filter "Up", all
/// zero. Deflate blocks that end in a full flush do not know what is before them, so a run of such rows is compressed
/// once and then copied; Adler-32, which the stream ends in, is combined the same way (RFC 1950, RFC 1951).
enum PNGEncoder: MosaicEncoder {
  /// Up to so many bytes of pixels a picture is compressed as one block: it comes out smaller, and costs nothing.
  private static let smallPicture = 1 << 18

  static func encode(_ mosaic: Mosaic) throws(PixelError) -> [UInt8] {
    let colorType: UInt8
    switch mosaic.grid.model {
    case .grey: colorType = 0
    case .rgb: colorType = 2
    case .greyAlpha: colorType = 4
    case .rgba: colorType = 6
    case .cmyk: throw .encodingFailed(format: .png, detail: "PNG has no CMYK")
    }
    guard mosaic.width <= Int(Int32.max), mosaic.height <= Int(Int32.max) else {
      throw .encodingFailed(format: .png, detail: "a side is longer than 2,147,483,647 pixels")
    }
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let header = bigEndian(mosaic.width) + bigEndian(mosaic.height) + [8, colorType, 0, 0, 0]
    append("IHDR", header, to: &file)
    if let profile = mosaic.colorProfile {
      append("iCCP", Array("ICC Profile".utf8) + [0, 0] + (try zlib(profile)), to: &file)
    }
    append("IDAT", try pixels(mosaic), to: &file)
    append("IEND", [], to: &file)
    return file
  }

  /// The zlib stream of all rows.
  private static func pixels(_ mosaic: Mosaic) throws(PixelError) -> [UInt8] {
    let rowBytes = mosaic.width * mosaic.grid.model.channels + 1
    let (total, overflow) = rowBytes.multipliedReportingOverflow(by: mosaic.height)
    let stream = try DeflateStream()
    if !overflow, total <= smallPicture {
      var all: [UInt8] = []
      all.reserveCapacity(total)
      for row in 0..<mosaic.grid.size.side {
        let count = mosaic.rowBounds[row + 1] - mosaic.rowBounds[row]
        if count == 0 { continue }
        all.append(contentsOf: firstRow(mosaic, row, rowBytes))
        for _ in 1..<count { all.append(contentsOf: repeatedRow(rowBytes)) }
      }
      try stream.write(all)
      return stream.finished()
    }

    let single = try stream.compress(repeatedRow(rowBytes))
    // A few tens of kilobytes: longer runs would save little more than the five bytes of a flush.
    let rowsInRun = max(1, min(64, (1 << 16) / rowBytes))
    var many = repeatedRow(rowBytes)
    for _ in 1..<rowsInRun { many.append(contentsOf: repeatedRow(rowBytes)) }
    let run = rowsInRun == 1 ? single : try stream.compress(many)
    for row in 0..<mosaic.grid.size.side {
      let count = mosaic.rowBounds[row + 1] - mosaic.rowBounds[row]
      if count == 0 { continue }
      try stream.write(firstRow(mosaic, row, rowBytes))
      for _ in 0..<((count - 1) / rowsInRun) { stream.append(run) }
      for _ in 0..<((count - 1) % rowsInRun) { stream.append(single) }
    }
    return stream.finished()
  }

  /// The first row of a row of cells, filter "Sub": zero but where a cell begins.
  private static func firstRow(_ mosaic: Mosaic, _ row: Int, _ rowBytes: Int) -> [UInt8] {
    let channels = mosaic.grid.model.channels
    let side = mosaic.grid.size.side
    var bytes = [UInt8](repeating: 0, count: rowBytes)
    bytes[0] = 1
    var left = [UInt8](repeating: 0, count: channels)
    for column in 0..<side where mosaic.columnBounds[column] < mosaic.columnBounds[column + 1] {
      for channel in 0..<channels {
        let sample = mosaic.grid.samples[(row * side + column) * channels + channel]
        bytes[1 + mosaic.columnBounds[column] * channels + channel] = sample &- left[channel]
        left[channel] = sample
      }
    }
    return bytes
  }

  /// A row that equals the one above, filter "Up".
  private static func repeatedRow(_ rowBytes: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: rowBytes)
    bytes[0] = 2
    return bytes
  }

  private static func zlib(_ bytes: [UInt8]) throws(PixelError) -> [UInt8] {
    let capacity = px_zlib_bound(bytes.count)
    let out = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      count = px_zlib(bytes, bytes.count, buffer.baseAddress, capacity)
    }
    if out.isEmpty { throw .encodingFailed(format: .png, detail: "zlib failed") }
    return out
  }

  private static func append(_ type: String, _ content: [UInt8], to file: inout [UInt8]) {
    let body = Array(type.utf8) + content
    file.append(contentsOf: bigEndian(content.count))
    file.append(contentsOf: body)
    file.append(contentsOf: bigEndian(Int(px_crc32(0, body, body.count))))
  }

  private static func bigEndian(_ value: Int) -> [UInt8] {
    [UInt8(value >> 24 & 255), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
  }
}

/// A zlib stream put together from blocks, some of them more than once.
private final class DeflateStream {
  /// Compressed bytes that stand for themselves wherever in the stream they are, and what they stand for.
  struct Block {
    let bytes: [UInt8]
    let adler: UInt32
    let length: Int
  }

  private let deflater: OpaquePointer
  /// Deflate, a window of 32 kB, the default level (RFC 1950, 2.2).
  private var bytes: [UInt8] = [0x78, 0x9C]
  private var adler: UInt32 = 1

  init() throws(PixelError) {
    guard let deflater = px_deflate_open(6) else { throw .encodingFailed(format: .png, detail: "zlib has no memory") }
    self.deflater = deflater
  }

  deinit { px_deflate_close(deflater) }

  func compress(_ input: [UInt8]) throws(PixelError) -> Block {
    let capacity = px_deflate_bound(deflater, input.count)
    let out = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      count = px_deflate_block(deflater, input, input.count, buffer.baseAddress, capacity)
    }
    if out.isEmpty { throw .encodingFailed(format: .png, detail: "zlib failed") }
    return Block(bytes: out, adler: px_adler32(1, input, input.count), length: input.count)
  }

  func append(_ block: Block) {
    bytes.append(contentsOf: block.bytes)
    adler = px_adler32_combine(adler, block.adler, UInt64(block.length))
  }

  func write(_ input: [UInt8]) throws(PixelError) { append(try compress(input)) }

  /// Ends the stream: an empty last block, and the checksum.
  func finished() -> [UInt8] {
    bytes + [3, 0, UInt8(adler >> 24), UInt8(adler >> 16 & 255), UInt8(adler >> 8 & 255), UInt8(adler & 255)]
  }
}
