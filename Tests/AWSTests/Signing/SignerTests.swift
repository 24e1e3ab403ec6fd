@testable import AWS
import Foundation
import HTTPTransport
import Testing

@Suite("Signer")
struct SignerTests {
  private static let credentials = Credentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: "SENSITIVE", sessionToken: "token/+=", origin: "test")
  private static let date = Date(timeIntervalSince1970: 1_440_938_160)

  private func sign(_ request: HTTPRequest, at date: Date = date) -> HTTPRequest {
    Signer(service: "s3", region: "eu-central-1")
      .sign(request, payload: .empty, credentials: Self.credentials, date: date)
  }

  @Test(
    "The host that is signed is the one that is sent",
    arguments: [
      ("https://b.s3.amazonaws.com/k", "b.s3.amazonaws.com"), ("https://h:443/k", "h"), ("https://h:80/k", "h:80"),
      ("http://h:443/", "h:443"),
      ("http://h:80", "h"), ("http://127.0.0.1:8333/b?x=/y:z@", "127.0.0.1:8333"), ("http://[::1]:9000/", "[::1]:9000"),
      ("http://[::1]/", "[::1]"), ("HTTPS://h:443/", "h"), ("http://u:p@h:81/", "h:81"), ("http://h:/", "h"),
    ])
  func host(url: String, expected: String) {
    #expect(RequestTarget(url).host == expected)
  }

  @Test
  func partsOfAURL() {
    let target = RequestTarget("http://h:1/a//b/../c?x=1&y=%2F#z")
    #expect(String(target.path) == "/a//b/../c")
    #expect(String(target.query) == "x=1&y=%2F")
    #expect(String(RequestTarget("http://h?x").path) == "/")
    #expect(String(RequestTarget("http://h?x").query) == "x")
  }

  @Test("A request signed again has each header once, and the same signature as a fresh one")
  func signedAgain() {
    let request = HTTPRequest(.get, "https://h/k", headers: [HTTPField("If-Match", "\"x\"")])
    let again = sign(sign(request, at: Self.date - 900))
    #expect(again.headers == sign(request).headers)
    #expect(Set(again.headers.map { $0.name.lowercased() }).count == again.headers.count)
    #expect(again.url == request.url)
  }

  @Test("What a proxy or the transport may change is not signed")
  func unsignedHeaders() {
    let request = HTTPRequest(
      .put, "https://h/k", headers: [HTTPField("User-Agent", "a"), HTTPField("Expect", "b"), HTTPField("Range", "c")])
    let value = sign(request).headers.last?.value ?? ""
    #expect(value.contains("SignedHeaders=host;range;x-amz-content-sha256;x-amz-date;x-amz-security-token,"))
  }

  @Test("The key's path is signed as it stands for S3, whatever it holds")
  func unnormalisedPath() throws {
    let url = "https://h/" + PercentEncoding.path("a//b/../c d+é%\u{7f}")
    let work = Signer(service: "s3", region: "r")
      .headerWork(HTTPRequest(.get, url), payload: .unsigned, credentials: Self.credentials, date: Self.date)
    let lines = String(decoding: work.canonical.text, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[1] == "/a//b/../c%20d%2B%C3%A9%25%7F")
    #expect(lines.last == "UNSIGNED-PAYLOAD")
  }

  @Test("Other services' paths are normalised and encoded once more")
  func normalisedPath() {
    let url = "https://h/2015-03-31/functions/arn%3Aaws/./x/../invocations"
    let work = Signer(service: "lambda", region: "r")
      .headerWork(HTTPRequest(.post, url), payload: .empty, credentials: Self.credentials, date: Self.date)
    let lines = String(decoding: work.canonical.text, as: UTF8.self).split(separator: "\n")
    #expect(lines[1] == "/2015-03-31/functions/arn%253Aaws/invocations")
  }

  @Test("A presigned URL keeps its query, encodes the token and holds no secret")
  func presigned() {
    let url = Signer(service: "s3", region: "eu-central-1").presign(
      HTTPRequest(.get, "https://h:444/a%20b?versionId=x/y&response-content-disposition=attachment"), seconds: 0,
      credentials: Self.credentials, date: Self.date)
    #expect(
      url.hasPrefix("https://h:444/a%20b?versionId=x%2Fy&response-content-disposition=attachment&X-Amz-Algorithm="))
    #expect(url.contains("&X-Amz-Expires=1&"))
    #expect(url.contains("&X-Amz-Security-Token=token%2F%2B%3D&"))
    #expect(!url.contains("SENSITIVE"))
  }

  @Test(
    "Dates are written by the calendar",
    arguments: [
      (0, "19700101T000000Z"), (951_782_399, "20000228T235959Z"), (951_782_400, "20000229T000000Z"),
      (1_709_251_199, "20240229T235959Z"), (1_735_689_599, "20241231T235959Z"), (4_107_542_400, "21000301T000000Z"),
      (-1, "19700101T000000Z"), (253_402_300_799, "99991231T235959Z"), (253_402_300_800, "99991231T235959Z"),
    ])
  func dates(seconds: Double, expected: String) {
    #expect(SigningTime(Date(timeIntervalSince1970: seconds)).timestamp == expected)
  }

  @Test
  func datesThatAreNoNumbers() {
    #expect(SigningTime(Date(timeIntervalSince1970: .infinity)).timestamp == "99991231T235959Z")
    #expect(SigningTime(Date(timeIntervalSince1970: .nan)).timestamp.count == 16)
  }

  @Test("Every day of 400 years agrees with Foundation's calendar")
  func everyDay() {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    for day in stride(from: 0, to: 146_097, by: 13) {
      let date = Date(timeIntervalSince1970: Double(day) * 86_400)
      let parts = calendar.dateComponents([.year, .month, .day], from: date)
      let value = (parts.year ?? 0) * 10_000 + (parts.month ?? 0) * 100 + (parts.day ?? 0)
      #expect(SigningTime(date).day == String(value))
    }
  }

  @Test("Keys of many secrets do not mix, however many there are")
  func manyKeys() {
    let request = HTTPRequest(.get, "https://h/")
    func signature(_ number: Int) -> String {
      let credentials = Credentials(accessKeyID: "A", secretAccessKey: "secret\(number)", origin: "test")
      return Signer(service: "s3", region: "r")
        .headerWork(request, payload: .empty, credentials: credentials, date: Self.date).signature
    }
    let first = (0..<40).map(signature)
    #expect(Set(first).count == 40)
    #expect((0..<40).map(signature) == first)
  }
}
