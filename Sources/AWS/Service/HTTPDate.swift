package import FoundationEssentials

/// The date form of HTTP's headers, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7), and S3's in listings,
/// `1994-11-06T08:49:37.000Z`. Read by hand: a listing has a thousand of them a page.
package enum HTTPDate {
  /// Nil for anything else.
  package static func date(of text: String) -> Date? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), let year = Int(parts[3]),
      let month = months.firstIndex(of: String(parts[2]))
    else { return nil }
    let time = parts[4].split(separator: ":", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
    guard time.count == 3 else { return nil }
    return date(year, month + 1, day, time[0], time[1], time[2], 0)
  }

  /// ISO 8601 in UTC with seconds and `Z`, with or without a fraction. Nil for anything else.
  package static func date(ofTimestamp text: some RandomAccessCollection<UInt8>) -> Date? {
    var fields = [0, 0, 0, 0, 0, 0]
    let lengths = [4, 2, 2, 2, 2, 2]
    var index = text.startIndex
    for field in 0..<6 {
      for _ in 0..<lengths[field] {
        guard index < text.endIndex, let digit = digit(text[index]) else { return nil }
        fields[field] = fields[field] * 10 + digit
        index = text.index(after: index)
      }
      guard field < 5 else { break }
      guard index < text.endIndex, text[index] == separators[field] else { return nil }
      index = text.index(after: index)
    }
    var fraction = 0.0
    if index < text.endIndex, text[index] == UInt8(ascii: ".") {
      var weight = 0.1
      index = text.index(after: index)
      while index < text.endIndex, let digit = digit(text[index]) {
        fraction += Double(digit) * weight
        weight /= 10
        index = text.index(after: index)
      }
    }
    // Another zone would be another time.
    guard index < text.endIndex, text[index] == UInt8(ascii: "Z"), text.index(after: index) == text.endIndex else {
      return nil
    }
    return date(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], fraction)
  }

  private static let separators = Array("--T::".utf8)

  private static func digit(_ byte: UInt8) -> Int? {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
  }

  private static func date(
    _ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int, _ fraction: Double
  ) -> Date? {
    guard (1...9999).contains(year), (1...12).contains(month), (1...days(year, month)).contains(day),
      (0..<24).contains(hour), (0..<60).contains(minute), (0...60).contains(second)
    else { return nil }
    // Days since 1970 in the proleptic Gregorian calendar, counted from March so that a leap day ends a year.
    let y = month <= 2 ? year - 1 : year
    let era = y / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let day = era * 146_097 + dayOfEra - 719_468
    return Date(timeIntervalSince1970: Double(day * 86_400 + hour * 3600 + minute * 60 + second) + fraction)
  }

  private static func days(_ year: Int, _ month: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
