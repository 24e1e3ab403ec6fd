import Foundation
import Glibc
import Testing

@testable import Console

@Suite("Foreign text")
struct DisplayTextTests {
  static let shown: [(String, String, Int)] = [
    ("plain.png", "plain.png", 9),
    ("a\u{1B}[2Jb", #"a\x1B[2Jb"#, 9),
    ("tab\tnewline\nnul\u{0}", #"tab\x09newline\x0Anul\x00"#, 25),
    ("del\u{7F}", #"del\x7F"#, 7),
    ("c1\u{9B}31m", #"c1\x9B31m"#, 9),
    ("evil\u{202E}gnp.exe", #"evil\u{202E}gnp.exe"#, 19),
    ("iso\u{2066}x\u{2069}", #"iso\u{2066}x\u{2069}"#, 20),
    ("zero\u{200B}width\u{200D}", #"zero\u{200B}width\u{200D}"#, 25),
    ("soft\u{AD}hyphen", #"soft\xADhyphen"#, 14),
    ("bom\u{FEFF}", #"bom\u{FEFF}"#, 11),
    ("line\u{2028}sep", #"line\u{2028}sep"#, 15),
    ("tag\u{E0041}", #"tag\u{E0041}"#, 12),
    ("private\u{E000}", #"private\u{E000}"#, 15),
    ("nonchar\u{FFFF}", #"nonchar\u{FFFF}"#, 15),
    ("filler\u{3164}\u{2800}", #"filler\u{3164}\u{2800}"#, 22),
    ("caf\u{E9}", "caf\u{E9}", 4),
    ("cafe\u{301}", "cafe\u{301}", 4),
    ("z\u{301}\u{302}\u{303}\u{304}algo", "z\u{301}\u{302}algo", 5),
    ("\u{301}first", #"\u{301}first"#, 12),
    ("鳥と花.png", "鳥と花.png", 10),
    ("ﬁｕｌｌ", "ﬁｕｌｌ", 7),
    ("🐈\u{FE0F}cat", "🐈cat", 5),
    ("👩\u{200D}🚀", #"👩\u{200D}🚀"#, 12),
    ("한글", "한글", 4),
    ("", "", 0),
  ]

  @Test(arguments: shown) func standIns(_ text: String, _ shown: String, _ width: Int) {
    let display = DisplayText(text)
    #expect(display.plain.unicodeScalars.elementsEqual(shown.unicodeScalars))
    #expect(display.width == width)
    #expect(display.width == display.cells.reduce(0) { $0 + $1.width })
    #expect(DisplayText.plain(text).unicodeScalars.elementsEqual(shown.unicodeScalars))
  }

  @Test func bytesThatAreNoUTF8() {
    let text = String(decoding: [0x61, 0xFF, 0xC3, 0x28, 0xED, 0xA0, 0x80] as [UInt8], as: UTF8.self)
    let display = DisplayText(text)
    #expect(display.plain.hasPrefix("a\u{FFFD}\u{FFFD}("))
    #expect(display.cells.allSatisfy { $0.width == 1 })
  }

  @Test func withoutUnicodeAllIsASCII() {
    let display = DisplayText("é鳥\u{202E}a", unicode: false)
    #expect(display.plain == #"\xE9\u{9CE5}\u{202E}a"#)
    #expect(display.width == display.plain.count)
  }

  @Test func standInsAreMarked() {
    let cells = DisplayText("a\u{1B}b").cells
    #expect(cells.map(\.isStandIn) == [false, true, true, true, true, false])
    #expect(cells.map(\.offset) == [0, 1, 1, 1, 1, 2])
  }

  static let cuts: [(String, Int, DisplayText.Cut, String)] = [
    ("abcdefgh", 8, DisplayText.Cut.end, "abcdefgh"), ("abcdefgh", 5, .end, "abcd…"), ("abcdefgh", 5, .start, "…efgh"),
    ("abcdefgh", 5, .middle, "ab…gh"), ("abcdefgh", 1, .middle, "…"), ("abcdefgh", 0, .end, ""),
    ("鳥鳥鳥", 4, .end, "鳥…"), ("鳥鳥鳥", 5, .end, "鳥鳥…"), ("鳥鳥鳥", 4, .start, "…鳥"),
  ]

  @Test(arguments: cuts) func cutting(_ text: String, _ columns: Int, _ cut: DisplayText.Cut, _ shown: String) {
    let display = DisplayText(text).truncated(to: columns, at: cut)
    #expect(display.plain == shown)
    #expect(display.width <= columns)
  }

  @Test func cuttingNeverPassesTheColumns() {
    var generator = SplitMix(state: 4)
    var wrong: [String] = []
    let alphabet = Array("ab鳥é\u{202E}\u{1B}👩 -/.")
    for _ in 0..<300 {
      let text = String(
        (0..<Int.random(in: 0...20, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
      let display = DisplayText(text)
      for columns in 0...14 {
        for cut in [DisplayText.Cut.end, .middle, .start]
        where display.truncated(to: columns, at: cut).width > columns {
          wrong.append("\(text) in \(columns)")
        }
        if display.wrapped(to: max(2, columns)).contains(where: { $0.width > max(2, columns) }) { wrong.append(text) }
      }
    }
    #expect(wrong == [])
  }

  @Test func wordsAreKeptWhole() {
    let lines = DisplayText("the quick brown fox jumps").wrappedAtWords(to: 10).map(\.plain)
    #expect(lines == ["the quick", "brown fox", "jumps"])
    #expect(DisplayText("abcdefghijkl mn").wrappedAtWords(to: 5).map(\.plain) == ["abcde", "fghij", "kl mn"])
  }

  /// The referee is the C library, where it is the one whose tables these are.
  @Test func widthsAreTheCLibrarys() throws {
    let handle = UnsafeMutableRawPointer(bitPattern: 0)
    guard let versionSymbol = dlsym(handle, "gnu_get_libc_version") else { return }
    let version = unsafeBitCast(versionSymbol, to: (@convention(c) () -> UnsafePointer<CChar>).self)
    guard String(cString: version()) == "2.36" else { return }
    guard let symbol = dlsym(handle, "wcwidth"),
      let locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)
    else { return }
    let wcwidth = unsafeBitCast(symbol, to: (@convention(c) (wchar_t) -> Int32).self)
    let before = uselocale(locale)
    defer {
      uselocale(before)
      freelocale(locale)
    }
    var wrong: [String] = []
    for value in UInt32(1)...0x10FFFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let wanted = wcwidth(wchar_t(bitPattern: value))
      let own = CharacterWidth.columns(of: scalar).map(Int32.init) ?? -1
      if own != wanted { wrong.append("U+\(String(value, radix: 16)): \(own), not \(wanted)") }
    }
    // The C library counts private use and non-characters its own way; none is ever shown.
    #expect(wrong.count == 0, "\(wrong.count) differ: \(wrong.prefix(12))")
  }

  static let byteCases: [(Int64, String)] = [
    (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (9949, "9.9 kB"), (9950, "10 kB"), (48_213, "48 kB"),
    (999_499, "999 kB"), (999_500, "1.0 MB"), (1_204_000, "1.2 MB"), (88_120_400, "88 MB"), (Int64.max, "9.2 EB"),
  ]

  @Test(arguments: byteCases) func bytes(_ count: Int64, _ text: String) {
    #expect(Format.bytes(count) == text)
  }

  @Test(
    arguments: [
      (0, "nothing"), (0.0004, "less than $0.01"), (0.0949, "about $0.09"), (1.005, "about $1.00"),
      (9.994, "about $9.99"), (12.4, "about $12"), (1234, "about $1,200"), (1_996_000, "about $2,000,000"),
      (30.2, "about $30"), (0.29 + 0.002 + 10_000 * 0.9 * 1769 / 1024 * 0.0000166667, "about $0.55"),
    ] as [(Double, String)])
  func costs(_ dollars: Double, _ text: String) {
    #expect(Format.cost(dollars) == text)
  }

  @Test func timesAndNumbers() {
    let ages: [Double] = [0.2, 45, 3599, 7200, 1_123_200, 1_296_000, 69_120_000, .infinity]
    #expect(ages.map(Format.age) == ["<1m", "<1m", "59m", "2h", "13d", "2w", "2y", "?"])
    let numbers: [Int] = [0, 1, 999, 1000, 1_204_000, -5432]
    #expect(numbers.map(Format.grouped) == ["0", "1", "999", "1,000", "1,204,000", "-5,432"])
    let times: [Int] = [85, 1240, 42_400, 185_000, 7_810_000]
    let durations = times.map { Format.duration(milliseconds: $0) }
    #expect(durations == ["85 ms", "1.2 s", "42 s", "3m 05s", "2h 10m"])
    #expect(Format.date(1_773_480_413) == "2026-03-14 09:26:53")
    #expect(Format.date(0, zone: -3600) == "1969-12-31 23:00:00")
    #expect(Format.date(951_827_696) == "2000-02-29 12:34:56")
    #expect(Format.clock(-1) == "23:59:59")
  }
}
