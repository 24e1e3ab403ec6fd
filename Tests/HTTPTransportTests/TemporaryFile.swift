import Foundation

/// A file that goes with its value.
final class TemporaryFile: Sendable {
  let path: String

  init(_ bytes: [UInt8]) throws {
    path = FileManager.default.temporaryDirectory.appending(path: "pixelater-\(UUID()).bytes").path
    try Data(bytes).write(to: URL(filePath: path))
  }

  deinit { unlink(path) }
}
