import Glibc
import LambdaRuntime
import Pipeline
import PixelEngine
import Settings

/// What the function's variables say.
struct FunctionConfiguration: Sendable {
  let locations: Locations
  let settings: Settings
  let destination: Location
  /// Nil: whatever bucket an event names.
  let source: Location?
  let engine: PixelEngine
  let options: EventProcessor.Options

  /// - Parameter variables: of the process.
  /// - Throws: where the function cannot work like this.
  init(_ variables: [String: String]) throws(InvocationFailure) {
    var variables = variables
    if variables["AWS_CA_BUNDLE", default: ""].isEmpty { variables["AWS_CA_BUNDLE"] = Self.certificates }
    let named = ["PIXELATER_DESTINATION", "bucket_1"].compactMap { variables[$0] }.first { !$0.isEmpty }
    guard let named else {
      throw .configuration("No destination is set: put the bucket's name into bucket_1 or PIXELATER_DESTINATION.")
    }
    do throws(SettingsError) {
      // No config file, unless one is named: what is at the usual place of the machine is not the function's.
      settings = try Settings(
        flags: [.destination: Self.location(named)], environment: variables,
        config: variables["PIXELATER_CONFIG"] ?? "")
    } catch {
      throw .configuration(error.description)
    }
    locations = Locations(settings: settings, workingDirectory: "/", environment: variables)

    do throws(LocationsError) {
      destination = try locations.location(of: .destination)
      source = settings[.source] == nil ? nil : try locations.location(of: .source)
      if let source { try Locations.checkApart(source, destination) }
    } catch {
      throw InvocationFailure(error)
    }
    for location in [destination, source].compactMap({ $0 }) {
      guard case .bucket = location.place else {
        throw .configuration("\(location) is no bucket: a function keeps nothing on its own disk.")
      }
    }

    let memory = Self.memory(variables)
    var limits = settings.limits
    var options = EventProcessor.Options()
    if let jobs = settings.jobs { options.run.jobs = jobs }
    options.run.form = settings.storesGrid ? .grid : .mosaic
    if let memory {
      options.run.memoryBytes = memory
      // A picture that is too large is said to be so, rather than that the process is ended over it.
      limits.memoryBytes = min(limits.memoryBytes, memory)
    }
    if let asked = settings.memory { options.run.memoryBytes = asked }
    options.removesRenditions = settings.removesRenditions
    engine = PixelEngine(limits: limits)
    self.options = options
  }

  /// Least important level that is logged: ours, else what Lambda's own setting says.
  static func logLevel(_ variables: [String: String]) -> LambdaLog.Level {
    let word = ["PIXELATER_LOG_LEVEL", "AWS_LAMBDA_LOG_LEVEL"].compactMap { variables[$0]?.uppercased() }.first {
      !$0.isEmpty
    }
    switch word {
    case "NOTICE": return .info
    case "WARNING": return .warn
    default: return word.flatMap(LambdaLog.Level.init(rawValue:)) ?? .info
    }
  }

  /// A bucket's bare name is a location too, here.
  private static func location(_ text: String) -> String {
    text.contains("/") ? text : "s3://" + text
  }

  /// Bytes for pictures, of the function's memory; the rest is for the program and its libraries.
  private static func memory(_ variables: [String: String]) -> Int? {
    guard let megabytes = variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"].flatMap({ Int($0) }),
      (64...1 << 20).contains(megabytes)
    else { return nil }
    return (megabytes << 20) / 5 * 3
  }

  /// The HTTP library that the function brings along looks where Debian keeps them; Amazon Linux has another place.
  private static var certificates: String? {
    ["/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt"].first { access($0, R_OK) == 0 }
  }
}

extension InvocationFailure {
  static func configuration(_ message: String) -> InvocationFailure {
    InvocationFailure(type: "Runtime.InvalidConfiguration", message: message)
  }

  /// Why a location cannot be used by the function.
  init(_ error: LocationsError) {
    switch error {
    case .missing(let role, _): self = .configuration("No \(role.rawValue) is set.")
    case .invalid(let role, _, let origin, let error):
      self = .configuration("\(role.rawValue) (\(origin)): \(explanation(of: error))")
    case .access(let detail): self = .configuration(detail)
    case .overlap(let source, let destination):
      self = InvocationFailure(
        type: "Runtime.EndlessLoop", message: explanation(of: .overlap(source: source, destination: destination)))
    case .store(_, let error): self = .configuration(explanation(of: error))
    case .invalidQueue: self = .configuration("What is set as the queue is no URL of one.")
    }
  }
}
