import Testing

@testable import ObjectStore

/// The invariants that `DiskPath` lists.
@Suite("Keys on disk")
struct DiskPathTests {
  static let keys = HostileKeys.unique(HostileKeys.handmade + HostileKeys.generated(3000, seed: 7))

  @Test func ordinaryNamesStayThemselves() throws {
    for text in ["a", "a/b.png", "ä ö/ü\n", ".hidden", "...", ".pixelater", ".pixelater-stor", "100%/a+b@c=d", "-rf"] {
      let path = DiskPath.plain(try key(text))
      let names = (path.folders + [path.name]).map { String(decoding: $0.bytes, as: UTF8.self) }
      #expect(names.joined(separator: "/") == text)
    }
  }

  @Test func theTableOfTheDocument() throws {
    func path(_ text: String) throws -> String {
      let path = DiskPath.plain(try key(text))
      return (path.folders + [path.name]).map { String(decoding: $0.bytes, as: UTF8.self) }.joined(separator: "/")
    }
    #expect(try path("a/") == "a/.pixelater-store=")
    #expect(try path("/a") == ".pixelater-store=/a")
    #expect(try path("../a") == ".pixelater-store=../a")
    #expect(try path("a/.") == "a/.pixelater-store=.")
    #expect(try path(".pixelater-store/x") == ".pixelater-store=.pixelater-store/x")
    let long = String(repeating: "x", count: 300)
    #expect(try path(long) == ".pixelater-store+" + long.prefix(238) + "/.pixelater-store=" + long.dropFirst(238))
    let displaced = DiskPath.displaced(try key("a/b"))
    #expect(displaced.folders == [DiskName("a")] && displaced.name == DiskName(".pixelater-store@b"))
  }

  @Test func everyPathLeadsBack() {
    for key in Self.keys {
      for path in [DiskPath.plain(key), DiskPath.displaced(key)] {
        #expect(DiskPath.key(of: path.folders + [path.name]) == key, "\(brief(key))")
      }
    }
  }

  @Test func noTwoKeysMeet() {
    var seen: [DiskPath: ObjectKey] = [:]
    var folders: Set<[DiskName]> = []
    for key in Self.keys {
      for path in [DiskPath.plain(key), DiskPath.displaced(key)] {
        #expect(seen.updateValue(key, forKey: path) == nil, "\(brief(key))")
      }
      let displaced = DiskPath.displaced(key)
      folders.insert(displaced.folders)
      let plain = DiskPath.plain(key)
      for count in 1..<max(plain.folders.count, 1) { folders.insert(Array(plain.folders.prefix(count))) }
    }
    // No file is where another key needs a folder, once it lies at its displaced name.
    for key in Self.keys {
      let path = DiskPath.displaced(key)
      #expect(!folders.contains(path.folders + [path.name]), "\(brief(key))")
    }
  }

  @Test func everyPathStaysInside() {
    for key in Self.keys {
      for path in [DiskPath.plain(key), DiskPath.displaced(key)] {
        for name in path.folders + [path.name] {
          let bytes = Array(name.bytes)
          #expect(
            (1...255).contains(bytes.count) && bytes != Array(".".utf8) && bytes != Array("..".utf8), "\(brief(key))")
          #expect(!bytes.contains(0) && !bytes.contains(UInt8(ascii: "/")), "\(brief(key))")
          #expect(String(validating: bytes, as: UTF8.self) != nil, "\(brief(key))")
        }
        #expect((path.folders + [path.name]).first != .reserved, "\(brief(key))")
      }
    }
  }

  /// Names as somebody might put them there, most of them no path of any key: what is taken has to be found again.
  @Test func whatIsTakenIsFoundAgain() {
    let mark = HostileKeys.mark
    let parts = [
      mark, mark + "=", mark + "+", mark + "@", "a", "=", "+", "@", ".", "..", "x", "é",
      String(repeating: "b", count: 238),
      String(repeating: "c", count: 100),
    ]
    var generator = SeededGenerator(seed: 11)
    var taken = 0
    for _ in 0..<20_000 {
      let names = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
        (0..<Int.random(in: 1...3, using: &generator)).map { _ in parts.randomElement(using: &generator) ?? "" }
          .joined()
      }
      guard names.allSatisfy({ $0.utf8.count <= 255 && $0 != "." && $0 != ".." }) else { continue }
      let path = names.map { DiskName($0) }
      guard let key = DiskPath.key(of: path) else { continue }
      taken += 1
      let own = DiskPath(folders: path.dropLast(), name: path[path.count - 1])
      #expect(own == .plain(key) || own == .displaced(key), "\(names)")
    }
    #expect(taken > 1000)
  }

  @Test func namesThatAreNoText() {
    #expect(DiskPath.key(of: [DiskName([0xFF, 0x61])]) == nil)
    #expect(DiskPath.key(of: [DiskName([0xC3]), DiskName([0xA9])]) == nil)
    #expect(DiskPath.key(of: [DiskName(".pixelater-store"), DiskName("a")]) == nil)
    #expect(DiskPath.key(of: [DiskName("a"), DiskName(".pixelater-store")]) == nil)
    #expect(DiskPath.key(of: [DiskName(".pixelater-store=a")]) == nil)
    #expect(DiskPath.key(of: []) == nil)
  }
}
