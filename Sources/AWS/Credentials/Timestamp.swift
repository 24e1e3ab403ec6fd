internal import FoundationEssentials

/// Points in time as AWS's answers and files write them.
enum Timestamp {
  /// `2030-01-02T03:04:05`, with or without a fraction, then `Z`, `UTC` or an offset like `+01:00` or `+0100`; nil for
  /// anything else.
  static func parse(_ text: String) -> Date? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.count <= 40 else { return nil }
    func number(_ range: Range<Int>) -> Int? {
      var value = 0
      for byte in bytes[range] {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        value = value * 10 + Int(byte - UInt8(ascii: "0"))
      }
      return value
    }
    func isMark(_ index: Int, _ mark: Unicode.Scalar) -> Bool { bytes[index] == UInt8(ascii: mark) }
    guard isMark(4, "-"), isMark(7, "-"), isMark(10, "T") || isMark(10, " "), isMark(13, ":"), isMark(16, ":"),
      let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
      let minute = number(14..<16), let second = number(17..<19), (1...12).contains(month), (1...31).contains(day),
      hour < 24, minute < 60, second <= 60
    else { return nil }
    var rest = bytes[19...]
    if rest.first == UInt8(ascii: ".") {
      let digits = rest.dropFirst().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard !digits.isEmpty else { return nil }
      rest = bytes[digits.endIndex...]
    }
    guard let offset = offset(String(decoding: rest, as: UTF8.self)) else { return nil }
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset
    return Date(timeIntervalSince1970: Double(seconds))
  }

  /// Seconds east of Greenwich.
  private static func offset(_ text: String) -> Int? {
    if text == "Z" || text == "z" || text == "UTC" { return 0 }
    guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
    let digits = text.dropFirst().replacing(":", with: "")
    guard digits.utf8.count == 4, let value = Int(digits), value >= 0 else { return nil }
    return (value / 100 * 3_600 + value % 100 * 60) * (sign == "-" ? -1 : 1)
  }

  /// Days since 1970-01-01 in the Gregorian calendar; years are counted from March, as in `SigningTime`.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
