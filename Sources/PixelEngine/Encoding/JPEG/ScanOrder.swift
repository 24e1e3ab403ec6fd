/// The coefficients of a block in the order they are written, for each shape of block, and how they are quantised.
struct ScanOrder: ~Copyable {
  /// A coefficient beside the mean.
  struct Place: BitwiseCopyable {
    /// Where it stands in the block.
    let index: Int32
    /// Where it stands in the order of writing, 1 to 63.
    let order: Int32
    /// What is smaller becomes zero.
    let threshold: Int32
    let divisor: Divisor
  }

  /// Division by 8 times a step, to the nearest, halves away from zero: by a multiplication, which is exact for all that a
  /// transform can give (below 2^17, by at most 8 * 255).
  struct Divisor: BitwiseCopyable {
    private let reciprocal: UInt64
    private let half: UInt32

    init(step: Int32) {
      let divisor = UInt64(8 * step)
      reciprocal = ((1 << 32) + divisor - 1) / divisor
      half = UInt32(4 * step)
    }

    @inline(__always)
    func divide(_ value: Int32) -> Int32 {
      let quotient = Int32(truncatingIfNeeded: (UInt64(value.magnitude &+ half) &* reciprocal) &>> 32)
      return value < 0 ? 0 &- quotient : quotient
    }
  }

  let mean: Divisor
  private let places: FixedBuffer<Place>
  /// Of each shape, where its places begin, and after them the end of the last.
  private let starts: FixedBuffer<Int>

  init(table: [Int32]) {
    mean = Divisor(step: table[0])
    func places(where belongs: (Int) -> Bool) -> [Place] {
      (1..<64).filter { belongs(QuantizationTables.zigzag[$0]) }.map { order in
        let index = QuantizationTables.zigzag[order]
        return Place(
          index: Int32(index), order: Int32(order), threshold: 4 * table[index], divisor: Divisor(step: table[index]))
      }
    }
    let row = places { $0 < 8 }
    let column = places { $0 % 8 == 0 }
    let all = places { _ in true }
    self.places = FixedBuffer(row + column + all)
    starts = FixedBuffer([0, 0, row.count, row.count + column.count, row.count + column.count + all.count])
  }

  @inline(__always)
  func places(of shape: BlockShape) -> UnsafeBufferPointer<Place> {
    let start = starts[shape.rawValue]
    return UnsafeBufferPointer(start: places.start + start, count: starts[shape.rawValue + 1] &- start)
  }
}
