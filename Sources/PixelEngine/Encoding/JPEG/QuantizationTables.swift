/// The tables of a JPEG at one quality, as libjpeg and Pillow have them: those of T.81, annex K.1, scaled.
struct QuantizationTables {
  /// Steps for luminance and for colour, row by row.
  let luminance: [Int32]
  let chrominance: [Int32]

  /// - Parameter quality: 1 to 100; 50 is the standard's own.
  init(quality: Int) {
    let percent = quality < 50 ? 5000 / quality : 200 - 2 * quality
    func scaled(_ table: [Int]) -> [Int32] { table.map { Int32(min(255, max(1, ($0 * percent + 50) / 100))) } }
    luminance = scaled(Self.standardLuminance)
    chrominance = scaled(Self.standardChrominance)
  }

  /// Where the coefficients of a block stand, in the order they are written (T.81, figure A.6).
  static let zigzag = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
    55,
    62, 63,
  ]

  private static let standardLuminance = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
    87,
    80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72,
    92,
    95, 98, 112, 100, 103, 99,
  ]

  private static let standardChrominance = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99,
    99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99,
    99, 99, 99, 99,
  ]
}
