/// The side of a grid: each rendition is the picture reduced to this many cells across and down.
package enum GridSize: Int, CaseIterable, Sendable, Comparable, Codable {
  case x8 = 8
  case x16 = 16
  case x32 = 32
  case x48 = 48
  case x64 = 64

  /// Cells across, which is also cells down.
  package var side: Int { rawValue }

  /// Its place among all sizes, from 0.
  package var index: Int {
    switch self {
    case .x8: 0
    case .x16: 1
    case .x32: 2
    case .x48: 3
    case .x64: 4
    }
  }

  package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}
