import PixelEngine
import Testing

@testable import Settings

@Suite("Layers of the settings")
struct PrecedenceTests {
  static let file = """
    source = "from-file"
    jobs = 3
    read_only = true
    log_level = "debug"

    [limits]
    pixels = 5_000
    """

  /// Which layers speak, and who is heard.
  struct Case: CustomTestStringConvertible, Sendable {
    var flags: [SettingKey: String] = [:]
    var environment: [String: String] = [:]
    var hasFile = true
    var key: SettingKey
    var value: String?
    var layer: String
    var testDescription: String { "\(key.rawValue) from \(layer)" }
  }

  static let cases: [Case] = [
    Case(
      flags: [.source: "from-flag"], environment: ["PIXELATER_SOURCE": "from-environment"], key: .source,
      value: "from-flag", layer: "flag"),
    Case(
      environment: ["PIXELATER_SOURCE": "from-environment"], key: .source, value: "from-environment",
      layer: "environment"),
    Case(environment: ["PIXELATER_SOURCE": ""], key: .source, value: "from-file", layer: "file"),
    Case(key: .source, value: "from-file", layer: "file"),
    Case(hasFile: false, key: .source, value: nil, layer: "default"),
    Case(flags: [.jobs: "8"], environment: ["PIXELATER_JOBS": "5"], key: .jobs, value: "8", layer: "flag"),
    Case(environment: ["PIXELATER_JOBS": "5"], key: .jobs, value: "5", layer: "environment"),
    Case(key: .jobs, value: "3", layer: "file"),
    Case(key: .readOnly, value: "true", layer: "file"),
    Case(environment: ["PIXELATER_READ_ONLY": "0"], key: .readOnly, value: "false", layer: "environment"),
    Case(flags: [.readOnly: "true"], hasFile: false, key: .readOnly, value: "true", layer: "flag"),
    Case(key: .limitPixels, value: "5000", layer: "file"),
    Case(
      environment: ["PIXELATER_LIMITS_PIXELS": "77"], key: .limitPixels, value: "77", layer: "environment"),
    Case(hasFile: false, key: .limitPixels, value: "100000000", layer: "default"),
    Case(
      environment: ["PIXELATER_REGION": "eu-west-1", "AWS_REGION": "us-east-1"], key: .region, value: "eu-west-1",
      layer: "environment"),
    Case(environment: ["AWS_DEFAULT_REGION": "us-east-2"], key: .region, value: "us-east-2", layer: "environment"),
    Case(
      environment: ["AWS_ENDPOINT_URL": "http://b", "AWS_ENDPOINT_URL_S3": "http://a"], key: .endpointURL,
      value: "http://a", layer: "environment"),
    Case(environment: ["AWS_PROFILE": "work"], key: .profile, value: "work", layer: "environment"),
    Case(environment: ["NO_COLOR": "1"], hasFile: false, key: .color, value: "never", layer: "environment"),
    Case(environment: ["NO_COLOR": ""], hasFile: false, key: .color, value: "auto", layer: "default"),
    Case(
      flags: [.color: "always"], environment: ["NO_COLOR": "1"], hasFile: false, key: .color, value: "always",
      layer: "flag"),
    Case(
      environment: ["NO_COLOR": "1", "PIXELATER_COLOR": "always"], hasFile: false, key: .color, value: "always",
      layer: "environment"),
    Case(environment: ["PIXELATER_LOG_LEVEL": "WARNING"], key: .logLevel, value: "warning", layer: "environment"),
    Case(hasFile: false, key: .removeRenditions, value: "false", layer: "default"),
    Case(
      environment: ["PIXELATER_REMOVE_RENDITIONS": "yes"], key: .removeRenditions, value: "true", layer: "environment"),
    Case(
      flags: [.queue: "https://a/b"], environment: ["PIXELATER_QUEUE": "https://c/d"], key: .queue,
      value: "https://a/b", layer: "flag"),
    Case(environment: ["PIXELATER_DEAD_LETTERS": "s3://x/"], key: .deadLetters, value: "s3://x/", layer: "environment"),
    Case(environment: ["PIXELATER_FUNCTION": "make"], key: .function, value: "make", layer: "environment"),
    Case(hasFile: false, key: .naming, value: "pixelated-{N}x{N}-{key}", layer: "default"),
  ]

  @Test("The nearest layer wins", arguments: cases)
  func precedence(_ example: Case) throws {
    let folder = try ScratchFolder()
    defer { folder.remove() }
    var environment = example.environment
    environment["XDG_CONFIG_HOME"] = folder.path
    if example.hasFile { try folder.write("pixelater/config.toml", Self.file) }
    let settings = try Settings(flags: example.flags, environment: environment)
    #expect(settings[example.key] == example.value)
    #expect(settings.origin(of: example.key).layer == example.layer)
  }

  @Test("Each value names its origin as a person would look for it")
  func origins() throws {
    let folder = try ScratchFolder()
    defer { folder.remove() }
    try folder.write("pixelater/config.toml", Self.file)
    let settings = try Settings(
      flags: [.endpointURL: "http://x"],
      environment: ["XDG_CONFIG_HOME": folder.path, "AWS_REGION": "us-east-1"])
    let path = folder.path + "/pixelater/config.toml"
    #expect(settings.configFile == path)
    #expect(settings.origin(of: .endpointURL).description == "--endpoint-url")
    #expect(settings.origin(of: .region).description == "AWS_REGION")
    #expect(settings.origin(of: .jobs) == .file(path: path, line: 2))
    #expect(settings.origin(of: .limitPixels).description == path + ":7")
    #expect(settings.origin(of: .theme) == .default)
    #expect(settings.limits.pixels == 5000)
    #expect(settings.jobs == 3)
    #expect(settings.isReadOnly)
  }

  struct Refusal: CustomTestStringConvertible, Sendable {
    var flags: [SettingKey: String] = [:]
    var environment: [String: String] = [:]
    var message: String
    var testDescription: String { message }
  }

  @Test(
    "A value that cannot be taken is refused with its origin and what would do",
    arguments: [
      Refusal(flags: [.jobs: "many"], message: "--jobs: 'many' is not a whole number from 1 to 256"),
      Refusal(flags: [.jobs: "0"], message: "--jobs: '0' is not a whole number from 1 to 256"),
      Refusal(
        environment: ["PIXELATER_COLOR": "pink"], message: "PIXELATER_COLOR: 'pink' is not one of auto, always, never"),
      Refusal(flags: [.form: "tiles"], message: "--form: 'tiles' is not one of mosaic, grid"),
      Refusal(
        environment: ["PIXELATER_READ_ONLY": "maybe"], message: "PIXELATER_READ_ONLY: 'maybe' is not true or false"),
      Refusal(flags: [.source: ""], message: "--source is empty; give a text, or leave it out"),
      Refusal(
        environment: ["PIXELATER_NAMING": "{key}-{N}"],
        message:
          "PIXELATER_NAMING: '{key}-{N}' is not a text that names {N} and ends with {key}, "
          + "such as pixelated-{N}x{N}-{key}"),
    ])
  func refusals(_ example: Refusal) throws {
    let error = try #require(throws: SettingsError.self) {
      try Settings(flags: example.flags, environment: example.environment, config: "")
    }
    #expect(error.description == example.message)
  }
}
