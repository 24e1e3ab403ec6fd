internal import FoundationEssentials

/// Points in time as AWS's answers and files write them: ISO 8601. Read by hand: a listing has a thousand a page.
enum Timestamp {
  /// See below.
  static func parse(_ text: String) -> Date? { parse(text.utf8.span) }

  /// `2030-01-02T03:04:05`, with or without a fraction, then `Z`, `UTC` or an offset like `+01:00` or `+0100`; nil for
  /// anything else.
  static func parse(_ text: Span<UInt8>) -> Date? {
    guard text.count >= 20, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
      text[10] == UInt8(ascii: "T") || text[10] == UInt8(ascii: " "), text[13] == UInt8(ascii: ":"),
      text[16] == UInt8(ascii: ":"), let century = twoDigits(text, at: 0), let year = twoDigits(text, at: 2),
      let month = twoDigits(text, at: 5), let day = twoDigits(text, at: 8), let hour = twoDigits(text, at: 11),
      let minute = twoDigits(text, at: 14), let second = twoDigits(text, at: 17),
      let days = daysSince1970(year: century * 100 + year, month: month, day: day), hour < 24, minute < 60,
      second <= 60
    else { return nil }
    var end = 19
    var fraction = 0.0
    if text[end] == UInt8(ascii: ".") {
      var weight = 0.1
      end += 1
      while end < text.count, let digit = digit(text[end]) {
        fraction += Double(digit) * weight
        weight /= 10
        end += 1
      }
      guard end > 20 else { return nil }
    }
    guard let offset = offset(text.extracting(end..<text.count)) else { return nil }
    return Date(timeIntervalSince1970: Double(days * 86_400 + hour * 3600 + minute * 60 + second - offset) + fraction)
  }

  /// Days of the Gregorian calendar; nil where it has no such day. Years are counted from March, as in `SigningTime`.
  static func daysSince1970(year: Int, month: Int, day: Int) -> Int? {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= days(of: month, in: year) else {
      return nil
    }
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func days(of month: Int, in year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Seconds east of Greenwich.
  private static func offset(_ zone: Span<UInt8>) -> Int? {
    if zone.count == 1 { return zone[0] | 0x20 == UInt8(ascii: "z") ? 0 : nil }
    if zone.count == 3 {
      let isUTC = zone[0] == UInt8(ascii: "U") && zone[1] == UInt8(ascii: "T") && zone[2] == UInt8(ascii: "C")
      return isUTC ? 0 : nil
    }
    guard zone.count == 5 || zone.count == 6 && zone[3] == UInt8(ascii: ":"),
      zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"), let hours = twoDigits(zone, at: 1),
      let minutes = twoDigits(zone, at: zone.count - 2)
    else { return nil }
    return (hours * 3600 + minutes * 60) * (zone[0] == UInt8(ascii: "-") ? -1 : 1)
  }

  private static func twoDigits(_ text: Span<UInt8>, at index: Int) -> Int? {
    guard let tens = digit(text[index]), let ones = digit(text[index + 1]) else { return nil }
    return tens * 10 + ones
  }

  private static func digit(_ byte: UInt8) -> Int? {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
  }
}
