internal import CIGZIP
internal import CPNG

/// Writes PNG (PNG 3rd edition), without the cost of compressing every row of it.
///
/// Of a row of cells only the first row of pixels says anything new, and of that only the first pixel of each cell: with
/// the filters "Sub" and "Up" all the rest is zero. So the stream is put together from the grid, in time that hardly
/// depends on the size of the picture; the pixels are those of a plain encoding.
enum PNGEncoder: MosaicEncoder {
  /// Up to so many bytes of pixels a picture is compressed by zlib: it comes out smaller, and costs nothing.
  private static let smallPicture = 1 << 15

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
    if !overflow, total <= smallPicture { return try zlib(filtered(mosaic, rowBytes, total)) }

    var deflater = RunDeflater()
    for row in 0..<mosaic.grid.size.side {
      let count = mosaic.rowBounds[row + 1] - mosaic.rowBounds[row]
      if count == 0 { continue }
      // Filter "Sub": zero but where a cell begins.
      deflater.add(1)
      var end = 0
      forEachStep(mosaic, row) { offset, difference in
        if difference == 0 { return }
        deflater.add(zeros: offset - end)
        deflater.add(difference)
        end = offset + 1
      }
      deflater.add(zeros: rowBytes - 1 - end)
      deflater.endText(times: 1)
      if count == 1 { continue }
      // Filter "Up": the row above once more.
      deflater.add(2)
      deflater.add(zeros: rowBytes - 1)
      deflater.endText(times: count - 1)
    }
    return deflater.finish()
  }

  /// All rows, each after its filter.
  private static func filtered(_ mosaic: Mosaic, _ rowBytes: Int, _ total: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: total)
    var start = 0
    for row in 0..<mosaic.grid.size.side {
      let count = mosaic.rowBounds[row + 1] - mosaic.rowBounds[row]
      if count == 0 { continue }
      bytes[start] = 1
      forEachStep(mosaic, row) { offset, difference in bytes[start + 1 + offset] = difference }
      for line in 1..<max(1, count) { bytes[start + line * rowBytes] = 2 }
      start += count * rowBytes
    }
    return bytes
  }

  /// What the first samples of each cell differ by from those to their left, and where they stand in a row of samples.
  private static func forEachStep(_ mosaic: Mosaic, _ row: Int, _ body: (_ offset: Int, _ difference: UInt8) -> Void) {
    let channels = mosaic.grid.model.channels
    let side = mosaic.grid.size.side
    var left = [UInt8](repeating: 0, count: channels)
    for column in 0..<side where mosaic.columnBounds[column] < mosaic.columnBounds[column + 1] {
      for channel in 0..<channels {
        let sample = mosaic.grid.samples[(row * side + column) * channels + channel]
        body(mosaic.columnBounds[column] * channels + channel, sample &- left[channel])
        left[channel] = sample
      }
    }
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
