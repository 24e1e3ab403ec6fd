internal import Glibc

extension RootFolder {
  /// The folder at a path as the user gave it.
  init(resolving path: String) throws(SystemFault) {
    guard !path.utf8.contains(0), let resolved = realpath(path, nil) else { throw .last }
    defer { free(resolved) }
    // A path that is not UTF-8 cannot be said in a message or a setting.
    guard let text = String(validatingCString: resolved) else { throw SystemFault(EILSEQ) }
    self.path = text
  }

  /// Makes the folder at `path` and those above it where they are missing, durably.
  static func make(_ path: String, _ calls: FileCalls) throws(SystemFault) {
    guard !path.utf8.contains(0) else { throw SystemFault(EINVAL) }
    var folder = try Descriptor(
      adopting: Glibc.open(path.hasPrefix("/") ? "/" : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    for part in path.utf8.split(separator: DiskPath.slash) {
      let name = DiskName(part)
      // Most folders on the way are there; a failed mkdir there would ask for rights that are not needed.
      if let there = try? open(name, in: folder) {
        folder = there
        continue
      }
      if try calls.makeFolder(name, in: folder) { try calls.synchronize(folder) }
      folder = try open(name, in: folder)
    }
  }

  private static func open(_ name: DiskName, in parent: borrowing Descriptor) throws(SystemFault) -> Descriptor {
    let directory = parent.raw
    return try Descriptor(adopting: name.withCString { openat(directory, $0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
  }
}
