internal import Glibc

/// The steps of a write that change names. All run with the reserved's lock held, so that no other store on the root
/// comes between two of them; what strangers do meanwhile is met by trying again.
struct NameChange {
  let root: RootFolder
  let reserved: ReservedFolder
  let calls: FileCalls

  private static let attempts = 32

  /// Gives a temporary file the name of an object.
  ///
  /// - Returns: the folders from the root to the file, all of which have to be synchronised.
  func place(_ temporary: DiskName, as key: ObjectKey) throws(SystemFault) -> [DiskName] {
    var fault = SystemFault(EBUSY)
    for _ in 0..<Self.attempts {
      do throws(SystemFault) {
        var path = DiskPath.plain(key)
        var folder = try makeFolders(path.folders)
        if try isTaken(path.name, in: folder) {
          path = DiskPath.displaced(key)
          folder = try makeFolders(path.folders)
        } else if try FileStatus.of(path.name, in: folder) == nil {
          // Once displaced, an object stays there, so that a reader that looks at the plain name and then there finds
          // it.
          let displaced = DiskPath.displaced(key)
          if try exists(displaced) {
            path = displaced
            folder = try root.open(displaced.folders)
          }
        }
        let old = OpenFile.old(path.name, in: folder)
        try calls.rename(temporary, in: reserved.temporary, to: path.name, in: folder)
        old?.forget(in: reserved.metadata)
        return path.folders
      } catch {
        // A folder was removed, or something came to stand in the way, between two calls.
        guard error.code == ENOENT || error.code == EISDIR || error.code == EEXIST || error.code == ENOTEMPTY else {
          throw error
        }
        _ = try root.open()
        guard try FileStatus.of(temporary, in: reserved.temporary) != nil else { throw error }
        fault = error
      }
    }
    throw SystemFault(fault.code == ENOENT ? EBUSY : fault.code)
  }

  /// Removes an object.
  ///
  /// - Returns: the folders down to the one that lost a name; nil where there was no object.
  func remove(_ key: ObjectKey) throws(SystemFault) -> [DiskName]? {
    var changed: [DiskName]?
    // The displaced one first: where both are there it is the older, and must not come back for a moment.
    for path in [DiskPath.displaced(key), DiskPath.plain(key)] {
      do throws(SystemFault) {
        let folder = try root.open(path.folders)
        guard let status = try FileStatus.of(path.name, in: folder), try isObject(path, status) else { continue }
        let old = OpenFile.old(path.name, in: folder)
        try unlink(path.name, in: folder)
        old?.forget(in: reserved.metadata)
      } catch {
        if error.isAbsence { continue }
        throw error
      }
      let left = prune(path.folders)
      changed = changed.map { $0.count < left.count ? $0 : left } ?? left
    }
    return changed
  }

  /// Makes the folders on a path durable, all of them: one may be new, and an older one may have been made a moment
  /// ago by another store that has not come to that yet.
  func synchronize(_ folders: [DiskName]) throws(SystemFault) {
    var folder = try root.open()
    try calls.synchronize(folder)
    for name in folders {
      do { folder = try RootFolder.folder(name, in: folder) } catch {
        // Removed since: then so is the object.
        if error.isAbsence { return }
        throw error
      }
      try calls.synchronize(folder)
    }
  }

  private func isObject(_ path: DiskPath, _ status: FileStatus) throws(SystemFault) -> Bool {
    switch status.kind {
    case .regular: true
    case .link: try root.target(of: path) != nil
    case .folder, .other: false
    }
  }

  private func exists(_ path: DiskPath) throws(SystemFault) -> Bool {
    do { return try FileStatus.of(path.name, in: try root.open(path.folders)) != nil } catch {
      if error.isAbsence { return false }
      throw error
    }
  }

  /// Whether a name is held by what is no object and not to be replaced.
  private func isTaken(_ name: DiskName, in folder: borrowing Descriptor) throws(SystemFault) -> Bool {
    switch try FileStatus.of(name, in: folder)?.kind {
    case nil, .regular, .link: false
    case .folder, .other: true
    }
  }

  private func makeFolders(_ names: [DiskName]) throws(SystemFault) -> Descriptor {
    var folder = try root.open()
    for index in names.indices {
      folder = try makeFolder(names[index], in: folder, path: names[..<index])
    }
    return folder
  }

  /// Opens a folder, and makes it if it is missing. An object that has its name is moved to its displaced name, in
  /// one step and for good; a link, a device or a socket in the way is an error.
  private func makeFolder(
    _ name: DiskName, in parent: borrowing Descriptor, path: ArraySlice<DiskName>
  ) throws(SystemFault) -> Descriptor {
    if let status = try FileStatus.of(name, in: parent) {
      switch status.kind {
      case .folder: return try RootFolder.folder(name, in: parent)
      case .link, .other: throw SystemFault(ENOTSUP)
      case .regular:
        guard let key = DiskPath.key(of: path + [name]) else { throw SystemFault(ENOTSUP) }
        let displaced = DiskPath.displaced(key)
        let folder = try makeFolders(displaced.folders)
        let old = OpenFile.old(displaced.name, in: folder)
        try calls.rename(name, in: parent, to: displaced.name, in: folder)
        old?.forget(in: reserved.metadata)
      }
    }
    _ = try calls.makeFolder(name, in: parent)
    return try RootFolder.folder(name, in: parent)
  }

  /// Removes the folders of a path that are empty, from the innermost out.
  ///
  /// - Returns: those that stay.
  private func prune(_ folders: [DiskName]) -> [DiskName] {
    var left = folders
    while !left.isEmpty {
      // A key may be a thousand folders deep, and a process may not have a thousand files open: some at a time.
      let first = max(0, left.count - 32)
      var parents: [OpenFolder] = []
      do throws(SystemFault) {
        parents.append(OpenFolder(try root.open(left[..<first])))
        for name in left[first...].dropLast() {
          parents.append(OpenFolder(try RootFolder.folder(name, in: parents[parents.count - 1].descriptor)))
        }
        while let parent = parents.popLast(), let name = left.last {
          try unlink(name, in: parent.descriptor, isFolder: true)
          left.removeLast()
        }
      } catch {
        // Not empty: the usual end.
        break
      }
    }
    return left
  }

  private final class OpenFolder {
    let descriptor: Descriptor
    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
  }
}

extension OpenFile {
  /// Opens a file that is about to lose its name: as long as it is open, its inode cannot become another file's. Nil
  /// where there is none, or where it may not be opened; its metadata then stays, and is stale to any other file.
  fileprivate static func old(_ name: DiskName, in folder: borrowing Descriptor) -> OpenFile? {
    let directory = folder.raw
    guard
      let file = try? Descriptor(
        adopting: name.withCString { openat(directory, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }),
      let status = try? FileStatus.of(file)
    else { return nil }
    return OpenFile(file, status)
  }

  /// Removes the metadata of a file that has lost its last name.
  fileprivate func forget(in metadata: borrowing Descriptor) {
    guard status.kind == .regular, let now = try? FileStatus.of(descriptor), now.links == 0 else { return }
    _ = try? unlink(ObjectMetadata.name(status.identity), in: metadata)
  }
}

/// One `delete`.
struct ObjectDelete {
  let key: ObjectKey
  let root: RootFolder
  let reserved: ReservedFolder
  let calls: FileCalls

  func run() throws(SystemFault) {
    let change = NameChange(root: root, reserved: reserved, calls: calls)
    guard let left = try reserved.exclusively({ () throws(SystemFault) in try change.remove(key) }) else { return }
    do { try calls.synchronize(try root.open(left)) } catch {
      // The folder went after the name did: whoever removed it answers for that.
      if !error.isAbsence { throw error }
    }
  }
}
