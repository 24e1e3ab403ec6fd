internal import CPNG

/// Reads PNG through libpng: every colour type and depth as 8-bit grey or RGB, with alpha where the file has it.
final class PNGReader: PictureReader {
  let header: PictureHeader
  private let reader: OpaquePointer
  private let file: PictureFile
  private let passes: Int
  /// The whole picture, if it is interlaced.
  private var raster: UnsafeMutableBufferPointer<UInt8>?
  private var nextRow = 0

  init(_ file: PictureFile) throws(PixelError) {
    var source = px_png_source(
      data: file.bytes?.baseAddress, length: file.count, read: PictureFile.callback, context: file.context)
    guard let reader = px_png_open(&source) else { throw Self.outOfMemory }
    self.file = file
    var found = px_png_header()
    let status = px_png_read_header(reader, &found)
    if status != PX_PNG_OK {
      defer { px_png_close(reader) }
      throw Self.error(status, reader)
    }
    self.reader = reader
    passes = Int(found.passes)
    let model: ColorModel =
      switch found.channels {
      case 1: .grey
      case 2: .greyAlpha
      case 3: .rgb
      default: .rgba
      }
    let rowBytes = Int(found.width) * model.channels
    let area = passes > 1 ? rowBytes.multipliedReportingOverflow(by: Int(found.height)) : (0, false)
    header = PictureHeader(
      format: .png, width: Int(found.width), height: Int(found.height), model: model,
      orientation: PNGChunks.orientation(file),
      colorProfile: found.profile.map { Array(UnsafeBufferPointer(start: $0, count: found.profile_length)) },
      areaBytes: area.1 ? .max : area.0)
  }

  deinit {
    px_png_close(reader)
    raster?.deallocate()
  }

  func start(poll: () throws(PixelError) -> Void) throws(PixelError) {
    try check(px_png_start(reader))
    guard passes > 1 else { return }
    let raster = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: header.areaBytes)
    raster.initialize(repeating: 0)
    self.raster = raster
    guard var base = raster.baseAddress else { return }
    let batch = max(1, min(64, (1 << 20) / header.rowBytes))
    for _ in 0..<passes {
      base = raster.baseAddress ?? base
      for row in stride(from: 0, to: header.height, by: batch) {
        try poll()
        let count = min(batch, header.height - row)
        try check(px_png_read_rows(reader, base, header.rowBytes, UInt32(count)))
        base += count * header.rowBytes
      }
    }
  }

  func read(into rows: UnsafeMutablePointer<UInt8>, count: Int) throws(PixelError) {
    if let raster = raster?.baseAddress {
      rows.update(from: raster + nextRow * header.rowBytes, count: count * header.rowBytes)
      nextRow += count
    } else {
      try check(px_png_read_rows(reader, rows, header.rowBytes, UInt32(count)))
    }
  }

  func finish() throws(PixelError) { try check(px_png_finish(reader)) }

  private func check(_ status: px_png_status) throws(PixelError) {
    if status != PX_PNG_OK { throw Self.error(status, reader) }
  }

  private static func error(_ status: px_png_status, _ reader: OpaquePointer) -> PixelError {
    let detail = String(cString: px_png_message(reader))
    switch status {
    case PX_PNG_TRUNCATED: return .truncated(format: .png, detail: detail)
    case PX_PNG_MEMORY: return outOfMemory
    case PX_PNG_UNREADABLE: return .unreadable
    default: return .damaged(format: .png, detail: detail)
    }
  }

  /// The system refused memory that the limits allow: there is no telling how much there would have been.
  private static var outOfMemory: PixelError { .tooLarge(limit: .memoryBytes, value: 0, maximum: 0) }
}
