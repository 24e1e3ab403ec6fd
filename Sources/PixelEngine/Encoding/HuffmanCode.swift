/// A prefix code fitted to how often its symbols occur, with no code longer than a format allows: what deflate (RFC 1951)
/// and JPEG (ITU-T T.81, annex C) write ahead of their data. Codes are canonical: the shorter first, and those of one
/// length in the order of their symbols.
struct HuffmanCode {
  /// Bits for each symbol, 0 where it never occurs.
  let lengths: [UInt8]
  /// The code of each symbol, its first bit the most significant of `lengths[symbol]`.
  let codes: [UInt32]
  /// The symbols that occur, in the order of their codes.
  let symbols: [Int]

  /// - Parameters:
  ///   - counts: how often each symbol occurs.
  ///   - limit: the most bits in a code; 2^limit is at least the number of symbols that occur.
  ///   - sparesLast: leaves the code of all ones unused, as JPEG demands.
  init(counts: [Int], limit: Int, sparesLast: Bool = false) {
    // A symbol that never occurs, and so stands last among the longest codes.
    let lengths = Self.lengths(sparesLast ? counts + [0] : counts, limit: limit, sparesLast: sparesLast)
    let order = lengths.indices.filter { lengths[$0] > 0 }.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
    var codes = [UInt32](repeating: 0, count: lengths.count)
    var next: UInt32 = 0
    var length: UInt8 = 0
    for symbol in order {
      next <<= UInt32(lengths[symbol] - length)
      length = lengths[symbol]
      codes[symbol] = next
      next += 1
    }
    self.lengths = Array(lengths.prefix(counts.count))
    self.codes = Array(codes.prefix(counts.count))
    symbols = order.filter { $0 < counts.count }
  }

  /// Optimal lengths within the limit, by package and merge (Larmore and Hirschberg, 1990): each level holds the symbols,
  /// and the level below in pairs, in order of weight. How often a symbol stands among the first 2n - 2 of the topmost,
  /// taken apart, is its length.
  private static func lengths(_ counts: [Int], limit: Int, sparesLast: Bool) -> [UInt8] {
    var lengths = [UInt8](repeating: 0, count: counts.count)
    let symbols = counts.indices.filter { counts[$0] > 0 || (sparesLast && $0 == counts.count - 1) }
      .sorted { (counts[$0], -$0) < (counts[$1], -$1) }
    guard symbols.count > 1 else {
      if let only = symbols.first { lengths[only] = 1 }
      return lengths
    }
    var levels: [[Bool]] = []
    var weights: [Int] = []
    for _ in 0..<limit {
      var merged: [Int] = []
      var isSymbol: [Bool] = []
      var (symbol, pair) = (0, 0)
      while symbol < symbols.count || pair + 1 < weights.count {
        let packed = pair + 1 < weights.count ? weights[pair] + weights[pair + 1] : Int.max
        if symbol < symbols.count, counts[symbols[symbol]] <= packed {
          merged.append(counts[symbols[symbol]])
          isSymbol.append(true)
          symbol += 1
        } else {
          merged.append(packed)
          isSymbol.append(false)
          pair += 2
        }
      }
      weights = merged
      levels.append(isSymbol)
    }
    var taken = 2 * symbols.count - 2
    for level in levels.reversed() {
      let plain = level.prefix(taken).count { $0 }
      for symbol in symbols.prefix(plain) { lengths[symbol] += 1 }
      taken = 2 * (taken - plain)
    }
    return lengths
  }
}
