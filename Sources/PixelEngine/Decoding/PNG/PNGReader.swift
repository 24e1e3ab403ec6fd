internal import CPNG

/// Reads PNG: every colour type and depth as 8-bit grey or RGB, with alpha where the file has it.
///
/// libpng reads what is before the pixels. Pixels that have nothing to be done to them but taking their filters off, as in
/// nearly all large pictures, come from `PixelData`; all others from libpng. So do those where `PixelData` finds something
/// odd, from the first row on once more: what is an error, and of which kind, is always libpng's word.
final class PNGReader: PictureReader {
  let header: PictureHeader
  private let reader: OpaquePointer
  private let file: PictureFile
  private let passes: Int
  /// The whole picture, if it is interlaced.
  private var raster: UnsafeMutableBufferPointer<UInt8>?
  private var nextRow = 0
  /// Where the pixels are, if they may be read without libpng.
  let plainPixels: Int?
  /// What reads them then.
  private var pixels: PixelData?
  /// Whether pixels are read, or have been read, without libpng.
  var isPlain: Bool { pixels != nil }
  private let filter: RowFilter
  /// The last row read, for the one below it. Vectors may be loaded past its end.
  private var above: UnsafeMutableBufferPointer<UInt8>?

  /// - Parameter throughout: leaves the pixels to libpng whatever they are like.
  init(_ file: PictureFile, throughout: Bool = false) throws(PixelError) {
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
    plainPixels = found.is_plain != 0 && !throughout ? found.pixels_at : nil
    let model: ColorModel =
      switch found.channels {
      case 1: .grey
      case 2: .greyAlpha
      case 3: .rgb
      default: .rgba
      }
    let rowBytes = Int(found.width) * model.channels
    filter = RowFilter(channels: model.channels, rowBytes: rowBytes)
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
    above?.deallocate()
  }

  func start(poll: () throws(PixelError) -> Void) throws(PixelError) {
    if let plainPixels, let pixels = PixelData(file, at: plainPixels, rowBytes: header.rowBytes) {
      let above = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: header.rowBytes + RowFilter.slack)
      above.initialize(repeating: 0)
      self.above = above
      self.pixels = pixels
      return
    }
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

  func read(
    into rows: UnsafeMutablePointer<UInt8>, count: Int, poll: () throws(PixelError) -> Void
  ) throws(PixelError) {
    if let raster = raster?.baseAddress {
      rows.update(from: raster + nextRow * header.rowBytes, count: count * header.rowBytes)
    } else if try !withPixels(poll, { pixels throws(PixelData.Halt) in try read(pixels, into: rows, count: count) }) {
      try check(px_png_read_rows(reader, rows, header.rowBytes, UInt32(count)))
    }
    nextRow += count
  }

  func finish(poll: () throws(PixelError) -> Void) throws(PixelError) {
    if try !withPixels(poll, { pixels throws(PixelData.Halt) in try pixels.finish() }) {
      try check(px_png_finish(reader))
    }
  }

  /// Lets `body` read on without libpng.
  ///
  /// - Returns: false if libpng has to do what `body` should have done; it has read all rows before then.
  private func withPixels(
    _ poll: () throws(PixelError) -> Void, _ body: (PixelData) throws(PixelData.Halt) -> Void
  ) throws(PixelError) -> Bool {
    guard let pixels else { return false }
    do throws(PixelData.Halt) {
      try body(pixels)
      return true
    } catch {
      if error == .cannotBeRead { throw .unreadable }
      self.pixels = nil
    }
    try check(px_png_start(reader))
    let batch = max(1, min(64, (1 << 18) / header.rowBytes))
    let rows = UnsafeMutablePointer<UInt8>.allocate(capacity: batch * header.rowBytes)
    defer { rows.deallocate() }
    for row in stride(from: 0, to: nextRow, by: batch) {
      try poll()
      try check(px_png_read_rows(reader, rows, header.rowBytes, UInt32(min(batch, nextRow - row))))
    }
    return false
  }

  private func read(
    _ pixels: PixelData, into rows: UnsafeMutablePointer<UInt8>, count: Int
  ) throws(PixelData.Halt) {
    guard let lastAbove = above?.baseAddress else { throw .isOdd }
    let rowBytes = header.rowBytes
    var above = UnsafePointer(lastAbove)
    var row = 0
    while row < count {
      let found = try pixels.rows(min(2, count - row))
      let target = rows + row * rowBytes
      if found.count == 2, found.first[0] == RowFilter.paeth, found.first[rowBytes + 1] == RowFilter.paeth {
        filter.undoTwoPaeth(found.first, to: target, above: above)
        pixels.drop(2)
        row += 2
      } else {
        guard filter.undo(found.first, to: target, above: above) else { throw .isOdd }
        pixels.drop(1)
        row += 1
      }
      above = UnsafePointer(rows + (row - 1) * rowBytes)
    }
    lastAbove.update(from: above, count: rowBytes)
  }

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
