internal import Glibc

/// An open object's file.
final class OpenFile: Sendable {
  let descriptor: Descriptor
  let status: FileStatus

  init(_ descriptor: consuming Descriptor, _ status: FileStatus) {
    self.descriptor = descriptor
    self.status = status
  }
}

extension DirectoryStore {
  /// What is known of an object; `ENOENT` where it is not.
  func head(_ key: ObjectKey) throws(SystemFault) -> ObjectHead {
    try settled { () throws(SystemFault) in
      guard let file = try folder.find(key) else { throw SystemFault(ENOENT) }
      return try metadata(of: file.status, key).map { file.status.head(key, $0) }
    }
  }

  /// Opens an object; `ENOENT` where it is not. The file stays what it is when the object is replaced or removed.
  func open(_ key: ObjectKey) throws(SystemFault) -> (OpenFile, ObjectHead) {
    try settled { () throws(SystemFault) in
      guard let found = try folder.find(key) else { throw SystemFault(ENOENT) }
      let file: OpenFile
      do throws(SystemFault) {
        let parent = try folder.open(found.path.folders)
        let directory = parent.raw
        // Without O_NONBLOCK, a FIFO put in the file's place would hold the thread for ever.
        let descriptor = try Descriptor(
          adopting: found.path.name.withCString {
            openat(directory, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
          })
        let status = try FileStatus.of(descriptor)
        file = OpenFile(descriptor, status)
      } catch {
        if error.isAbsence { return nil }  // moved or replaced since it was found
        throw error
      }
      guard file.status.kind == .regular else { return nil }
      return try metadata(of: file.status, key).map { (file, file.status.head(key, $0)) }
    }
  }

  /// Asks again where the object changed between two looks at it.
  private func settled<Result>(_ look: () throws(SystemFault) -> Result?) throws(SystemFault) -> Result {
    for _ in 0..<32 {
      if let result = try look() { return result }
    }
    throw SystemFault(EBUSY)
  }

  /// The metadata of a file, nil where the file is no longer the object's: then what it had may be gone as well.
  private func metadata(of status: FileStatus, _ key: ObjectKey) throws(SystemFault) -> ObjectMetadata? {
    let reserved: Descriptor
    do { reserved = try folder.open([.reserved]) } catch {
      if error.isAbsence { return ObjectMetadata() }
      throw error
    }
    if let metadata = try ObjectMetadata.read(status.identity, in: reserved) { return metadata }
    return try folder.find(key)?.status.identity == status.identity ? ObjectMetadata() : nil
  }
}

extension FileStatus {
  func head(_ key: ObjectKey, _ metadata: ObjectMetadata) -> ObjectHead {
    ObjectHead(summary: summary(key), contentType: metadata.contentType, metadata: metadata.values)
  }
}

/// Reads an object's content chunk by chunk, from one version of it.
struct ContentReader {
  static let chunkBytes = 256 << 10

  private let file: OpenFile
  private let key: ObjectKey
  private var rest: Range<Int64>

  init(file: OpenFile, key: ObjectKey, range: Range<Int64>) {
    self.file = file
    self.key = key
    rest = range
  }

  /// The next chunk, nil after the last. A file that was written to since it was opened is an error, never a mix.
  mutating func next() throws(StoreError) -> [UInt8]? {
    if rest.isEmpty { return nil }
    if Task.isCancelled { throw StoreError(operation: .get, key: key.string, reason: .cancelled) }
    let wanted = Int(min(Int64(Self.chunkBytes), rest.upperBound - rest.lowerBound))
    let bytes: [UInt8]
    let isUnchanged: Bool
    do {
      bytes = try file.descriptor.read(upTo: wanted, at: rest.lowerBound)
      isUnchanged = try FileStatus.of(file.descriptor).identity == file.status.identity
    } catch {
      throw error.error(.get, key.string)
    }
    guard isUnchanged, bytes.count == wanted else {
      throw StoreError(operation: .get, key: key.string, reason: .unavailable(detail: "changed while it was read"))
    }
    rest = (rest.lowerBound + Int64(wanted))..<rest.upperBound
    return bytes
  }
}
