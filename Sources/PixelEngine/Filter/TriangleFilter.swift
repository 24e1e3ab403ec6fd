/// Reduces a picture to several small ones in a single pass over its rows, in memory that grows with its width only.
///
/// Each target is filtered as Pillow's `resize(..., BILINEAR)` does, but exactly: rounded once, at the end, and with alpha
/// multiplied in without loss.
final class TriangleFilter: RowSink {
  /// The shape of a target, in cells.
  struct Shape: Hashable {
    let columns: Int
    let rows: Int
  }

  let model: ColorModel
  let shapes: [Shape]
  /// Samples across.
  private let width: Int
  let across: AxisPlan
  let down: AxisPlan
  let columns: ColumnSums
  /// Sums over each segment of the rows at hand: as `ColumnSums.fold` gives them.
  private let plain: UnsafeMutablePointer<Double>
  private let byRow: UnsafeMutablePointer<Double>
  /// Numbers in each of the two: two for each segment and channel.
  let count: Int
  /// Colours of one row times alpha, and alpha times 255.
  private let premultiplied: UnsafeMutablePointer<UInt16>?
  private let targets: [Target]
  private var row = 0
  private var segment = 0

  /// - Parameters:
  ///   - width: pixels across.
  ///   - height: pixels down.
  ///   - pixelsPerSample: each sample of a row given to `take` is the mean of so many pixels across and down.
  init(width: Int, height: Int, pixelsPerSample: Int = 1, model: ColorModel, shapes: [Shape]) {
    self.model = model
    self.shapes = shapes
    let samplesAcross = (width + pixelsPerSample - 1) / pixelsPerSample
    self.width = samplesAcross
    let channels = model.channels
    across = AxisPlan(length: width, pixelsPerSample: pixelsPerSample, targets: shapes.map(\.columns), longest: 4096)
    down = AxisPlan(
      length: height, pixelsPerSample: pixelsPerSample, targets: shapes.map(\.rows),
      longest: ColumnSums.longestRun(largest: model.hasAlpha ? 255 * 255 : 255))
    columns = ColumnSums(count: samplesAcross * channels)
    let count = across.segmentCount * channels * 2
    self.count = count
    plain = .allocate(capacity: count)
    byRow = .allocate(capacity: count)
    premultiplied = model.hasAlpha ? .allocate(capacity: samplesAcross * channels) : nil
    targets = zip(zip(across.taps, down.taps), shapes).map {
      Target(across: $0.0, down: $0.1, shape: $1, channels: channels, lineCount: count)
    }
  }

  deinit {
    plain.deallocate()
    byRow.deallocate()
    premultiplied?.deallocate()
  }

  func take(_ rows: UnsafePointer<UInt8>, count: Int) {
    var taken = 0
    while taken < count, segment < down.segmentCount {
      let end = down.bounds[segment + 1]
      let run = min(count - taken, end - row)
      add(rows + taken * columns.count, rows: run)
      taken += run
      row += run
      if row == end { closeSegment() }
    }
  }

  private func add(_ samples: UnsafePointer<UInt8>, rows: Int) {
    guard let premultiplied else { return columns.add(samples, rows: rows) }
    var row = 0
    while row < rows {
      let source = samples + row * columns.count
      if row + 4 <= rows, isOpaque(source, pixels: 4 * width) {
        columns.addFourTimes255(source)
        row += 4
        continue
      }
      row += 1
      if model == .rgba {
        for x in 0..<width {
          let alpha = UInt16(source[4 * x + 3])
          premultiplied[4 * x] = UInt16(source[4 * x]) &* alpha
          premultiplied[4 * x + 1] = UInt16(source[4 * x + 1]) &* alpha
          premultiplied[4 * x + 2] = UInt16(source[4 * x + 2]) &* alpha
          premultiplied[4 * x + 3] = alpha &* 255
        }
      } else {
        for x in 0..<width {
          let alpha = UInt16(source[2 * x + 1])
          premultiplied[2 * x] = UInt16(source[2 * x]) &* alpha
          premultiplied[2 * x + 1] = alpha &* 255
        }
      }
      columns.add(premultiplied)
    }
  }

  /// Whether every alpha is 255, as in most pictures that have any.
  private func isOpaque(_ samples: UnsafePointer<UInt8>, pixels count: Int) -> Bool {
    let raw = UnsafeRawPointer(samples)
    if model == .rgba {
      var all = UInt32.max
      for i in 0..<count { all &= raw.loadUnaligned(fromByteOffset: 4 &* i, as: UInt32.self) }
      return all.littleEndian >> 24 == 255
    }
    var all = UInt16.max
    for i in 0..<count { all &= raw.loadUnaligned(fromByteOffset: 2 &* i, as: UInt16.self) }
    return all.littleEndian >> 8 == 255
  }

  /// Gives the rows summed up to every cell that they reach.
  private func closeSegment() {
    columns.fold(across.bounds, channels: model.channels, plain: plain, byRow: byRow)
    columns.reset()
    close(plain, byRow: byRow)
  }

  private func close(_ plain: UnsafePointer<Double>, byRow: UnsafePointer<Double>) {
    for target in targets { target.add(plain, byRow: byRow) }
    segment += 1
  }

  /// Takes the rows that a part has taken, which are the next ones. The same sums reach the cells in the same order, so the
  /// result is the same to the last bit.
  func append(_ part: Part) {
    precondition(part.firstRow == row)
    if let head = part.head {
      columns.append(head)
      closeSegment()
    }
    part.folded.withUnsafeBufferPointer { folded in
      guard var next = folded.baseAddress else { return }
      for _ in 0..<(folded.count / (2 * count)) {
        close(next, byRow: next + count)
        next += 2 * count
      }
    }
    columns.append(part.tail)
    row = part.row
  }

  /// Added before rounding. Means that lie exactly between two values are common, and which other targets share the pass
  /// decides the last bits of a sum: without a margin they would decide the byte too.
  private static let tieMargin = 1e-6

  /// The finished cells of a target in full precision. Call when all rows are in.
  func values(of target: Int) -> [Double] { targets[target].finishedCells() }

  /// The finished cells of a target: 8-bit samples in the picture's model, alpha straight. Call when all rows are in.
  func samples(of target: Int) -> [UInt8] {
    func rounded(_ value: Double) -> UInt8 { UInt8(max(0, min(255, value + 0.5 + Self.tieMargin))) }
    let values = values(of: target)
    guard model.hasAlpha else { return values.map(rounded) }
    let channels = model.channels
    var samples = [UInt8](repeating: 0, count: values.count)
    for pixel in stride(from: 0, to: values.count, by: channels) {
      let coverage = values[pixel + channels - 1]
      let alpha = rounded(coverage / 255)
      // What cannot be seen is black, so that equal looks make equal bytes.
      if alpha == 0 { continue }
      for channel in 0..<(channels - 1) { samples[pixel + channel] = rounded(255 * values[pixel + channel] / coverage) }
      samples[pixel + channels - 1] = alpha
    }
    return samples
  }
}
