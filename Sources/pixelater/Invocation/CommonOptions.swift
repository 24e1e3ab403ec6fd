import ArgumentParser
import Settings

/// The flags that every command takes.
struct CommonOptions: ParsableArguments, Sendable {
  @Option(help: ArgumentHelp("Where pictures land: a folder, or s3://bucket/prefix.", valueName: "loc"))
  var source: String?

  @Option(help: ArgumentHelp("Where their renditions belong.", valueName: "loc"))
  var destination: String?

  @Option(help: ArgumentHelp("AWS profile.", valueName: "name"))
  var profile: String?

  @Option(help: ArgumentHelp("AWS region.", valueName: "name"))
  var region: String?

  @Option(name: .customLong("endpoint-url"), help: ArgumentHelp("S3-compatible server.", valueName: "url"))
  var endpointURL: String?

  @Option(
    help: ArgumentHelp("Config file (default: pixelater/config.toml in the XDG config folder).", valueName: "file"),
    completion: .file(extensions: ["toml"]))
  var config: String?

  @Option(name: .customLong("log-level"), help: "Least important log line that is written.")
  var logLevel: LogLevel?

  @Flag(name: .customLong("read-only"), help: "Write nothing, anywhere.")
  var readOnly = false

  @Option(help: "Whether output is coloured.")
  var color: ColorMode?

  /// Names of those above that stand alone, and of those that take a value.
  static let switches: Set = ["--read-only"]
  static let valued: Set = [
    "--source", "--destination", "--profile", "--region", "--endpoint-url", "--config", "--log-level", "--color",
  ]

  /// What was given, by setting.
  var flags: [SettingKey: String] {
    var flags: [SettingKey: String] = [:]
    flags[.source] = source
    flags[.destination] = destination
    flags[.profile] = profile
    flags[.region] = region
    flags[.endpointURL] = endpointURL
    flags[.logLevel] = logLevel?.rawValue
    flags[.readOnly] = readOnly ? "true" : nil
    flags[.color] = color?.rawValue
    return flags
  }
}

extension LogLevel: ExpressibleByArgument {}
extension ColorMode: ExpressibleByArgument {}
