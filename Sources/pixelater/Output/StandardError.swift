import Console
import Glibc

/// What is told beside the output: mistakes, warnings, questions.
enum StandardError {
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Columns of the terminal, 80 where it cannot be told.
  static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// What is wrong, in the form of every tool: `pixelater: ...`. Foreign text in it is made safe.
  static func report(_ message: String) { put("pixelater: " + safe(message) + "\n") }

  static func warn(_ message: String) { report("warning: " + message) }

  /// The argument parser's message, with our name in front and what was typed made safe.
  static func reportUsage(_ message: String) {
    var lines = message.split(separator: "\n", omittingEmptySubsequences: false).map { safe(String($0)) }
    if let first = lines.first {
      lines[0] = "pixelater: " + (first.hasPrefix("Error: ") ? String(first.dropFirst(7)) : first)
    }
    put(lines.joined(separator: "\n") + "\n")
  }

  /// Writes text as it is, at once.
  static func put(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  private static func safe(_ text: String) -> String { DisplayText.plain(text) }
}
