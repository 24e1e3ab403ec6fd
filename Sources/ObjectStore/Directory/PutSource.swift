internal import Glibc

/// The content of a `put`, opened: chunk by chunk from memory or from a file.
struct PutSource: ~Copyable {
  private static let chunkBytes = 1 << 20

  private let content: Content

  private enum Content {
    case bytes([UInt8])
    case file(OpenFile)
  }

  /// - Throws: `other` where the content's file is missing, unreadable, or no regular file.
  init(_ content: PutContent, _ key: ObjectKey) throws(StoreError) {
    switch content {
    case .bytes(let bytes): self.content = .bytes(bytes)
    case .file(let path):
      do {
        self.content = .file(try Self.open(path))
      } catch {
        throw StoreError(operation: .put, key: key.string, reason: .other(detail: "the content's file: \(error.text)"))
      }
    }
  }

  private static func open(_ path: String) throws(SystemFault) -> OpenFile {
    let file = try Descriptor(adopting: Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC))
    let status = try FileStatus.of(file)
    if status.kind != .regular { throw SystemFault(status.kind == .folder ? EISDIR : EINVAL) }
    return OpenFile(file, status)
  }

  /// The bytes from `offset` on, at most a mebibyte; nil at the end.
  ///
  /// - Throws: `EBUSY` where the file has changed since it was opened: it would be stored as something it never was.
  func chunk(at offset: Int) throws(SystemFault) -> ArraySlice<UInt8>? {
    switch content {
    case .bytes(let bytes):
      return offset < bytes.count ? bytes[offset...].prefix(Self.chunkBytes) : nil
    case .file(let file):
      let size = file.status.identity.size
      let bytes = try file.descriptor.read(
        upTo: Int(min(Int64(Self.chunkBytes), size - Int64(offset))), at: Int64(offset))
      let isOver = Int64(offset + bytes.count) == size
      guard isOver || !bytes.isEmpty, try FileStatus.of(file.descriptor).identity == file.status.identity else {
        throw SystemFault(EBUSY)
      }
      return bytes.isEmpty ? nil : bytes[...]
    }
  }

  /// The whole content.
  func bytes() throws(SystemFault) -> [UInt8] {
    if case .bytes(let bytes) = content { return bytes }
    var bytes: [UInt8] = []
    while let chunk = try chunk(at: bytes.count) { bytes += chunk }
    return bytes
  }
}
