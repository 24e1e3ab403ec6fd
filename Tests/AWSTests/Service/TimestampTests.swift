@testable import AWS
import Foundation
import Testing

@Suite("Points in time")
struct TimestampTests {
  @Test(
    "Those of listings, credentials and files",
    arguments: [
      ("1994-11-06T08:49:37.000Z", 784_111_777.0), ("1994-11-06T08:49:37Z", 784_111_777),
      ("1994-11-06T08:49:37.25Z", 784_111_777.25), ("2024-02-29T23:59:59.5Z", 1_709_251_199.5),
      ("2025-01-01T00:00:00Z", 1_735_689_600), ("2025-01-01T01:00:00+01:00", 1_735_689_600),
      ("2024-12-31T19:00:00.123456-0500", 1_735_689_600.123456), ("2025-01-01T00:00:00UTC", 1_735_689_600),
      ("2024-02-29T12:34:56Z", 1_709_210_096), ("1970-01-01 00:00:00z", 0),
    ])
  func read(text: String, seconds: Double) throws {
    let date = try #require(Timestamp.parse(text))
    #expect(abs(date.timeIntervalSince1970 - seconds) < 0.000_001)
  }

  @Test("A fraction of any length is one")
  func fraction() throws {
    let date = try #require(Timestamp.parse("1970-01-01T00:00:00.\(String(repeating: "9", count: 5000))Z"))
    #expect((0.999...1.001).contains(date.timeIntervalSince1970))
  }

  @Test(
    "What is none",
    arguments: [
      "", "1", "1994", "1994-11-06", "1994-11-06T08:49", "1994-11-06T08:49:3", "1994-11-06T08:49:37",
      "1994-11-06T08:49:37.000", "1994-11-06T08:49:37.Z", "1994-11-06T08:49:37Z ", "1994-11-06T08:49:37ZZ",
      "1994-13-06T08:49:37Z", "1994-00-06T08:49:37Z", "1994-02-29T08:49:37Z", "1994-04-31T08:49:37Z",
      "0000-01-01T00:00:00Z", "1994-11-06T24:49:37Z", "1994/11/06T08:49:37Z", "1994-11-06_08:49:37Z",
      "94-11-06T08:49:37Z", "+994-11-06T08:49:37Z", "１９９４-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT",
      "2025-01-01T00:00:00+1", "2025-01-01T00:00:00+-100", "2025-01-01T00:00:00+01-00", "é025-01-01T00:00:00Z",
      "2025-01-01T00:00:00GMT", "tomorrow, and not earlier",
    ])
  func none(text: String) {
    #expect(Timestamp.parse(text) == nil)
  }

  @Test("Every day of four centuries is where the calendar has it")
  func calendar() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    for step in stride(from: -80_000, to: 80_000, by: 37) {
      let date = Date(timeIntervalSince1970: Double(step) * 86_400)
      let parts = calendar.dateComponents([.year, .month, .day], from: date)
      let text = [parts.year, parts.month, parts.day].map { String($0 ?? 0) }
      let padded = zip(text, [4, 2, 2]).map { String(repeating: "0", count: max(0, $1 - $0.count)) + $0 }
      #expect(Timestamp.parse("\(padded.joined(separator: "-"))T00:00:00Z") == date)
    }
  }
}
