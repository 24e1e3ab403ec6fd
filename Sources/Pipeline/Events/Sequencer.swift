/// What orders the events of one key: a hexadecimal number, of no meaning between keys (S3 User Guide, "Event message
/// structure").
///
/// Lengths may differ. AWS's text once said to fill the shorter with zeros on its right, and now says on its left. Where
/// the lengths are equal both are the same; where they are not, one is held to be older only if both ways say so. An
/// order that is not certain costs a look at the bucket; one that is wrong would lose an object.
package struct Sequencer: Hashable, Sendable {
  /// Small hexadecimal digits.
  private let digits: [UInt8]

  /// S3 sends 16 to 18 digits.
  private static let maximumDigits = 64

  /// - Returns: nil for what is no hexadecimal number of 1 to 64 digits.
  package init?(_ text: String) {
    var digits: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): digits.append(byte)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digits.append(byte | 0x20)
      default: return nil
      }
      guard digits.count <= Self.maximumDigits else { return nil }
    }
    guard !digits.isEmpty else { return nil }
    self.digits = digits
  }

  /// Whether an event of this number happened before one of the other, as far as that is certain.
  package func isOlder(than other: Sequencer) -> Bool {
    let count = max(digits.count, other.digits.count)
    return leftPadded(to: count).lexicographicallyPrecedes(other.leftPadded(to: count))
      && rightPadded(to: count).lexicographicallyPrecedes(other.rightPadded(to: count))
  }

  private func leftPadded(to count: Int) -> [UInt8] {
    Array(repeating: UInt8(ascii: "0"), count: count - digits.count) + digits
  }

  private func rightPadded(to count: Int) -> [UInt8] {
    digits + Array(repeating: UInt8(ascii: "0"), count: count - digits.count)
  }
}
