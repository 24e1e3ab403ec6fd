import Testing

@testable import PixelEngine

/// The encoders put a file together from few pieces. Whatever the size, what is decoded from it is what is decoded from a
/// plain encoding of the same mosaic: for PNG the pixels themselves, for JPEG what libjpeg makes of them.
@Suite struct EncoderPropertyTests {
  private static let primes = [1, 2, 3, 5, 7, 13, 17, 31, 37, 61, 67, 97, 113, 127, 131, 257, 509, 1021]

  /// Sides from 1 on, most of them short, some of them primes, powers of two and their neighbours.
  private func side(upTo longest: Int, using random: inout SeededNumbers) -> Int {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return min(longest, Self.primes.randomElement(using: &random) ?? 1)
    case 1:
      return min(longest, max(1, 8 << Int.random(in: 0..<7, using: &random) + Int.random(in: -1...1, using: &random)))
    default:
      // As many below 10 as from 10 to 100.
      let bits = Int.random(in: 0...(Int.bitWidth - longest.leadingZeroBitCount), using: &random)
      return Int.random(in: 1...min(longest, 1 << bits), using: &random)
    }
  }

  private func shape(using random: inout SeededNumbers) -> (width: Int, height: Int) {
    let width = side(upTo: 1024, using: &random)
    // A small area, so that there is time for many.
    return (width, side(upTo: max(1, min(1024, 3000 / width)), using: &random))
  }

  @Test(arguments: 0..<8) func png(seed: Int) throws {
    var random = SeededNumbers(seed: UInt64(seed))
    for _ in 0..<125 {
      let (width, height) = shape(using: &random)
      try checkPNG(width, height, using: &random)
    }
  }

  @Test(arguments: 0..<8) func jpeg(seed: Int) throws {
    var random = SeededNumbers(seed: UInt64(100 + seed))
    for _ in 0..<125 {
      let (width, height) = shape(using: &random)
      try checkJPEG(width, height, using: &random)
    }
  }

  @Test(arguments: [(5000, 3), (4999, 70), (3, 5000), (70, 4999), (1920, 128), (700, 700), (2503, 64), (1031, 257)])
  func large(width: Int, height: Int) throws {
    var random = SeededNumbers(seed: UInt64(width))
    try checkPNG(width, height, using: &random)
    try checkJPEG(width, height, using: &random)
  }

  private func checkPNG(_ width: Int, _ height: Int, using random: inout SeededNumbers) throws {
    let model = [ColorModel.grey, .greyAlpha, .rgb, .rgba].randomElement(using: &random) ?? .rgb
    let size = GridSize.allCases.randomElement(using: &random) ?? .x8
    let mosaic = Mosaic(model: model, size: size, width: width, height: height, using: &random)
    let (header, samples) = try decoded(try PNGEncoder.encode(mosaic))
    #expect(header.width == width && header.height == height && header.model == model)
    #expect(samples == mosaic.samples, "\(model) \(size) \(width) x \(height)")
  }

  private func checkJPEG(_ width: Int, _ height: Int, using random: inout SeededNumbers) throws {
    let model = [ColorModel.grey, .rgb, .cmyk].randomElement(using: &random) ?? .rgb
    let size = GridSize.allCases.randomElement(using: &random) ?? .x8
    let mosaic = Mosaic(model: model, size: size, width: width, height: height, using: &random)
    let file = try JPEGEncoder.encode(mosaic)
    let (header, samples) = try decoded(file)
    #expect(header.width == width && header.height == height && header.model == model)
    let plain = try mosaic.plainJPEG()
    #expect(samples == (try decoded(plain)).samples, "\(model) \(size) \(width) x \(height)")
    // Fitted codes, and markers between rows of blocks only where they save more than they cost.
    if width * height > 20_000 { #expect(file.count < plain.count) }
  }

  @Test func huffmanCodesAreOptimalWithinTheirLimit() {
    var random = SeededNumbers(seed: 5)
    for limit in [7, 9, 15, 30] {
      for count in [1, 2, 3, 19, 60, 120] {
        let counts = (0..<count).map { _ in 1 << Int.random(in: 0...14, using: &random) }
        let code = HuffmanCode(counts: counts, limit: limit)
        #expect(code.lengths.allSatisfy { (1...limit).contains(Int($0)) })
        let room = code.lengths.reduce(0) { $0 + 1 << (limit - Int($1)) }
        // All room is used, but for a lone symbol.
        #expect(room == (count == 1 ? 1 << (limit - 1) : 1 << limit))
        // No code begins another.
        let words = zip(code.codes, code.lengths).map { (Int($0) << (limit - Int($1)), 1 << (limit - Int($1))) }
        for (index, word) in words.sorted(by: { $0.0 < $1.0 }).enumerated().dropFirst() {
          let before = words.sorted { $0.0 < $1.0 }[index - 1]
          #expect(before.0 + before.1 <= word.0)
        }
        // What occurs more often has no longer code.
        for (a, b) in zip(counts.indices, counts.indices.dropFirst()) where counts[a] > counts[b] {
          #expect(code.lengths[a] <= code.lengths[b])
        }
        // The cost of Huffman's own construction, where the limit does not matter.
        if limit == 30 {
          var weights = counts.sorted()
          var cost = count == 1 ? counts[0] : 0
          while weights.count > 1 {
            let sum = weights[0] + weights[1]
            cost += sum
            weights.removeFirst(2)
            weights.insert(sum, at: weights.firstIndex { $0 > sum } ?? weights.count)
          }
          #expect(zip(counts, code.lengths).reduce(0) { $0 + $1.0 * Int($1.1) } == cost)
        }
      }
    }
    // JPEG has no code of ones only.
    let spared = HuffmanCode(counts: [5, 5, 5, 0], limit: 16, sparesLast: true)
    for (code, length) in zip(spared.codes, spared.lengths) where length > 0 {
      #expect(code != 1 << UInt32(length) - 1)
    }
    #expect(spared.lengths[3] == 0)
  }
}
