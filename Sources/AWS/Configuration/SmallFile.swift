internal import Glibc

/// A file that is read whole.
enum SmallFile {
  enum Failure: Error, Hashable {
    case missing
    case unreadable(code: Int32)
    case tooLarge(limit: Int)

    /// For people; without the path.
    var detail: String {
      switch self {
      case .missing: "it is not there"
      case .unreadable(let code): "it cannot be read: " + String(cString: strerror(code))
      case .tooLarge(let limit): "it has more than \(limit) bytes"
      }
    }
  }

  /// - Parameter limit: most bytes to take. Default: 1 MiB.
  static func read(_ path: String, limit: Int = 1 << 20) throws(Failure) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { throw errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(code: errno) }
    defer { close(file) }
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 16_384)
    while true {
      let got = piece.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw .unreadable(code: errno) }
      guard got > 0 else { return content }
      guard got <= limit - content.count else { throw .tooLarge(limit: limit) }
      content += piece[..<got]
    }
  }

  /// The path with a leading `~` as the home folder.
  static func expand(_ path: String, home: String?) -> String {
    guard let home, path == "~" || path.hasPrefix("~/") else { return path }
    return home + path.dropFirst()
  }
}
