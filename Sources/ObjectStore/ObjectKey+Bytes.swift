extension ObjectKey {
  /// Nil where `bytes` are no legal key; that includes bytes that are not UTF-8.
  init?(bytes: some Collection<UInt8>) {
    guard bytes.count <= Self.maximumBytes, let string = String(validating: bytes, as: UTF8.self) else { return nil }
    self.init(string)
  }
}

extension Collection<UInt8> {
  /// Whether these bytes start with `prefix`, and where they do not, how the two compare.
  func hasPrefix(_ prefix: some Collection<UInt8>) -> Bool {
    count >= prefix.count && zip(self, prefix).allSatisfy { $0 == $1 }
  }
}
