internal import FoundationEssentials
internal import Glibc

/// What the store wants to know of a file: what it is, and which content it has.
struct FileStatus: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case regular, folder, link, other
  }

  let kind: Kind
  /// Tells one content from another: a replaced file has another inode or another time, a changed one another time.
  let identity: Identity
  let links: UInt64

  struct Identity: Hashable, Sendable {
    let inode: UInt64
    let size: Int64
    /// Last change of the content, seconds since 1970 and nanoseconds on top.
    let seconds: Int
    let nanoseconds: Int

    /// Inode, time and size in hexadecimal. The time of the last change to the inode (ctime) is left out: a chmod
    /// would make every rendition look outdated.
    var etag: String {
      "\(String(inode, radix: 16))-\(String(seconds, radix: 16)).\(String(nanoseconds, radix: 16))-\(String(size, radix: 16))"
    }

    var date: Date { Date(timeIntervalSince1970: Double(seconds) + Double(nanoseconds) / 1e9) }
  }

  init(_ raw: stat) {
    kind =
      switch raw.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .other
      }
    identity = Identity(
      inode: UInt64(raw.st_ino), size: Int64(raw.st_size), seconds: raw.st_mtim.tv_sec,
      nanoseconds: raw.st_mtim.tv_nsec)
    links = UInt64(raw.st_nlink)
  }

  /// Of an open file (`fstat`).
  static func of(_ file: borrowing Descriptor) throws(SystemFault) -> FileStatus {
    var raw = stat()
    guard fstat(file.raw, &raw) == 0 else { throw .last }
    return FileStatus(raw)
  }

  /// Of a name in a folder; of a link itself, not of what it leads to (`fstatat`). Nil where there is nothing.
  static func of(_ name: DiskName, in folder: borrowing Descriptor) throws(SystemFault) -> FileStatus? {
    var raw = stat()
    let directory = folder.raw
    guard name.withCString({ fstatat(directory, $0, &raw, AT_SYMLINK_NOFOLLOW) }) == 0 else {
      let fault = SystemFault.last
      if fault.code == ENOENT { return nil }
      throw fault
    }
    return FileStatus(raw)
  }

  func summary(_ key: ObjectKey) -> ObjectSummary {
    ObjectSummary(key: key, size: identity.size, lastModified: identity.date, etag: identity.etag)
  }
}
