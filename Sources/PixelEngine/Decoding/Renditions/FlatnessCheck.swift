/// Counts the cells of a stored rendition that are not flat.
///
/// In a PNG every pixel of a cell has to equal its first. JPEG ripples, but only in blocks that an edge between cells
/// runs through. So where a cell holds whole blocks of 16 x 16, those are looked at, less two pixels on each side for
/// the smoothing of halved colours: all samples of a channel lie within `innerTolerance`. A cell too small to hold one is
/// judged by all its samples: their standard deviation is at most `smallCellTolerance`.
struct FlatnessCheck: RowSink {
  /// The most that samples within a flat JPEG cell differ, away from its edges.
  static let innerTolerance = 3
  /// The most that the samples of a small flat JPEG cell deviate. Cells of black and white noise measured up to 56.
  static let smallCellTolerance = 64.0

  private(set) var unevenCells = 0
  private let header: PictureHeader
  private let columnBounds: [Int]
  private let rowBounds: [Int]
  private let innerColumns: [Range<Int>]
  private var innerRows: Range<Int>
  private var cellRow = 0
  private var row = 0
  /// For each column and channel of the row of cells at hand.
  private var cells: [Cell]
  /// The first row of pixels of the row of cells at hand.
  private var firstRow: [UInt8]

  private struct Cell {
    var lowest: UInt8 = 255
    var highest: UInt8 = 0
    var sum = 0.0
    var squares = 0.0
  }

  init(header: PictureHeader, size: GridSize) {
    self.header = header
    columnBounds = Mosaic.bounds(length: header.width, cells: size.side)
    rowBounds = Mosaic.bounds(length: header.height, cells: size.side)
    innerColumns = zip(columnBounds, columnBounds.dropFirst()).map { Self.inner($0..<$1) }
    innerRows = Self.inner(rowBounds[0]..<rowBounds[1])
    cells = Array(repeating: Cell(), count: size.side * header.model.channels)
    firstRow = Array(repeating: 0, count: header.rowBytes)
  }

  /// The part of a cell, along one axis, that no edge disturbs.
  private static func inner(_ cell: Range<Int>) -> Range<Int> {
    let start = (cell.lowerBound + 15) / 16 * 16 + 2
    return start..<max(start, cell.upperBound / 16 * 16 - 2)
  }

  mutating func take(_ pixels: UnsafePointer<UInt8>, count: Int) {
    for line in 0..<count {
      while rowBounds[cellRow + 1] <= row { cellRow += 1 }
      if row == rowBounds[cellRow] { innerRows = Self.inner(rowBounds[cellRow]..<rowBounds[cellRow + 1]) }
      switch header.format {
      case .png: compare(pixels + line * header.rowBytes)
      case .jpeg: measure(pixels + line * header.rowBytes)
      }
      row += 1
      if row == rowBounds[cellRow + 1] { closeCells() }
    }
  }

  /// PNG: a cell's first pixel, against all pixels of this row of it.
  private mutating func compare(_ pixels: UnsafePointer<UInt8>) {
    let isFirst = row == rowBounds[cellRow]
    let channels = header.model.channels
    firstRow.withUnsafeMutableBufferPointer { firstRow in
      guard let first = firstRow.baseAddress else { return }
      if isFirst {
        first.update(from: pixels, count: firstRow.count)
      } else {
        // Nearly always the same row again, and quickly seen to be.
        var difference: UInt8 = 0
        for i in 0..<firstRow.count { difference |= first[i] ^ pixels[i] }
        if difference == 0 { return }
      }
      for column in 0..<(columnBounds.count - 1) {
        let (start, end) = (columnBounds[column] * channels, columnBounds[column + 1] * channels)
        for channel in 0..<channels where start < end {
          let expected = first[start + channel]
          for i in stride(from: start + channel, to: end, by: channels) where pixels[i] != expected {
            // Any two values that differ will do.
            cells[column * channels + channel].lowest = 0
            cells[column * channels + channel].highest = 255
            break
          }
        }
      }
    }
  }

  /// JPEG: range or deviation, as the cell's size has it.
  private mutating func measure(_ pixels: UnsafePointer<UInt8>) {
    let channels = header.model.channels
    cells.withUnsafeMutableBufferPointer { cells in
      for column in 0..<(columnBounds.count - 1) {
        let isLarge = !innerRows.isEmpty && !innerColumns[column].isEmpty
        if isLarge, !innerRows.contains(row) { continue }
        let range = isLarge ? innerColumns[column] : columnBounds[column]..<columnBounds[column + 1]
        for channel in 0..<channels {
          var (lowest, highest): (UInt8, UInt8) = (255, 0)
          var (sum, squares) = (0, 0)
          var i = range.lowerBound * channels + channel
          while i < range.upperBound * channels {
            let sample = pixels[i]
            lowest = min(lowest, sample)
            highest = max(highest, sample)
            sum += Int(sample)
            squares += Int(sample) * Int(sample)
            i += channels
          }
          let index = column * channels + channel
          cells[index].lowest = min(cells[index].lowest, lowest)
          cells[index].highest = max(cells[index].highest, highest)
          cells[index].sum += Double(sum)
          cells[index].squares += Double(squares)
        }
      }
    }
  }

  private mutating func closeCells() {
    let channels = header.model.channels
    let height = rowBounds[cellRow + 1] - rowBounds[cellRow]
    for column in 0..<(columnBounds.count - 1) {
      let count = Double((columnBounds[column + 1] - columnBounds[column]) * height)
      let isLarge = !innerRows.isEmpty && !innerColumns[column].isEmpty
      let isUneven = (0..<channels).contains { channel in
        let cell = cells[column * channels + channel]
        let range = Int(cell.highest) - Int(cell.lowest)
        if header.format == .png || isLarge { return range > (header.format == .png ? 0 : Self.innerTolerance) }
        guard count > 0 else { return false }
        let mean = cell.sum / count
        return cell.squares / count - mean * mean > Self.smallCellTolerance * Self.smallCellTolerance
      }
      if isUneven { unevenCells += 1 }
    }
    for index in cells.indices { cells[index] = Cell() }
  }
}
