extension PutOptions {
  /// Most bytes of names and values together that S3 takes as user metadata.
  package static let maximumMetadataBytes = 2048

  static let defaultContentType = "application/octet-stream"

  /// Why S3 would refuse these options, nil where it would not. Every store refuses them alike, so that what works on a
  /// laptop works on S3.
  package var fault: String? {
    guard contentType.utf8.count <= 256, contentType.utf8.allSatisfy(Self.isPrintable) else {
      return "the content type has to be printable ASCII of at most 256 bytes"
    }
    var total = 0
    for (name, value) in metadata {
      guard !name.isEmpty, name.utf8.allSatisfy(Self.isNameByte) else {
        return "a metadata name has to be lower-case letters, digits, '-', '_' and '.'"
      }
      guard value.utf8.allSatisfy(Self.isPrintable) else { return "a metadata value has to be printable ASCII" }
      // HTTP drops them (RFC 9110, 5.5).
      guard value.first != " ", value.last != " " else { return "a metadata value cannot begin or end with a space" }
      total += name.utf8.count + value.utf8.count
    }
    return total <= Self.maximumMetadataBytes
      ? nil : "metadata of \(total) bytes is more than \(Self.maximumMetadataBytes)"
  }

  static func isPrintable(_ byte: UInt8) -> Bool { (0x20...0x7E).contains(byte) }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
      UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}

extension GetOptions {
  /// The bytes to read of an object of `size` bytes: the range wanted, cut at the end.
  /// Nil where it starts at or past the end, before 0, or wants no byte at all, which HTTP cannot ask for.
  func bytes(of size: Int64) -> Range<Int64>? {
    guard let range else { return 0..<size }
    guard range.lowerBound >= 0, range.lowerBound < size, !range.isEmpty else { return nil }
    return range.lowerBound..<min(range.upperBound, size)
  }
}
