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

  /// The program's own path.
  static var executable: String? {
    guard let path = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }
}
