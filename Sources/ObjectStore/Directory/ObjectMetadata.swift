internal import Glibc

/// An object's content type and user metadata, as a small file in the reserved folder.
///
/// It is named after the inode of the object's file and repeats its size and time: a file that was replaced or
/// changed from outside has none, and is `application/octet-stream`. It is durable before the file takes its name,
/// and the old file keeps its own until it is gone, so after a crash every object has its metadata, or none was ever
/// given. A root that is copied elsewhere loses it, as the copies are other files.
///
/// The file is lines: `pixelater 1 SIZE SECONDS NANOSECONDS`, the content type, then `name=value` each.
struct ObjectMetadata: Equatable, Sendable {
  var contentType = PutOptions.defaultContentType
  var values: [String: String] = [:]

  init() {}

  init(_ options: PutOptions) {
    contentType = options.contentType
    values = options.metadata
  }

  /// Says no more than the absence of the file does.
  var isDefault: Bool { self == ObjectMetadata() }

  /// Larger than any that `PutOptions.fault` lets through.
  private static let maximumBytes = 16 << 10

  static func name(_ identity: FileStatus.Identity) -> DiskName { DiskName(String(identity.inode)) }

  func text(_ identity: FileStatus.Identity) -> [UInt8] {
    var text = Self.heading(identity) + "\n" + contentType + "\n"
    for (name, value) in values.sorted(by: { $0.key < $1.key }) { text += name + "=" + value + "\n" }
    return Array(text.utf8)
  }

  /// Nil where `text` is not of this file, not whole, or damaged.
  init?(_ text: [UInt8], _ identity: FileStatus.Identity) {
    guard text.last == UInt8(ascii: "\n"), text.allSatisfy({ $0 == 0x0A || PutOptions.isPrintable($0) }) else {
      return nil
    }
    let lines = text.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.count >= 2, lines[0].elementsEqual(Self.heading(identity).utf8) else { return nil }
    contentType = String(decoding: lines[1], as: UTF8.self)
    for line in lines.dropFirst(2) {
      guard let sign = line.firstIndex(of: UInt8(ascii: "=")) else { return nil }
      values[String(decoding: line[..<sign], as: UTF8.self)] = String(decoding: line[(sign + 1)...], as: UTF8.self)
    }
  }

  /// What is kept of a file; nil where nothing is.
  static func read(_ identity: FileStatus.Identity, in reserved: borrowing Descriptor) throws(SystemFault)
    -> ObjectMetadata?
  {
    do {
      let folder = try RootFolder.folder(ReservedFolder.metadataName, in: reserved)
      let directory = folder.raw
      let file = try Descriptor(
        adopting: name(identity).withCString { openat(directory, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) })
      return ObjectMetadata(try file.read(upTo: maximumBytes, at: 0), identity)
    } catch {
      if error.isAbsence { return nil }
      throw error
    }
  }

  private static func heading(_ identity: FileStatus.Identity) -> String {
    "pixelater 1 \(identity.size) \(identity.seconds) \(identity.nanoseconds)"
  }
}

extension Descriptor {
  /// Up to `count` bytes from `offset`, fewer only at the end of the file (`pread`).
  func read(upTo count: Int, at offset: Int64) throws(SystemFault) -> [UInt8] {
    let raw = self.raw
    var fault: SystemFault?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let read = pread(raw, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(offset) + off_t(filled))
        if read > 0 {
          filled += read
        } else if read == 0 {
          return
        } else if errno != EINTR {
          fault = .last
          return
        }
      }
    }
    if let fault { throw fault }
    return bytes
  }
}
