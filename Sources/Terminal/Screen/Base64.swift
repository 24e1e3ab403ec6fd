/// RFC 4648, sections 4 and 5.
enum Base64 {
  enum Alphabet: String {
    case standard = "+/="
    case urlSafe = "-_="
  }

  static func encode(_ bytes: [UInt8], alphabet: Alphabet = .standard) -> String {
    let digits =
      Array(UInt8(ascii: "A")...UInt8(ascii: "Z")) + Array(UInt8(ascii: "a")...UInt8(ascii: "z"))
      + Array(UInt8(ascii: "0")...UInt8(ascii: "9")) + Array(alphabet.rawValue.utf8)
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let count = min(3, bytes.count - start)
      var group = 0
      for offset in 0..<3 { group = group << 8 | (offset < count ? Int(bytes[start + offset]) : 0) }
      for digit in 0..<4 { out.append(digits[digit <= count ? (group >> (18 - 6 * digit)) & 63 : 64]) }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
