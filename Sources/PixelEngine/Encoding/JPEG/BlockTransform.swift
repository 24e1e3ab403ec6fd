/// Transforms and quantises one block of a mosaic at a time. Rows and columns of a block that cross no edge of a cell are
/// constant, and their part of the transform is known.
final class BlockTransform {
  /// Which coefficients may be other than zero.
  enum Shape {
    /// All samples are equal.
    case flat
    /// All rows are equal.
    case equalRows
    /// All columns are equal.
    case equalColumns
    case any

    /// Where those coefficients stand in a block, and where in the order of writing; the mean is left out.
    var places: [Int] {
      switch self {
      case .flat: []
      case .equalRows: Self.rowPlaces
      case .equalColumns: Self.columnPlaces
      case .any: Self.allPlaces
      }
    }

    var orders: [Int] {
      switch self {
      case .flat: []
      case .equalRows: Self.rowOrders
      case .equalColumns: Self.columnOrders
      case .any: Self.allOrders
      }
    }

    private static let allOrders = Array(1..<64)
    private static let allPlaces = allOrders.map { QuantizationTables.zigzag[$0] }
    private static let rowOrders = allOrders.filter { QuantizationTables.zigzag[$0] < 8 }
    private static let rowPlaces = rowOrders.map { QuantizationTables.zigzag[$0] }
    private static let columnOrders = allOrders.filter { QuantizationTables.zigzag[$0] % 8 == 0 }
    private static let columnPlaces = columnOrders.map { QuantizationTables.zigzag[$0] }
  }

  /// 64 of them, row by row; only those that the shape names mean anything.
  let coefficients: UnsafeMutablePointer<Int32>
  /// Transforms of the rows that differ.
  private let rows: UnsafeMutablePointer<Int32>
  private let line: UnsafeMutablePointer<Int32>

  init() {
    coefficients = .allocate(capacity: 64)
    coefficients.initialize(repeating: 0, count: 64)
    rows = .allocate(capacity: 64)
    rows.initialize(repeating: 0, count: 64)
    line = .allocate(capacity: 8)
    line.initialize(repeating: 0, count: 8)
  }

  deinit {
    coefficients.deallocate()
    rows.deallocate()
    line.deallocate()
  }

  /// - Parameters:
  ///   - plane: a value for each cell, less 128, `side` in a row.
  ///   - rowCells: the row of cells for each row of samples, the block's from `firstRow` on; columns likewise.
  ///   - halved: each sample is the mean of two by two, so the block reaches over 16 of each.
  func transform(
    _ plane: [Int32], side: Int, rows rowCells: [Int32], at firstRow: Int, columns columnCells: [Int32],
    at firstColumn: Int, halved: Bool
  ) -> Shape {
    let reach = halved ? 15 : 7
    precondition(firstRow + reach < rowCells.count && firstColumn + reach < columnCells.count)
    return plane.withUnsafeBufferPointer { plane in
      rowCells.withUnsafeBufferPointer { rowCells in
        columnCells.withUnsafeBufferPointer { columnCells in
          // A block has samples, so none of the three is empty.
          guard let plane = plane.baseAddress, let rows = rowCells.baseAddress, let columns = columnCells.baseAddress else {
            return .flat
          }
          return transform(plane, side, rows + firstRow, columns + firstColumn, halved: halved)
        }
      }
    }
  }

  private func transform(
    _ plane: UnsafePointer<Int32>, _ side: Int, _ rowCells: UnsafePointer<Int32>, _ columnCells: UnsafePointer<Int32>,
    halved: Bool
  ) -> Shape {
    let reach = halved ? 15 : 7
    // Cells only go up along an axis.
    let equalColumns = columnCells[0] == columnCells[reach]
    let equalRows = rowCells[0] == rowCells[reach]
    if equalColumns, equalRows {
      coefficients[0] = 64 &* plane[Int(rowCells[0]) &* side &+ Int(columnCells[0])]
      return .flat
    }
    // The rows that differ from the one above, and which of them each row of the block is.
    var count = 0
    var kinds = SIMD8<Int32>(repeating: 0)
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
        transformRow(
          plane, side, rowCells + (halved ? 2 &* row : row), columnCells, halved: halved, constant: equalColumns,
          to: rows + 8 &* count)
        count += 1
      }
      kinds[row] = Int32(count - 1)
    }
    if count == 1 {
      // What a column of eight equal numbers gives, exactly: twice the number, and zeros.
      for u in 0..<8 { coefficients[u] = 2 &* rows[u] }
      return equalColumns ? .flat : .equalRows
    }
    for u in 0..<(equalColumns ? 1 : 8) {
      for row in 0..<8 { line[row] = rows[Int(kinds[row]) &* 8 &+ u] }
      ForwardTransform.column(line, to: coefficients + u, stride: 8)
    }
    return equalColumns ? .equalColumns : .any
  }

  @inline(__always)
  private func transformRow(
    _ plane: UnsafePointer<Int32>, _ side: Int, _ rowCells: UnsafePointer<Int32>, _ columnCells: UnsafePointer<Int32>,
    halved: Bool, constant: Bool, to result: UnsafeMutablePointer<Int32>
  ) {
    let upper = plane + Int(rowCells[0]) &* side
    if !halved {
      if constant {
        result[0] = 32 &* upper[Int(columnCells[0])]
        return
      }
      for x in 0..<8 { line[x] = upper[Int(columnCells[x])] }
    } else {
      let lower = plane + Int(rowCells[1]) &* side
      if constant {
        // Rounding goes down and up by turns, and the two differ where the rows do.
        let sum = 2 &* (upper[Int(columnCells[0])] &+ lower[Int(columnCells[0])])
        if (sum &+ 1) &>> 2 == (sum &+ 2) &>> 2 {
          result[0] = 32 &* ((sum &+ 1) &>> 2)
          return
        }
      }
      for x in 0..<8 {
        let (left, right) = (Int(columnCells[2 &* x]), Int(columnCells[2 &* x &+ 1]))
        let sum = upper[left] &+ upper[right] &+ lower[left] &+ lower[right]
        line[x] = (sum &+ 1 &+ Int32(x & 1)) &>> 2
      }
    }
    ForwardTransform.row(line, to: result)
  }

  /// Divides the coefficients by the steps of a table, to the nearest, halves away from zero.
  func quantize(_ table: [Int32], _ shape: Shape) {
    table.withUnsafeBufferPointer { table in
      coefficients[0] = Self.divided(coefficients[0], by: table[0])
      for place in shape.places { coefficients[place] = Self.divided(coefficients[place], by: table[place]) }
    }
  }

  /// Coefficients come 8 times too large.
  @inline(__always)
  private static func divided(_ value: Int32, by step: Int32) -> Int32 {
    let size = Int32(bitPattern: value.magnitude)
    if size < 4 &* step { return 0 }
    let quotient = (size &+ 4 &* step) / (8 &* step)
    return value < 0 ? -quotient : quotient
  }
}
