/// What the signature says about the body.
package enum PayloadHash: Hashable, Sendable {
  /// Nothing (`UNSIGNED-PAYLOAD`): S3 only, and only wise over TLS or with a checksum header.
  case unsigned
  /// Its SHA-256, 64 small hexadecimal digits.
  case sha256(String)

  /// No body.
  package static let empty = PayloadHash.sha256("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")

  package static func of(_ bytes: [UInt8]) -> PayloadHash {
    bytes.isEmpty ? .empty : .sha256(SHA256Digest(of: bytes).hexadecimal)
  }

  /// As it stands in the canonical request and in `x-amz-content-sha256`.
  package var text: String {
    switch self {
    case .unsigned: "UNSIGNED-PAYLOAD"
    case .sha256(let digits): digits
    }
  }
}
