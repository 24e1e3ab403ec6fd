/// Bytes being written: memory that grows, and no more than that.
struct OutputBytes: ~Copyable {
  private(set) var start: UnsafeMutablePointer<UInt8>
  private(set) var count = 0
  private var capacity: Int

  init(capacity: Int) {
    self.capacity = max(64, capacity)
    start = .allocate(capacity: self.capacity)
  }

  deinit { start.deallocate() }

  /// Makes room for `more` bytes.
  @inline(__always)
  mutating func reserve(_ more: Int) {
    if capacity - count < more { grow(more) }
  }

  private mutating func grow(_ more: Int) {
    capacity = max(2 * capacity, count + more)
    let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    moved.update(from: start, count: count)
    start.deallocate()
    start = moved
  }

  /// Adds a byte that there is room for.
  @inline(__always)
  mutating func append(reserved byte: UInt8) {
    start[count] = byte
    count += 1
  }

  /// Adds a number, in the order of its memory, that there is room for.
  @inline(__always)
  mutating func append<Number: FixedWidthInteger>(reserved number: Number) {
    UnsafeMutableRawPointer(start + count).storeBytes(of: number, as: Number.self)
    count += MemoryLayout<Number>.size
  }

  /// Takes back the last bytes.
  @inline(__always)
  mutating func drop(_ number: Int) { count -= number }

  mutating func append(_ bytes: some Collection<UInt8>) {
    reserve(bytes.count)
    for byte in bytes { append(reserved: byte) }
  }

  /// Adds once more what stands in a range of it.
  mutating func repeatBytes(_ range: Range<Int>) {
    reserve(range.count)
    (start + count).update(from: start + range.lowerBound, count: range.count)
    count += range.count
  }

  func array() -> [UInt8] { Array(UnsafeBufferPointer(start: start, count: count)) }
}
