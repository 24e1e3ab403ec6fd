import Glibc

/// Files behind the store's back. Paths are relative to `root`.
struct Disk {
  let root: String

  func path(_ name: String) -> String { root + "/" + name }

  func write(_ name: String, _ bytes: [UInt8] = [1]) throws {
    let file = open(path(name), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard file >= 0, Glibc.write(file, bytes, bytes.count) == bytes.count else { throw ScratchError(code: errno) }
    close(file)
  }

  func makeFolder(_ name: String) throws {
    guard mkdir(path(name), 0o755) == 0 else { throw ScratchError(code: errno) }
  }

  func link(_ name: String, to target: String) throws {
    guard symlink(target, path(name)) == 0 else { throw ScratchError(code: errno) }
  }

  func rename(_ name: String, to other: String) throws {
    guard Glibc.rename(path(name), path(other)) == 0 else { throw ScratchError(code: errno) }
  }

  func exists(_ name: String) -> Bool {
    var status = stat()
    return lstat(path(name), &status) == 0
  }

  func read(_ name: String) -> [UInt8]? {
    let file = open(path(name), O_RDONLY)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = Glibc.read(file, &bytes, bytes.count)
    return count < 0 ? nil : Array(bytes[..<count])
  }

  /// The names in a folder, sorted.
  func names(_ folder: String = "") -> [String] {
    guard let stream = opendir(path(folder)) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
