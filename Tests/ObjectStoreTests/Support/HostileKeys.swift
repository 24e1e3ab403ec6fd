import ObjectStore

/// Keys that S3 takes and that a file system, a shell or a careless parser does not expect.
enum HostileKeys {
  static let mark = ".pixelater-store"

  static let handmade: [String] =
    [
      ".", "..", "...", "./a", "../a", "../../etc/passwd", "a/.", "a/..", "a/../b", "a/./b", "..a", ".a", "a.",
      "/", "//", "///", "/a", "//a", "a/", "a//", "a//b", "a/b/", "a/b//", "/../a", "a/../../b",
      " ", "a b", " a", "a ", "\t", "\n", "a\nb", "\r\n", "\u{1}", "\u{1B}[2J", "\u{7F}", "a\u{0}b".replacing("\u{0}"),
      "\\", "a\\b", "C:\\a", "*", "?", "[a]", "$HOME", "`a`", "'", "\"", "|", "~", "~root", "-rf", "--", "#", "%",
      "%2F", "%2e%2e", "a%2Fb", "%00", "a+b", "a&b=c", "a;b", "\u{FEFF}a", "\u{202E}gnp.a", "\u{200B}",
      "é", "e\u{301}", "É", "E\u{301}", "straße", "STRASSE", "İ", "i̇", "日本語/画像.png", "👩‍👩‍👧‍👦.png", "\u{10FFFF}", "\u{FFFE}",
      "\u{FFFF}",
      "a", "A", "a.png", "A.PNG", "a.PNG", "a/b", "a/B", "A/b", "a/b/c", "a-b", "a.b", "a0b", "a/b.png", "a!",
      "CON", "nul", "lost+found", ".git", ".DS_Store",
      mark, mark + "/", mark + "/x", "a/" + mark, "a/" + mark + "/b", mark + "=", mark + "=a", mark + "+", mark + "+a/",
      mark + "+a/" + mark + "=b", mark + "@", mark + "@a", mark + "=" + mark, mark + "/temporary/x",
      mark + "/metadata/1",
      mark + "x", mark + "=.", mark + "=..", mark + "/lock", ".pixelater", ".pixelater-", ".pixelater/failures/a.png",
    ] + long

  static let long: [String] = {
    let a = String(repeating: "a", count: 1024)
    var keys: [String] = []
    for count in [237, 238, 239, 240, 254, 255, 256, 257, 476, 477, 510, 511, 512, 1000, 1023, 1024] {
      keys.append(String(a.prefix(count)))
      keys.append(String(repeating: "é", count: count / 2))
      keys.append(String(repeating: "日", count: count / 3))
      keys.append(String(repeating: "👾", count: count / 4))
    }
    for count in [237, 238, 239, 255, 256, 900] {
      keys.append(String(a.prefix(count)) + "/b")
      keys.append(String(a.prefix(count)) + "/")
      keys.append(String(a.prefix(count)) + "b")
      keys.append("x/" + String(a.prefix(count)))
      keys.append(mark + String(a.prefix(count)))
    }
    keys.append(String(repeating: "/", count: 1024))
    keys.append(String(repeating: "a/", count: 512))
    keys.append(String(repeating: "../", count: 341))
    keys.append(String(repeating: "./", count: 511) + "a")
    return keys
  }()

  /// Random keys from an alphabet that makes clashes likely.
  static func generated(_ count: Int, seed: UInt64) -> [String] {
    let parts = [
      "a", "b", "/", "//", ".", "..", "-", "0", "!", " ", "\n", "é", "e\u{301}", "日", "👾", mark, mark + "=", mark + "+",
      mark + "@", "a/b", "/a", String(repeating: "a", count: 120), String(repeating: "é", count: 70), "png",
    ]
    var generator = SeededGenerator(seed: seed)
    var keys: [String] = []
    while keys.count < count {
      var text = ""
      for _ in 0..<Int.random(in: 1...9, using: &generator) { text += parts.randomElement(using: &generator) ?? "" }
      if ObjectKey(text) != nil { keys.append(text) }
    }
    return keys
  }

  /// Each once by its bytes: `String` holds two Unicode forms for equal.
  static func unique(_ texts: [String]) -> [ObjectKey] {
    Array(Set(texts.compactMap { ObjectKey($0) })).sorted()
  }
}

extension String {
  fileprivate func replacing(_ nul: Character) -> String { filter { $0 != nul } }
}

/// A key short enough for a report.
func brief(_ key: ObjectKey?) -> String {
  guard let key else { return "nothing" }
  return key.string.utf8.count <= 60
    ? key.string.debugDescription
    : "\(String(key.string.prefix(40)).debugDescription)... of \(key.string.utf8.count) bytes"
}

/// Says where two lists of keys first differ, and no more: some keys fill a screen.
func firstDifference(_ found: [ObjectKey], _ expected: [ObjectKey]) -> String? {
  for index in 0..<max(found.count, expected.count) {
    let (a, b) = (index < found.count ? found[index] : nil, index < expected.count ? expected[index] : nil)
    if a != b { return "at \(index): found \(brief(a)), expected \(brief(b))" }
  }
  return nil
}
