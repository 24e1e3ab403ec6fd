import Testing

@testable import PixelEngine

/// Taking filters off in vectors, against the definitions (PNG 3rd edition, 9.2 and 9.4).
@Suite struct RowFilterTests {
  /// The predictor as the standard words it.
  static func paeth(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> UInt8 {
    let (a, b, c) = (Int(a), Int(b), Int(c))
    let p = a + b - c
    let (pa, pb, pc) = (abs(p - a), abs(p - b), abs(p - c))
    return UInt8(pa <= pb && pa <= pc ? a : pb <= pc ? b : c)
  }

  /// What each sample of a row is predicted to be, from samples already there.
  static func prediction(_ filter: UInt8, _ row: [UInt8], _ above: [UInt8], _ i: Int, _ channels: Int) -> UInt8 {
    let a = i < channels ? 0 : row[i - channels]
    let c = i < channels ? 0 : above[i - channels]
    switch filter {
    case 1: return a
    case 2: return above[i]
    case 3: return UInt8((Int(a) + Int(above[i])) / 2)
    case 4: return paeth(a, above[i], c)
    default: return 0
    }
  }

  /// A row behind its filter, with the filter's byte.
  static func filtered(_ row: [UInt8], _ above: [UInt8], _ filter: UInt8, _ channels: Int) -> [UInt8] {
    [filter] + row.indices.map { row[$0] &- prediction(filter, row, above, $0, channels) }
  }

  @Test(arguments: 1...4, [1, 2, 3, 4, 5, 7, 16, 31, 64, 101])
  func everyFilter(channels: Int, width: Int) {
    let rowBytes = channels * width
    var random = SeededNumbers(seed: UInt64(rowBytes))
    let filter = RowFilter(channels: channels, rowBytes: rowBytes)
    // All values, few that are near each other, and the ends: where ties and overflows are.
    for values in [Array(0...255), [100, 101, 102, 103], [0, 1, 254, 255], [0, 255]] as [[UInt8]] {
      let rows = (0..<3).map { _ in (0..<rowBytes).map { _ in values.randomElement(using: &random) ?? 0 } }
      let slack = [UInt8](repeating: 0xA5, count: RowFilter.slack)
      for kind in 0...4 as ClosedRange<UInt8> {
        var target = [UInt8](repeating: 0x5A, count: rowBytes + 8)
        let source = Self.filtered(rows[1], rows[0], kind, channels) + slack
        let isKnown = target.withUnsafeMutableBufferPointer { target in
          target.baseAddress.map { filter.undo(source, to: $0, above: rows[0] + slack) }
        }
        #expect(isKnown == true)
        #expect(Array(target.prefix(rowBytes)) == rows[1], "filter \(kind)")
        #expect(target.dropFirst(rowBytes).allSatisfy { $0 == 0x5A }, "filter \(kind) wrote past the row")
      }
      var target = [UInt8](repeating: 0x5A, count: 2 * rowBytes + 8)
      let source =
        Self.filtered(rows[1], rows[0], 4, channels) + Self.filtered(rows[2], rows[1], 4, channels) + slack
      target.withUnsafeMutableBufferPointer { target in
        if let start = target.baseAddress { filter.undoTwoPaeth(source, to: start, above: rows[0] + slack) }
      }
      #expect(Array(target.prefix(2 * rowBytes)) == rows[1] + rows[2])
      #expect(target.dropFirst(2 * rowBytes).allSatisfy { $0 == 0x5A }, "two rows wrote past themselves")
    }
  }

  @Test func thereAreFiveFilters() {
    let filter = RowFilter(channels: 3, rowBytes: 3)
    var target = [UInt8](repeating: 0, count: 8)
    for kind in 5...255 as ClosedRange<UInt8> {
      let isKnown = target.withUnsafeMutableBufferPointer { target in
        target.baseAddress.map { filter.undo([kind, 1, 2, 3, 0, 0, 0, 0], to: $0, above: [0, 0, 0, 0, 0, 0, 0]) }
      }
      #expect(isKnown == false)
    }
  }
}
