/// The scan of a mosaic: quantised coefficients as the symbols that are entropy-coded (T.81, F.1.2).
///
/// Where rows or columns of units are equal, only one of them is transformed; `bands` and `runs` tell how often each
/// stands there. So the work goes with the cells, and hardly with the picture.
struct MosaicScan {
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

  /// A symbol: its bits beside the code in the lowest 16, the symbol in the next 8, its table in the next 2.
  private(set) var symbols: [UInt32] = []
  private(set) var runs: [Run] = []
  private(set) var bands: [Band] = []
  /// How often each symbol occurs, for each table: DC and AC of luminance, and of colour.
  private(set) var counts = [[Int]](repeating: [Int](repeating: 0, count: 256), count: 4)
  /// Whether each row of units ends in a restart marker, and knows nothing of the one above: where rows are repeated.
  let restarts: Bool

  private let layout: JPEGLayout
  private let planes: [[Int32]]
  private let side: Int
  private let rows: UnitAxis
  private let columns: UnitAxis
  private let block = BlockTransform()
  private var predictions: [Int32] = [0, 0, 0, 0]

  init(_ mosaic: Mosaic, layout: JPEGLayout) {
    self.layout = layout
    side = mosaic.grid.size.side
    planes = layout.planes(of: mosaic.grid)
    rows = UnitAxis(bounds: mosaic.rowBounds, step: layout.step)
    columns = UnitAxis(bounds: mosaic.columnBounds, step: layout.step)
    restarts = rows.units.count < rows.total
    for row in rows.units { addBand(row) }
  }

  private mutating func addBand(_ row: UnitAxis.Unit) {
    if restarts { predictions = [0, 0, 0, 0] }
    let first = runs.count
    for column in columns.units {
      addUnit(row, column, count: 1, weight: row.count)
      // From the second on each follows its like.
      if column.count > 1 { addUnit(row, column, count: column.count - 1, weight: row.count) }
    }
    bands.append(Band(runs: first..<runs.count, count: row.count))
  }

  private mutating func addUnit(_ row: UnitAxis.Unit, _ column: UnitAxis.Unit, count: Int, weight: Int) {
    let start = symbols.count
    for place in layout.blocks {
      let component = layout.components[place.component]
      let shape = block.transform(
        planes[place.component], side: side, rows: rows.cells, at: row.start + 8 * place.row, columns: columns.cells,
        at: column.start + 8 * place.column, halved: component.halved)
      block.quantize(component.table, shape)
      addBlock(shape, component: place.component, table: component.isColor ? 2 : 0)
    }
    runs.append(Run(symbols: start..<symbols.count, count: count))
    for symbol in symbols[start...] { counts[Int(symbol >> 24)][Int(symbol >> 16 & 255)] += count * weight }
  }

  private mutating func addBlock(_ shape: BlockTransform.Shape, component: Int, table: UInt32) {
    let coefficients = block.coefficients
    let mean = coefficients[0]
    addSymbol(table, run: 0, value: mean &- predictions[component])
    predictions[component] = mean
    var last = 0
    let places = shape.places
    for index in 0..<places.count {
      let value = coefficients[places[index]]
      if value == 0 { continue }
      let order = shape.orders[index]
      var zeros = order - last - 1
      while zeros > 15 {
        symbols.append((table | 1) << 24 | 0xF0 << 16)
        zeros -= 16
      }
      addSymbol(table | 1, run: zeros, value: value)
      last = order
    }
    if last < 63 { symbols.append((table | 1) << 24) }
  }

  @inline(__always)
  private mutating func addSymbol(_ table: UInt32, run: Int, value: Int32) {
    let bits = Int32(32 - value.magnitude.leadingZeroBitCount)
    let extra = UInt32(bitPattern: value < 0 ? value &- 1 : value) & (1 &<< UInt32(bits) &- 1)
    symbols.append(table << 24 | UInt32(run << 4 | Int(bits)) << 16 | extra)
  }
}
