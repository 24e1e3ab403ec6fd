/// One name in a folder: 1 to 255 bytes without `/` and NUL. Kept with its closing NUL, as the kernel wants it.
struct DiskName: Hashable, Sendable {
  private let terminated: [UInt8]

  init(_ bytes: some Collection<UInt8>) {
    var terminated: [UInt8] = []
    terminated.reserveCapacity(bytes.count + 1)
    terminated += bytes
    terminated.append(0)
    self.terminated = terminated
  }

  init(_ string: String) {
    self.init(string.utf8)
  }

  var bytes: ArraySlice<UInt8> { terminated.dropLast() }

  /// The folder at the root that is the store's own.
  static let reserved = DiskName(Component.mark)
  static let here = DiskName(".")

  func withCString<Result, Failure: Error>(
    _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try terminated.withCString(body)
  }
}

extension [UInt8] {
  /// The bytes, which end in NUL, as a C string.
  func withCString<Result, Failure: Error>(
    _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withUnsafeBufferPointer { (buffer) throws(Failure) in
      guard let base = buffer.baseAddress else { preconditionFailure("a C string has at least its NUL") }
      return try UnsafeRawPointer(base).withMemoryRebound(to: CChar.self, capacity: buffer.count, body)
    }
  }
}
