import Glibc

/// The terminal's keys as bytes.
enum StandardInput {
  /// What is there now; empty where nothing came, nil where the terminal is gone. Call it when `poll` says there is input:
  /// the descriptor is shared with the shell and stays blocking.
  static func read() -> [UInt8]? {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      let got = Glibc.read(0, buffer.baseAddress, buffer.count)
      count = max(0, got)
      failed = got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)
    }
    return failed ? nil : bytes
  }
}
