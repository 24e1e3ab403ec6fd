internal import Glibc

extension ObjectKey {
  /// Nil where `bytes` are no legal key; that includes bytes that are not UTF-8.
  init?(bytes: some Collection<UInt8>) {
    guard bytes.count <= Self.maximumBytes, let string = String(validating: bytes, as: UTF8.self) else { return nil }
    self.init(string)
  }
}

extension Collection<UInt8> {
  /// Whether these bytes start with `prefix`.
  func hasPrefix(_ prefix: some Collection<UInt8>) -> Bool {
    let answer = withContiguousStorageIfAvailable { bytes in
      prefix.withContiguousStorageIfAvailable { prefix in
        guard bytes.count >= prefix.count else { return false }
        guard let a = bytes.baseAddress, let b = prefix.baseAddress else { return true }
        return memcmp(a, b, prefix.count) == 0
      }
    }
    if let answer, let answer { return answer }
    return starts(with: prefix)
  }
}
