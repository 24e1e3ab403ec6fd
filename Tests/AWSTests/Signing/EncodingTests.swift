import AWS
import Foundation
import HTTPTransport
import Testing

@Suite("Percent-encoding and digests")
struct EncodingTests {
  @Test(arguments: [
    ("", "", ""), ("aZ09-._~", "aZ09-._~", "aZ09-._~"), ("a/b c", "a/b%20c", "a%2Fb%20c"),
    ("+%&=?#", "%2B%25%26%3D%3F%23", "%2B%25%26%3D%3F%23"),
    ("ü€😀", "%C3%BC%E2%82%AC%F0%9F%98%80", "%C3%BC%E2%82%AC%F0%9F%98%80"),
    ("\0\n\u{7f}", "%00%0A%7F", "%00%0A%7F"), ("'\"*()!", "%27%22%2A%28%29%21", "%27%22%2A%28%29%21"),
  ])
  func encoded(text: String, path: String, query: String) {
    #expect(PercentEncoding.path(text) == path)
    #expect(PercentEncoding.query(text) == query)
    #expect(PercentEncoding.decode(path, plusIsSpace: false) == Array(text.utf8))
    #expect(PercentEncoding.decode(query, plusIsSpace: true) == Array(text.utf8))
  }

  @Test
  func aQuery() {
    #expect(
      PercentEncoding.query([("list-type", "2"), ("prefix", "a b/"), ("x", "")]) == "list-type=2&prefix=a%20b%2F&x=")
  }

  @Test("Decoding is strict", arguments: ["%", "%2", "a%", "%zz", "%2g", "%%41", "%+1"])
  func refused(text: String) {
    #expect(PercentEncoding.decode(text, plusIsSpace: true) == nil)
  }

  @Test
  func decoded() {
    #expect(PercentEncoding.decode("a+b%2b%2B%ff", plusIsSpace: true) == Array("a b++".utf8) + [0xff])
    #expect(PercentEncoding.decode("a+b", plusIsSpace: false) == Array("a+b".utf8))
  }

  @Test
  func digests() {
    // FIPS 180-4 and RFC 1321: "abc".
    let abc = Array("abc".utf8)
    #expect(SHA256Digest(of: abc).hexadecimal == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(SHA256Digest(of: abc).base64 == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=")
    #expect(MD5Digest(of: abc).base64 == "kAFQmDzST7DWlj99KOF/cg==")
    #expect(PayloadHash.of([]) == .empty)
    #expect(PayloadHash.empty.text == SHA256Digest(of: []).hexadecimal)
    #expect(PayloadHash.unsigned.text == "UNSIGNED-PAYLOAD")
    var pieces = SHA256Digest.Accumulator()
    for byte in abc { pieces.update([byte]) }
    #expect(pieces.digest() == SHA256Digest(of: abc))
  }

  @Test("A file's digest, over the borders of pieces and for a part")
  func fileDigest() throws {
    let content = (0..<(2 << 20) + 12_345).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 9) }
    let path = FileManager.default.temporaryDirectory.appending(path: "digest-\(UUID().uuidString)").path()
    try Data(content).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let count = Int64(content.count)
    #expect(try SHA256Digest(ofFile: path, range: 0..<count) == SHA256Digest(of: content))
    #expect(try SHA256Digest(ofFile: path, range: 7..<1_500_000) == SHA256Digest(of: Array(content[7..<1_500_000])))
    #expect(try SHA256Digest(ofFile: path, range: 5..<5) == SHA256Digest(of: []))
    #expect(throws: HTTPError.unreadableFile(path: path, code: 0)) {
      try SHA256Digest(ofFile: path, range: 0..<count + 1)
    }
    #expect(throws: HTTPError.unreadableFile(path: path + "x", code: ENOENT)) {
      try SHA256Digest(ofFile: path + "x", range: 0..<1)
    }
  }
}
