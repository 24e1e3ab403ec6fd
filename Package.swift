// swift-tools-version: 6.2
import PackageDescription

// The layers of the product. An arrow that is not drawn here does not build: every check passes
// `--explicit-target-dependency-import-check error` (see the Makefile).
//
//   pixelater ──▶ Terminal ──▶ Console ──▶ Pipeline ──▶ PixelEngine ──▶ CPNG CIGZIP CJPEG
//       │            └──▶ CNcurses  │          └──▶ ObjectStore
//       └──▶ Settings ──────────────┴──▶ (Pipeline, ObjectStore)
//               └──▶ AWS ──▶ HTTPTransport ──▶ CCurl
//                     └──▶ (ObjectStore, CExpat)
//   bootstrap ──▶ LambdaRuntime ──▶ HTTPTransport
//       └──▶ Settings, Pipeline, ObjectStore, PixelEngine

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "pixelater",
  products: [
    .executable(name: "pixelater", targets: ["pixelater"]),
    // The name that AWS Lambda asks for.
    .executable(name: "bootstrap", targets: ["bootstrap"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/LebJe/TOMLKit", exact: "0.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
  ],
  targets: [
    // C fences: setjmp, varargs and macros stop here.
    .target(name: "CPNG", linkerSettings: [.linkedLibrary("png"), .linkedLibrary("z")]),
    .target(name: "CIGZIP", linkerSettings: [.linkedLibrary("isal")]),
    .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
    .target(
      name: "CNcurses", linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),

    .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
    // No code: the C library's callbacks are plain function pointers.
    .systemLibrary(name: "CExpat"),

    .target(
      name: "PixelEngine", dependencies: ["CPNG", "CIGZIP", "CJPEG"], exclude: ["NOTES.md"],
      swiftSettings: strict),
    .target(name: "ObjectStore", swiftSettings: strict),
    .target(name: "HTTPTransport", dependencies: ["CCurl"], swiftSettings: strict),
    .target(
      name: "AWS",
      dependencies: [
        "ObjectStore", "HTTPTransport", "CExpat", .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strict),
    .target(
      name: "Pipeline", dependencies: ["PixelEngine", "ObjectStore"], swiftSettings: strict),
    .target(
      name: "Console",
      dependencies: [
        "Pipeline", "ObjectStore", "PixelEngine", .product(name: "TOMLKit", package: "TOMLKit"),
      ],
      swiftSettings: strict),
    .target(name: "Terminal", dependencies: ["Console", "CNcurses"], swiftSettings: strict),
    .target(
      name: "Settings",
      dependencies: [
        "AWS", "HTTPTransport", "ObjectStore", "Pipeline", "PixelEngine",
        .product(name: "TOMLKit", package: "TOMLKit"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "pixelater",
      dependencies: [
        "Terminal", "Console", "Settings", "AWS", "Pipeline", "ObjectStore", "PixelEngine",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),

    .target(name: "LambdaRuntime", dependencies: ["HTTPTransport"], swiftSettings: strict),
    .executableTarget(
      name: "bootstrap",
      dependencies: ["LambdaRuntime", "Settings", "AWS", "Pipeline", "ObjectStore", "PixelEngine"],
      swiftSettings: strict),

    .testTarget(
      name: "PixelEngineTests", dependencies: ["PixelEngine", "CPNG", "CJPEG"],
      exclude: ["Fixtures", "compare_with_pillow.py"], swiftSettings: strict),
    .testTarget(
      name: "ObjectStoreTests", dependencies: ["ObjectStore", "AWS", "HTTPTransport", "TestServers"],
      swiftSettings: strict),
    // Real S3 servers, and one that misbehaves on demand.
    .target(
      name: "TestServers", path: "Tests/TestServers", exclude: ["requirements.txt", "Processes/supervise.sh"],
      swiftSettings: strict),
    .testTarget(name: "TestServersTests", dependencies: ["TestServers"], swiftSettings: strict),
    .testTarget(
      name: "HTTPTransportTests", dependencies: ["HTTPTransport", "TestServers"], swiftSettings: strict),
    .testTarget(
      name: "AWSTests", dependencies: ["AWS", "HTTPTransport", "ObjectStore", "TestServers"], swiftSettings: strict),
    .testTarget(
      name: "LambdaRuntimeTests", dependencies: ["LambdaRuntime", "HTTPTransport", "TestServers"],
      swiftSettings: strict),
    .testTarget(
      name: "PipelineTests", dependencies: ["Pipeline", "ObjectStore", "PixelEngine"],
      swiftSettings: strict),
    .testTarget(
      name: "ConsoleTests", dependencies: ["Console", "Pipeline", "ObjectStore", "PixelEngine"],
      exclude: ["Golden"],
      swiftSettings: strict),
    // A small program for the terminal tests to drive under a pseudo-terminal and tmux.
    .executableTarget(
      name: "terminal-probe", dependencies: ["Terminal", "Console"], path: "Tests/TerminalProbe",
      swiftSettings: strict),
    .testTarget(
      name: "TerminalTests", dependencies: ["Terminal", "Console", "CNcurses", "terminal-probe"],
      swiftSettings: strict),
    .testTarget(
      name: "SettingsTests", dependencies: ["Settings", "ObjectStore", "Pipeline", "PixelEngine"],
      swiftSettings: strict),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "pixelater", "bootstrap", "Console", "PixelEngine", "AWS", "HTTPTransport", "ObjectStore", "Pipeline",
        "TestServers",
      ],
      exclude: ["Lambda/stack.py", "Console/Scenarios"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
