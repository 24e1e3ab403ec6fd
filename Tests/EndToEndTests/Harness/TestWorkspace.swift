import Foundation
import PixelEngine

/// Two folders of a test's own, and what tests put in them.
final class TestWorkspace: Sendable {
  let folder: String
  var source: String { folder + "/source" }
  var destination: String { folder + "/destination" }

  init() throws {
    folder = NSTemporaryDirectory() + "pixelater-" + UUID().uuidString
    for path in [source, destination, folder + "/home"] {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func put(_ key: String, _ bytes: [UInt8]) throws {
    let path = source + "/" + key
    try FileManager.default.createDirectory(
      atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
    // As a camera's software would: under another name first.
    let partial = folder + "/partial-" + UUID().uuidString
    try Data(bytes).write(to: URL(filePath: partial))
    guard rename(partial, path) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
  }

  func put(_ key: String, _ text: String) throws { try put(key, Array(text.utf8)) }

  /// A picture with something different in each.
  func putPicture(_ key: String, width: Int = 40, height: Int = 30, seed: Int = 0, format: ImageFormat = .png) throws {
    try put(key, Self.picture(width: width, height: height, seed: seed, format: format))
  }

  static func picture(width: Int = 40, height: Int = 30, seed: Int = 0, format: ImageFormat = .png) throws -> [UInt8] {
    let pixels = (0..<(width * height)).map { i in
      let (x, y) = (i % width, i / width)
      return RGBA(
        red: UInt8(truncatingIfNeeded: x * 255 / width), green: UInt8(truncatingIfNeeded: y * 255 / height),
        blue: UInt8(truncatingIfNeeded: (x ^ y) * 3 + seed * 40))
    }
    return try PixelEngine().encode(Raster(width: width, height: height, pixels: pixels), as: format)
  }

  /// One of each: complete after a run, damaged, no picture, another kind.
  func fill() throws {
    try putPicture("a picture.png")
    try putPicture("folder/photo.jpg", seed: 2, format: .jpeg)
    let whole = try Self.picture(width: 200, height: 200, format: .jpeg)
    try put("truncated.jpg", Array(whole.prefix(whole.count / 2)))
    try put("text.png", "This is no picture.\n")
    try put("notes.txt", "Notes.\n")
  }

  /// Every file below a folder, by its path from there.
  func files(below path: String) -> [String] {
    FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String }.filter { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: path + "/" + name, isDirectory: &isFolder) && !isFolder.boolValue
    }.sorted() ?? []
  }

  var renditions: [String] { files(below: destination).filter { $0.hasPrefix("pixelated-") } }
}
