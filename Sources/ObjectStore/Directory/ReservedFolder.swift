internal import Glibc
internal import Synchronization

/// The reserved folder at the root, as a store that writes holds it:
///
///     .pixelater-store/lock            held while names change, a few calls long
///     .pixelater-store/metadata/INODE  what `ObjectMetadata` tells of the file of that inode
///     .pixelater-store/temporary/X/    the unfinished files of one open store, X is random
///
/// A store keeps its own temporary folder locked (`flock`) as long as it lives. The kernel lets the lock go with the
/// process, however that ends, so a folder whose lock is free belongs to nobody and is removed: no process ids, which
/// another container or a later boot would read wrongly.
final class ReservedFolder: Sendable {
  let reserved: Descriptor
  let metadata: Descriptor
  let temporary: Descriptor

  private let allTemporary: Descriptor
  private let name: DiskName
  private let serial = Atomic<UInt64>(0)

  static let metadataName = DiskName("metadata")
  static let temporaryName = DiskName("temporary")
  static let lockName = DiskName("lock")

  /// Opens the reserved folder for writing, and makes it where it is missing.
  init(_ root: RootFolder, calls: FileCalls) throws(SystemFault) {
    let rootFolder = try root.open()
    reserved = try Self.make(.reserved, in: rootFolder, calls)
    metadata = try Self.make(Self.metadataName, in: reserved, calls)
    allTemporary = try Self.make(Self.temporaryName, in: reserved, calls)
    // A file is only as durable as the folders above it.
    try calls.synchronize(reserved)
    try calls.synchronize(rootFolder)
    var attempt = 0
    while true {
      let name = DiskName(String(UInt64.random(in: 0 ... .max), radix: 16))
      if let folder = try Self.claim(name, in: allTemporary, calls) {
        temporary = folder
        self.name = name
        break
      }
      attempt += 1
      if attempt == 16 { throw SystemFault(EBUSY) }
    }
  }

  deinit {
    // Nothing is left in it unless the disk fails; then the next start removes it.
    _ = try? unlink(name, in: allTemporary, isFolder: true)
  }

  /// A name for a temporary file, never given before.
  func temporaryName() -> DiskName { DiskName(String(serial.add(1, ordering: .relaxed).newValue)) }

  /// Runs `body` while no other store on this root, in this process or another, changes names.
  func exclusively<Result: ~Copyable>(_ body: () throws(SystemFault) -> Result) throws(SystemFault) -> Result {
    let directory = reserved.raw
    let file = try Descriptor(
      adopting: Self.lockName.withCString { openat(directory, $0, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666) })
    let raw = file.raw
    do { _ = try retrying { flock(raw, LOCK_EX) } } catch {
      // A file system without locks has one process at a time; all else stays true.
      if error.code != ENOSYS && error.code != EOPNOTSUPP && error.code != ENOLCK { throw error }
    }
    // Closing the file lets the lock go.
    return try body()
  }

  /// Removes what stores that are gone have left unfinished. Changes nothing where nothing was left.
  static func sweep(_ root: RootFolder) throws(SystemFault) {
    do throws(SystemFault) {
      let reserved = try root.open([.reserved])
      let all = try RootFolder.folder(temporaryName, in: reserved)
      for name in try names(in: all) {
        guard let folder = try? RootFolder.folder(name, in: all), flock(folder.raw, LOCK_EX | LOCK_NB) == 0 else {
          continue
        }
        try empty(folder, reserved)
        try unlink(name, in: all, isFolder: true)
      }
    } catch {
      if !error.isAbsence { throw error }
    }
  }

  private static func empty(
    _ folder: borrowing Descriptor, _ reserved: borrowing Descriptor
  ) throws(SystemFault) {
    for name in try names(in: folder) {
      // Metadata first: with the file gone, its inode may already be another's.
      if let status = try FileStatus.of(name, in: folder),
        let metadata = try? RootFolder.folder(metadataName, in: reserved)
      {
        try unlink(ObjectMetadata.name(status.identity), in: metadata)
      }
      try unlink(name, in: folder)
    }
  }

  private static func names(in folder: borrowing Descriptor) throws(SystemFault) -> [DiskName] {
    var names: [DiskName] = []
    let reader = try FolderReader(folder)
    while let entry = try reader.next() { names.append(DiskName(entry.name)) }
    return names
  }

  private static func make(
    _ name: DiskName, in folder: borrowing Descriptor, _ calls: FileCalls
  ) throws(SystemFault) -> Descriptor {
    _ = try calls.makeFolder(name, in: folder)
    return try RootFolder.folder(name, in: folder)
  }

  /// Makes and locks a temporary folder; nil where another start swept it away in between.
  private static func claim(
    _ name: DiskName, in all: borrowing Descriptor, _ calls: FileCalls
  ) throws(SystemFault) -> Descriptor? {
    guard try calls.makeFolder(name, in: all) else { return nil }
    do {
      let folder = try RootFolder.folder(name, in: all)
      let raw = folder.raw
      _ = try retrying { flock(raw, LOCK_EX) }
      guard let status = try FileStatus.of(name, in: all),
        status.identity.inode == (try FileStatus.of(folder)).identity.inode
      else { return nil }
      return folder
    } catch {
      if error.isAbsence { return nil }
      throw error
    }
  }
}
