extension TriangleFilter {
  /// Takes some rows from the midst of a picture without alpha, apart from the filter, on another thread if need be.
  ///
  /// What it has of whole segments it folds at once; of a segment that other parts have rows of as well, at either end, it
  /// keeps the columns' sums, which are whole numbers. `TriangleFilter.append` puts the parts together.
  final class Part: RowSink {
    /// The first row it takes, counted from the top of the picture.
    let firstRow: Int
    /// The next row.
    private(set) var row: Int
    /// The rest of the segment that rows above the first belong to as well, when that is done.
    private(set) var head: ColumnSums?
    /// For each whole segment `count` numbers of plain sums and as many by row, as `ColumnSums.fold` gives them.
    private(set) var folded: [Double] = []
    /// The rows of the segment that is not done.
    private(set) var tail: ColumnSums
    private let across: AxisPlan
    private let down: AxisPlan
    private let channels: Int
    /// Numbers that one segment is folded to, of each of the two kinds.
    private let count: Int
    private var segment: Int

    /// - Parameter firstRow: a row of the picture.
    init(of filter: TriangleFilter, firstRow: Int) {
      precondition(!filter.model.hasAlpha)
      self.firstRow = firstRow
      row = firstRow
      across = filter.across
      down = filter.down
      count = filter.count
      channels = filter.model.channels
      tail = ColumnSums(count: filter.columns.count)
      segment = (down.bounds.firstIndex { $0 > firstRow } ?? down.bounds.count) - 1
    }

    func take(_ rows: UnsafePointer<UInt8>, count: Int) {
      var taken = 0
      while taken < count, segment < down.segmentCount {
        let end = down.bounds[segment + 1]
        let run = min(count - taken, end - row)
        tail.add(rows + taken * tail.count, rows: run)
        taken += run
        row += run
        if row == end { closeSegment() }
      }
    }

    private func closeSegment() {
      if down.bounds[segment] < firstRow {
        head = tail
        tail = ColumnSums(count: tail.count)
      } else {
        let start = folded.count
        folded.append(contentsOf: repeatElement(0, count: 2 * count))
        folded.withUnsafeMutableBufferPointer { folded in
          guard let plain = folded.baseAddress.map({ $0 + start }) else { return }
          tail.fold(across.bounds, channels: channels, plain: plain, byRow: plain + count)
        }
        tail.reset()
      }
      segment += 1
    }
  }

  /// Memory that all parts of a picture take together for the segments folded, in bytes.
  var foldedBytes: Int { 2 * count * down.segmentCount * MemoryLayout<Double>.stride }
}
