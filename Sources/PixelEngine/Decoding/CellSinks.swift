/// Picks one pixel of each cell out of a stored rendition.
struct CellSampler: RowSink {
  private(set) var samples: [UInt8]
  private let rowBytes: Int
  private let channels: Int
  /// The pixel taken for each column and row of cells; they only grow.
  private let columns: [Int]
  private let rows: [Int]
  private var nextRow = 0
  private var row = 0

  init(header: PictureHeader, size: GridSize) {
    rowBytes = header.rowBytes
    channels = header.model.channels
    columns = Self.pixels(length: header.width, cells: size.side)
    rows = Self.pixels(length: header.height, cells: size.side)
    samples = []
    samples.reserveCapacity(size.side * size.side * channels)
  }

  /// The middle pixel of each cell, or where a cell has none, the pixel that its centre lies in.
  private static func pixels(length: Int, cells: Int) -> [Int] {
    let bounds = Mosaic.bounds(length: length, cells: cells)
    return (0..<cells).map { cell in
      bounds[cell] < bounds[cell + 1]
        ? (bounds[cell] + bounds[cell + 1] - 1) / 2 : (2 * cell + 1) * length / (2 * cells)
    }
  }

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

/// Counts the cells of a stored rendition that are not flat.
struct FlatnessCheck: RowSink {
  /// How far the samples of a flat JPEG cell may stray from their mean: root mean square, in steps of 1/255.
  static let jpegTolerance = 24.0

  private(set) var unevenCells = 0
  private let header: PictureHeader
  private let columnBounds: [Int]
  private let rowBounds: [Int]
  private var cellRow = 0
  private var row = 0
  /// For each column and channel of the row of cells at hand: its first sample, sum, and sum of squares.
  private var cells: [Cell]
  private var rowIsNew = true

  private struct Cell {
    var first: UInt8 = 0
    var differs = false
    var sum = 0.0
    var squares = 0.0
  }

  init(header: PictureHeader, size: GridSize) {
    self.header = header
    columnBounds = Mosaic.bounds(length: header.width, cells: size.side)
    rowBounds = Mosaic.bounds(length: header.height, cells: size.side)
    cells = Array(repeating: Cell(), count: size.side * header.model.channels)
  }

  mutating func take(_ pixels: UnsafePointer<UInt8>, count: Int) {
    for line in 0..<count {
      while rowBounds[cellRow + 1] <= row { cellRow += 1 }
      take(row: pixels + line * header.rowBytes)
      row += 1
      if row == rowBounds[cellRow + 1] { closeCells() }
    }
  }

  private mutating func take(row pixels: UnsafePointer<UInt8>) {
    let channels = header.model.channels
    let isNew = rowIsNew
    cells.withUnsafeMutableBufferPointer { cells in
      for column in 0..<(columnBounds.count - 1) {
        let (start, end) = (columnBounds[column], columnBounds[column + 1])
        if start == end { continue }
        for channel in 0..<channels {
          let index = column * channels + channel
          if isNew { cells[index] = Cell(first: pixels[start * channels + channel]) }
          let first = cells[index].first
          var sum = 0
          var squares = 0
          var offset = start * channels + channel
          while offset < end * channels {
            // Relative to the first sample: zero all along for a flat cell.
            let difference = Int(pixels[offset]) - Int(first)
            sum += difference
            squares += difference * difference
            offset += channels
          }
          if squares != 0 { cells[index].differs = true }
          cells[index].sum += Double(sum)
          cells[index].squares += Double(squares)
        }
      }
    }
    rowIsNew = false
  }

  private mutating func closeCells() {
    rowIsNew = true
    let channels = header.model.channels
    let height = rowBounds[cellRow + 1] - rowBounds[cellRow]
    for column in 0..<(columnBounds.count - 1) {
      let count = Double((columnBounds[column + 1] - columnBounds[column]) * height)
      if count == 0 { continue }
      let isUneven = (0..<channels).contains { channel in
        let cell = cells[column * channels + channel]
        guard cell.differs, header.format == .jpeg else { return cell.differs }
        let mean = cell.sum / count
        return cell.squares / count - mean * mean > Self.jpegTolerance * Self.jpegTolerance
      }
      if isUneven { unevenCells += 1 }
    }
  }
}
