internal import CJPEG

/// Reads JPEG through libjpeg: grey, RGB (from YCbCr too) and CMYK (from YCCK too), sequential and progressive.
final class JPEGReader: PictureReader {
  let header: PictureHeader
  private let reader: OpaquePointer
  private let file: PictureFile
  private let maximumScans: Int
  private let severalScans: Bool

  init(_ file: PictureFile, reduction: Reduction, maximumScans: Int) throws(PixelError) {
    var source = px_jpeg_source(
      data: file.bytes?.baseAddress, length: file.count, read: PictureFile.callback, context: file.context)
    guard let reader = px_jpeg_open(&source) else { throw Self.outOfMemory }
    self.file = file
    var found = px_jpeg_header()
    let status = px_jpeg_read_header(reader, &found)
    if status != PX_JPEG_OK {
      defer { px_jpeg_close(reader) }
      throw Self.error(status, reader)
    }
    self.reader = reader
    self.maximumScans = maximumScans
    severalScans = found.multiple_scans != 0
    var length = 0
    let profile = px_jpeg_profile(reader, &length)
    defer { px_jpeg_free(profile) }
    header = PictureHeader(
      format: .jpeg, width: Int(found.width), height: Int(found.height),
      model: found.channels == 1 ? .grey : found.channels == 3 ? .rgb : .cmyk,
      orientation: Orientation(exif: UnsafeBufferPointer(start: found.exif, count: found.exif_length)),
      colorProfile: profile.map { Array(UnsafeBufferPointer(start: $0, count: length)) },
      areaBytes: Int(clamping: found.coefficient_bytes),
      pixelsPerSample: reduction.pixelsPerSample(width: Int(found.width), height: Int(found.height)))
  }

  deinit { px_jpeg_close(reader) }

  func start(poll: () throws(PixelError) -> Void) throws(PixelError) {
    try check(px_jpeg_start(reader, UInt32(header.pixelsPerSample)))
    guard severalScans else { return }
    var scan: UInt32 = 0
    var done: Int32 = 0
    // So many rows of blocks at a time that the clock is looked at about every megabyte of coefficients.
    let steps = UInt32(max(1, min(64, (1 << 16) / (header.rowBytes + 1))))
    while done == 0 {
      try poll()
      try check(px_jpeg_consume(reader, steps, &scan, &done))
      if Int(scan) > maximumScans {
        throw .tooLarge(limit: .jpegScans, value: Int(scan), maximum: maximumScans)
      }
    }
  }

  func read(
    into rows: UnsafeMutablePointer<UInt8>, count: Int, poll: () throws(PixelError) -> Void
  ) throws(PixelError) {
    try check(px_jpeg_read_rows(reader, rows, header.rowBytes, UInt32(count)))
  }

  func finish(poll: () throws(PixelError) -> Void) throws(PixelError) { try check(px_jpeg_finish(reader)) }

  private func check(_ status: px_jpeg_status) throws(PixelError) {
    if status != PX_JPEG_OK { throw Self.error(status, reader) }
  }

  private static func error(_ status: px_jpeg_status, _ reader: OpaquePointer) -> PixelError {
    let detail = String(cString: px_jpeg_message(reader))
    switch status {
    case PX_JPEG_TRUNCATED: return .truncated(format: .jpeg, detail: detail)
    case PX_JPEG_UNSUPPORTED: return .unsupportedFormat(format: detail)
    case PX_JPEG_MEMORY: return outOfMemory
    case PX_JPEG_UNREADABLE: return .unreadable
    default: return .damaged(format: .jpeg, detail: detail)
    }
  }

  /// The system refused memory that the limits allow: there is no telling how much there would have been.
  private static var outOfMemory: PixelError { .tooLarge(limit: .memoryBytes, value: 0, maximum: 0) }
}
