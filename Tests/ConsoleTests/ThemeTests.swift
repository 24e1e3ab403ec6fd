import Foundation
import Testing

@testable import Console

@Suite("Themes")
struct ThemeTests {
  /// The folder of themes that is shipped.
  static let shipped: [(name: String, text: String)] = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("themes")
    let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return files.filter { $0.pathExtension == "toml" }.sorted { $0.path < $1.path }.map {
      ($0.deletingPathExtension().lastPathComponent, (try? String(contentsOf: $0, encoding: .utf8)) ?? "")
    }
  }()

  @Test func allAreThere() {
    #expect(
      Self.shipped.map(\.name) == [
        "catppuccin-mocha", "dark", "default", "deuteranopia", "dracula", "gruvbox-dark", "gruvbox-light",
        "high-contrast", "light", "mono", "nord", "solarized-16", "tritanopia",
      ])
  }

  @Test(arguments: shipped.map(\.name)) func shippedThemeIsFlawless(_ name: String) throws {
    let text = try #require(Self.shipped.first { $0.name == name }?.text)
    #expect(ThemeCheck.check(name: name, text: text, others: Self.shipped) == [])
    let file = ThemeFile(name: "by its file", text: text)
    #expect(file.name == name)
    #expect(Set(file.styles.keys) == Set(Slot.allCases), "a shipped theme says every slot")
  }

  @Test func theDefaultFileIsWhatIsCompiledIn() throws {
    let text = try #require(Self.shipped.first { $0.name == "default" }?.text)
    let file = ThemeFile(name: "default", text: text)
    for slot in Slot.allCases { #expect(file.styles[slot] == Theme.standard[slot], "\(slot.rawValue)") }
  }

  @Test func theDefaultUsesTheTerminalsOwnColours() {
    for slot in Slot.allCases where slot != .previewAlphaA && slot != .previewAlphaB {
      for color in [Theme.standard[slot].foreground, Theme.standard[slot].background].compactMap(\.self) {
        switch color {
        case .standard, .terminal: break
        default: Issue.record("\(slot.rawValue) has a colour of its own")
        }
      }
    }
  }

  @Test func monoHasNoColour() throws {
    let library = ThemeLibrary(sources: Self.shipped)
    let mono = try #require(library["mono"])
    for slot in Slot.allCases where slot != .previewAlphaA && slot != .previewAlphaB {
      let style = mono.resolved(for: Capabilities(depth: .truecolor))[slot]
      #expect(style.foreground == .standard && style.background == .standard, "\(slot.rawValue)")
    }
  }

  @Test func everyFormIsRead() {
    let file = ThemeFile(
      name: "x",
      text: """
        name = "dusk"
        inherits = "dark"
        "text" = "fog"
        "text.dim" = 244
        border = "#abc"
        state.failed = { fg = "bright-red", mods = ["bold", "underline"] }
        state.complete = "green"
        "row.cursor" = { bg = "#102030" }
        background = "#000"

        [palette]
        fog = "#a9b1d6"
        """)
    #expect(file.diagnostics == [])
    #expect(file.name == "dusk")
    #expect(file.inherits == "dark")
    #expect(file.styles[.text] == StyleSpec(.rgb(0xA9, 0xB1, 0xD6)))
    #expect(file.styles[.textDim] == StyleSpec(.indexed(244)))
    #expect(file.styles[.border] == StyleSpec(.rgb(0xAA, 0xBB, 0xCC)))
    #expect(file.styles[.stateFailed] == StyleSpec(.terminal(9), on: nil, [.bold, .underline]))
    #expect(file.styles[.stateComplete] == StyleSpec(.terminal(2)))
    #expect(file.styles[.rowCursor] == StyleSpec(nil, on: .rgb(0x10, 0x20, 0x30)))
    #expect(file.styles[.background] == StyleSpec(nil, on: .rgb(0, 0, 0)))
  }

  @Test func faultsAreSaidWithTheirLines() {
    let file = ThemeFile(
      name: "x",
      text: """
        # a theme
        "state.faild" = "red"
        "text" = "rde"
        "title" = { fg = "red", mods = ["blod"] }

        [palette]
        "input" = "red"
        odd = "#12"
        """)
    #expect(
      Set(file.diagnostics) == [
        ThemeDiagnostic(.warning, line: 2, "There is no slot state.faild."),
        ThemeDiagnostic(.error, line: 3, "text: \"rde\" is no colour."),
        ThemeDiagnostic(
          .error, line: 4, "title.mods: \"blod\" is none of bold dim italic reverse underline."),
        ThemeDiagnostic(.warning, line: 7, "The slot input stands below [palette]: slots come before it."),
        ThemeDiagnostic(.error, line: 8, "The palette's odd is no colour."),
      ])
    // What can be read is kept.
    #expect(file.styles[.title] == StyleSpec(.terminal(1)))
    #expect(file.styles[.text] == nil)
  }

  @Test func aSyntaxErrorNamesItsLine() {
    let file = ThemeFile(name: "x", text: "\"text\" = \"red\"\n\"title\" = \n")
    #expect(file.diagnostics.count == 1)
    #expect(file.diagnostics.first?.severity == .error)
    #expect(file.diagnostics.first?.line == 2 || file.diagnostics.first?.line == 3)
  }

  @Test func inheritanceAndItsFaults() {
    let library = ThemeLibrary(sources: [
      ("a", "inherits = \"b\"\n\"text\" = \"red\""), ("b", "\"title\" = \"green\""),
      ("c", "inherits = \"d\""), ("d", "inherits = \"c\""), ("e", "inherits = \"nowhere\""),
    ])
    #expect(library.names == ["default", "a", "b", "c", "d", "e"])
    #expect(library["a"]?[.text] == StyleSpec(.terminal(1)))
    #expect(library["a"]?[.title] == StyleSpec(.terminal(2)))
    #expect(library["a"]?[.prompt] == Theme.standard[.prompt])
    #expect(library.diagnostics["c"]?.isEmpty == false)
    #expect(library.diagnostics["e"]?.first?.text == "There is no theme nowhere to inherit from.")
    #expect(library["e"]?[.text] == Theme.standard[.text])
  }

  @Test func theCheckFindsWhatIsHardToRead() {
    let found = ThemeCheck.check(
      name: "x",
      text: """
        background = "#202020"
        text = "#303030"
        state.failed = "#00ff00"
        state.complete = "#00ff01"
        """)
    #expect(found.contains { $0.text.hasPrefix("text: contrast is 1.") })
    #expect(found.contains { $0.text == "state.complete and state.failed look the same at 256 colours." })
    #expect(found.contains { $0.text == "state.complete and state.failed look the same at 16 colours." })
  }

  @Test func aColourNamesWhatStandsForIt() {
    let file = ThemeFile(
      name: "x",
      text: """
        "title" = "mauve"
        "input" = ["#123456", "7"]
        "hint" = ["red", "#123456"]

        [palette]
        mauve = ["#cba6f7", "bright-magenta"]
        """)
    #expect(file.diagnostics == [ThemeDiagnostic(.error, line: 3, "hint: a value that is no text is no colour.")])
    #expect(file.styles[.input] == StyleSpec(.matched(RGB(0x12, 0x34, 0x56), terminal: 7)))
    let theme = Theme(name: "x", styles: file.styles, inheriting: .standard)
    func color(_ depth: ColorDepth) -> Color { theme.resolved(for: Capabilities(depth: depth))[.title].foreground }
    #expect(color(.truecolor) == .rgb(0xCB, 0xA6, 0xF7))
    #expect(color(.palette256) == .palette(XtermPalette.nearest(to: RGB(0xCB, 0xA6, 0xF7), in: 16..<256)))
    #expect(color(.palette16) == .palette(13))
    #expect(color(.palette8) == .palette(5))
    #expect(color(.mono) == .standard)
    // It is held against its ground like any other.
    let check = ThemeCheck.check(name: "x", text: "background = \"#202020\"\ntext = [\"#303030\", \"white\"]")
    #expect(check.contains { $0.text.hasPrefix("text: contrast is 1.") })
  }

  @Test func whatIsLaidOverStandsOnTheGroundByItself() {
    let theme = Theme(
      name: "x", styles: [.background: StyleSpec(nil, on: .rgb(1, 2, 3)), .rowMarked: StyleSpec(.rgb(9, 9, 9))],
      inheriting: .standard)
    let styles = theme.resolved(for: Capabilities())
    #expect(styles[.rowMarked].background == .rgb(1, 2, 3))
    #expect(styles.overlay(.rowMarked, on: Style(background: .rgb(7, 7, 7))).background == .rgb(7, 7, 7))
  }

  @Test func coloursFallToWhatTheTerminalHas() {
    let theme = Theme(
      name: "x",
      styles: [
        .title: StyleSpec(.rgb(255, 0, 0), on: .terminal(8), .bold),
        .badgeDemo: StyleSpec(.terminal(0), on: .terminal(6)),
      ],
      inheriting: .standard)
    func style(_ depth: ColorDepth) -> Style { theme.resolved(for: Capabilities(depth: depth))[.title] }
    #expect(style(.truecolor) == Style(foreground: .rgb(255, 0, 0), background: .palette(8), attributes: .bold))
    #expect(style(.palette256) == Style(foreground: .palette(196), background: .palette(8), attributes: .bold))
    #expect(style(.palette16) == Style(foreground: .palette(9), background: .palette(8), attributes: .bold))
    #expect(style(.palette8) == Style(foreground: .palette(1), background: .palette(7), attributes: .bold))
    // Without colour a ground of its own becomes reverse, so that it still stands out.
    #expect(style(.mono) == Style(attributes: [.bold, .reverse]))
    #expect(Theme.standard.resolved(for: Capabilities(depth: .mono))[.rowCursor].attributes.contains(.reverse))
  }

  @Test func statesDifferWithoutColour() {
    for unicode in [true, false] {
      let glyphs = ["complete", "partial", "pending", "stale", "failed", "unsupported", "running", "queued"].compactMap
      {
        StateLook.named($0)?.glyph(unicode: unicode)
      }
      #expect(glyphs.count == 8 && Set(glyphs).count == 8)
    }
    let letters = StateLook.all.map(\.letter)
    #expect(Set(letters).count == letters.count)
  }
}

extension StateLook {
  static var all: [StateLook] {
    ["complete", "partial", "pending", "stale", "failed", "unsupported", "running", "queued"].compactMap(named)
  }

  static func named(_ word: String) -> StateLook? {
    ObjectStateNames.state(word).map { StateLook($0) }
  }
}
