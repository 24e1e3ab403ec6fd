import Testing

@testable import Settings

@Suite("The config file")
struct ConfigFileTests {
  @Test("A file that is no TOML is refused with line and column")
  func syntax() throws {
    let error = try #require(throws: SettingsError.self) {
      try ConfigFile(path: "c.toml", text: "source = \"a\"\n\njobs = = 3\n")
    }
    guard case .syntax(path: "c.toml", line: 3, column: let column, message: let message) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(column > 1)
    #expect(!message.isEmpty)
    #expect(error.description.hasPrefix("c.toml:3:"))
  }

  @Test(
    "A value of the wrong type is refused with its line",
    arguments: [
      ("jobs = \"3\"", "c.toml:1: jobs: found a value of type string, expected a whole number from 1 to 256"),
      ("\n# jobs = 1\njobs = 2.5", "c.toml:3: jobs: found a value of type floating-point number"),
      ("source = 7", "c.toml:1: source: found a value of type integer"),
      ("\nread_only = \"yes\"", "c.toml:2: read_only: found a value of type string, expected true or false"),
      ("[limits]\npixels = [1]", "c.toml:2: limits.pixels: found a value of type array"),
      ("[source]\na = 1", "c.toml:1: source: found a value of type table"),
    ])
  func types(text: String, message: String) throws {
    let error = try #require(throws: SettingsError.self) { try ConfigFile(path: "c.toml", text: text) }
    #expect(error.description.hasPrefix(message), "\(error.description)")
  }

  @Test("An unknown name warns, with its line and what was probably meant")
  func unknown() throws {
    let file = try ConfigFile(
      path: "c.toml",
      text: """
        source = "a"
        sourse = "b"
        colour = "never"
        [limits]
        pixel = 3
        [nonsense]
        x = 1
        """)
    #expect(file.entries[.source]?.text == "a")
    #expect(
      file.warnings.map(\.description) == [
        "c.toml:2: unknown setting 'sourse' is ignored; did you mean 'source'?",
        "c.toml:3: unknown setting 'colour' is ignored; did you mean 'color'?",
        "c.toml:5: unknown setting 'limits.pixel' is ignored; did you mean 'limits.pixels'?",
        "c.toml:6: unknown setting 'nonsense' is ignored",
      ])
  }

  @Test("A named file has to be there; the usual one may be missing")
  func missing() throws {
    let folder = try ScratchFolder()
    defer { folder.remove() }
    let settings = try Settings(flags: [:], environment: ["XDG_CONFIG_HOME": folder.path])
    #expect(settings.configFile == nil)
    let path = folder.path + "/none.toml"
    let error = try #require(throws: SettingsError.self) { try Settings(flags: [:], environment: [:], config: path) }
    #expect(error == .unreadableFile(path: path, reason: "there is no such file"))
    let other = try #require(throws: SettingsError.self) {
      try Settings(flags: [:], environment: ["PIXELATER_CONFIG": folder.path])
    }
    #expect(other == .unreadableFile(path: folder.path, reason: "it is a folder"))
  }

  @Test("An empty device is a file without settings, as --config /dev/null means; none and too large are told")
  func devices() throws {
    #expect(try ConfigFile.read(path: "/dev/null")?.entries.isEmpty == true)
    #expect(try ConfigFile.read(path: "/dev/null/below") == nil)
    let error = try #require(throws: SettingsError.self) { try ConfigFile.read(path: "/dev/zero") }
    #expect(error == .unreadableFile(path: "/dev/zero", reason: "it is larger than 1 MiB"))
  }

  @Test("Bytes that are no text are refused, not guessed at")
  func notText() throws {
    let folder = try ScratchFolder()
    defer { folder.remove() }
    try folder.write("c.toml", bytes: [0x73, 0xff, 0xfe, 0x0a])
    let error = try #require(throws: SettingsError.self) { try ConfigFile.read(path: folder.path + "/c.toml") }
    #expect(error == .unreadableFile(path: folder.path + "/c.toml", reason: "it is not UTF-8 text"))
  }

  @Test("Every setting can be written in the file, and none is unknown there")
  func everySetting() throws {
    let example: [SettingKey: String] = Dictionary(
      uniqueKeysWithValues: SettingKey.allCases.map { key in
        switch key.kind {
        case .text: (key, "\"x\"")
        case .flag: (key, "true")
        case .account: (key, "\"123456789012\"")
        case .number(let range): (key, String(range.upperBound))
        case .choice(let words): (key, "\"\(words[0])\"")
        case .template: (key, "\"{N}/{key}\"")
        }
      })
    let text = example.map { "\($0.key.rawValue) = \($0.value)" }.joined(separator: "\n")
    let folder = try ScratchFolder()
    defer { folder.remove() }
    try folder.write("c.toml", text)
    let settings = try Settings(flags: [:], environment: [:], config: folder.path + "/c.toml")
    #expect(settings.warnings.isEmpty)
    for key in SettingKey.allCases { #expect(settings.origin(of: key).layer == "file", "\(key)") }
  }
}
