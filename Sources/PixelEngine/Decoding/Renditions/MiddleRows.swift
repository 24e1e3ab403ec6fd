/// The rows of MCUs of a stored JPEG that the middles of its cells lie in, as a picture of their own.
///
/// `JPEGEncoder` ends every row of MCUs with a restart marker, so each can be decoded without the others. Of the rows between
/// only the markers are looked at: damage in their codes is not noticed.
struct MiddleRows {
  /// A whole file; its rows of MCUs stand one under the other.
  let file: [UInt8]
  /// Where the middle of each row of cells is in it, in samples.
  let middles: [Int]

  /// The most bytes that are copied; those of 100 megapixels take an eighth of a megabyte.
  private static let longestFile = 8 << 20

  /// - Parameters:
  ///   - header: as it will be decoded: each sample the mean of 8 x 8 pixels, for which no other row of MCUs matters.
  /// - Returns: nil if the file has not just one restart interval in a row, if it is not to be decoded that way, or if its
  ///   markers are not as they should be.
  init?(_ whole: PictureFile, header: PictureHeader, size: GridSize) {
    guard header.pixelsPerSample == 8, let restart = RestartHeader(whole), restart.unitRows == 1,
      restart.unitIntervals == 1, restart.width == header.width, restart.height == header.height,
      let markers = try? RestartMarkers(whole, header: restart, poll: {}), let end = markers.end,
      markers.starts.count == restart.units
    else { return nil }
    var file: [UInt8] = []
    var middles: [Int] = []
    var units: [Int] = []
    for middle in CellSampler.middlePixels(length: header.height, cells: size.side) {
      let unit = middle / restart.rowHeight
      if units.last != unit { units.append(unit) }
      middles.append(((units.count - 1) * restart.rowHeight + middle % restart.rowHeight) / 8)
    }
    file += restart.bytes(height: units.count * restart.rowHeight)
    for (index, unit) in units.enumerated() {
      let start = markers.starts[unit]
      // The marker before the next row is not taken: it has another number here.
      let length = (unit + 1 < restart.units ? markers.starts[unit + 1] - 2 : end) - start
      guard file.count + length <= Self.longestFile else { return nil }
      let data = whole.bytes(at: start, length: length)
      guard data.count == length else { return nil }
      file += data
      file += [0xFF, index + 1 < units.count ? 0xD0 | UInt8(index & 7) : 0xD9]
    }
    self.file = file
    self.middles = middles
  }
}
