/// How one axis of a mosaic falls into units: the 16 samples that a block of halved colours covers, or the 8 of a block.
/// Units that lie within one cell are the same again, and stand here once.
struct UnitAxis {
  struct Unit {
    /// Where the cells of its samples stand in `cells`.
    let start: Int
    /// The only cell it shows, if it does not cross an edge.
    let onlyCell: Int?
    /// How many there are, one after the other.
    var count: Int
  }

  private(set) var units: [Unit] = []
  /// The cell of each sample of each unit.
  private(set) var cells: [Int32] = []
  /// The same for samples that are halved down the axis. Past its end libjpeg repeats the last of the means there, while
  /// of what is not halved, and across, it repeats the last sample.
  private(set) var halvedCells: [Int32] = []
  /// Units along the whole axis.
  let total: Int

  /// - Parameters:
  ///   - bounds: where the cells begin, and after them the length of the axis.
  ///   - step: samples in a unit. The last unit repeats the last sample as far as it has to.
  init(bounds: [Int], step: Int) {
    let length = bounds.last ?? 0
    total = (length + step - 1) / step
    var cell = 0
    var sample = 0
    while sample < length {
      while bounds[cell + 1] <= sample { cell += 1 }
      if bounds[cell + 1] >= min(sample + step, length) {
        // All units that this cell has left, the last of the axis with them.
        let end = bounds[cell + 1] == length ? total * step : bounds[cell + 1]
        let count = (end - sample) / step
        units.append(Unit(start: cells.count, onlyCell: cell, count: count))
        cells.append(contentsOf: repeatElement(Int32(cell), count: step))
        halvedCells.append(contentsOf: repeatElement(Int32(cell), count: step))
        sample += count * step
      } else {
        units.append(Unit(start: cells.count, onlyCell: nil, count: 1))
        var inner = cell
        for place in sample..<(sample + step) {
          while place < length, bounds[inner + 1] <= place { inner += 1 }
          cells.append(Int32(inner))
          let isMean = place >= length && length % 2 == 0
          halvedCells.append(isMean ? halvedCells[halvedCells.count - 2] : Int32(inner))
        }
        sample += step
      }
    }
  }
}
