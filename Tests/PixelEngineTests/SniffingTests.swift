import PixelEngine
import Testing

@Suite("Sniffing")
struct SniffingTests {
  private static func padded(_ bytes: [UInt8]) -> [UInt8] { bytes + Array(repeating: 0, count: 40) }

  /// Each byte a character, up to U+00FF.
  private static let heads: [(name: String, head: String)] = [
    ("GIF", "GIF89a"), ("WebP", "RIFF\u{1}\u{1}\u{1}\u{1}WEBPVP8 "), ("TIFF", "II*\0"), ("TIFF", "MM\0*"),
    ("PDF", "%PDF-1.7"), ("AVIF", "\0\0\0\u{20}ftypavif"), ("HEIC", "\0\0\0\u{18}ftypheic"),
    ("MP4", "\0\0\0\u{18}ftypisom"), ("ICO", "\0\0\u{1}\0\u{1}\0\u{10}\u{10}\0\0"), ("PSD", "8BPS"),
    ("JPEG XL", "\u{FF}\n"), ("BMP", "BM\0\0\0\0\0\0\0\0\u{36}\0\0\0\u{28}"), ("SVG", "\n <svg xmlns=\"\">"),
    ("SVG", "<?xml version=\"1.0\"?><svg>"), ("Netpbm", "P6\n3 2"),
  ]

  @Test(arguments: heads)
  func namesOtherKinds(_ kind: (name: String, head: String)) {
    let (name, text) = kind
    let head = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    #expect(PixelEngine.sniff(Self.padded(head)) == .other(name: name))
    #expect(throws: PixelError.unsupportedFormat(format: name)) { try PixelEngine().pixelate(Self.padded(head)) }
  }

  @Test func knowsItsOwn() {
    #expect(PixelEngine.sniff(Fixture.bytes("rgb.png")) == .png)
    #expect(PixelEngine.sniff(Fixture.bytes("rgb.jpg")) == .jpeg)
    // Carriage returns taken out, or put in: a PNG still, and damaged.
    let start: [UInt8] = [0x89, 0x50, 0x4E, 0x47]
    let tails: [[UInt8]] = [[0x0A, 0x1A, 0x0A], [0x0D, 0x1A, 0x0A], [0x0D, 0x0D, 0x0A, 0x1A, 0x0D, 0x0A]]
    for tail in tails {
      let file = start + tail + Fixture.bytes("rgb.png").dropFirst(8)
      #expect(PixelEngine.sniff(file) == .png)
      let error = #expect(throws: PixelError.self) { try PixelEngine().pixelate(file) }
      guard case .damaged(format: .png, _) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  @Test func theRestIsNoImage() {
    let texts = [
      "", "B", "BM is how this text begins, and it is none", "hello, world\n", "<html><svg></html>", "P6x", "RIFF",
    ]
    let others: [[UInt8]] = [[0], [0xFF, 0xD8], Array(repeating: 0, count: 600), [0xFF]]
    for bytes in texts.map({ Array($0.utf8) }) + others {
      #expect(PixelEngine.sniff(bytes) == .unknown)
      #expect(throws: PixelError.notAnImage) { try PixelEngine().pixelate(bytes) }
    }
  }

  @Test func anyHeadIsFine() {
    var random = SeededNumbers(seed: 5)
    for length in 0..<300 {
      _ = PixelEngine.sniff((0..<length).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
  }
}
