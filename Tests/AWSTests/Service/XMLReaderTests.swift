@testable import AWS
import Testing

@Suite("Reading XML")
struct XMLReaderTests {
  @Test("Texts, references and all encodings' characters come through, cut anywhere")
  func chunks() throws {
    let text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <!-- a remark --><Root xmlns="http://s3.amazonaws.com/doc/2006-03-01/" a="b">
        <Key>a &amp; b &lt;c&gt; &quot;d&quot; &#x1F600; é 日本 👩‍👩‍👧‍👦</Key><Empty/><Data><![CDATA[<raw> & more]]></Data>
        <Outer><Inner>1</Inner><Inner>2</Inner></Outer></Root>
      """
    let bytes = Array(text.utf8)
    let whole = try XMLElement(parsing: bytes)
    #expect(whole.name == "Root")
    #expect(whole["Key"]?.text == "a & b <c> \"d\" \u{1F600} é 日本 👩‍👩‍👧‍👦")
    #expect(whole["Empty"]?.text == "")
    #expect(whole["Data"]?.text == "<raw> & more")
    #expect(whole["Outer"]?.children.map(\.text) == ["1", "2"])
    #expect(try events(bytes, size: bytes.count).suffix(4) == ["2 Inner 1", "2 Inner 2", "1 Outer ", "0 Root "])
    for size in [1, 2, 3, 7, 64] {
      #expect(try events(bytes, size: size) == events(bytes, size: bytes.count))
    }
  }

  static let documentTypes = [
    "<!DOCTYPE a><a/>", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
    "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
    "<!DOCTYPE a [<!ENTITY x \"xxxxxxxxxx\"><!ENTITY y \"&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;\">]><a>&y;</a>",
    "<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/\"> %p;]><a/>",
    "<?xml version=\"1.0\"?>\n<!-- x --> <!DOCTYPE a PUBLIC \"x\" \"http://127.0.0.1:1/x.dtd\"><a/>",
  ]

  @Test("A document type is refused, whatever it would have said", arguments: documentTypes)
  func documentType(text: String) {
    let bytes = Array(text.utf8)
    #expect(throws: XMLReader.Fault.documentType) { try XMLElement(parsing: bytes) }
    #expect(throws: XMLReader.Fault.documentType) { try events(bytes, size: 1) }
  }

  @Test("Depth has its bound")
  func depth() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)).utf8)
    }
    #expect(try XMLElement(parsing: nested(32)).name == "a")
    #expect(throws: XMLReader.Fault.tooLarge) { try XMLElement(parsing: nested(33)) }
    #expect(throws: XMLReader.Fault.tooLarge) { try XMLElement(parsing: nested(200_000)) }
    #expect(throws: XMLReader.Fault.tooLarge) {
      try XMLElement(parsing: Array(String(repeating: "<a>", count: 200_000).utf8))
    }
  }

  @Test("Text has its bound, however it comes", arguments: [1000, 65_536, 1 << 20])
  func text(size: Int) throws {
    func element(_ count: Int) -> [UInt8] { Array(("<a>" + String(repeating: "x", count: count) + "</a>").utf8) }
    #expect(try XMLElement(parsing: element(65_536)).text.utf8.count == 65_536)
    for bytes in [element(65_537), element(4 << 20), Array(element(1 << 20).dropLast(4))] {
      #expect(throws: XMLReader.Fault.tooLarge) { try events(bytes, size: size) }
    }
    // Of each element, not of all.
    let many = "<r>" + String(repeating: "<a>" + String(repeating: "x", count: 1000) + "</a>", count: 200) + "</r>"
    #expect(try XMLElement(parsing: Array(many.utf8)).children.count == 200)
  }

  @Test("Every beginning of a document is none")
  func truncated() throws {
    let bytes = Array("<?xml version=\"1.0\"?><a><b>text</b><c d=\"e\">&amp;</c></a>".utf8)
    for count in 0..<bytes.count {
      #expect(throws: XMLReader.Fault.self, "\(count)") { try XMLElement(parsing: Array(bytes[..<count])) }
    }
    #expect(try XMLElement(parsing: bytes)["b"]?.text == "text")
  }

  @Test(
    "What is no XML is refused",
    arguments: [
      "", " ", "no", "{\"json\":true}", "<a>", "</a>", "<a></b>", "<a><b></a></b>", "<a/><b/>", "<a>&undefined;</a>",
      "<a b=1/>", "<a b=\"1\" b=\"2\"/>", "<1/>", "<a>\u{1}</a>", "<a>\u{0}</a>", "<a>&#0;</a>", "<a>&#xFFFFFFFFF;</a>",
      "<a>]]></a>", "\u{FEFF}", "<?xml version=\"1.0\" encoding=\"none-such\"?><a/>", "<!-- a", "<html><br></html>",
    ])
  func malformed(text: String) {
    #expect(throws: XMLReader.Fault.self) { try XMLElement(parsing: Array(text.utf8)) }
  }

  @Test("Bytes that are no UTF-8 are refused")
  func encoding() {
    for bytes: [UInt8] in [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]] {
      #expect(throws: XMLReader.Fault.self) {
        try XMLElement(parsing: Array("<a>".utf8) + bytes + Array("</a>".utf8))
      }
    }
  }

  @Test("Any bytes end well: a thousand changed documents, and no crash")
  func changed() throws {
    let original = Array(
      "<?xml version=\"1.0\"?><ListBucketResult><Contents><Key>a&amp;b</Key><Size>1</Size></Contents></ListBucketResult>"
        .utf8)
    var seed: UInt64 = 0x9E37_79B9_7F4A_7C15
    func next(_ bound: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33) % bound
    }
    var refused = 0
    for _ in 0..<1000 {
      var bytes = original
      for _ in 0...next(4) { bytes[next(bytes.count)] = UInt8(next(256)) }
      if (try? XMLElement(parsing: bytes)) == nil { refused += 1 }
    }
    #expect((500..<1000).contains(refused))
  }

  @Test("What is written is read back, or not written at all")
  func escaped() throws {
    for text in [
      "a&b<c>\"d'", "tab\tline\nreturn\r\r\n", " spaces ", "日本 👾 é e\u{301}", "\u{FFFD}", "]]>", "\u{85}\u{2028}",
    ] {
      let escaped = try #require(XMLText.escaped(text), "\(text.debugDescription)")
      #expect(
        try XMLElement(parsing: Array("<a>\(escaped)</a>".utf8)).text.unicodeScalars.elementsEqual(text.unicodeScalars))
    }
    for text in ["\u{1}", "a\u{1B}b", "\u{B}", "\u{1F}", "\u{FFFE}", "\u{FFFF}"] {
      #expect(XMLText.escaped(text) == nil, "\(text.debugDescription)")
    }
  }

  /// What a handler hears, with the document given in pieces.
  private func events(_ bytes: [UInt8], size: Int) throws(XMLReader.Fault) -> [String] {
    let recorder = Recorder()
    let reader = XMLReader(recorder)
    var start = 0
    while start < bytes.count {
      try reader.feed(Array(bytes[start..<min(start + size, bytes.count)]))
      start += size
    }
    try reader.finish()
    return recorder.events
  }

  private final class Recorder: XMLHandler {
    var events: [String] = []

    func end(_ name: XMLName, depth: Int, text: Span<UInt8>) {
      let text = text.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
      events.append("\(depth) \(name.string) \(text)")
    }
  }
}
