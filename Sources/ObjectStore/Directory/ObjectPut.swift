internal import Glibc
internal import Synchronization

/// One `put`: a temporary file, its metadata, both durable; then the name, and the folders that hold it.
///
/// A crash before the rename leaves the old object with its metadata and a temporary file for the next start to
/// remove; after it, the new one with its own.
struct ObjectPut {
  let key: ObjectKey
  let root: RootFolder
  let reserved: ReservedFolder
  let calls: FileCalls

  /// - Returns: the ETag.
  func run(_ content: borrowing PutSource, _ metadata: ObjectMetadata) throws(SystemFault) -> String {
    let name = reserved.temporaryName()
    let file = try calls.create(name, in: reserved.temporary, replacing: false)
    do throws(SystemFault) {
      try write(content, to: file)
      try Self.stamp(file)
      let status = try FileStatus.of(file)
      try save(metadata, status.identity)
      try calls.synchronize(file)
      if Task.isCancelled { throw SystemFault(ECANCELED) }
      let change = NameChange(root: root, reserved: reserved, calls: calls)
      let folders = try reserved.exclusively { () throws(SystemFault) in try change.place(name, as: key) }
      try change.synchronize(folders)
      return status.identity.etag
    } catch {
      // After the rename there is nothing left by that name, and the metadata is in use.
      if let status = try? FileStatus.of(name, in: reserved.temporary) {
        _ = try? unlink(ObjectMetadata.name(status.identity), in: reserved.metadata)
        _ = try? unlink(name, in: reserved.temporary)
      }
      throw error
    }
  }

  private func write(_ content: borrowing PutSource, to file: borrowing Descriptor) throws(SystemFault) {
    var offset = 0
    while let bytes = try content.chunk(at: offset) {
      if Task.isCancelled { throw SystemFault(ECANCELED) }
      try write(bytes, to: file)
      offset += bytes.count
    }
  }

  private func write(_ bytes: ArraySlice<UInt8>, to file: borrowing Descriptor) throws(SystemFault) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(SystemFault) in
      try calls.writeAll(UnsafeRawBufferPointer(buffer), to: file)
    }
  }

  /// Durable before the object has its name.
  private func save(_ metadata: ObjectMetadata, _ identity: FileStatus.Identity) throws(SystemFault) {
    if metadata.isDefault { return }
    let file = try calls.create(ObjectMetadata.name(identity), in: reserved.metadata, replacing: true)
    try write(metadata.text(identity)[...], to: file)
    try calls.synchronize(file)
    try calls.synchronize(reserved.metadata)
  }

  /// Gives the file a time of its own. The kernel's clock stands still for milliseconds, in which an inode may be
  /// freed and taken again: two contents of one size would have one ETag.
  private static func stamp(_ file: borrowing Descriptor) throws(SystemFault) {
    var now = timespec()
    guard clock_gettime(CLOCK_REALTIME, &now) == 0 else { throw .last }
    let clock = UInt64(max(now.tv_sec, 0)) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
    var last = lastStamp.load(ordering: .relaxed)
    var stamp: UInt64
    repeat {
      stamp = max(clock, last + 1)
      let (exchanged, original) = lastStamp.compareExchange(expected: last, desired: stamp, ordering: .relaxed)
      if exchanged { break }
      last = original
    } while true
    let time = timespec(tv_sec: Int(stamp / 1_000_000_000), tv_nsec: Int(stamp % 1_000_000_000))
    guard futimens(file.raw, [time, time]) == 0 else { throw .last }
  }

  /// Nanoseconds since 1970. If the clock is set back, times stand still rather than repeat.
  private static let lastStamp = Atomic<UInt64>(0)
}
