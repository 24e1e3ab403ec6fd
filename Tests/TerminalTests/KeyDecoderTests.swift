import Console
import Testing

@testable import Terminal

@Suite struct KeyDecoderTests {
  private func decode(_ text: String, term: KeySequences = KeySequences()) -> [InputEvent] {
    var decoder = KeyDecoder(keys: term)
    return decoder.feed(text.utf8, at: 0) + decoder.flush()
  }

  static let keys: [(String, [Key])] = [
    ("a Z", [.character("a"), .character(" "), .character("Z")]),
    ("é漢🎨", [.character("é"), .character("漢"), .character("🎨")]),
    ("\u{1}\u{3}\u{1A}\u{C}", [.control("a"), .control("c"), .control("z"), .control("l")]),
    ("\u{0}\u{1C}\u{1F}", [.control(" "), .control("\\"), .control("_")]),
    ("\r\n\t", [.enter, .enter, .tab]),
    ("\u{7F}\u{8}", [.backspace, .backspace]),
    ("\u{1B}", [.escape]),
    ("\u{1B}\u{1B}", [.escape, .escape]),
    ("\u{1B}\u{1B}[A", [.escape, .up]),
    ("\u{1B}x\u{1B}é", [.alt("x"), .alt("é")]),
    ("\u{1B}[", [.alt("[")]),
    ("\u{1B}O", [.alt("O")]),
    ("\u{1B}\u{7F}", [.backspace]),
    ("\u{1B}[A\u{1B}[B\u{1B}[C\u{1B}[D", [.up, .down, .right, .left]),
    ("\u{1B}OA\u{1B}OB\u{1B}OC\u{1B}OD\u{1B}OH\u{1B}OF", [.up, .down, .right, .left, .home, .end]),
    ("\u{1B}[H\u{1B}[F\u{1B}[1~\u{1B}[4~\u{1B}[7~\u{1B}[8~", [.home, .end, .home, .end, .home, .end]),
    ("\u{1B}[2~\u{1B}[3~\u{1B}[5~\u{1B}[6~\u{1B}[Z", [.insert, .delete, .pageUp, .pageDown, .backTab]),
    ("\u{1B}OP\u{1B}OQ\u{1B}OR\u{1B}OS", [.function(1), .function(2), .function(3), .function(4)]),
    ("\u{1B}[15~\u{1B}[17~\u{1B}[21~\u{1B}[24~", [.function(5), .function(6), .function(10), .function(12)]),
    // With a modifier: the same key.
    ("\u{1B}[1;5C\u{1B}[1;2A\u{1B}[3;5~\u{1B}[1;3P", [.right, .up, .delete, .function(1)]),
    ("\u{1B}OM", [.enter]),
  ]

  @Test(arguments: keys)
  func keysAreKnown(bytes: String, expected: [Key]) {
    #expect(decode(bytes) == expected.map { .key($0) })
  }

  /// However the bytes are cut up on their way.
  @Test(arguments: keys.filter { $0.0.count > 1 })
  func keysAreKnownByteByByte(bytes: String, expected: [Key]) {
    var decoder = KeyDecoder()
    var events: [InputEvent] = []
    for byte in bytes.utf8 { events += decoder.feed([byte], at: 0) }
    events += decoder.flush()
    #expect(events == expected.map { .key($0) })
  }

  @Test(arguments: [
    // Late answers: attributes, cursor position, colours, status string, mode report, window size.
    "\u{1B}[?62;22c", "\u{1B}[>84;0;0c", "\u{1B}[24;80R", "\u{1B}]11;rgb:1e1e/1e1e/2e2e\u{7}",
    "\u{1B}]11;rgb:0/0/0\u{1B}\\", "\u{1B}P1$r0;38;2;1;2;3m\u{1B}\\", "\u{1B}[?2026;2$y", "\u{1B}[8;50;160t",
    // Focus, unknown finals, private parameters, intermediates.
    "\u{1B}[I", "\u{1B}[O", "\u{1B}[99~", "\u{1B}[5;6;7A", "\u{1B}[1$A", "\u{1B}[=5u", "\u{1B}[E",
    // Cut off by a control character.
    "\u{1B}[12\u{18}", "\u{1B}P12\u{18}", "\u{1B}[M !!", "\u{1B}[<0;1M", "\u{1B}[<0;0;0M", "\u{1B}[<0;99999;1M",
    "\u{1B}[<999999999999999999999;1;1M",
  ])
  func unknownSequencesAreSwallowedWhole(bytes: String) {
    #expect(decode(bytes + "x") == [.key(.character("x"))])
  }

  @Test func bytesThatAreNotUTF8AreDropped() {
    var decoder = KeyDecoder()
    let events = decoder.feed(
      [0xFF, 0x61, 0xE2, 0x62, 0xC0, 0x80, 0xED, 0xA0, 0x80, 0xF4, 0x90, 0x80, 0x80, 0x63], at: 0)
    #expect(events == [.key(.character("a")), .key(.character("b")), .key(.character("c"))])
    // C1 controls as UTF-8 are no keys either.
    #expect(decode("\u{9B}A") == [.key(.character("A"))])
  }

  @Test func aLoneEscapeWaits() {
    var decoder = KeyDecoder()
    #expect(decoder.patience == nil)
    #expect(decoder.feed([0x1B], at: 0) == [])
    #expect(decoder.patience == 25)
    #expect(decoder.feed([0x5B, 0x41], at: 5) == [.key(.up)])
    #expect(decoder.patience == nil)
  }

  @Test func pastesComeInOnePiece() {
    #expect(
      decode("a\u{1B}[200~two\r\nlines \u{1B}[A\u{3} é\u{1B}[201~b") == [
        .key(.character("a")), .paste("two\r\nlines \u{1B}[A\u{3} é"), .key(.character("b")),
      ])
    #expect(decode("\u{1B}[200~\u{1B}[201~") == [.paste("")])
    #expect(decode("\u{1B}[200~a\u{1B}\u{1B}[201~") == [.paste("a\u{1B}")])
    #expect(decode("\u{1B}[200~a\u{1B}[20\u{1B}[201~") == [.paste("a\u{1B}[20")])
    // A paste whose end never comes is a paste all the same.
    #expect(decode("\u{1B}[200~open") == [.paste("open")])
  }

  @Test func pastesAreBounded() {
    var decoder = KeyDecoder()
    _ = decoder.feed("\u{1B}[200~".utf8, at: 0)
    _ = decoder.feed(Array(repeating: 0x61, count: KeyDecoder.pasteLimit + 1000), at: 0)
    guard case .paste(let text)? = decoder.feed("\u{1B}[201~".utf8, at: 0).first else {
      Issue.record("no paste")
      return
    }
    #expect(text.utf8.count == KeyDecoder.pasteLimit)
  }

  @Test func sequencesAreBounded() {
    var decoder = KeyDecoder()
    _ = decoder.feed("\u{1B}P".utf8, at: 0)
    _ = decoder.feed(Array(repeating: 0x61, count: KeyDecoder.sequenceLimit), at: 0)
    #expect(decoder.feed("x".utf8, at: 0).last == .key(.character("x")))
  }

  /// No bytes whatever crash the decoder, leave it stuck or make a key of a control character.
  @Test func anyBytesAreSurvived() {
    var seed: UInt64 = 42
    let likely = Array("\u{1B}[]OPM<?;0123~mAR$\\\u{7}\u{18}\r".utf8) + [0xC3, 0xE2, 0x94, 0xF0, 0xFF, 0x9B]
    for _ in 0..<2000 {
      var decoder = KeyDecoder()
      var bytes: [UInt8] = []
      for _ in 0..<40 {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes.append(likely[Int(seed >> 33) % likely.count])
      }
      let events = decoder.feed(bytes, at: 0) + decoder.flush()
      #expect(decoder.patience == nil)
      for case .key(.character(let character)) in events {
        #expect(character.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
      }
      #expect(decoder.feed("q".utf8, at: 0) == [.key(.character("q"))])
    }
  }

  @Test func clicksAndWheel() {
    var decoder = KeyDecoder()
    let point = ScreenPoint(column: 9, row: 4)
    func press(_ report: String, at time: Int) -> [InputEvent] { decoder.feed("\u{1B}[<\(report)".utf8, at: time) }
    #expect(press("0;10;5M", at: 0) == [.mouse(MouseEvent(kind: .press, point: point))])
    #expect(press("0;10;5m", at: 50) == [])
    #expect(press("0;10;5M", at: 400) == [.mouse(MouseEvent(kind: .doublePress, point: point))])
    #expect(press("0;10;5M", at: 500) == [.mouse(MouseEvent(kind: .press, point: point))], "a third is a new one")
    #expect(press("0;10;5M", at: 901) == [.mouse(MouseEvent(kind: .press, point: point))], "too late for a second")
    #expect(press("0;11;5M", at: 950) == [.mouse(MouseEvent(kind: .press, point: ScreenPoint(column: 10, row: 4)))])
    #expect(press("64;10;5M", at: 0) == [.mouse(MouseEvent(kind: .wheelUp, point: point))])
    #expect(press("65;10;5M", at: 0) == [.mouse(MouseEvent(kind: .wheelDown, point: point))])
    #expect(press("69;10;5M", at: 0) == [.mouse(MouseEvent(kind: .wheelDown, point: point))], "with Shift")
    #expect(press("2;10;5M", at: 0) == [], "the right button")
    #expect(press("32;10;5M", at: 0) == [], "motion")
  }

  /// What the description of a terminal says goes before the common forms.
  @Test(arguments: ["linux", "vt100", "xterm-256color", "rxvt-unicode", "screen", "vt220", "tmux-256color"])
  func keysOfTheDescription(term: String) throws {
    let entry = try #require(TerminfoEntry(reading: term))
    let table = KeySequences(entry: entry)
    for (name, key) in [
      ("kcuu1", Key.up), ("kf1", .function(1)), ("khome", .home), ("kdch1", .delete), ("knp", .pageDown),
    ] {
      guard let bytes = entry.strings[name], bytes.count > 1 else { continue }
      #expect(decode(String(decoding: bytes, as: UTF8.self), term: table) == [.key(key)], "\(name)")
    }
    #expect(entry.strings["kcuu1"] != nil)
    #expect(decode("\u{1B}", term: table) == [.key(.escape)])
  }
}
