/// Percent-encoding over UTF-8 bytes (RFC 3986, 2.1), as Signature Version 4 wants it: all but the unreserved
/// characters `A-Z a-z 0-9 - . _ ~` become `%XX` with capital digits; a space is `%20`, never `+`.
package enum PercentEncoding {
  /// The text as a path: slashes stay.
  package static func path(_ text: String) -> String { encode(text.utf8, keepsSlash: true) }

  /// The text as a name or a value of a query: slashes too are encoded.
  package static func query(_ text: String) -> String { encode(text.utf8, keepsSlash: false) }

  /// Names and values joined as a query, in the order given and without the `?`.
  package static func query(_ items: [(name: String, value: String)]) -> String {
    items.map { query($0.name) + "=" + query($0.value) }.joined(separator: "&")
  }

  /// The bytes that an encoded text stands for, which need not be UTF-8; nil if a `%` is not followed by two hexadecimal
  /// digits.
  ///
  /// - Parameter plusIsSpace: whether `+` stands for a space, as in forms and in `encoding-type=url` answers.
  package static func decode(_ text: String, plusIsSpace: Bool) -> [UInt8]? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(text.utf8.count)
    return decode(text.utf8.span, plusIsSpace: plusIsSpace, onto: &decoded) ? decoded : nil
  }

  /// Appends the bytes that an encoded text stands for; where that is none, answers false with some of them appended.
  static func decode(_ text: Span<UInt8>, plusIsSpace: Bool, onto decoded: inout [UInt8]) -> Bool {
    var index = 0
    while index < text.count {
      let byte = text[index]
      index += 1
      if byte == UInt8(ascii: "%") {
        guard index + 1 < text.count, let high = digit(text[index]), let low = digit(text[index + 1]) else {
          return false
        }
        decoded.append(high << 4 | low)
        index += 2
      } else {
        decoded.append(byte == UInt8(ascii: "+") && plusIsSpace ? UInt8(ascii: " ") : byte)
      }
    }
    return true
  }

  private static func encode(_ bytes: String.UTF8View, keepsSlash: Bool) -> String {
    var encoded: [UInt8] = []
    encoded.reserveCapacity(bytes.count + 16)
    for byte in bytes { append(byte, to: &encoded, keepsSlash: keepsSlash) }
    return String(decoding: encoded, as: UTF8.self)
  }

  @inline(__always)
  static func append(_ byte: UInt8, to encoded: inout [UInt8], keepsSlash: Bool) {
    if isUnreserved(byte) || (keepsSlash && byte == UInt8(ascii: "/")) {
      encoded.append(byte)
    } else {
      encoded.append(UInt8(ascii: "%"))
      encoded.append(Hexadecimal.capital(byte >> 4))
      encoded.append(Hexadecimal.capital(byte & 15))
    }
  }

  /// Brings text that may be encoded, half encoded or encoded with other habits to the one canonical form. A `%` that
  /// starts no escape is itself encoded.
  static func appendCanonical(_ bytes: some RandomAccessCollection<UInt8>, to encoded: inout [UInt8], keepsSlash: Bool)
  {
    var index = bytes.startIndex
    while index != bytes.endIndex {
      let byte = bytes[index]
      index = bytes.index(after: index)
      if byte == UInt8(ascii: "%"), bytes.distance(from: index, to: bytes.endIndex) >= 2 {
        let second = bytes.index(after: index)
        if let high = digit(bytes[index]), let low = digit(bytes[second]) {
          // An escaped slash stays escaped: it is not a separator.
          append(high << 4 | low, to: &encoded, keepsSlash: false)
          index = bytes.index(after: second)
          continue
        }
      }
      append(byte, to: &encoded, keepsSlash: keepsSlash)
    }
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

/// Digits of base 16.
enum Hexadecimal {
  static func capital(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10
  }

  static func appendSmall(_ bytes: some Sequence<UInt8>, to text: inout [UInt8]) {
    for byte in bytes {
      text.append(small(byte >> 4))
      text.append(small(byte & 15))
    }
  }

  private static func small(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
  }
}
