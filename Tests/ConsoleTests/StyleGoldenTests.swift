import Pipeline
import Testing

@testable import Console

/// The looks of themes, in colours and attributes: the other screens compare slots, which no colour changes.
@Suite("Screens in their colours")
struct StyleGoldenTests {
  /// Cursor, marks, a match, every state, and badges.
  private static func driver(_ capabilities: Capabilities) -> Driver {
    var driver = Driver(columns: 100, rows: 20, capabilities: capabilities, isReadOnly: true, isDemo: true)
    driver.list(Fixture.rows, orphans: 2)
    let keys = ["new.png", "slow.jpg"].map(Fixture.key)
    driver.send(.jobs(keys.map { .queued($0) } + [.started(keys[0])]))
    driver.press(.character(" "), .character(" "), .down)
    return driver
  }

  @Test(arguments: [
    ("default", ColorDepth.palette16), ("default", .mono), ("dark", .truecolor), ("nord", .palette256),
    ("nord", .palette16), ("light", .palette8),
  ])
  func list(_ name: String, _ depth: ColorDepth) throws {
    let capabilities = Capabilities(depth: depth)
    let driver = Self.driver(capabilities)
    let theme = try #require(ThemeLibrary(sources: ThemeTests.shipped)[name]).resolved(for: capabilities)
    try GoldenScreen.expectStyles(
      render(driver.state, theme: theme, size: driver.state.size), "style-list-\(name)-\(depth.rawValue)")
  }

  @Test func dialog() throws {
    let capabilities = Capabilities(depth: .truecolor)
    var driver = Driver(columns: 80, rows: 24, capabilities: capabilities)
    driver.list(Fixture.rows)
    driver.press(.character("D"))
    let theme = try #require(ThemeLibrary(sources: ThemeTests.shipped)["dracula"]).resolved(for: capabilities)
    try GoldenScreen.expectStyles(render(driver.state, theme: theme, size: driver.state.size), "style-delete-dracula")
  }

  @Test func aColourThatChangesIsSeen() throws {
    let capabilities = Capabilities(depth: .truecolor)
    let driver = Self.driver(capabilities)
    func text(_ theme: Theme) -> String {
      GoldenScreen.styles(render(driver.state, theme: theme.resolved(for: capabilities), size: driver.state.size))
    }
    let whole = text(.standard)
    for slot in [Slot.rowCursor, .rowMarked, .stateFailed, .stateQueued, .badgeReadonly, .badgeDemo, .footerKey] {
      var spec = Theme.standard[slot]
      spec.foreground = .rgb(1, 2, 3)
      #expect(text(Theme(name: "x", styles: [slot: spec], inheriting: .standard)) != whole, "\(slot.rawValue)")
    }
  }
}
