/// The name of an object: 1 to 1,024 bytes of UTF-8 without NUL.
///
/// Keys are compared, ordered and hashed by their UTF-8 bytes, as S3 does: two keys that differ only in
/// Unicode normalisation are two keys. A key is data from outside; it is never printed raw.
package struct ObjectKey: Sendable {
  /// The longest key that S3 takes, in bytes of UTF-8.
  package static let maximumBytes = 1024

  package let string: String

  /// Nil where `string` is empty, longer than `maximumBytes`, or holds a NUL.
  package init?(_ string: String) {
    var string = string
    let fits = string.withUTF8 { !$0.isEmpty && $0.count <= Self.maximumBytes && !$0.contains(0) }
    guard fits else { return nil }
    self.string = string
  }
}

extension ObjectKey: Hashable, Comparable {
  package static func == (a: Self, b: Self) -> Bool { a.string.utf8.elementsEqual(b.string.utf8) }

  package static func < (a: Self, b: Self) -> Bool { a.string.utf8.lexicographicallyPrecedes(b.string.utf8) }

  package func hash(into hasher: inout Hasher) {
    var string = string
    string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
