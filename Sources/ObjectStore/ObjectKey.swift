internal import Glibc

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
    let isLegal = string.utf8.span.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress, (1...Self.maximumBytes).contains(bytes.count) else { return false }
      return memchr(start, 0, bytes.count) == nil
    }
    guard isLegal else { return nil }
    self.string = string
  }
}

extension ObjectKey: Hashable, Comparable {
  package static func == (a: Self, b: Self) -> Bool { a.order(from: 0, against: b, from: 0) == 0 }

  package static func < (a: Self, b: Self) -> Bool { a.order(from: 0, against: b, from: 0) < 0 }

  package func hash(into hasher: inout Hasher) {
    string.utf8.span.withUnsafeBytes { hasher.combine(bytes: $0) }
  }

  /// How the rest of this key stands to the rest of another: below 0 before it, 0 where they are the same, above 0
  /// after it. Spares making keys of what stands behind a prefix.
  ///
  /// - Parameters:
  ///   - start: bytes of this key that are left out; no more than it has.
  ///   - otherStart: likewise of the other.
  package func order(from start: Int, against other: ObjectKey, from otherStart: Int) -> Int {
    string.utf8.span.withUnsafeBufferPointer { a in
      other.string.utf8.span.withUnsafeBufferPointer { b in
        let (count, otherCount) = (a.count - start, b.count - otherStart)
        precondition(start >= 0 && otherStart >= 0 && count >= 0 && otherCount >= 0)
        // A key is never empty, so it has an address.
        guard let a = a.baseAddress, let b = b.baseAddress else { return 0 }
        let order = memcmp(a + start, b + otherStart, min(count, otherCount))
        return order == 0 ? count - otherCount : Int(order)
      }
    }
  }

  /// Whether the key starts with these bytes.
  package func starts(with prefix: String) -> Bool {
    string.utf8.span.withUnsafeBufferPointer { key in
      prefix.utf8.span.withUnsafeBufferPointer { prefix in
        guard key.count >= prefix.count else { return false }
        guard let a = key.baseAddress, let b = prefix.baseAddress else { return true }
        return memcmp(a, b, prefix.count) == 0
      }
    }
  }

  /// What stands behind the first `count` bytes; nil where nothing does, or where that is no text.
  package func dropping(_ count: Int) -> ObjectKey? {
    if count == 0 { return self }
    return string.utf8.span.withUnsafeBufferPointer { key in
      guard count < key.count else { return nil }
      return String(validating: UnsafeBufferPointer(rebasing: key[count...]), as: UTF8.self).flatMap { ObjectKey($0) }
    }
  }
}
