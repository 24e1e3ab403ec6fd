internal import AWS

/// Every setting there is, with its names in the three layers. Raw values are the names in the config file; a dot stands
/// for a table.
package enum SettingKey: String, CaseIterable, Hashable, Sendable {
  case source
  case destination
  case profile
  case region
  case endpointURL = "endpoint_url"
  case addressing
  case sourceProfile = "source_profile"
  case sourceRegion = "source_region"
  case sourceEndpointURL = "source_endpoint_url"
  case sourceOwner = "source_owner"
  case destinationProfile = "destination_profile"
  case destinationRegion = "destination_region"
  case destinationEndpointURL = "destination_endpoint_url"
  case destinationOwner = "destination_owner"
  case queue
  case deadLetters = "dead_letters"
  case function
  case removeRenditions = "remove_renditions"
  case production
  case logLevel = "log_level"
  case readOnly = "read_only"
  case color
  case theme
  case mouse
  case jobs
  case form
  case naming
  case memory
  case limitPixels = "limits.pixels"
  case limitFileBytes = "limits.file_bytes"
  case limitJPEGScans = "limits.jpeg_scans"
  case limitSeconds = "limits.seconds"
  case limitMemoryBytes = "limits.memory_bytes"

  /// The flag that sets it, or nil where only environment and file do.
  package var flag: String? {
    switch self {
    case .source, .destination, .profile, .region, .color, .jobs, .form, .theme, .queue, .function:
      "--" + rawValue
    case .deadLetters: "--dead-letters"
    case .removeRenditions: "--remove-renditions"
    case .endpointURL: "--endpoint-url"
    case .logLevel: "--log-level"
    case .readOnly: "--read-only"
    default: nil
    }
  }

  /// Variables of the environment that set it, the first that is set and not empty wins. Ours come before those that
  /// are shared with other tools.
  package var variables: [String] {
    let ours = "PIXELATER_" + rawValue.uppercased().replacing(".", with: "_")
    return switch self {
    case .profile: [ours, "AWS_PROFILE", "AWS_DEFAULT_PROFILE"]
    case .region: [ours, "AWS_REGION", "AWS_DEFAULT_REGION"]
    case .endpointURL: [ours, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]
    default: [ours]
    }
  }

  /// What its value may be.
  package var kind: SettingKind {
    switch self {
    case .source, .destination, .profile, .region, .endpointURL, .theme, .sourceProfile, .sourceRegion,
      .sourceEndpointURL, .destinationProfile, .destinationRegion, .destinationEndpointURL, .queue,
      .deadLetters, .function, .production:
      .text
    case .sourceOwner, .destinationOwner: .account
    case .addressing: .choice(S3AddressingStyle.allCases.map(\.rawValue))
    case .naming: .template
    case .readOnly, .mouse, .removeRenditions: .flag
    case .logLevel: .choice(LogLevel.allCases.map(\.rawValue))
    case .color: .choice(ColorMode.allCases.map(\.rawValue))
    case .form: .choice(["mosaic", "grid"])
    case .jobs: .number(1...256)
    case .memory: .number(64 << 20...1 << 40)
    case .limitPixels: .number(1...1_000_000_000)
    case .limitFileBytes: .number(1...1 << 32)
    case .limitJPEGScans: .number(1...10_000)
    case .limitSeconds: .number(1...3_600)
    case .limitMemoryBytes: .number(16 << 20...1 << 40)
    }
  }

  /// What it does, in a line.
  package var summary: String {
    switch self {
    case .source: "where pictures land"
    case .destination: "where their renditions belong"
    case .profile: "profile of the AWS credentials and config files"
    case .region: "AWS region"
    case .endpointURL: "server to use in place of AWS's own"
    case .addressing: "where a bucket's name stands in a URL: in the path or in the host"
    case .sourceProfile: "profile for the source alone"
    case .sourceRegion: "region of the source alone"
    case .sourceEndpointURL: "server of the source alone"
    case .sourceOwner: "account that has to own the source bucket"
    case .destinationProfile: "profile for the destination alone"
    case .destinationRegion: "region of the destination alone"
    case .destinationEndpointURL: "server of the destination alone"
    case .destinationOwner: "account that has to own the destination bucket"
    case .queue: "queue that tells of uploads; what it gave up is found by itself"
    case .deadLetters: "where else dead letters lie: a function's on-failure queue, or place in a bucket"
    case .function: "function that processes what it is told of"
    case .removeRenditions: "whether a worker or function removes what was made of an object that is removed"
    case .production: "what counts as production in the console: parts of locations, or of the profile"
    case .logLevel: "least important log line that is written"
    case .readOnly: "write nothing, anywhere"
    case .color: "whether output is coloured"
    case .theme: "theme of the console"
    case .mouse: "whether the console takes the mouse"
    case .jobs: "pictures processed at once"
    case .form: "what a rendition holds: flat cells at the source's size, or the grid itself"
    case .naming: "how a rendition's key is made"
    case .memory: "memory that all jobs together may use, in bytes"
    case .limitPixels: "most pixels of a picture"
    case .limitFileBytes: "most bytes of a picture's file"
    case .limitJPEGScans: "most scans of a progressive JPEG"
    case .limitSeconds: "most seconds for one picture"
    case .limitMemoryBytes: "most memory for one picture, in bytes"
    }
  }
}

/// The form of a value.
package enum SettingKind: Hashable, Sendable {
  case text
  /// True or false.
  case flag
  case number(ClosedRange<Int>)
  case choice([String])
  /// An AWS account's number.
  case account
  /// `pixelated-{N}x{N}-{key}` or another that names `{N}` and ends with `{key}`.
  case template

  /// What may be written, for messages.
  package var expectation: String {
    switch self {
    case .text: "a text"
    case .flag: "true or false"
    case .number(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .account: "the 12 digits of an AWS account"
    case .choice(let words): "one of " + words.joined(separator: ", ")
    case .template: "a text that names {N} and ends with {key}, such as pixelated-{N}x{N}-{key}"
    }
  }
}
