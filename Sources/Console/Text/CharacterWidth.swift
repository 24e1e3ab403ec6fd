/// How many columns a scalar takes on a terminal: the answers of glibc 2.36's `wcwidth` (Unicode 15.0), which is what
/// the terminal library under us counts with.
package enum CharacterWidth {
  /// 1 or 2, 0 for what combines with the character before it, nil for what cannot be shown as it is.
  package static func columns(of scalar: Unicode.Scalar) -> Int? {
    let value = scalar.value
    if value >= 0x20, value < 0x7F { return 1 }
    if value < 0xA0 { return value == 0 ? 0 : nil }
    if contains(wide, value) { return 2 }
    if contains(zero, value) { return 0 }
    let properties = scalar.properties
    switch properties.generalCategory {
    // The line and paragraph separators and what is no character at all.
    case .control, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: return nil
    case .privateUse: return 1
    default: break
    }
    // Assigned after Unicode 15.0: unknown to the terminal library.
    guard let age = properties.age, (age.major, age.minor) <= (15, 0) else { return nil }
    return 1
  }

  /// Whether `value` lies in one of the ranges, given as first, last, first, last...
  private static func contains(_ ranges: [UInt32], _ value: UInt32) -> Bool {
    var low = 0
    var high = ranges.count / 2
    while low < high {
      let middle = (low + high) / 2
      if value < ranges[2 * middle] {
        high = middle
      } else if value > ranges[2 * middle + 1] {
        low = middle + 1
      } else {
        return true
      }
    }
    return false
  }
}
