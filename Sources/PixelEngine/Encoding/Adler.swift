/// Adler-32 (RFC 1950, 8.2), which knows what a run of zeros does without going through it.
struct Adler {
  private var a: UInt64 = 1
  private var b: UInt64 = 0
  private static let base: UInt64 = 65_521

  var value: UInt32 { UInt32(b << 16 | a) }

  mutating func add(_ byte: UInt64) {
    a = (a + byte) % Self.base
    b = (b + a) % Self.base
  }

  mutating func add(zeros count: Int) {
    b = (b + UInt64(count) % Self.base * a) % Self.base
  }
}
