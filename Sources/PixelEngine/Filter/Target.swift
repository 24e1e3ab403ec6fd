extension TriangleFilter {
  /// One of the small pictures that a filter makes, as far as it is done.
  ///
  /// A row of its cells is open from the first row of pixels that reaches it to the last; usually two are. While it is
  /// open only its share of each segment's sums is added up, in one straight loop; it is brought together into cells
  /// once, when it closes.
  final class Target {
    private let across: [AxisPlan.Tap]
    private let down: [AxisPlan.Tap]
    private let shape: Shape
    private let channels: Int
    /// Numbers in a line: two for each segment across and channel.
    private let lineCount: Int
    /// Lines for the open rows of cells, row r in line r modulo their number.
    private let lines: UnsafeMutablePointer<Double>
    private let openRows: Int
    /// Finished cells, in full precision.
    private var cells: [Double]
    private var firstOpenRow = 0
    private var nextTap = 0
    private var segment = 0

    init(across: [AxisPlan.Tap], down: [AxisPlan.Tap], shape: Shape, channels: Int, lineCount: Int) {
      self.across = across
      self.down = down
      self.shape = shape
      self.channels = channels
      self.lineCount = lineCount
      // Taps stand in order of segment and then of cell, and the cells of a segment are neighbours.
      var open = 1
      var first = 0
      for index in down.indices {
        if down[index].segment != down[first].segment { first = index }
        open = max(open, down[index].cell - down[first].cell + 1)
      }
      openRows = open
      lines = .allocate(capacity: open * lineCount)
      lines.initialize(repeating: 0, count: open * lineCount)
      cells = Array(repeating: 0, count: shape.columns * shape.rows * channels)
    }

    deinit { lines.deallocate() }

    /// Adds the sums of the next segment down.
    func add(_ plain: UnsafePointer<Double>, byRow: UnsafePointer<Double>) {
      guard nextTap < down.count else { return }
      // The first tap of a segment is that of its first cell: the rows above it are out of reach from here on.
      while firstOpenRow < down[nextTap].cell { closeRow() }
      while nextTap < down.count, down[nextTap].segment == segment {
        let tap = down[nextTap]
        Self.add(plain, tap.constant, byRow, tap.slope, to: lines + tap.cell % openRows * lineCount, lineCount)
        nextTap += 1
      }
      segment += 1
    }

    private static func add(
      _ plain: UnsafePointer<Double>, _ constant: Double, _ byRow: UnsafePointer<Double>, _ slope: Double,
      to line: UnsafeMutablePointer<Double>, _ count: Int
    ) {
      for i in 0..<count { line[i] += constant * plain[i] + slope * byRow[i] }
    }

    /// Brings the first open row together into cells.
    private func closeRow() {
      let line = lines + firstOpenRow % openRows * lineCount
      let start = firstOpenRow * shape.columns * channels
      let channels = channels
      cells.withUnsafeMutableBufferPointer { cells in
        guard let row = cells.baseAddress.map({ $0 + start }) else { return }
        for tap in across {
          let source = line + tap.segment * channels * 2
          for channel in 0..<channels {
            row[tap.cell * channels + channel] +=
              tap.constant * source[2 * channel] + tap.slope * source[2 * channel + 1]
          }
        }
      }
      line.update(repeating: 0, count: lineCount)
      firstOpenRow += 1
    }

    /// All cells, when all rows are in.
    func finishedCells() -> [Double] {
      while firstOpenRow < shape.rows { closeRow() }
      return cells
    }
  }
}
