internal import Crypto
internal import FoundationEssentials
internal import ObjectStore

/// When a signature is made, in the two forms it is written.
struct SigningTime: Hashable, Sendable {
  /// `20150830T123600Z`.
  let timestamp: String
  /// `20150830`.
  let day: String

  /// - Parameter date: years 0 to 9999, whole seconds count.
  init(_ date: Date) {
    let limit: Double = 253_402_300_799  // 9999-12-31T23:59:59Z
    let interval = date.timeIntervalSince1970
    let seconds = interval.isNaN ? 0 : Int(min(max(interval.rounded(.down), 0), limit))
    let (year, month, dayOfMonth) = Self.civil(days: seconds / 86_400)
    var text: [UInt8] = []
    text.reserveCapacity(16)
    func append(_ value: Int, digits: Int) {
      var divisor = 1
      for _ in 1..<digits { divisor *= 10 }
      while divisor > 0 {
        text.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
        divisor /= 10
      }
    }
    append(year, digits: 4)
    append(month, digits: 2)
    append(dayOfMonth, digits: 2)
    day = String(decoding: text, as: UTF8.self)
    text.append(UInt8(ascii: "T"))
    append(seconds / 3_600 % 24, digits: 2)
    append(seconds / 60 % 60, digits: 2)
    append(seconds % 60, digits: 2)
    text.append(UInt8(ascii: "Z"))
    timestamp = String(decoding: text, as: UTF8.self)
  }

  /// Year, month and day in the Gregorian calendar, of days since 1970-01-01. Years are counted from March, so that the
  /// leap day is the last of its year.
  private static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468  // days since 0000-03-01
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}

/// The key that signatures of one day, region and service are made with.
struct SigningKey: Sendable {
  private let key: SymmetricKey

  /// Four HMACs, one in the other.
  init(secret: String, day: String, region: String, service: String) {
    var key = SymmetricKey(data: Array("AWS4\(secret)".utf8))
    for part in [day, region, service, "aws4_request"] {
      key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
    }
    self.key = key
  }

  /// 64 small hexadecimal digits.
  func signature(of text: [UInt8]) -> String {
    var digits: [UInt8] = []
    digits.reserveCapacity(64)
    Hexadecimal.appendSmall(HMAC<SHA256>.authenticationCode(for: text, using: key), to: &digits)
    return String(decoding: digits, as: UTF8.self)
  }
}

/// The keys in use: deriving one costs as much as four signatures.
enum SigningKeys {
  private struct Scope: Hashable {
    let secret: String
    let day: String
    let region: String
    let service: String
  }

  /// Two stores, their profiles and two services, today and yesterday: rarely more.
  private static let limit = 16
  private static let known = Locked<[Scope: SigningKey]>([:])

  static func key(secret: String, day: String, region: String, service: String) -> SigningKey {
    let scope = Scope(secret: secret, day: day, region: region, service: service)
    return known.withLock { known in
      if let key = known[scope] { return key }
      // Keys go out of use all at once, when the day or the credentials change.
      if known.count >= limit { known.removeAll(keepingCapacity: true) }
      let key = SigningKey(secret: secret, day: day, region: region, service: service)
      known[scope] = key
      return key
    }
  }
}
