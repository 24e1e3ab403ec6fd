import AWS
import Foundation
import Testing

@Suite("Dates of servers")
struct HTTPDateTests {
  @Test(
    "Those of header fields",
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777.0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
      ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199), ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800),
      ("Mon, 1 Jan 2001 00:00:00 GMT", 978_307_200), ("Tue, 19 Jan 2038 03:14:08 GMT", 2_147_483_648),
      ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799), ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
    ])
  func header(text: String, seconds: Double) {
    #expect(HTTPDate.date(of: text) == Date(timeIntervalSince1970: seconds))
  }

  @Test(
    "What is none in a header field",
    arguments: [
      "", " ", "GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 +0100",
      "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Foo 1994 08:49:37 GMT",
      "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Tue, 29 Feb 2023 00:00:00 GMT",
      "Thu, 29 Feb 1900 00:00:00 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 0 08:49:37 GMT",
      "Sun, 06 Nov 10000 08:49:37 GMT", "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
      "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
      "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 08:49:37:00 GMT", "Sun, 06 Nov 1994 08:49:37:x GMT",
      "Sun, 06 Nov 1994 08::37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:-7 GMT",
      "1994-11-06T08:49:37Z",
    ])
  func noHeader(text: String) {
    #expect(HTTPDate.date(of: text) == nil)
  }

  @Test(
    "Those of listings",
    arguments: [
      ("1994-11-06T08:49:37.000Z", 784_111_777.0), ("1994-11-06T08:49:37Z", 784_111_777),
      ("1994-11-06T08:49:37.25Z", 784_111_777.25), ("2024-02-29T23:59:59.5Z", 1_709_251_199.5),
      ("1970-01-01T00:00:00.Z", 0),
    ])
  func timestamp(text: String, seconds: Double) throws {
    let date = try #require(HTTPDate.date(ofTimestamp: Array(text.utf8)))
    #expect(abs(date.timeIntervalSince1970 - seconds) < 0.000_001)
    // Of a piece of a buffer as well.
    #expect(HTTPDate.date(ofTimestamp: Array("xx\(text)".utf8)[2...]) == date)
  }

  @Test("A fraction of any length is one")
  func fraction() throws {
    let date = try #require(
      HTTPDate.date(ofTimestamp: Array("1970-01-01T00:00:00.\(String(repeating: "9", count: 5000))Z".utf8)))
    #expect((0.999...1.001).contains(date.timeIntervalSince1970))
  }

  @Test(
    "What is none in a listing",
    arguments: [
      "", "1", "1994", "1994-11-06", "1994-11-06T08:49", "1994-11-06T08:49:3", "1994-11-06T08:49:37",
      "1994-11-06T08:49:37+02:00", "1994-11-06T08:49:37.000", "1994-11-06T08:49:37Z ", "1994-11-06T08:49:37ZZ",
      "1994-13-06T08:49:37Z", "1994-00-06T08:49:37Z", "1994-02-29T08:49:37Z", "1994-04-31T08:49:37Z",
      "0000-01-01T00:00:00Z", "1994-11-06T24:49:37Z", "1994/11/06T08:49:37Z", "1994-11-06 08:49:37Z",
      "94-11-06T08:49:37Z", "+994-11-06T08:49:37Z", "１９９４-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT",
    ])
  func noTimestamp(text: String) {
    #expect(HTTPDate.date(ofTimestamp: Array(text.utf8)) == nil)
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
      #expect(HTTPDate.date(ofTimestamp: Array("\(padded.joined(separator: "-"))T00:00:00Z".utf8)) == date)
    }
  }
}
