internal import Glibc

/// `_X_AMZN_TRACE_ID`, which names the trace of the event under way to whoever asks the environment.
///
/// `setenv` would move the environment while another thread reads it, and keeps every value it ever had. Here the variable
/// is put there once, before there are threads, with room of its own; only the bytes after its `=` change, which nobody
/// reads who looks for another variable.
struct TraceVariable: Sendable {
  static let shared = TraceVariable()
  static let name = "_X_AMZN_TRACE_ID"
  /// Bytes of a value at most; a trace header has some 100.
  static let room = 1024

  /// Never freed: the environment refers to it. Written only between two events.
  private nonisolated(unsafe) let value: UnsafeMutablePointer<CChar>

  private init() {
    let head = Array((Self.name + "=").utf8)
    let entry = UnsafeMutablePointer<CChar>.allocate(capacity: head.count + Self.room + 1)
    entry.initialize(repeating: 0, count: head.count + Self.room + 1)
    for (place, byte) in head.enumerated() { entry[place] = CChar(bitPattern: byte) }
    value = entry + head.count
    putenv(entry)
  }

  /// - Parameter text: without NUL; one that has no room counts as none.
  func set(_ text: String) {
    let bytes = Array(text.utf8)
    let fits = bytes.count <= Self.room && !bytes.contains(0)
    // The end first, so that no part of an old value ever follows a new one.
    value[0] = 0
    guard fits, let first = bytes.first else { return }
    for (place, byte) in bytes.enumerated().dropFirst() { value[place] = CChar(bitPattern: byte) }
    value[bytes.count] = 0
    value[0] = CChar(bitPattern: first)
  }
}
