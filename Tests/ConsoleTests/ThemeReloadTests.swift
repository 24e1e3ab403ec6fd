import Testing

@testable import Console

@Suite("Themes that are saved while the console runs")
struct ThemeReloadTests {
  static let before = [(name: "dusk", text: "\"title\" = \"red\""), (name: "dawn", text: "inherits = \"dusk\"")]

  /// What the files hold now, where that is news.
  private func reading(
    _ reload: inout ThemeReload, _ sources: [(name: String, text: String)]
  ) throws -> ThemeChange {
    let change = reload.take(sources)
    return try #require(change)
  }

  @Test func whatIsSavedCountsAndSoDoesWhatInheritsIt() throws {
    var reload = ThemeReload(Self.before)
    let same = reload.take(Self.before)
    #expect(same?.library.names == nil)
    let change = try reading(&reload, [("dusk", "\"title\" = \"green\""), Self.before[1]])
    #expect(change.problem == nil)
    #expect(change.library["dusk"]?[.title] == StyleSpec(.terminal(2)))
    #expect(change.library["dawn"]?[.title] == StyleSpec(.terminal(2)))
  }

  @Test func aMistakeKeepsTheLookAndIsTold() throws {
    var reload = ThemeReload(Self.before)
    let broken = [("dusk", "\"text\" = \"blue\"\n\n\"title\" = \"rde\"\n\"input\" = \"x\""), Self.before[1]]
    let change = try reading(&reload, broken)
    #expect(change.problem == "theme dusk.toml:3: title: \"rde\" is no colour.")
    #expect(change.library["dusk"]?[.title] == StyleSpec(.terminal(1)))
    #expect(change.library["dusk"]?[.text] == Theme.standard[.text])
    let again = reload.take(broken)
    #expect(again?.library.names == nil)
    // A warning is none: an unknown slot may be a newer version's.
    let warned = try reading(&reload, [("dusk", "\"titel\" = \"red\"\n\"title\" = \"blue\""), Self.before[1]])
    #expect(warned.problem == nil && warned.library["dusk"]?[.title] == StyleSpec(.terminal(4)))
  }

  @Test func filesComeAndGo() throws {
    var reload = ThemeReload(Self.before)
    let more = try reading(&reload, Self.before + [("new", ""), ("half", "\"text\" = ")])
    #expect(more.library.names == ["default", "dusk", "dawn", "new"])
    #expect(more.problem?.hasPrefix("theme half.toml:1: ") == true)
    let fewer = try reading(&reload, [Self.before[0]])
    #expect(fewer.library.names == ["default", "dusk"])
    // One that comes back in error has nothing to keep.
    let broken = try reading(&reload, [Self.before[0], ("dawn", "x")])
    #expect(broken.library.names == ["default", "dusk"])
  }

  @Test func namesOfFilesAreForeignText() {
    var reload = ThemeReload([])
    let problem = reload.take([("a\u{1B}[2J", "\"text\" = \"x\"")])?.problem
    #expect(problem == "theme a\\x1B[2J.toml:1: text: \"x\" is no colour.")
  }

  @Test func theScreenChangesAtOnce() {
    var driver = ScreenTests.driver((80, 24))
    driver.press(.character("t"), .down, .enter)
    #expect(driver.state.theme == "other")
    let red = Theme(name: "other", styles: [.title: StyleSpec(.terminal(1))], inheriting: .standard)
    driver.send(.themes(ThemeChange(library: ThemeLibrary([red]))))
    #expect(driver.screen()[1, 0].style.foreground == .palette(1))
    #expect(driver.state.message?.text == "Theme other, as saved")
    driver.send(.themes(ThemeChange(library: ThemeLibrary([red]), problem: "theme other.toml:12: no colour.")))
    #expect(driver.state.message == Message(kind: .error, text: "theme other.toml:12: no colour.", time: driver.time))
    #expect(driver.state.log.entries.last?.text == "theme other.toml:12: no colour.")
  }

  @Test func anotherThemesFileIsNotWorthAWord() {
    var driver = ScreenTests.driver((80, 24))
    driver.press(.character("t"))
    driver.send(.themes(ThemeChange(library: ThemeLibrary([Theme(name: "new", styles: [:], inheriting: .standard)]))))
    #expect(driver.state.message == nil)
    #expect(SessionTests.text(driver.screen()).contains("new"))
    driver.press(.down, .enter)
    #expect(driver.state.theme == "new")
  }
}
