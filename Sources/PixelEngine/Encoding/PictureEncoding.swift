internal import CIGZIP
internal import CJPEG
internal import CPNG

extension PixelEngine {
  /// Writes a whole picture, pixel by pixel: colours with alpha as PNG, without as PNG or JPEG.
  ///
  /// - Parameters:
  ///   - format: JPEG drops alpha.
  ///   - quality: of JPEG, 1 to 100.
  /// - Throws: `encodingFailed`, for a shape that the format has no room for.
  package func encode(_ picture: Raster, as format: ImageFormat, quality: Int = 90) throws(PixelError) -> [UInt8] {
    guard picture.width <= JPEGEncoder.longestSide, picture.height <= JPEGEncoder.longestSide else {
      throw .encodingFailed(format: format, detail: "a side is longer than 65,500 pixels")
    }
    return switch format {
    case .png: try png(picture)
    case .jpeg: try jpeg(picture, quality: quality)
    }
  }

  private func png(_ picture: Raster) throws(PixelError) -> [UInt8] {
    let hasAlpha = picture.pixels.contains { $0.alpha < 255 }
    let channels = hasAlpha ? 4 : 3
    var rows: [UInt8] = []
    rows.reserveCapacity(picture.height * (picture.width * channels + 1))
    for y in 0..<picture.height {
      // Filter "Sub": each sample as the difference from the pixel to its left.
      rows.append(1)
      var left = RGBA(red: 0, green: 0, blue: 0, alpha: 0)
      for x in 0..<picture.width {
        let pixel = picture[x, y]
        rows.append(pixel.red &- left.red)
        rows.append(pixel.green &- left.green)
        rows.append(pixel.blue &- left.blue)
        if hasAlpha { rows.append(pixel.alpha &- left.alpha) }
        left = pixel
      }
    }
    let capacity = px_zlib_bound(rows.count)
    let compressed = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      count = px_zlib(rows, rows.count, buffer.baseAddress, capacity)
    }
    if compressed.isEmpty { throw .encodingFailed(format: .png, detail: "zlib failed") }
    let header = Self.bigEndian(picture.width) + Self.bigEndian(picture.height) + [8, hasAlpha ? 6 : 2, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Self.chunk("IHDR", header)
      + Self.chunk("IDAT", compressed) + Self.chunk("IEND", [])
  }

  private func jpeg(_ picture: Raster, quality: Int) throws(PixelError) -> [UInt8] {
    guard let writer = px_jpeg_writer_open() else {
      throw .encodingFailed(format: .jpeg, detail: "libjpeg has no memory")
    }
    defer { px_jpeg_writer_close(writer) }
    func check(_ status: px_jpeg_status) throws(PixelError) {
      if status != PX_JPEG_OK {
        throw .encodingFailed(format: .jpeg, detail: String(cString: px_jpeg_writer_message(writer)))
      }
    }
    var format = px_jpeg_format()
    format.width = UInt32(picture.width)
    format.height = UInt32(picture.height)
    format.channels = 3
    format.quality = Int32(min(max(quality, 1), 100))
    try check(px_jpeg_writer_start(writer, &format))
    for y in 0..<picture.height {
      let row = (0..<picture.width).flatMap { x in
        let pixel = picture[x, y]
        return [pixel.red, pixel.green, pixel.blue]
      }
      try check(px_jpeg_write_row(writer, row, 1))
    }
    var bytes: UnsafePointer<UInt8>?
    var length = 0
    try check(px_jpeg_writer_finish(writer, &bytes, &length))
    return Array(UnsafeBufferPointer(start: bytes, count: length))
  }

  private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + content
    return bigEndian(content.count) + body + bigEndian(Int(px_crc32(0, body, body.count)))
  }

  private static func bigEndian(_ value: Int) -> [UInt8] {
    [UInt8(value >> 24 & 255), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
  }
}
