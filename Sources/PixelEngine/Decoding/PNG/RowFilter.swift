/// Takes the filters off rows of 8-bit samples (PNG 3rd edition, 9).
///
/// All but "Up" make each pixel depend on the one before it, so what counts is how long the chain from one to the next is.
/// The samples of a pixel go through it together, in the lanes of a vector; under "Paeth", the longest chain, two rows do,
/// the lower one a pixel behind the upper one. Vectors of four samples are used for three as well: what they load and
/// store too much belongs to the pixel that follows, and comes right with that.
struct RowFilter {
  /// Samples in a pixel, 1 to 4.
  let channels: Int
  /// Samples in a row, a multiple of `channels`, at least one pixel.
  let rowBytes: Int

  private typealias Source = UnsafePointer<UInt8>
  private typealias Target = UnsafeMutablePointer<UInt8>

  static let paeth: UInt8 = 4
  /// Bytes behind a row that may be looked at, and do not matter.
  static let slack = 4

  /// Takes the filter off one row.
  ///
  /// - Parameters:
  ///   - source: the filter's byte, then the row; `slack` bytes behind it may be looked at.
  ///   - target: where the row goes.
  ///   - above: the row above it, zeros for the first; `slack` bytes behind it may be looked at.
  /// - Returns: false if there is no such filter.
  func undo(_ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, above: UnsafePointer<UInt8>) -> Bool
  {
    let row = source + 1
    switch source[0] {
    case 0: target.update(from: row, count: rowBytes)
    case 1: undoSub(row, target)
    case 2: for i in 0..<rowBytes { target[i] = row[i] &+ above[i] }
    case 3: undoAverage(row, target, above)
    case Self.paeth: undoPaeth(row, target, above)
    default: return false
    }
    return true
  }

  /// Takes "Paeth" off two rows, of three or four samples a pixel.
  ///
  /// - Parameters:
  ///   - source: the two rows, each behind its filter's byte.
  ///   - target: where the rows go, `rowBytes` apart.
  func undoTwoPaeth(
    _ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, above: UnsafePointer<UInt8>
  ) {
    let upper = source + 1
    let lower = upper + rowBytes + 1
    let second = target + rowBytes
    if rowBytes == channels || channels < 3 {
      undoPaeth(upper, target, above)
      undoPaeth(lower, second, target)
    } else if channels == 3 {
      Self.undoTwoPaeth(upper, lower, target, second, above, rowBytes, channels: 3)
    } else {
      Self.undoTwoPaeth(upper, lower, target, second, above, rowBytes, channels: 4)
    }
  }

  private func undoSub(_ row: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>) {
    switch channels {
    case 1:
      var left: UInt8 = 0
      for i in 0..<rowBytes {
        left &+= row[i]
        target[i] = left
      }
    case 2:
      var left: (UInt8, UInt8) = (0, 0)
      for i in stride(from: 0, to: rowBytes, by: 2) {
        left.0 &+= row[i]
        left.1 &+= row[i + 1]
        target[i] = left.0
        target[i + 1] = left.1
      }
    case 3: Self.undoSub(row, target, rowBytes, channels: 3)
    default: Self.undoSub(row, target, rowBytes, channels: 4)
    }
  }

  @inline(always)
  private static func undoSub(_ row: Source, _ target: Target, _ rowBytes: Int, channels: Int) {
    var left = SIMD4<UInt8>.zero
    let last = rowBytes &- channels
    var i = 0
    while i < last {
      left &+= load(row + i)
      store(left, target + i)
      i &+= channels
    }
    left &+= load(row + last)
    storeLast(left, target + last, channels)
  }

  private func undoAverage(
    _ row: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, _ above: UnsafePointer<UInt8>
  ) {
    switch channels {
    case 3: Self.undoAverage(row, target, above, rowBytes, channels: 3)
    case 4: Self.undoAverage(row, target, above, rowBytes, channels: 4)
    default:
      for i in 0..<rowBytes {
        let left = i < channels ? 0 : UInt16(truncatingIfNeeded: target[i - channels])
        let mean = (left &+ UInt16(truncatingIfNeeded: above[i])) &>> 1
        target[i] = row[i] &+ UInt8(truncatingIfNeeded: mean)
      }
    }
  }

  @inline(always)
  private static func undoAverage(
    _ row: Source, _ target: Target, _ above: Source, _ rowBytes: Int, channels: Int
  ) {
    var left = SIMD4<UInt8>.zero
    let last = rowBytes &- channels
    var i = 0
    while i <= last {
      let up = load(above + i)
      // The mean, rounded down, without leaving 8 bits.
      left = load(row + i) &+ ((left & up) &+ (((left ^ up) &>> 1) & SIMD4(repeating: 0x7F)))
      if i < last { store(left, target + i) } else { storeLast(left, target + i, channels) }
      i &+= channels
    }
  }

  private func undoPaeth(
    _ row: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, _ above: UnsafePointer<UInt8>
  ) {
    switch channels {
    case 1: Self.undoPaeth(row, target, above, rowBytes, channels: 1)
    case 2: Self.undoPaeth(row, target, above, rowBytes, channels: 2)
    case 3: Self.undoWidePaeth(row, target, above, rowBytes, channels: 3)
    default: Self.undoWidePaeth(row, target, above, rowBytes, channels: 4)
    }
  }

  /// One sample after another.
  @inline(always)
  private static func undoPaeth(_ row: Source, _ target: Target, _ above: Source, _ rowBytes: Int, channels: Int) {
    for channel in 0..<channels {
      var (left, corner): (Int16, Int16) = (0, 0)
      var i = channel
      while i < rowBytes {
        let up = Int16(truncatingIfNeeded: above[i])
        let bound = 3 &* corner &- up &- left
        let (low, high) = (min(left, up), max(left, up))
        let predicted = bound <= low ? high : high <= bound ? low : corner
        target[i] = row[i] &+ UInt8(truncatingIfNeeded: predicted)
        left = Int16(truncatingIfNeeded: target[i])
        corner = up
        i &+= channels
      }
    }
  }

  @inline(always)
  private static func undoWidePaeth(_ row: Source, _ target: Target, _ above: Source, _ rowBytes: Int, channels: Int) {
    var (left, corner) = (SIMD8<Int16>.zero, SIMD8<Int16>.zero)
    let last = rowBytes &- channels
    var i = 0
    while i <= last {
      let up = wide(load(above + i), .zero)
      left = add(wide(load(row + i), .zero), predicted(left, up, corner))
      corner = up
      let sample = narrow(left.lowHalf)
      if i < last { store(sample, target + i) } else { storeLast(sample, target + i, channels) }
      i &+= channels
    }
  }

  /// The upper row in the lower half of each vector, and in the other half the lower row, a pixel behind it: what stands
  /// above its pixel has just been found.
  @inline(always)
  private static func undoTwoPaeth(
    _ upper: Source, _ lower: Source, _ first: Target, _ second: Target, _ above: Source, _ rowBytes: Int,
    channels: Int
  ) {
    let last = rowBytes &- channels
    var corner = SIMD8<Int16>.zero
    var up = wide(load(above), .zero)
    var left = add(wide(load(upper), .zero), predicted(.zero, up, .zero))
    store(narrow(left.lowHalf), first)
    corner = up
    var i = channels
    while i <= last {
      up = SIMD8(lowHalf: wide(load(above + i)), highHalf: left.lowHalf)
      left = add(wide(load(upper + i), load(lower + (i &- channels))), predicted(left, up, corner))
      corner = up
      let sample = narrow(left.lowHalf)
      if i < last { store(sample, first + i) } else { storeLast(sample, first + i, channels) }
      store(narrow(left.highHalf), second + (i &- channels))
      i &+= channels
    }
    up = SIMD8(lowHalf: .zero, highHalf: left.lowHalf)
    left = add(wide(.zero, load(lower + last)), predicted(left, up, corner))
    storeLast(narrow(left.highHalf), second + last, channels)
  }

  /// Which of the three is nearest to left + up - corner, ties in this order: the lower or the upper end of left and up
  /// where the corner lies well beyond the other end, else the corner. The same as by the three distances, in half the
  /// steps.
  @inline(always)
  private static func predicted(
    _ left: SIMD8<Int16>, _ up: SIMD8<Int16>, _ corner: SIMD8<Int16>
  ) -> SIMD8<Int16> {
    let bound = (corner &+ corner &+ corner) &- (up &+ left)
    let (low, high) = (pointwiseMin(left, up), pointwiseMax(left, up))
    // All ones or zeros. Where both are zeros, the two ends are the same.
    let notHigh = unsafeBitCast(bound .> low, to: SIMD8<Int16>.self)
    let notLow = unsafeBitCast(high .> bound, to: SIMD8<Int16>.self)
    return (high & ~notHigh) | (low & ~notLow) | ((corner & notHigh) & notLow)
  }

  /// Sums of bytes in wide lanes.
  @inline(always)
  private static func add(_ a: SIMD8<Int16>, _ b: SIMD8<Int16>) -> SIMD8<Int16> {
    unsafeBitCast(unsafeBitCast(a, to: SIMD16<UInt8>.self) &+ unsafeBitCast(b, to: SIMD16<UInt8>.self), to: SIMD8.self)
  }

  @inline(always)
  private static func wide(_ samples: SIMD4<UInt8>) -> SIMD4<Int16> { SIMD4(truncatingIfNeeded: samples) }

  @inline(always)
  private static func wide(_ low: SIMD4<UInt8>, _ high: SIMD4<UInt8>) -> SIMD8<Int16> {
    SIMD8(lowHalf: wide(low), highHalf: wide(high))
  }

  @inline(always)
  private static func narrow(_ samples: SIMD4<Int16>) -> SIMD4<UInt8> { SIMD4(truncatingIfNeeded: samples) }

  @inline(always)
  private static func load(_ samples: Source) -> SIMD4<UInt8> {
    UnsafeRawPointer(samples).loadUnaligned(as: SIMD4<UInt8>.self)
  }

  @inline(always)
  private static func store(_ samples: SIMD4<UInt8>, _ target: Target) {
    UnsafeMutableRawPointer(target).storeBytes(of: samples, as: SIMD4<UInt8>.self)
  }

  /// Stores no more than a pixel.
  @inline(always)
  private static func storeLast(_ samples: SIMD4<UInt8>, _ target: Target, _ channels: Int) {
    if channels == 4 { return store(samples, target) }
    target[0] = samples[0]
    target[1] = samples[1]
    target[2] = samples[2]
  }
}
