import FoundationEssentials
import Glibc

/// What the process was started with.
enum ProcessEnvironment {
  static var variables: [String: String] { ProcessInfo.processInfo.environment }

  static var workingDirectory: String {
    guard let path = getcwd(nil, 0) else { return "/" }
    defer { free(path) }
    return String(cString: path)
  }

  /// Whose process this is: the login name, or the number of a user without one.
  static var userName: String {
    var record = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var room = [CChar](repeating: 0, count: 16_384)
    guard getpwuid_r(getuid(), &record, &room, room.count, &found) == 0, found != nil, let name = record.pw_name else {
      return String(getuid())
    }
    return String(cString: name)
  }

  /// The program's own path.
  static var executable: String? {
    guard let path = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }
}
