internal import Crypto
internal import FoundationEssentials
internal import Glibc
package import HTTPTransport

/// The SHA-256 of some bytes.
package struct SHA256Digest: Hashable, Sendable {
  /// 32 of them.
  package let bytes: [UInt8]

  package init(of content: [UInt8]) {
    bytes = Array(SHA256.hash(data: content))
  }

  /// The digest of these bytes of a file, read in pieces of 1 MiB: it blocks the thread for as long as that takes.
  ///
  /// - Throws: `unreadableFile`, with code 0 when the file is shorter than `range`; `cancelled` with the task.
  package init(ofFile path: String, range: Range<Int64>) throws(HTTPError) {
    var hash = SHA256()
    try FilePieces.read(path, range: range) { piece in hash.update(bufferPointer: piece) }
    bytes = Array(hash.finalize())
  }

  private init(hash: SHA256) { bytes = Array(hash.finalize()) }

  /// 64 small hexadecimal digits: `x-amz-content-sha256`.
  package var hexadecimal: String {
    var text: [UInt8] = []
    text.reserveCapacity(64)
    Hexadecimal.appendSmall(bytes, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// 44 characters: `x-amz-checksum-sha256`.
  package var base64: String { Data(bytes).base64EncodedString() }

  /// A digest of content that comes piece by piece.
  package struct Accumulator {
    private var hash = SHA256()

    package init() {}

    package mutating func update(_ piece: [UInt8]) { hash.update(data: piece) }

    /// The digest of all pieces so far; more may follow.
    package func digest() -> SHA256Digest { SHA256Digest(hash: hash) }
  }
}

/// The MD5 of some bytes, for `Content-MD5` and SQS: it guards against accidents, not against people.
package struct MD5Digest: Hashable, Sendable {
  /// 16 of them.
  package let bytes: [UInt8]

  package init(of content: [UInt8]) {
    bytes = Array(Insecure.MD5.hash(data: content))
  }

  /// 24 characters.
  package var base64: String { Data(bytes).base64EncodedString() }

  /// 32 small digits, as SQS writes it.
  package var hexadecimal: String {
    var text: [UInt8] = []
    Hexadecimal.appendSmall(bytes, to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}

/// A file's bytes, piece by piece.
private enum FilePieces {
  static let pieceSize = 1 << 20

  static func read(
    _ path: String, range: Range<Int64>, _ use: (UnsafeRawBufferPointer) -> Void
  ) throws(HTTPError) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .unreadableFile(path: path, code: errno) }
    defer { close(file) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceSize, alignment: 16)
    defer { buffer.deallocate() }
    var offset = range.lowerBound
    while offset < range.upperBound {
      guard !Task.isCancelled else { throw .cancelled }
      let wanted = Int(min(Int64(pieceSize), range.upperBound - offset))
      let got = pread(file, buffer.baseAddress, wanted, off_t(offset))
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw .unreadableFile(path: path, code: errno) }
      guard got > 0 else { throw .unreadableFile(path: path, code: 0) }
      use(UnsafeRawBufferPointer(rebasing: buffer[..<got]))
      offset += Int64(got)
    }
  }
}
