import Console
import Testing

@testable import Terminal

@Suite struct TerminfoEntryTests {
  /// Another process of ncurses' own reads what we wrote, and finds what we meant.
  @Test(
    arguments: ["xterm-256color", "tmux-256color", "screen-256color", "linux", "vt100", "xterm"], ColorDepth.allCases)
  func ncursesReadsWhatWeWrite(term: String, depth: ColorDepth) throws {
    let own = try #require(TerminfoEntry(reading: term))
    let entry = own.adjusted(to: depth)
    let compiled = try #require(entry.compiled())
    #expect(compiled.count < 32768)
    let shown = try infocmp(entry.names, compiled: compiled)
    var expected = Set(entry.flags)
    for (name, value) in entry.numbers { expected.insert("\(name)#\(value)") }
    #expect(shown.plain == expected)
    #expect(shown.strings == Set(entry.strings.keys))
    // And to the byte, by the reader that made the entry.
    #expect(try readBack(entry.names, compiled: compiled) == entry)
    if depth == .truecolor {
      #expect(shown.plain.contains("colors#\(TerminfoEntry.paletteBase + 256)"))
      #expect(entry.strings["setaf"] != own.strings["setaf"])
      #expect(entry.flags.contains("ccc") == false)
    }
  }

  @Test func theFormatIsTheDocumentedOne() throws {
    let entry = TerminfoEntry(
      names: "a|b", flags: ["bw"], numbers: ["cols": 80], strings: ["cbt": [0x41], "XX": [0x42]])
    let expected: [UInt8] =
      [0x1E, 0x02, 4, 0, 1, 0, 1, 0, 1, 0, 2, 0] + Array("a|b\0".utf8) + [1, 0] + [80, 0, 0, 0] + [0, 0] + [0x41, 0]
      // Extended: counts of flags, numbers and strings; offsets; bytes of the table; offsets of value and name.
      + [0, 0, 0, 0, 1, 0, 2, 0, 5, 0] + [0, 0, 0, 0] + [0x42, 0, 0x58, 0x58, 0]
    #expect(entry.compiled() == expected)
  }

  @Test func tooMuchIsRefused() {
    let long = [UInt8](repeating: 0x41, count: 40_000)
    #expect(TerminfoEntry(names: "x", strings: ["cup": long]).compiled() == nil)
    #expect(TerminfoEntry(names: "x", strings: ["XX": long]).compiled() == nil)
    #expect(TerminfoEntry(names: String(repeating: "n", count: 600)).compiled() == nil)
  }

  @Test func anUnknownTerminalIsNil() {
    #expect(TerminfoEntry(reading: "no-such-terminal") == nil)
    #expect(TerminfoEntry(reading: "../../etc/passwd") == nil)
  }

  /// `infocmp`, part of ncurses itself: what it shows of a compiled entry. Strings by name only.
  private func infocmp(_ name: String, compiled: [UInt8]) throws -> (plain: Set<String>, strings: Set<String>) {
    let output = try run("/usr/bin/infocmp", ["-1", "-x", name], compiled: compiled)
    var plain: Set<String> = []
    var strings: Set<String> = []
    for line in output.split(separator: "\n") where line.hasPrefix("\t") {
      let item = line.dropFirst().dropLast()
      if let equals = item.firstIndex(of: "=") {
        strings.insert(String(item[..<equals]))
      } else if let hash = item.firstIndex(of: "#") {
        let digits = item[item.index(after: hash)...]
        let value = digits.hasPrefix("0x") ? Int(digits.dropFirst(2), radix: 16) : Int(digits)
        plain.insert("\(item[..<hash])#\(value ?? -1)")
      } else {
        plain.insert(String(item))
      }
    }
    return (plain, strings)
  }

  private func readBack(_ name: String, compiled: [UInt8]) throws -> TerminfoEntry {
    let output = try run(try PseudoTerminal.probe(), ["describe", name], compiled: compiled)
    var entry = TerminfoEntry(names: name)
    for line in output.split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      switch words[0] {
      case "flag": entry.flags.insert(words[1])
      case "number": entry.numbers[words[1]] = Int32(words[2])
      default: entry.strings[words[1]] = words[2].split(separator: ",").compactMap { UInt8($0) }
      }
    }
    return entry
  }

  private func run(_ program: String, _ arguments: [String], compiled: [UInt8]) throws -> String {
    let (status, output, _) = try ChildProcess.run(
      program, arguments,
      environment: ["TERMINFO": "b64:" + Base64.encode(compiled, alphabet: .urlSafe), "PATH": "/usr/bin:/bin"])
    #expect(status == 0)
    return String(decoding: output, as: UTF8.self)
  }
}
