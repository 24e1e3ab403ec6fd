internal import Glibc

/// The folder that stands for the bucket, and the way to everything below it.
///
/// Every step is one `openat` with `O_NOFOLLOW` from the folder before it, so no link below the root, however it is put
/// there and whenever, leads a call out of it. The root's own path may go through links: the user chose it.
struct RootFolder: Sendable {
  /// Absolute, without links, `.`, `..` and a `/` at its end.
  let path: String

  func open() throws(SystemFault) -> Descriptor {
    try Descriptor(adopting: Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
  }

  func open(_ folders: some Sequence<DiskName>) throws(SystemFault) -> Descriptor {
    var folder = try open()
    for name in folders { folder = try Self.folder(name, in: folder) }
    return folder
  }

  /// A folder in a folder. `ENOTDIR` where the name is a link or anything else.
  static func folder(_ name: DiskName, in parent: borrowing Descriptor) throws(SystemFault) -> Descriptor {
    let directory = parent.raw
    return try Descriptor(
      adopting: name.withCString { openat(directory, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) })
  }

  /// Where an object lies, and what it is. Nil where it is not.
  ///
  /// The plain name is asked first: an object is moved from there to the displaced name, never back, so one that
  /// exists all the while is found at one of them.
  func find(_ key: ObjectKey) throws(SystemFault) -> FoundFile? {
    if let file = try find(.plain(key)) { return file }
    return try find(.displaced(key))
  }

  private func find(_ path: DiskPath) throws(SystemFault) -> FoundFile? {
    do {
      let folder = try open(path.folders)
      guard let status = try FileStatus.of(path.name, in: folder) else { return nil }
      switch status.kind {
      case .regular: return FoundFile(path: path, status: status)
      case .link: return try target(of: path)
      case .folder, .other: return nil
      }
    } catch {
      if error.isAbsence { return try checkRoot(absent: error) }
      throw error
    }
  }

  /// Absence below the root is nil; of the root itself it is thrown.
  private func checkRoot(absent: SystemFault) throws(SystemFault) -> FoundFile? {
    _ = try open()
    return nil
  }

  /// The file that a link leads to. A link is an object where it leads, in at most 8 links and through real folders
  /// below the root only, to a regular file; any other is none. An absolute link counts where it names the root.
  func target(of link: DiskPath) throws(SystemFault) -> FoundFile? {
    var path = link
    for _ in 0..<8 {
      let folder: Descriptor
      do { folder = try open(path.folders) } catch {
        if error.isAbsence { return nil }
        throw error
      }
      guard let status = try FileStatus.of(path.name, in: folder) else { return nil }
      if status.kind == .regular { return FoundFile(path: path, status: status, link: link) }
      guard status.kind == .link, let next = try Self.read(link: path, in: folder, root: self.path) else { return nil }
      path = next
    }
    return nil
  }

  /// Where a link points, from the root; nil where that is outside, or in the reserved folder.
  private static func read(link: DiskPath, in folder: borrowing Descriptor, root: String) throws(SystemFault)
    -> DiskPath?
  {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let directory = folder.raw
    let count = link.name.withCString { name in
      buffer.withUnsafeMutableBytes { bytes in
        bytes.withMemoryRebound(to: CChar.self) { text in
          text.baseAddress.map { readlinkat(directory, name, $0, text.count) } ?? -1
        }
      }
    }
    guard count >= 0 else {
      let fault = SystemFault.last
      if fault.code == EINVAL || fault.code == ENOENT { return nil }
      throw fault
    }
    var target = buffer[..<count]
    var names = link.folders
    if target.first == DiskPath.slash {
      let base = Array((root == "/" ? root : root + "/").utf8)
      guard target.hasPrefix(base) else { return nil }
      target = target.dropFirst(base.count)
      names = []
    }
    for part in target.split(separator: DiskPath.slash) where !part.elementsEqual([UInt8(ascii: ".")]) {
      if part.elementsEqual("..".utf8) {
        guard names.popLast() != nil else { return nil }
      } else {
        names.append(DiskName(part))
      }
    }
    guard let last = names.popLast(), names.first != .reserved else { return nil }
    return DiskPath(folders: names, name: last)
  }
}

/// A regular file that is an object.
struct FoundFile: Sendable {
  /// Where the file is: for an object that is a link, where it leads.
  let path: DiskPath
  let status: FileStatus
  /// Where the link is, for an object that is one.
  var link: DiskPath?
}
