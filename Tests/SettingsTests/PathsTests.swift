import Testing

@testable import Settings

@Suite("Places of our files")
struct PathsTests {
  @Test("XDG variables count where they are absolute")
  func variables() {
    let paths = Paths(
      environment: [
        "HOME": "/home/ada", "XDG_CONFIG_HOME": "/c/", "XDG_STATE_HOME": "relative", "XDG_CACHE_HOME": "",
        "XDG_DATA_DIRS": "/opt/share:nonsense",
      ],
      executable: "/opt/px/bin/pixelater")
    #expect(paths.configFile == "/c/pixelater/config.toml")
    #expect(paths.state == "/home/ada/.local/state/pixelater")
    #expect(paths.demo == "/home/ada/.cache/pixelater/demo")
    #expect(
      paths.themeFolders == [
        "/c/pixelater/themes", "/home/ada/.local/share/pixelater/themes", "/opt/px/share/pixelater/themes",
        "/opt/share/pixelater/themes",
      ])
  }

  @Test("A program that was built and not installed finds the themes of its sources")
  func built() {
    let paths = Paths(environment: ["HOME": "/h"], executable: "/src/pixelater/.build/x86_64/release/pixelater")
    #expect(paths.themeFolders.contains("/src/pixelater/themes"))
  }

  @Test("Without a home there is still a place")
  func homeless() {
    let paths = Paths(environment: [:])
    #expect(paths.home == nil)
    #expect(paths.configFile.hasPrefix("/tmp/pixelater/"))
  }
}
