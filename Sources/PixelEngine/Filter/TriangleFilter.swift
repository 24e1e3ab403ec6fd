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

  private let model: ColorModel
  let shapes: [Shape]
  private let width: Int
  private let across: AxisPlan
  private let down: AxisPlan
  /// For each target, where its vertical taps begin for each segment, and their end.
  private let tapStarts: [[Int]]
  private let columns: ColumnSums
  private let moments: UnsafeMutablePointer<Double>
  /// Colours of one row times alpha, and alpha times 255.
  private let premultiplied: UnsafeMutablePointer<UInt16>?
  /// For each target its cells so far, in full precision.
  private let cells: [UnsafeMutableBufferPointer<Double>]
  /// One row of cells: the mean of the rows at hand, and their mean weighted by index.
  private let scratch: UnsafeMutableBufferPointer<Double>
  private var row = 0
  private var segment = 0

  init(width: Int, height: Int, model: ColorModel, shapes: [Shape]) {
    self.model = model
    self.shapes = shapes
    self.width = width
    let channels = model.channels
    let longest = ColumnSums.longestRun(largest: model.hasAlpha ? 255 * 255 : 255)
    across = AxisPlan(length: width, targets: shapes.map(\.columns), longest: 4096)
    let down = AxisPlan(length: height, targets: shapes.map(\.rows), longest: longest)
    self.down = down
    tapStarts = down.taps.map { taps in
      var starts = [Int](repeating: 0, count: down.segmentCount + 1)
      for tap in taps { starts[tap.segment + 1] += 1 }
      for i in 1..<starts.count { starts[i] += starts[i - 1] }
      return starts
    }
    columns = ColumnSums(count: width * channels)
    moments = .allocate(capacity: across.segmentCount * channels * 4)
    premultiplied = model.hasAlpha ? .allocate(capacity: width * channels) : nil
    func zeros(_ count: Int) -> UnsafeMutableBufferPointer<Double> {
      let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: count)
      buffer.initialize(repeating: 0)
      return buffer
    }
    cells = shapes.map { zeros($0.columns * $0.rows * channels) }
    scratch = zeros(2 * (shapes.map(\.columns).max() ?? 1) * channels)
  }

  deinit {
    moments.deallocate()
    premultiplied?.deallocate()
    for buffer in cells { buffer.deallocate() }
    scratch.deallocate()
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
    for row in 0..<rows {
      let source = samples + row * columns.count
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

  /// Gives the rows summed up to every cell that they reach.
  private func closeSegment() {
    let channels = model.channels
    columns.fold(across.bounds, channels: channels, into: moments)
    columns.reset()
    for (target, shape) in shapes.enumerated() {
      let count = shape.columns * channels
      guard let mean = scratch.baseAddress, let base = cells[target].baseAddress else { continue }
      let weighted = mean + count
      mean.update(repeating: 0, count: 2 * count)
      across.taps[target].withUnsafeBufferPointer { taps in
        for tap in taps {
          var source = moments + tap.segment * channels * 4
          let cell = tap.cell * channels
          for channel in 0..<channels {
            mean[cell + channel] += tap.constant * source[0] + tap.slope * source[1]
            weighted[cell + channel] += tap.constant * source[2] + tap.slope * source[3]
            source += 4
          }
        }
      }
      let starts = tapStarts[target]
      for tap in down.taps[target][starts[segment]..<starts[segment + 1]] {
        let cellRow = base + tap.cell * count
        for i in 0..<count { cellRow[i] += tap.constant * mean[i] + tap.slope * weighted[i] }
      }
    }
    segment += 1
  }

  /// The finished cells of a target: 8-bit samples in the picture's model, alpha straight. Call when all rows are in.
  func samples(of target: Int) -> [UInt8] {
    func rounded(_ value: Double) -> UInt8 { UInt8(max(0, min(255, value + 0.5))) }
    let values = cells[target]
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
