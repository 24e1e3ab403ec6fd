import CNcurses
import Glibc

/// The pipe that ends a wait: signal handlers write the signal's number, other threads write 0.
final class Wakeup: Sendable {
  let readEnd: Int32
  let writeEnd: Int32

  init() throws(TerminalError) {
    var ends: (Int32, Int32) = (-1, -1)
    guard cn_pipe(&ends.0, &ends.1) != 0 else { throw .noPipe(errno) }
    (readEnd, writeEnd) = ends
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  /// From any thread. A full pipe is as good: it wakes the loop too.
  func wake() {
    var byte: UInt8 = 0
    _ = write(writeEnd, &byte, 1)
  }

  /// The signals since the last call, each once, in the order they came.
  func drain() -> [Int32] {
    var signals: [Int32] = []
    var buffer = [UInt8](repeating: 0, count: 256)
    while true {
      let count = read(readEnd, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return signals }
      for byte in buffer.prefix(count) where byte != 0 && !signals.contains(Int32(byte)) {
        signals.append(Int32(byte))
      }
    }
  }
}
