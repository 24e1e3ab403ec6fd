/// How far a decoder may go in giving the mean of several pixels instead of each. Only JPEG's can: a block's lowest
/// coefficients give the means of 2 x 2, 4 x 4 or 8 x 8 of its pixels. Every coefficient is still read, so damage shows as
/// ever.
///
/// Renditions are never made that way: full decoding cuts off what rings beyond black and white, a mean does not know of
/// it, and nothing short of full decoding tells how much that is (figures in NOTES.md).
enum Reduction {
  /// Every pixel matters.
  case none
  /// A picture for the eye, of so many cells across or down at most.
  case forTheEye(cells: Int)
  /// The middle of each cell of a stored rendition of so many. Where a cell is 33 pixels wide and high, neither the block
  /// that its middle lies in, which is 16 where colours are halved, nor those beside it that smoothing looks at, touch an
  /// edge: they are flat, and their mean is any pixel of them.
  case middles(cells: Int)
  /// So many pixels across and down for each sample: 1, 2, 4 or 8.
  case by(Int)

  /// Pixels across and down for each sample, of a picture that large: 1, 2, 4 or 8.
  func pixelsPerSample(width: Int, height: Int) -> Int {
    switch self {
    case .none: 1
    case .forTheEye(let cells): [8, 4, 2].first { min(width, height) >= $0 * 2 * cells } ?? 1
    case .by(let count): count
    case .middles(let cells): min(width, height) >= 33 * cells ? 8 : 1
    }
  }
}
