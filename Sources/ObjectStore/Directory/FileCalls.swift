internal import Glibc

/// The calls that make a write durable, in one table: tests record their order and let them fail. Each returns what the
/// call of the same name does, and leaves its fault in `errno`.
struct FileCalls: Sendable {
  var openat: @Sendable (_ folder: Int32, _ name: DiskName, _ flags: Int32) -> Int32
  var write: @Sendable (_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int
  var fsync: @Sendable (_ file: Int32) -> Int32
  var renameat: @Sendable (_ from: Int32, _ old: DiskName, _ to: Int32, _ new: DiskName) -> Int32
  var mkdirat: @Sendable (_ folder: Int32, _ name: DiskName) -> Int32

  static let system = FileCalls(
    openat: { folder, name, flags in name.withCString { Glibc.openat(folder, $0, flags | O_CLOEXEC, 0o666) } },
    write: { file, bytes in Glibc.write(file, bytes.baseAddress, bytes.count) },
    fsync: { file in Glibc.fsync(file) },
    renameat: { from, old, to, new in
      old.withCString { old in new.withCString { new in Glibc.renameat(from, old, to, new) } }
    },
    mkdirat: { folder, name in name.withCString { Glibc.mkdirat(folder, $0, 0o777) } }
  )

  func create(_ name: DiskName, in folder: borrowing Descriptor, replacing: Bool) throws(SystemFault) -> Descriptor {
    let directory = folder.raw
    let flags = O_WRONLY | O_CREAT | O_NOFOLLOW | (replacing ? O_TRUNC : O_EXCL)
    return try Descriptor(adopting: try retrying { openat(directory, name, flags) })
  }

  /// Writes all of `bytes`, however little a call takes.
  func writeAll(_ bytes: UnsafeRawBufferPointer, to file: borrowing Descriptor) throws(SystemFault) {
    let raw = file.raw
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = try retrying { write(raw, UnsafeRawBufferPointer(rebasing: rest)) }
      // A file that takes nothing and says no reason never will.
      if count == 0 { throw SystemFault(EIO) }
      rest = rest.dropFirst(count)
    }
  }

  func synchronize(_ file: borrowing Descriptor) throws(SystemFault) {
    let raw = file.raw
    _ = try retrying { fsync(raw) }
  }

  /// Makes a folder; false where there already is something of that name.
  func makeFolder(_ name: DiskName, in folder: borrowing Descriptor) throws(SystemFault) -> Bool {
    if mkdirat(folder.raw, name) == 0 { return true }
    let fault = SystemFault.last
    if fault.code == EEXIST { return false }
    throw fault
  }

  func rename(
    _ old: DiskName, in from: borrowing Descriptor, to new: DiskName, in to: borrowing Descriptor
  ) throws(SystemFault) {
    guard renameat(from.raw, old, to.raw, new) == 0 else { throw .last }
  }
}

/// Removes a name; false where there is none. (`unlinkat`)
@discardableResult
func unlink(_ name: DiskName, in folder: borrowing Descriptor, isFolder: Bool = false) throws(SystemFault) -> Bool {
  let directory = folder.raw
  if name.withCString({ unlinkat(directory, $0, isFolder ? AT_REMOVEDIR : 0) }) == 0 { return true }
  let fault = SystemFault.last
  if fault.code == ENOENT { return false }
  throw fault
}
