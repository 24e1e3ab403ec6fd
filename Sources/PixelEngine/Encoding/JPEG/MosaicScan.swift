/// The scan of a mosaic: quantised coefficients as the symbols that are entropy-coded (T.81, F.1.2).
///
/// Where rows or columns of units are equal, only one of them is transformed; `bands` and `runs` tell how often each
/// stands there. So the work goes with the cells, and hardly with the picture.
final class MosaicScan {
  /// Equal rows of units, one under the other.
  struct Band {
    /// Into `runs`.
    let runs: Range<Int>
    let count: Int
  }

  /// Symbols that stand there `count` times.
  struct Run {
    /// Into `symbols`.
    let symbols: Range<Int>
    let count: Int
  }

  private(set) var runs: [Run] = []
  private(set) var bands: [Band] = []
  /// Whether each row of units ends in a restart marker, and knows nothing of the one above: where rows are repeated.
  let restarts: Bool

  private let layout: JPEGLayout
  private let side: Int
  private let rows: UnitAxis
  private let columns: UnitAxis
  private let rowCells: FixedBuffer<Int32>
  private let halvedRowCells: FixedBuffer<Int32>
  private let columnCells: FixedBuffer<Int32>
  /// A value for each cell, component by component.
  private let planes: FixedBuffer<Int32>
  private let luminance: ScanOrder
  private let chrominance: ScanOrder
  private let transform = BlockTransform()
  /// Of the blocks of the unit at hand.
  private let coefficients: FixedBuffer<Int32>
  private let shapes: FixedBuffer<BlockShape>
  private let predictions = FixedBuffer<Int32>(repeating: 0, count: 4)
  private let tally = FixedBuffer<Int>(repeating: 0, count: 4 * 256)
  private var buffer: UnsafeMutablePointer<UInt32>
  private var count = 0
  private var capacity: Int

  /// The most symbols that a unit can have: six blocks of 64.
  private static let longestUnit = 6 * 64

  init(_ mosaic: Mosaic, layout: JPEGLayout) {
    self.layout = layout
    side = mosaic.grid.size.side
    planes = FixedBuffer(layout.planes(of: mosaic.grid).flatMap { $0 })
    rows = UnitAxis(bounds: mosaic.rowBounds, step: layout.step)
    columns = UnitAxis(bounds: mosaic.columnBounds, step: layout.step)
    rowCells = FixedBuffer(rows.cells)
    halvedRowCells = FixedBuffer(rows.halvedCells)
    columnCells = FixedBuffer(columns.cells)
    luminance = ScanOrder(table: layout.tables.luminance)
    chrominance = ScanOrder(table: layout.tables.chrominance)
    coefficients = FixedBuffer(repeating: 0, count: 64 * layout.blocks.count)
    shapes = FixedBuffer(repeating: .flat, count: layout.blocks.count)
    restarts = rows.units.count < rows.total
    capacity = 1 << 14
    buffer = .allocate(capacity: capacity)
    for row in rows.units { addBand(row) }
  }

  deinit { buffer.deallocate() }

  /// A symbol: its bits beside the code in the lowest 16, the symbol in the next 8, its table in the next 2.
  var symbols: UnsafeBufferPointer<UInt32> { UnsafeBufferPointer(start: buffer, count: count) }

  /// How often each symbol occurs, for each table: DC and AC of luminance, and of colour.
  var counts: [[Int]] {
    (0..<4).map { Array(UnsafeBufferPointer(start: tally.start + $0 * 256, count: 256)) }
  }

  private func addBand(_ row: UnitAxis.Unit) {
    if restarts { for component in 0..<4 { predictions[component] = 0 } }
    let first = runs.count
    for column in columns.units {
      transformUnit(row, column)
      addUnit(count: 1, weight: row.count)
      // From the second on each follows its like.
      if column.count > 1 { addUnit(count: column.count - 1, weight: row.count) }
    }
    bands.append(Band(runs: first..<runs.count, count: row.count))
  }

  private func transformUnit(_ row: UnitAxis.Unit, _ column: UnitAxis.Unit) {
    for (index, place) in layout.blocks.enumerated() {
      let target = coefficients.start + 64 * index
      // Where a unit shows one cell down or across, its blocks are in pairs the same.
      if let twin = twin(of: place, row, column) {
        target.update(from: coefficients.start + 64 * twin, count: 64)
        shapes[index] = shapes[twin]
        continue
      }
      let halved = layout.components[place.component].halved
      shapes[index] = transform.transform(
        planes.start + place.component * side * side, side,
        (halved ? halvedRowCells.start : rowCells.start) + row.start + 8 * place.row,
        columnCells.start + column.start + 8 * place.column, halved: halved, to: target)
    }
  }

  private func twin(of place: JPEGLayout.Block, _ row: UnitAxis.Unit, _ column: UnitAxis.Unit) -> Int? {
    if place.row == 1, row.onlyCell != nil { return place.column }
    if place.column == 1, column.onlyCell != nil { return 2 * place.row }
    return nil
  }

  private func addUnit(count times: Int, weight: Int) {
    if capacity - count < Self.longestUnit { grow() }
    let start = count
    // Held here, so that no access of a property is checked for each symbol.
    let buffer = buffer
    var end = buffer + start
    for (index, place) in layout.blocks.enumerated() {
      if place.component > 0, layout.model == .rgb {
        addBlock(index, component: place.component, table: 2, chrominance, to: &end)
      } else {
        addBlock(index, component: place.component, table: 0, luminance, to: &end)
      }
    }
    count = end - buffer
    let tally = tally.start
    for index in start..<count { tally[Int(buffer[index] &>> 16)] &+= times &* weight }
    runs.append(Run(symbols: start..<count, count: times))
  }

  private func grow() {
    let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: 2 * capacity)
    larger.update(from: buffer, count: count)
    buffer.deallocate()
    buffer = larger
    capacity *= 2
  }

  @inline(__always)
  private func addBlock(
    _ index: Int, component: Int, table: UInt32, _ order: borrowing ScanOrder,
    to end: inout UnsafeMutablePointer<UInt32>
  ) {
    let coefficients = coefficients.start + 64 * index
    let mean = order.mean.divide(coefficients[0])
    Self.add(table, run: 0, value: mean &- predictions[component], to: &end)
    predictions[component] = mean
    var last: Int32 = 0
    for place in order.places(of: shapes[index]) {
      let coefficient = coefficients[Int(place.index)]
      if coefficient < place.threshold, coefficient > 0 &- place.threshold { continue }
      let value = place.divisor.divide(coefficient)
      var zeros = place.order &- last &- 1
      while zeros > 15 {
        Self.add((table | 1) &<< 24 | 0xF0 &<< 16, to: &end)
        zeros &-= 16
      }
      Self.add(table | 1, run: UInt32(truncatingIfNeeded: zeros), value: value, to: &end)
      last = place.order
    }
    if last < 63 { Self.add((table | 1) &<< 24, to: &end) }
  }

  @inline(__always)
  private static func add(
    _ table: UInt32, run: UInt32, value: Int32, to end: inout UnsafeMutablePointer<UInt32>
  ) {
    let bits = UInt32(truncatingIfNeeded: 32 &- value.magnitude.leadingZeroBitCount)
    let extra = UInt32(bitPattern: value < 0 ? value &- 1 : value) & (1 &<< bits &- 1)
    add(table &<< 24 | (run &<< 4 | bits) &<< 16 | extra, to: &end)
  }

  @inline(__always)
  private static func add(_ symbol: UInt32, to end: inout UnsafeMutablePointer<UInt32>) {
    end.pointee = symbol
    end += 1
  }
}
