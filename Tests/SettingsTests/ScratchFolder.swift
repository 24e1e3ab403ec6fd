import Foundation

/// A folder of a test's own, gone afterwards.
struct ScratchFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "pixelater-settings-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func write(_ name: String, _ text: String) throws { try write(name, bytes: Array(text.utf8)) }

  func write(_ name: String, bytes: [UInt8]) throws {
    let url = URL(filePath: path + "/" + name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
