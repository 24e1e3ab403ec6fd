/// How one axis of a picture, `length` samples long, falls into the cells of several targets at once.
///
/// The filter is a triangle as wide as two cells (as wide as two samples where a picture is enlarged), clipped at the
/// borders and normalised: Pillow's BILINEAR. Between two neighbouring cell centres of a target each weight is linear in
/// the sample's index. So the axis is cut at the centres of all targets, and of each segment only two numbers matter: the
/// sum of its samples, and their sum weighted by index. Every weighted mean is a combination of those.
///
/// A sample may stand for several pixels, whose mean it is, as reduced decoding gives them. Its weight is then the mean of
/// theirs. That is linear too, but for samples that a centre lies within: they are segments of their own.
struct AxisPlan {
  /// The part of a segment that goes into a cell: `constant` times its sum, plus `slope` times its sum weighted by
  /// index, counted from the start of the segment.
  struct Tap {
    let segment: Int
    let cell: Int
    let constant: Double
    let slope: Double
  }

  /// The first sample of every segment, and after them their number.
  let bounds: [Int]
  /// For each target its taps, by segment.
  let taps: [[Tap]]

  var segmentCount: Int { bounds.count - 1 }

  /// - Parameters:
  ///   - length: pixels along the axis, at least 1.
  ///   - pixelsPerSample: how many each sample stands for; the last may stand for fewer.
  ///   - targets: cells along the axis, for each target, at least 1 each.
  ///   - longest: the most samples in a segment, so that sums over it cannot overflow.
  init(length: Int, pixelsPerSample: Int = 1, targets: [Int], longest: Int) {
    let samples = (length + pixelsPerSample - 1) / pixelsPerSample
    var cuts: Set<Int> = [0, samples]
    if samples * pixelsPerSample > length { cuts.insert(samples - 1) }
    for cells in targets {
      if pixelsPerSample > 1 {
        for cell in 0..<cells {
          let (twice, half) = ((2 * cell + 1) * length, 2 * cells * pixelsPerSample)
          cuts.insert(twice / half)
          if twice % half > 0 { cuts.insert(min(samples, twice / half + 1)) }
        }
      } else if length < cells {
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
    taps = targets.map {
      Self.taps(length: length, pixelsPerSample: pixelsPerSample, cells: $0, bounds: bounds)
    }
  }

  /// The first sample whose own centre is at or past that of a cell, in whole numbers: (2x + 1) n >= (2i + 1) L.
  private static func firstSample(pastCentreOf cell: Int, length: Int, cells: Int) -> Int {
    ((2 * cell + 1) * length - cells + 2 * cells - 1) / (2 * cells)
  }

  private static func taps(length: Int, pixelsPerSample: Int, cells: Int, bounds: [Int]) -> [Tap] {
    let scale = Double(length) / Double(cells)
    let reach = max(1, scale)
    let step = Double(pixelsPerSample)
    var raw: [Tap] = []
    var totals = [Double](repeating: 0, count: cells)
    for (segment, (start, end)) in zip(bounds, bounds.dropFirst()).enumerated() {
      // Cells whose triangle reaches the middle of a segment reach all of it, if it is more than one sample.
      let pixels = (start * pixelsPerSample)..<min(length, end * pixelsPerSample)
      let middle = Double(start + end) * step / 2
      let isSingle = end - start == 1
      let (from, to) = isSingle ? (Double(pixels.lowerBound), Double(pixels.upperBound)) : (middle, middle)
      let first = max(0, Int((from - reach) / scale - 0.5))
      let last = min(cells - 1, Int((to + reach) / scale + 0.5))
      for cell in first...max(first, last) where cell < cells {
        let centre = (Double(cell) + 0.5) * scale
        let distance = middle - centre
        let slope: Double
        let constant: Double
        if isSingle {
          slope = 0
          constant = pixels.reduce(0) { $0 + max(0, 1 - abs(Double($1) + 0.5 - centre) / reach) } / step
          if constant == 0 { continue }
        } else {
          guard abs(distance) < reach else { continue }
          let sign: Double = distance < 0 ? 1 : -1
          slope = sign * step / reach
          constant = 1 + sign * ((Double(start) + 0.5) * step - centre) / reach
        }
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
