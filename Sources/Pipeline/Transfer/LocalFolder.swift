import Glibc

/// An open folder of this machine that files are put into, each whole or not at all.
///
/// Folders below it are opened one by one and never through a link, so that no name leads out of it.
final class LocalFolder: Sendable {
  let path: String
  private let descriptor: Int32

  /// Opens a folder that a person has named, links followed; makes it and those above it where they are missing.
  init(making path: String) throws(FileFault) {
    try Self.make(path)
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    self.path = path
    guard descriptor >= 0 else { throw FileFault(.openFolder, path) }
  }

  private init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  private static func make(_ path: String) throws(FileFault) {
    if LocalPath.isFolder(path) { return }
    var made = ""
    for part in path.split(separator: "/") {
      made += "/" + part
      guard mkdir(made, 0o777) != 0, errno != EEXIST else { continue }
      // Above what is missing there may be folders that can only be passed through.
      let number = errno
      if !LocalPath.isFolder(made) { throw FileFault(.makeFolder, made, number: number) }
    }
  }

  /// The folder of these names below this one, made where it is missing. A name that something else has gets `%2F`
  /// behind it: `a` and `a/b` can both be keys.
  func descending(_ names: [String]) throws(FileFault) -> LocalFolder {
    var folder = self
    for name in names {
      if let child = try folder.child(name) {
        folder = child
      } else if let child = try folder.child(name + "%2F") {
        folder = child
      } else {
        throw FileFault(.makeFolder, folder.path + "/" + name, number: ENOTDIR)
      }
    }
    return folder
  }

  /// Nil where something of that name is no folder, a link among them.
  private func child(_ name: String) throws(FileFault) -> LocalFolder? {
    let whole = path + "/" + name
    if mkdirat(descriptor, name, 0o777) != 0, errno != EEXIST { throw FileFault(.makeFolder, whole) }
    let child = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    if child >= 0 { return LocalFolder(path: whole, descriptor: child) }
    if errno == ENOTDIR || errno == ELOOP { return nil }
    throw FileFault(.openFolder, whole)
  }

  func holds(_ name: String) -> Bool {
    var status = stat()
    return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0
  }

  /// A new file that nobody else has; it is gone again unless it gets a name.
  func temporaryFile() throws(FileFault) -> TemporaryFile {
    // Short: the file's own name may be as long as the system lets it be.
    let name = ".pixelater-\(getpid())-\(UInt32.random(in: 0 ... .max)).part"
    let file = openat(descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw FileFault(.write, path + "/" + name) }
    return TemporaryFile(folder: self, name: name, descriptor: file)
  }

  /// Gives a file its name. False where the name is taken and must stay.
  fileprivate func rename(_ old: String, to new: String, replacing: Bool) throws(FileFault) -> Bool {
    if replacing {
      guard renameat(descriptor, old, descriptor, new) == 0 else { throw FileFault(.write, path + "/" + new) }
      return true
    }
    // The name is taken first, by an empty file that nobody else had: no file of somebody else can be replaced, on any
    // file system, however close to each other two of them are.
    let place = openat(descriptor, new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard place >= 0 else {
      if errno == EEXIST { return false }
      throw FileFault(.write, path + "/" + new)
    }
    close(place)
    guard renameat(descriptor, old, descriptor, new) == 0 else {
      let fault = FileFault(.write, path + "/" + new)
      remove(new)
      throw fault
    }
    return true
  }

  fileprivate func remove(_ name: String) {
    unlinkat(descriptor, name, 0)
  }

  fileprivate func synchronize() {
    fsync(descriptor)
  }
}

/// A file being written under a name of its own.
struct TemporaryFile: ~Copyable {
  private let folder: LocalFolder
  private let name: String
  private let descriptor: Int32
  private var isNamed = false

  fileprivate init(folder: LocalFolder, name: String, descriptor: Int32) {
    self.folder = folder
    self.name = name
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
    if !isNamed { folder.remove(name) }
  }

  func write(_ bytes: [UInt8]) throws(FileFault) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileFault(.write, folder.path, number: count < 0 ? errno : EIO) }
      rest = rest.dropFirst(count)
    }
  }

  /// Forgets what was written.
  func clear() throws(FileFault) {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw FileFault(.write, folder.path)
    }
  }

  /// Gives the file the first of these names that is free; with `replacing`, the first of all.
  ///
  /// - Returns: the name it has now; nil where every one is taken.
  mutating func settle(as names: some Sequence<String>, replacing: Bool) throws(FileFault) -> String? {
    guard fsync(descriptor) == 0 else { throw FileFault(.write, folder.path) }
    for new in names {
      guard try folder.rename(name, to: new, replacing: replacing) else { continue }
      isNamed = true
      folder.synchronize()
      return new
    }
    return nil
  }
}
