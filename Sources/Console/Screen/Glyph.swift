/// What one cell of the screen shows: a base character and at most two combining marks; empty in the right half of a
/// wide one. Of fixed size and without references: screens of thousands are made, copied and compared for every key.
package struct Glyph: Hashable, Sendable {
  /// Unicode scalar values; 0 for none.
  package private(set) var base: UInt32
  package private(set) var firstMark: UInt32 = 0
  package private(set) var secondMark: UInt32 = 0

  package static let empty = Glyph(base: 0)
  package static let space = Glyph(" ")
  package static let upperHalf = Glyph("▀")
  package static let lowerHalf = Glyph("▄")
  package static let fullBlock = Glyph("█")

  private init(base: UInt32) { self.base = base }

  package init(_ scalar: Unicode.Scalar) { base = scalar.value }

  /// The first scalars of a text, as far as there is room for them.
  package init(_ text: String) {
    self = .empty
    for scalar in text.unicodeScalars {
      if base == 0 { base = scalar.value } else { addMark(scalar) }
    }
  }

  /// More than two are noise, or an attack on the reader: they are left away.
  package mutating func addMark(_ scalar: Unicode.Scalar) {
    if firstMark == 0 {
      firstMark = scalar.value
    } else if secondMark == 0 {
      secondMark = scalar.value
    }
  }

  package var text: String {
    var text = ""
    for value in [base, firstMark, secondMark] {
      if value != 0, let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
    }
    return text
  }
}
