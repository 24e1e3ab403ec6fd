internal import Glibc

/// Reads the names in a folder, in no order, without `.` and `..` (`readdir`).
struct FolderReader: ~Copyable {
  enum Kind {
    case file, folder, link, other, unknown

    init(_ kind: FileStatus.Kind) {
      switch kind {
      case .regular: self = .file
      case .folder: self = .folder
      case .link: self = .link
      case .other: self = .other
      }
    }
  }

  struct Entry {
    /// Valid until the next call.
    let name: UnsafeBufferPointer<UInt8>
    let kind: Kind
  }

  private let stream: OpaquePointer

  init(_ folder: borrowing Descriptor) throws(SystemFault) {
    // Opened anew: a stream keeps its place in the descriptor it is given, and closes it.
    let raw = openat(folder.raw, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard raw >= 0 else { throw .last }
    guard let stream = fdopendir(raw) else {
      let fault = SystemFault.last
      close(raw)
      throw fault
    }
    self.stream = stream
  }

  deinit { closedir(stream) }

  func next() throws(SystemFault) -> Entry? {
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        let fault = SystemFault.last
        if fault.code == 0 || fault.code == ENOENT { return nil }  // ENOENT: removed while it was read
        throw fault
      }
      let start = UnsafeRawPointer(entry) + Self.nameOffset
      let count = strlen(start.assumingMemoryBound(to: CChar.self))
      let name = UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: count)
      if count > 0, name[0] == Self.dot, count == 1 || (count == 2 && name[1] == Self.dot) { continue }
      return Entry(name: name, kind: Self.kind(entry.pointee.d_type))
    }
  }

  static func startsWithMark(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    let mark = Component.mark
    return name.count >= mark.count && name[0] == mark[0] && compare(name, mark, mark.count) == 0
  }

  private static func kind(_ type: UInt8) -> Kind {
    switch Int(type) {
    case Int(DT_REG): .file
    case Int(DT_DIR): .folder
    case Int(DT_LNK): .link
    case Int(DT_UNKNOWN): .unknown
    default: .other
    }
  }

  private static let dot = UInt8(ascii: ".")
  private static let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 19
}

/// `memcmp` of the first `count` bytes of both.
func compare(_ a: UnsafeBufferPointer<UInt8>, _ b: [UInt8], _ count: Int) -> Int {
  b.withUnsafeBufferPointer { b in
    guard count > 0, let a = a.baseAddress, let b = b.baseAddress else { return 0 }
    return Int(memcmp(a, b, count))
  }
}
