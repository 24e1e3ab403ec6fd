internal import Glibc

/// Follows what happens to the files below a root, by inotify, on a thread of its own.
///
/// Every folder is watched before it is read, so a file that lands between the two is told twice rather than never.
/// Events are gathered for `delay`; then each key is looked up, and told as it is found. What cannot be followed (a
/// lost event, a folder moved away with all it held) is told as an overflow. A link is told when it changes itself,
/// not when the file does that it leads to.
final class FolderWatch {
  private let root: RootFolder
  private let prefix: [UInt8]
  private let mailbox: ChangeMailbox
  private let wake: Wake
  private let inotify: Descriptor

  /// The folders, by watch descriptor.
  private var folders: [Int32: [DiskName]] = [:]
  private var pending: Set<ObjectKey> = []
  private var overflowed = false
  /// When what is pending is to be told, in milliseconds of the monotonic clock.
  private var deadline: Int64?

  private static let delay: Int64 = 50
  private static let mostPending = 100_000
  private static let events =
    UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_MOVED_FROM) | UInt32(IN_DELETE) | UInt32(IN_CREATE)
    | UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF)

  /// Starts to watch: what happens after this returned is told.
  init(root: RootFolder, prefix: [UInt8], mailbox: ChangeMailbox, wake: Wake) throws(SystemFault) {
    self.root = root
    self.prefix = prefix
    self.mailbox = mailbox
    self.wake = wake
    inotify = try Descriptor(adopting: inotify_init1(Int32(O_CLOEXEC | O_NONBLOCK)))
    _ = try root.open()
    try scan([], isTold: false)
  }

  /// Until the wake is rung or the root is gone.
  func run() {
    do throws(SystemFault) {
      while try wait() {
        try readEvents()
        if let deadline, overflowed || Self.now() >= deadline { try tell() }
      }
      mailbox.finish(nil)
    } catch {
      mailbox.finish(DirectoryStore.watchError(error, root))
    }
  }

  /// Waits for events or for the time to tell; false when it is time to stop.
  private func wait() throws(SystemFault) -> Bool {
    let left = deadline.map { Int32(clamping: max(0, $0 - Self.now())) } ?? -1
    var files = [
      pollfd(fd: inotify.raw, events: Int16(POLLIN), revents: 0),
      pollfd(fd: wake.listener, events: Int16(POLLIN), revents: 0),
    ]
    if poll(&files, 2, left) < 0 {
      let fault = SystemFault.last
      if fault.code != EINTR { throw fault }
      return true
    }
    return files[1].revents == 0
  }

  private func readEvents() throws(SystemFault) {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(inotify.raw, &buffer, buffer.count)
      if count <= 0 {
        let fault = SystemFault.last
        if count < 0 && fault.code == EINTR { continue }
        if count < 0 && fault.code != EAGAIN { throw fault }
        return
      }
      for event in Self.parse(buffer[..<count]) { try handle(event) }
    }
  }

  private struct Event {
    var watch: Int32
    var mask: UInt32
    /// Nil for an event of the folder itself.
    var name: DiskName?

    func has(_ bit: some FixedWidthInteger) -> Bool { mask & UInt32(truncatingIfNeeded: bit) != 0 }
  }

  private static func parse(_ bytes: ArraySlice<UInt8>) -> [Event] {
    bytes.withUnsafeBytes { bytes in
      var events: [Event] = []
      var offset = 0
      let head = MemoryLayout<inotify_event>.size
      while offset + head <= bytes.count {
        let raw = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
        let end = offset + head + Int(raw.len)
        guard end <= bytes.count else { break }
        let name = bytes[(offset + head)..<end].prefix { $0 != 0 }
        events.append(Event(watch: raw.wd, mask: raw.mask, name: name.isEmpty ? nil : DiskName(name)))
        offset = end
      }
      return events
    }
  }

  private func handle(_ event: Event) throws(SystemFault) {
    if event.has(IN_Q_OVERFLOW) {
      // Folders may have been made unseen: look for them.
      overflow()
      return try scan([], isTold: false, isForced: true)
    }
    guard let folder = folders[event.watch] else { return }
    if event.has(IN_IGNORED) {
      folders[event.watch] = nil
      return
    }
    guard let name = event.name else {
      let isOver = event.has(IN_DELETE_SELF) || event.has(IN_MOVE_SELF) || event.has(IN_UNMOUNT)
      if folder.isEmpty && isOver { throw SystemFault(ENOENT) }
      return
    }
    if folder.isEmpty && name == .reserved { return }
    let path = folder + [name]
    if event.has(IN_ISDIR) {
      if event.has(IN_CREATE) || event.has(IN_MOVED_TO) {
        try scan(path, isTold: true)
      } else if event.has(IN_MOVED_FROM) {
        if forget(path) { overflow() }
      }
    } else if event.has(IN_CREATE) {
      // A file is told when it has been written, but a link is never written.
      guard let parent = try? root.open(folder), let status = try FileStatus.of(name, in: parent) else { return }
      if status.kind == .link || (status.kind == .regular && status.links > 1) { touch(path) }
    } else {
      touch(path)
    }
  }

  /// Watches a folder and all below it.
  ///
  /// - Parameters:
  ///   - isTold: whether the files found count as written.
  ///   - isForced: whether to look into folders that are watched already.
  private func scan(_ top: [DiskName], isTold: Bool, isForced: Bool = false) throws(SystemFault) {
    var waiting = [top]
    while let path = waiting.popLast() {
      guard isWanted(path) else { continue }
      do throws(SystemFault) {
        let folder = try root.open(path)
        let watch = try watch(folder)
        // Seen before: it was read then, and what came since has events of its own.
        if folders.updateValue(path, forKey: watch) == path && !isForced { continue }
        let reader = try FolderReader(folder)
        while let entry = try reader.next() {
          let name = DiskName(entry.name)
          if path.isEmpty && name == .reserved { continue }
          var kind = entry.kind
          if kind == .unknown {
            kind = try FileStatus.of(name, in: folder).map { FolderReader.Kind($0.kind) } ?? .other
          }
          switch kind {
          case .folder: waiting.append(path + [name])
          case .file, .link: if isTold { touch(path + [name]) }
          case .other, .unknown: break
          }
        }
      } catch {
        // Gone again, or never ours to read: a listing says so when it is asked.
        if error.isAbsence || error.code == EACCES { continue }
        throw error
      }
    }
  }

  /// By descriptor, so that no link is followed and no path is too long.
  private func watch(_ folder: borrowing Descriptor) throws(SystemFault) -> Int32 {
    let watch = inotify_add_watch(inotify.raw, "/proc/self/fd/\(folder.raw)", Self.events | UInt32(IN_ONLYDIR))
    guard watch >= 0 else { throw .last }
    return watch
  }

  /// Stops watching a folder that has left its place, and all below it; false where none was watched.
  private func forget(_ path: [DiskName]) -> Bool {
    let gone = folders.filter { $0.value.starts(with: path) }
    for watch in gone.keys {
      inotify_rm_watch(inotify.raw, watch)
      folders[watch] = nil
    }
    return !gone.isEmpty
  }

  private func isWanted(_ folder: [DiskName]) -> Bool {
    guard let text = DiskPath.prefix(of: folder) else { return false }
    return text.hasPrefix(prefix) || prefix.hasPrefix(text)
  }

  private func touch(_ path: [DiskName]) {
    guard let key = DiskPath.key(of: path), key.string.utf8.hasPrefix(prefix) else { return }
    pending.insert(key)
    if pending.count > Self.mostPending { overflow() }
    startClock()
  }

  private func overflow() {
    overflowed = true
    pending = []
    startClock()
  }

  private func startClock() {
    if deadline == nil { deadline = Self.now() + Self.delay }
  }

  private func tell() throws(SystemFault) {
    deadline = nil
    if overflowed {
      overflowed = false
      pending = []
      return mailbox.postOverflow()
    }
    // A root that is gone is the end; a file that cannot be looked at has at least changed.
    _ = try root.open()
    let changes = pending.map { key in
      let isGone: Bool
      do { isGone = try root.find(key) == nil } catch { isGone = false }
      return StoreChange(key: key, kind: isGone ? .removed : .written)
    }
    pending = []
    if !changes.isEmpty { mailbox.post(changes) }
  }

  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
