internal import CJPEG

/// Writes JPEG (ITU-T T.81), without the cost of encoding every row of it.
///
/// Most rows of blocks lie wholly within one row of cells, and are then equal. With a restart marker after each row of
/// blocks none depends on the one before (T.81, E.1.4), so libjpeg encodes only those that differ, and the segments are
/// repeated, their markers renumbered and the height in the frame header put right. The pixels are those of a plain
/// encoding.
enum JPEGEncoder: MosaicEncoder {
  static let quality: Int32 = 75
  /// What libjpeg's own limit is (JPEG_MAX_DIMENSION).
  static let longestSide = 65_500

  static func encode(_ mosaic: Mosaic) throws(PixelError) -> [UInt8] {
    if mosaic.grid.model.hasAlpha { throw .encodingFailed(format: .jpeg, detail: "JPEG has no alpha") }
    guard mosaic.width <= longestSide, mosaic.height <= longestSide else {
      throw .encodingFailed(format: .jpeg, detail: "a side is longer than 65,500 pixels")
    }
    let bands = Band.all(of: mosaic)
    let total = bands.reduce(0) { $0 + $1.count }
    if bands.count == total {
      let rows = (0..<mosaic.grid.size.side).map { (row: $0, count: mosaic.rowBounds[$0 + 1] - mosaic.rowBounds[$0]) }
      return try write(mosaic, rows: rows, height: mosaic.height, restarts: false)
    }
    let height = bands.count * Band.height(of: mosaic.grid.model)
    let distinct = try write(mosaic, rows: bands.flatMap(\.rows), height: height, restarts: true)
    guard let spliced = splice(distinct, repeats: bands.map(\.count), height: mosaic.height) else {
      throw .encodingFailed(format: .jpeg, detail: "restart markers are not where they should be")
    }
    return spliced
  }

  /// Encodes rows of cells, each `count` pixels high, one under the other.
  private static func write(
    _ mosaic: Mosaic, rows: [(row: Int, count: Int)], height: Int, restarts: Bool
  ) throws(PixelError) -> [UInt8] {
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
    format.width = UInt32(mosaic.width)
    format.height = UInt32(height)
    format.channels = UInt32(mosaic.grid.model.channels)
    format.quality = quality
    format.restart_rows = restarts ? 1 : 0
    let profile = mosaic.colorProfile ?? []
    let started = profile.withUnsafeBufferPointer { profile in
      format.profile = profile.baseAddress
      format.profile_length = profile.count
      return px_jpeg_writer_start(writer, &format)
    }
    try check(started)
    let pixels = UnsafeMutablePointer<UInt8>.allocate(capacity: mosaic.width * mosaic.grid.model.channels)
    defer { pixels.deallocate() }
    var current: Int?
    for (row, count) in rows where count > 0 {
      if row != current { mosaic.writeRow(ofCells: row, to: pixels) }
      current = row
      try check(px_jpeg_write_row(writer, pixels, UInt32(count)))
    }
    var bytes: UnsafePointer<UInt8>?
    var length = 0
    try check(px_jpeg_writer_finish(writer, &bytes, &length))
    return Array(UnsafeBufferPointer(start: bytes, count: length))
  }

  /// Repeats the segments of a scan that has a restart marker after each row of blocks.
  ///
  /// - Returns: nil if the file is not built that way.
  private static func splice(_ file: [UInt8], repeats: [Int], height: Int) -> [UInt8]? {
    var result: [UInt8] = []
    // Headers: marker, length, content, until the one of the scan.
    var offset = 2
    var scan = 0
    result.append(contentsOf: file.prefix(2))
    while scan == 0 {
      guard offset + 9 <= file.count, file[offset] == 0xFF else { return nil }
      let length = Int(file[offset + 2]) << 8 | Int(file[offset + 3])
      guard offset + 2 + length <= file.count else { return nil }
      var segment = Array(file[offset..<(offset + 2 + length)])
      if segment[1] == 0xC0 {
        segment[5] = UInt8(height >> 8)
        segment[6] = UInt8(height & 255)
      }
      result.append(contentsOf: segment)
      offset += 2 + length
      if segment[1] == 0xDA { scan = offset }
    }
    // Entropy-coded data: FF is followed by 00, or by a marker.
    var segments: [Range<Int>] = []
    var start = scan
    file.withUnsafeBufferPointer { bytes in
      var i = scan
      while i + 1 < bytes.count {
        if bytes[i] != 0xFF {
          i += 1
          continue
        }
        let code = bytes[i + 1]
        if code & 0xF8 == 0xD0 || code == 0xD9 {
          segments.append(start..<i)
          start = i + 2
        }
        i += 2
      }
    }
    guard segments.count == repeats.count, start == file.count else { return nil }
    let size = zip(segments, repeats).reduce(result.count) { $0 + ($1.0.count + 2) * $1.1 }
    result.reserveCapacity(size)
    var number: UInt8 = 0
    for (segment, count) in zip(segments, repeats) {
      for _ in 0..<count {
        result.append(contentsOf: file[segment])
        result.append(contentsOf: [0xFF, 0xD0 | number])
        number = (number + 1) & 7
      }
    }
    // The last marker of all is the end of the image.
    result[result.count - 1] = 0xD9
    return result
  }
}

/// Equal rows of blocks, one under the other.
private struct Band {
  /// The rows of cells that one of them shows, and how many rows of pixels of each.
  let rows: [(row: Int, count: Int)]
  /// How many there are.
  var count: Int

  /// Rows of pixels in a row of blocks: two blocks where colour is halved, else one.
  static func height(of model: ColorModel) -> Int { model == .rgb ? 16 : 8 }

  /// All rows of blocks of a mosaic, from the top. The last repeats the last row of pixels as far as it has to.
  static func all(of mosaic: Mosaic) -> [Band] {
    let step = height(of: mosaic.grid.model)
    var bands: [Band] = []
    var row = 0
    for top in stride(from: 0, to: mosaic.height, by: step) {
      var rows: [(row: Int, count: Int)] = []
      var line = top
      while line < top + step {
        while row + 1 < mosaic.grid.size.side, mosaic.rowBounds[row + 1] <= line { row += 1 }
        let isLast = mosaic.rowBounds[row + 1] >= mosaic.height
        let end = isLast ? top + step : min(top + step, mosaic.rowBounds[row + 1])
        rows.append((row, end - line))
        line = end
      }
      if rows.count == 1, let last = bands.last, last.rows.count == 1, last.rows[0].row == rows[0].row {
        bands[bands.count - 1].count += 1
      } else {
        bands.append(Band(rows: rows, count: 1))
      }
    }
    return bands
  }
}
