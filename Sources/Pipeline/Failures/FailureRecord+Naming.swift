import Crypto
package import ObjectStore

extension FailureRecord {
  /// Stands between the kept part of a long key and its hash. Sorts before most characters, so that a shortened name
  /// lists close to its key.
  private static let hashMark = "!sha256-"
  /// Hexadecimal digits of a SHA-256.
  private static let hashDigits = 64

  /// The relative key of an object's record: `prefix` and the key; where that would pass 1,024 bytes in the bucket, the
  /// key's beginning and the SHA-256 of the whole key in hexadecimal.
  ///
  /// - Returns: the name, and whether it had to be shortened: then it does not list in source-key order and has to be
  ///   looked up.
  package static func name(of key: ObjectKey, in destination: OpenLocation) -> (key: String, isShortened: Bool) {
    let whole = prefix + key.string
    let room = ObjectKey.maximumBytes - destination.location.prefix.utf8.count
    if whole.utf8.count <= room { return (whole, false) }

    let digits = Array("0123456789abcdef".utf8)
    var tail = Array(hashMark.utf8)
    for byte in SHA256.hash(data: Array(key.string.utf8)) {
      tail.append(digits[Int(byte >> 4)])
      tail.append(digits[Int(byte & 15)])
    }
    let end = whole.utf8.index(whole.startIndex, offsetBy: max(prefix.utf8.count, room - tail.count))
    let kept = whole[..<whole.unicodeScalars.index(roundingDown: end)]
    return (kept + String(decoding: tail, as: UTF8.self), true)
  }

  /// Whether what a record lists under (its key without `prefix`) is a shortened name, and not an object's key.
  static func isShortened(_ listed: ObjectKey, in destination: OpenLocation) -> Bool {
    let bytes = listed.string.utf8
    let room = ObjectKey.maximumBytes - destination.location.prefix.utf8.count - prefix.utf8.count
    // A character is at most four bytes, so cutting at one leaves at most three unused.
    return bytes.count > room - 4 && bytes.dropLast(hashDigits).suffix(hashMark.utf8.count).elementsEqual(hashMark.utf8)
  }
}

extension String.UnicodeScalarView {
  /// The start of the scalar that `index` lies in.
  fileprivate func index(roundingDown index: Index) -> Index {
    self[index...].startIndex <= index ? self[index...].startIndex : self.index(before: index)
  }
}
