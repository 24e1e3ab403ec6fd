/// Numbers and times as people read them, in few columns.
package enum Format {
  /// `0 B`, `999 B`, `1.2 kB`, `37 MB`, `1.4 GB`: decimal units, at most six columns.
  package static func bytes(_ count: Int64) -> String {
    guard count >= 1000 else { return "\(max(0, count)) B" }
    let units = ["kB", "MB", "GB", "TB", "PB", "EB"]
    var value = Double(count) / 1000
    var unit = 0
    while value >= 999.5, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return (value < 9.95 ? tenths(value) : "\(Int(value.rounded()))") + " " + units[unit]
  }

  /// `1,204,000`.
  package static func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var text = ""
    for (i, digit) in digits.enumerated() {
      if i > 0, (digits.count - i) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return number < 0 ? "-" + text : text
  }

  /// US dollars, roughly: `about $0.12`, `less than $0.01`, `about $1,200`: two digits that count.
  package static func cost(_ dollars: Double) -> String {
    guard dollars > 0 else { return "nothing" }
    guard dollars >= 0.01 else { return "less than $0.01" }
    guard dollars < 100 else {
      var unit = 1.0
      while dollars / unit >= 100 { unit *= 10 }
      return "about $" + grouped(Int(min((dollars / unit).rounded() * unit, 1e15)))
    }
    if dollars >= 10 { return "about $\(Int(dollars.rounded()))" }
    let cents = Int((dollars * 100).rounded())
    return "about $\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
  }

  /// How long ago, in at most three columns: `now` (or to come), `<1m`, `12m`, `3h`, `6d`, `9w`, `2y`.
  package static func age(_ seconds: Double) -> String {
    guard seconds.isFinite else { return "?" }
    switch seconds {
    case ..<0: return "now"
    // No seconds: a screen that nobody touches is painted once a minute.
    case ..<60: return "<1m"
    case ..<3600: return "\(Int(seconds / 60))m"
    case ..<86_400: return "\(Int(seconds / 3600))h"
    case ..<(14 * 86_400): return "\(Int(seconds / 86_400))d"
    case ..<(365 * 86_400): return "\(Int(seconds / 604_800))w"
    default: return "\(Int(min(seconds / 31_557_600, 99)))y"
    }
  }

  /// How long something took or will take: `85 ms`, `1.2 s`, `42 s`, `3m 05s`, `2h 10m`.
  package static func duration(milliseconds: Int) -> String {
    let milliseconds = max(0, milliseconds)
    if milliseconds < 1000 { return "\(milliseconds) ms" }
    if milliseconds < 9950 { return tenths(Double(milliseconds) / 1000) + " s" }
    let seconds = (milliseconds + 500) / 1000
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3600 { return "\(seconds / 60)m \(twoDigits(seconds % 60))s" }
    return "\(seconds / 3600)h \(twoDigits(seconds / 60 % 60))m"
  }

  package static func duration(_ duration: Duration) -> String {
    self.duration(milliseconds: Int((duration / .milliseconds(1)).rounded()))
  }

  /// How long one has waited, in whole seconds: `3 s`, `3m 05s`.
  package static func wait(_ seconds: Int) -> String {
    seconds < 60 ? "\(max(0, seconds)) s" : duration(milliseconds: seconds * 1000)
  }

  /// `14:03:59` at a time in seconds since 1970, in a zone this many seconds east of UTC.
  package static func clock(_ time: Double, zone: Int = 0) -> String {
    let seconds = Int(bounded(time)) + zone
    let day = ((seconds % 86_400) + 86_400) % 86_400
    return "\(twoDigits(day / 3600)):\(twoDigits(day / 60 % 60)):\(twoDigits(day % 60))"
  }

  /// `2026-11-21 14:03:59`, likewise.
  package static func date(_ time: Double, zone: Int = 0) -> String {
    let seconds = Int(bounded(time)) + zone
    // Civil date from days: years that begin in March, in eras of 400 years (proleptic Gregorian calendar).
    let days = Int((Double(seconds) / 86_400).rounded(.down)) + 719_468
    let era = (days >= 0 ? days : days - 146_096) / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let civilMonth = month < 10 ? month + 3 : month - 9
    let year = yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0)
    return "\(year)-\(twoDigits(civilMonth))-\(twoDigits(day)) \(clock(time, zone: zone))"
  }

  /// `1 object`, `2 objects`.
  package static func count(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  private static func bounded(_ time: Double) -> Double {
    time.isFinite ? min(max(time, -2e11), 2e11).rounded(.down) : 0
  }

  private static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
