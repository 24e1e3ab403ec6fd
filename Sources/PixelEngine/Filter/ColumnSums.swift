/// For every column of samples, the sum of the rows taken since the last reset, and the sum of those sums after each row.
///
/// The second is what gives each row its weight by index: after n rows it is the sum of (n - r) * v, r from 0. Both fit in
/// 32 bits for up to `longestRun` rows. This is where every sample of a picture passes, so the loops are plain, integer,
/// and over memory that does not overlap: the compiler makes vectors of them.
final class ColumnSums {
  /// Samples in a row.
  let count: Int
  private(set) var rows = 0
  private let sums: UnsafeMutablePointer<UInt32>
  private let sumsOfSums: UnsafeMutablePointer<UInt32>

  init(count: Int) {
    self.count = count
    sums = .allocate(capacity: count)
    sumsOfSums = .allocate(capacity: count)
    sums.initialize(repeating: 0, count: count)
    sumsOfSums.initialize(repeating: 0, count: count)
  }

  deinit {
    sums.deallocate()
    sumsOfSums.deallocate()
  }

  /// The most rows that may be added before a reset, for samples up to `largest`.
  static func longestRun(largest: Int) -> Int { largest <= 255 ? 4096 : 256 }

  func reset() {
    sums.update(repeating: 0, count: count)
    sumsOfSums.update(repeating: 0, count: count)
    rows = 0
  }

  /// Adds `number` rows of bytes, `count` apart.
  func add(_ samples: UnsafePointer<UInt8>, rows number: Int) {
    var row = 0
    while row + 4 <= number {
      Self.addFour(samples + row * count, sums, sumsOfSums, count, times255: false)
      row += 4
    }
    while row < number {
      Self.addOne(samples + row * count, sums, sumsOfSums, count)
      row += 1
    }
    rows += number
  }

  /// Adds four rows of bytes, `count` apart, each sample times 255: what it is with full alpha.
  func addFourTimes255(_ samples: UnsafePointer<UInt8>) {
    Self.addFour(samples, sums, sumsOfSums, count, times255: true)
    rows += 4
  }

  /// Adds one row of wide samples.
  func add(_ samples: UnsafePointer<UInt16>) {
    Self.addOne(samples, sums, sumsOfSums, count)
    rows += 1
  }

  /// Adds the rows that `later` took, as if they had been added here.
  func append(_ later: ColumnSums) {
    let number = UInt32(truncatingIfNeeded: later.rows)
    for i in 0..<count {
      // Each of the later rows adds what was there before it to the sums of sums once more.
      sumsOfSums[i] = sumsOfSums[i] &+ number &* sums[i] &+ later.sumsOfSums[i]
      sums[i] = sums[i] &+ later.sums[i]
    }
    rows += later.rows
  }

  private static func addOne<Sample: FixedWidthInteger>(
    _ row: UnsafePointer<Sample>, _ sums: UnsafeMutablePointer<UInt32>, _ sumsOfSums: UnsafeMutablePointer<UInt32>,
    _ count: Int
  ) {
    for i in 0..<count {
      let sum = sums[i] &+ UInt32(truncatingIfNeeded: row[i])
      sums[i] = sum
      sumsOfSums[i] = sumsOfSums[i] &+ sum
    }
  }

  @inline(__always)
  private static func addFour(
    _ rows: UnsafePointer<UInt8>, _ sums: UnsafeMutablePointer<UInt32>, _ sumsOfSums: UnsafeMutablePointer<UInt32>,
    _ count: Int, times255: Bool
  ) {
    func scaled(_ value: UInt16) -> UInt32 {
      let value = UInt32(truncatingIfNeeded: value)
      return times255 ? (value &<< 8) &- value : value
    }
    let second = rows + count
    let third = second + count
    let fourth = third + count
    for i in 0..<count {
      let a = UInt16(truncatingIfNeeded: rows[i])
      let b = a &+ UInt16(truncatingIfNeeded: second[i])
      let c = b &+ UInt16(truncatingIfNeeded: third[i])
      let d = c &+ UInt16(truncatingIfNeeded: fourth[i])
      let before = sums[i]
      sums[i] = before &+ scaled(d)
      sumsOfSums[i] = sumsOfSums[i] &+ (before &<< 2) &+ scaled(a &+ b &+ c &+ d)
    }
  }

  /// Folds the columns into segments: for each segment and channel the sum of its samples v, at column x and row r both
  /// counted from the segment's start, and the sum of x v, to `plain`; the sums of r v and x r v to `byRow`.
  func fold(
    _ bounds: [Int], channels: Int, plain: UnsafeMutablePointer<Double>, byRow: UnsafeMutablePointer<Double>
  ) {
    let rows = Double(self.rows)
    var index = 0
    for (start, end) in zip(bounds, bounds.dropFirst()) {
      let length = Double(end - start)
      for channel in 0..<channels {
        // Running sums again, now along the row: only additions, exact in 64 bits.
        var sum: UInt64 = 0
        var sumOfSums: UInt64 = 0
        var sum2: UInt64 = 0
        var sumOfSums2: UInt64 = 0
        var i = start * channels + channel
        let last = end * channels
        while i < last {
          sum &+= UInt64(sums[i])
          sumOfSums &+= sum
          sum2 &+= UInt64(sumsOfSums[i])
          sumOfSums2 &+= sum2
          i &+= channels
        }
        let v = Double(sum)
        let vx = length * v - Double(sumOfSums)
        let w = Double(sum2)
        let wx = length * w - Double(sumOfSums2)
        plain[index] = v
        plain[index + 1] = vx
        byRow[index] = rows * v - w
        byRow[index + 1] = rows * vx - wx
        index += 2
      }
    }
  }
}
