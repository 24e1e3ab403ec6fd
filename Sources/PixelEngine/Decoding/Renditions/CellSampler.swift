/// Picks one pixel of each cell out of a stored rendition.
struct CellSampler: RowSink {
  private(set) var samples: [UInt8]
  private let rowBytes: Int
  private let channels: Int
  /// The sample taken for each column and row of cells; they only grow.
  private let columns: [Int]
  private let rows: [Int]
  private var nextRow = 0
  private var row = 0

  /// - Parameter rows: the row of samples for each row of cells, if not that of its middle.
  init(header: PictureHeader, size: GridSize, rows: [Int]? = nil) {
    rowBytes = header.rowBytes
    channels = header.model.channels
    columns = Self.middlePixels(length: header.width, cells: size.side).map { $0 / header.pixelsPerSample }
    self.rows = rows ?? Self.middlePixels(length: header.height, cells: size.side).map { $0 / header.pixelsPerSample }
    samples = []
    samples.reserveCapacity(size.side * size.side * channels)
  }

  /// The middle pixel of each cell, or where a cell has none, the pixel that its centre lies in.
  static func middlePixels(length: Int, cells: Int) -> [Int] {
    let bounds = Mosaic.bounds(length: length, cells: cells)
    return (0..<cells).map { cell in
      bounds[cell] < bounds[cell + 1]
        ? (bounds[cell] + bounds[cell + 1] - 1) / 2 : (2 * cell + 1) * length / (2 * cells)
    }
  }

  var needsMore: Bool { nextRow < rows.count }

  mutating func take(_ pixels: UnsafePointer<UInt8>, count: Int) {
    while nextRow < rows.count, rows[nextRow] < row + count {
      let source = pixels + (rows[nextRow] - row) * rowBytes
      for column in columns {
        for channel in 0..<channels { samples.append(source[column * channels + channel]) }
      }
      nextRow += 1
    }
    row += count
  }
}
