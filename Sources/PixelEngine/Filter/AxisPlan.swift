/// How one axis of a picture, `length` samples long, falls into the cells of several targets at once.
///
/// The filter is a triangle as wide as two cells (as wide as two samples where a picture is enlarged), clipped at the
/// borders and normalised: Pillow's BILINEAR. Between two neighbouring cell centres of a target each weight is linear in
/// the sample's index. So the axis is cut at the centres of all targets, and of each segment only two numbers matter: the
/// sum of its samples, and their sum weighted by index. Every weighted mean is a combination of those.
struct AxisPlan {
  /// The part of a segment that goes into a cell: `constant` times its sum, plus `slope` times its sum weighted by
  /// index, counted from the start of the segment.
  struct Tap {
    let segment: Int
    let cell: Int
    let constant: Double
    let slope: Double
  }

  /// The first sample of every segment, and after them `length`.
  let bounds: [Int]
  /// For each target its taps, by segment.
  let taps: [[Tap]]

  var segmentCount: Int { bounds.count - 1 }

  /// - Parameters:
  ///   - length: samples along the axis, at least 1.
  ///   - targets: cells along the axis, for each target, at least 1 each.
  ///   - longest: the most samples in a segment, so that sums over it cannot overflow.
  init(length: Int, targets: [Int], longest: Int) {
    var cuts: Set<Int> = [0, length]
    for cells in targets {
      if length < cells {
        cuts.formUnion(0..<length)
      } else {
        for cell in 0..<cells { cuts.insert(Self.firstSample(pastCentreOf: cell, length: length, cells: cells)) }
      }
    }
    let sorted = cuts.sorted()
    var bounds = [0]
    for (start, end) in zip(sorted, sorted.dropFirst()) {
      bounds.append(contentsOf: stride(from: start + longest, to: end, by: longest))
      bounds.append(end)
    }
    self.bounds = bounds
    taps = targets.map { Self.taps(length: length, cells: $0, bounds: bounds) }
  }

  /// The first sample whose own centre is at or past that of a cell, in whole numbers: (2x + 1) n >= (2i + 1) L.
  private static func firstSample(pastCentreOf cell: Int, length: Int, cells: Int) -> Int {
    ((2 * cell + 1) * length - cells + 2 * cells - 1) / (2 * cells)
  }

  private static func taps(length: Int, cells: Int, bounds: [Int]) -> [Tap] {
    let scale = Double(length) / Double(cells)
    let reach = max(1, scale)
    var raw: [Tap] = []
    var totals = [Double](repeating: 0, count: cells)
    for (segment, (start, end)) in zip(bounds, bounds.dropFirst()).enumerated() {
      let middle = Double(start + end) / 2
      // Cells whose triangle reaches the middle of the segment reach all of it.
      let first = max(0, Int((middle - reach) / scale - 0.5))
      let last = min(cells - 1, Int((middle + reach) / scale + 0.5))
      for cell in first...max(first, last) where cell < cells {
        let centre = (Double(cell) + 0.5) * scale
        let distance = middle - centre
        guard abs(distance) < reach else { continue }
        let slope = end - start == 1 ? 0 : (distance < 0 ? 1 : -1) / reach
        let constant =
          end - start == 1
          ? 1 - abs(distance) / reach : 1 + (distance < 0 ? 1 : -1) * (Double(start) + 0.5 - centre) / reach
        let count = Double(end - start)
        totals[cell] += constant * count + slope * count * (count - 1) / 2
        raw.append(Tap(segment: segment, cell: cell, constant: constant, slope: slope))
      }
    }
    return raw.map {
      Tap(
        segment: $0.segment, cell: $0.cell, constant: $0.constant / totals[$0.cell], slope: $0.slope / totals[$0.cell])
    }
  }
}
