/// The forward cosine transform of JPEG (ITU-T T.81, A.3.3) in whole numbers, after Loeffler, Ligtenberg and Moschytz
/// (1989): twelve multiplications for eight samples, constants of 13 bits, and two more bits kept between rows and columns.
/// It gives the very coefficients that libjpeg's accurate transform gives, which are 8 times those of the standard.
enum ForwardTransform {
  private static let constantBits = 13
  private static let keptBits = 2

  /// Transforms eight samples of a row; each result is 4 times too large.
  @inline(__always)
  static func row(_ samples: UnsafePointer<Int32>, to result: UnsafeMutablePointer<Int32>) {
    transform(samples, to: result, stride: 1, isRow: true)
  }

  /// Transforms eight results of rows to numbers `stride` apart, and takes the factor of 4 back.
  @inline(__always)
  static func column(_ rows: UnsafePointer<Int32>, to result: UnsafeMutablePointer<Int32>, stride: Int) {
    transform(rows, to: result, stride: stride, isRow: false)
  }

  @inline(__always)
  private static func transform(
    _ input: UnsafePointer<Int32>, to output: UnsafeMutablePointer<Int32>, stride: Int, isRow: Bool
  ) {
    let (a0, a7) = (input[0] &+ input[7], input[0] &- input[7])
    let (a1, a6) = (input[1] &+ input[6], input[1] &- input[6])
    let (a2, a5) = (input[2] &+ input[5], input[2] &- input[5])
    let (a3, a4) = (input[3] &+ input[4], input[3] &- input[4])

    // Even part.
    let (b0, b3) = (a0 &+ a3, a0 &- a3)
    let (b1, b2) = (a1 &+ a2, a1 &- a2)
    let shift = Int32(isRow ? constantBits - keptBits : constantBits + keptBits)
    func rounded(_ value: Int32) -> Int32 { (value &+ (1 &<< (shift &- 1))) &>> shift }
    if isRow {
      output[0] = (b0 &+ b1) &<< Int32(keptBits)
      output[4 &* stride] = (b0 &- b1) &<< Int32(keptBits)
    } else {
      output[0] = (b0 &+ b1 &+ 2) &>> Int32(keptBits)
      output[4 &* stride] = (b0 &- b1 &+ 2) &>> Int32(keptBits)
    }
    let turn = (b2 &+ b3) &* 4433  // cos(3 pi / 8) sqrt 2, here and below in units of 2^-13
    output[2 &* stride] = rounded(turn &+ b3 &* 6270)
    output[6 &* stride] = rounded(turn &- b2 &* 15137)

    // Odd part.
    let z5 = (a4 &+ a6 &+ a5 &+ a7) &* 9633
    let z1 = (a4 &+ a7) &* -7373
    let z2 = (a5 &+ a6) &* -20995
    let z3 = (a4 &+ a6) &* -16069 &+ z5
    let z4 = (a5 &+ a7) &* -3196 &+ z5
    output[7 &* stride] = rounded(a4 &* 2446 &+ z1 &+ z3)
    output[5 &* stride] = rounded(a5 &* 16819 &+ z2 &+ z4)
    output[3 &* stride] = rounded(a6 &* 25172 &+ z2 &+ z3)
    output[stride] = rounded(a7 &* 12299 &+ z1 &+ z4)
  }
}
