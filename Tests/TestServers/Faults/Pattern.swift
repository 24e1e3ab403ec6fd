internal import Glibc

/// Bytes that differ from place to place, and whose period is no power of two: what is lost, doubled or out of place in
/// a long body shows. Fast also in a debug build.
package enum Pattern {
  private static let period = 251
  /// Some MiB: whole periods.
  private static let block: [UInt8] = {
    var bytes = (0..<period).map { UInt8($0) }
    while bytes.count < 4 << 20 { bytes += bytes }
    return bytes
  }()

  /// - Parameter offset: place of the first byte.
  package static func bytes(_ count: Int, from offset: Int = 0) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { room, filled in
      guard let base = room.baseAddress else { return }
      runs(count, from: offset) { run, count in
        memcpy(base + filled, run, count)
        filled += count
      }
    }
  }

  /// Whether these are the bytes from that place on.
  package static func matches(_ bytes: [UInt8], from offset: Int = 0) -> Bool {
    var place = 0
    var isSame = true
    bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      runs(bytes.count, from: offset) { run, count in
        isSame = isSame && memcmp(base + place, run, count) == 0
        place += count
      }
    }
    return isSame
  }

  private static func runs(_ count: Int, from offset: Int, _ body: (UnsafeRawPointer, Int) -> Void) {
    block.withUnsafeBytes { block in
      guard let base = block.baseAddress else { return }
      var left = count
      var start = offset % period
      while left > 0 {
        let run = min(left, block.count - start)
        body(base + start, run)
        left -= run
        start = (start + run) % period
      }
    }
  }
}
