import Glibc

/// Standard output, gathered and written in large pieces. Used from one task.
final class StandardOutput {
  private var buffer: [UInt8] = []
  /// The reader went away: what is written now goes nowhere.
  private(set) var isBroken = false
  /// Why writing failed, nil where it did not.
  private(set) var failure: String?

  private static let threshold = 64 << 10

  /// Writes a line, sooner or later.
  func line(_ text: String) {
    guard !isBroken else { return }
    buffer.append(contentsOf: text.utf8)
    buffer.append(UInt8(ascii: "\n"))
    if buffer.count >= Self.threshold { flush() }
  }

  func line(_ value: JSON) { line(value.description) }

  /// Writes what waits.
  func flush() {
    defer { buffer.removeAll(keepingCapacity: true) }
    var rest = buffer[...]
    while !rest.isEmpty, !isBroken {
      let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var ready = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        poll(&ready, 1, -1)
      } else if errno != EINTR {
        isBroken = true
        if errno != EPIPE { failure = String(cString: strerror(errno)) }
      }
    }
  }
}
