package import ObjectStore

extension FailureRecord {
  /// Stands between the kept part of a long key and its hash. Sorts before most characters, so that a shortened name
  /// lists close to its key.
  private static let hashMark = "!fnv1a-"
  /// Hexadecimal digits of the hash.
  private static let hashDigits = 32

  /// The relative key of an object's record: `prefix` and the key; where that would pass 1,024 bytes in the bucket, the
  /// key's beginning and a hash of the whole key in hexadecimal.
  ///
  /// The hash only has to keep apart the few keys that share a beginning of almost a thousand bytes: a record holds its
  /// key, and `FailureLookup` takes none that names another.
  ///
  /// - Returns: the name, and whether it had to be shortened: then it does not list in source-key order and has to be
  ///   looked up.
  package static func name(of key: ObjectKey, in destination: OpenLocation) -> (key: String, isShortened: Bool) {
    let whole = prefix + key.string
    guard isTooLong(key, in: destination) else { return (whole, false) }
    let room = ObjectKey.maximumBytes - destination.location.prefix.utf8.count

    let hash = String(fnv1a(key.string), radix: 16)
    let tail = hashMark + String(repeating: "0", count: hashDigits - hash.utf8.count) + hash
    let end = whole.utf8.index(whole.startIndex, offsetBy: max(prefix.utf8.count, room - tail.utf8.count))
    return (whole[..<whole.unicodeScalars.index(roundingDown: end)] + tail, true)
  }

  /// Whether the name of the object's record has to be shortened.
  static func isTooLong(_ key: ObjectKey, in destination: OpenLocation) -> Bool {
    destination.location.prefix.utf8.count + prefix.utf8.count + key.string.utf8.count > ObjectKey.maximumBytes
  }

  /// Whether what a record lists under (its key without `prefix`) is a shortened name, and not an object's key.
  static func isShortened(_ listed: ObjectKey, in destination: OpenLocation) -> Bool {
    let bytes = listed.string.utf8
    let room = ObjectKey.maximumBytes - destination.location.prefix.utf8.count - prefix.utf8.count
    // A character is at most four bytes, so cutting at one leaves at most three unused.
    return bytes.count > room - 4 && bytes.dropLast(hashDigits).suffix(hashMark.utf8.count).elementsEqual(hashMark.utf8)
  }

  /// The 128-bit FNV-1a hash (Fowler, Noll and Vo) of the text's UTF-8.
  static func fnv1a(_ text: String) -> UInt128 {
    let prime: UInt128 = 1 << 88 | 0x13B
    let basis: UInt128 = 0x6C62_272E_07BB_0142 << 64 | 0x62B8_2175_6295_C58D
    return text.utf8.reduce(basis) { ($0 ^ UInt128($1)) &* prime }
  }
}

extension String.UnicodeScalarView {
  /// The start of the scalar that `index` lies in.
  fileprivate func index(roundingDown index: Index) -> Index {
    self[index...].startIndex <= index ? self[index...].startIndex : self.index(before: index)
  }
}
