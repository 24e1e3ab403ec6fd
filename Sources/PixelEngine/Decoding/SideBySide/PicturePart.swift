/// Some rows of a JPEG, and the file that they can be decoded from on their own.
struct PicturePart: Sendable {
  let file: PartFile
  /// The part's own rows, counted from the top of the picture.
  let rows: Range<Int>
  /// All rows in the file, likewise: where chroma is halved downwards, some more above and below, whose chroma takes part in
  /// that of its own.
  let rowsInFile: Range<Int>

  /// Restart intervals below which a part would be decoded mostly for its neighbours' sake.
  private static let fewestUnits = 4

  /// Parts of about equal cost for up to `lanes` threads, from the top.
  ///
  /// - Parameters:
  ///   - poll: called as the file is read through.
  /// - Returns: nil if the file cannot be cut or is not as it should be.
  static func all(
    of whole: PictureData, _ file: PictureFile, header: RestartHeader, lanes: Int,
    poll: () throws(PixelError) -> Void
  ) throws(PixelError) -> [PicturePart]? {
    let lanes = min(lanes, header.units / fewestUnits)
    guard lanes > 1 else { return nil }
    let markers = try RestartMarkers(file, header: header, poll: poll)
    guard let end = markers.end, markers.starts.count == header.units else { return nil }
    let starts = markers.starts + [end]
    // Half of the time goes by bytes, half by pixels.
    let (bytes, units) = (Double(end - starts[0]), Double(header.units))
    func cost(_ unit: Int) -> Double { Double(starts[unit] - starts[0]) / bytes + Double(unit) / units }
    var cuts = [0]
    for lane in 1..<lanes {
      let wanted = 2 * Double(lane) / Double(lanes)
      cuts.append((cuts[lane - 1] + 1..<header.units).first { cost($0) >= wanted } ?? header.units)
    }
    cuts.append(header.units)
    guard cuts.last != cuts.dropLast().last else { return nil }
    func row(_ unit: Int) -> Int { min(header.height, unit * header.unitRows * header.rowHeight) }
    return zip(cuts, cuts.dropFirst()).map { from, to in
      let around = header.looksAround ? 1 : 0
      let (first, last) = (max(0, from - around), min(header.units, to + around))
      let rowsInFile = row(first)..<row(last)
      return PicturePart(
        file: PartFile(
          whole: whole, header: header.bytes(height: rowsInFile.count),
          // The marker before the next unit is none of this one's.
          data: starts[first]..<(last == header.units ? end : starts[last] - 2),
          firstMarker: UInt8(first * header.unitIntervals & 7)),
        rows: row(from)..<row(to), rowsInFile: rowsInFile)
    }
  }

  /// Decodes the part's own rows.
  ///
  /// - Parameters:
  ///   - whole: the header of the whole picture.
  ///   - batch: rows to decode at once.
  func decode(
    as whole: PictureHeader, batch: Int, into sink: inout some RowSink, poll: () throws(PixelError) -> Void
  ) throws(PixelError) {
    try file.picture.withFile { file throws(PixelError) in
      let reader = try JPEGReader(file, reduction: .none, maximumScans: 1)
      guard reader.header.rowBytes == whole.rowBytes, reader.header.model == whole.model,
        reader.header.rows == rowsInFile.count
      else { throw .damaged(format: .jpeg, detail: "") }
      try reader.start(poll: poll)
      let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: batch * whole.rowBytes)
      defer { buffer.deallocate() }
      var row = rowsInFile.lowerBound
      while row < rows.upperBound {
        try poll()
        let isOwn = row >= rows.lowerBound
        let count = min(batch, (isOwn ? rows.upperBound : rows.lowerBound) - row)
        try reader.read(into: buffer, count: count, poll: poll)
        if isOwn { sink.take(buffer, count: count) }
        row += count
      }
      // Rows below its own are another part's to check.
      if row == rowsInFile.upperBound { try reader.finish(poll: poll) }
    }
  }
}
