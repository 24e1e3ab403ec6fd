/// Which coefficients of a block may be other than zero.
enum BlockShape: Int, BitwiseCopyable {
  /// All samples are equal.
  case flat
  /// All rows are equal.
  case equalRows
  /// All columns are equal.
  case equalColumns
  case any
}

/// Transforms one block of a mosaic at a time. Rows and columns of a block that cross no edge of a cell are constant, and
/// their part of the transform is known.
struct BlockTransform: ~Copyable {
  /// Transforms of the rows that differ.
  private let rows = FixedBuffer<Int32>(repeating: 0, count: 64)
  private let line = FixedBuffer<Int32>(repeating: 0, count: 8)
  /// For each row of the block where its transform stands in `rows`.
  private let kinds = FixedBuffer<Int>(repeating: 0, count: 8)

  /// Transforms a block into 64 coefficients, row by row, 8 times too large; only those that the shape names are written.
  ///
  /// - Parameters:
  ///   - plane: a value for each cell, less 128, `side` in a row.
  ///   - rowCells: the row of cells for each of 8 rows of samples, or of 16 where they are halved; columns likewise. They
  ///     only go up, or go up and down by turns from one row on.
  ///   - halved: each sample is the mean of two by two.
  func transform(
    _ plane: UnsafePointer<Int32>, _ side: Int, _ rowCells: UnsafePointer<Int32>, _ columnCells: UnsafePointer<Int32>,
    halved: Bool, to coefficients: UnsafeMutablePointer<Int32>
  ) -> BlockShape {
    let reach = halved ? 15 : 7
    let equalColumns = columnCells[0] == columnCells[reach]
    let equalRows = rowCells[0] == rowCells[reach]
    if equalColumns, equalRows {
      coefficients[0] = 64 &* plane[Int(rowCells[0]) &* side &+ Int(columnCells[0])]
      return .flat
    }
    // The rows that differ from the one above, and which of them each row of the block is.
    var last = -8
    var isRippled = false
    for row in 0..<8 {
      let isNew: Bool
      if row == 0 {
        isNew = true
      } else if halved {
        isNew = rowCells[2 &* row] != rowCells[2 &* row &- 2] || rowCells[2 &* row &+ 1] != rowCells[2 &* row &- 1]
      } else {
        isNew = rowCells[row] != rowCells[row &- 1]
      }
      if isNew {
        last &+= 8
        let isFlat = transformRow(
          plane, side, rowCells + (halved ? 2 &* row : row), columnCells, halved: halved, constant: equalColumns,
          to: rows.start + last)
        if !isFlat { isRippled = true }
      }
      kinds[row] = last
    }
    if last == 0 {
      // What a column of eight equal numbers gives, exactly: twice the number, and zeros.
      for u in 0..<8 { coefficients[u] = 2 &* rows[u] }
      return .equalRows
    }
    if equalColumns, !isRippled {
      column(0, to: coefficients)
      return .equalColumns
    }
    for u in 0..<8 { column(u, to: coefficients + u) }
    return .any
  }

  @inline(__always)
  private func column(_ u: Int, to coefficients: UnsafeMutablePointer<Int32>) {
    for row in 0..<8 { line[row] = rows[kinds[row] &+ u] }
    ForwardTransform.column(line.start, to: coefficients, stride: 8)
  }

  /// - Returns: whether all samples of the row are equal, so far as that can be told from its cells.
  @inline(__always)
  private func transformRow(
    _ plane: UnsafePointer<Int32>, _ side: Int, _ rowCells: UnsafePointer<Int32>, _ columnCells: UnsafePointer<Int32>,
    halved: Bool, constant: Bool, to result: UnsafeMutablePointer<Int32>
  ) -> Bool {
    let upper = plane + Int(rowCells[0]) &* side
    if !halved {
      for x in 0..<8 { line[x] = upper[Int(columnCells[x])] }
    } else {
      let lower = plane + Int(rowCells[1]) &* side
      for x in 0..<8 {
        let (left, right) = (Int(columnCells[2 &* x]), Int(columnCells[2 &* x &+ 1]))
        let sum = upper[left] &+ upper[right] &+ lower[left] &+ lower[right]
        // Halves are rounded down and up by turns.
        line[x] = (sum &+ 1 &+ Int32(truncatingIfNeeded: x & 1)) &>> 2
      }
      // And so columns that are all of one cell may differ where two rows of cells meet.
      if constant, line[0] != line[1] {
        ForwardTransform.row(line.start, to: result)
        return false
      }
    }
    if constant {
      result[0] = 32 &* line[0]
      for u in 1..<8 { result[u] = 0 }
      return true
    }
    ForwardTransform.row(line.start, to: result)
    return false
  }
}
