import Console
import Glibc

/// Tells of theme files that are saved, come or go, by inotify, on a thread of its own that sleeps in between.
///
/// Folders are watched, not files: editors save by renaming. A folder that is not there yet is waited for in the nearest
/// one above it.
///
/// Unchecked: after `init` only the thread of `run` touches anything but the ends of the pipe, which do not change.
final class ThemeWatch: @unchecked Sendable {
  private let folders: ThemeFolders
  private let inotify: Int32
  private let stopReader: Int32
  private let stopWriter: Int32
  private var reload: ThemeReload
  private let onChange: @Sendable (ThemeChange) -> Void

  /// How long a burst of events must have been over, and how long it may last, in milliseconds.
  private static let quiet: Int32 = 40
  private static let longest: Int64 = 400
  private static let inFolder =
    UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_MOVED_FROM) | UInt32(IN_DELETE)
  private static let above = UInt32(IN_CREATE) | UInt32(IN_MOVED_TO) | UInt32(IN_MOVED_FROM) | UInt32(IN_DELETE)

  /// Starts to watch; nil where the system lets nobody watch: then themes stay as they are.
  ///
  /// - Parameters:
  ///   - sources: what the console has read.
  ///   - onChange: called from the thread that watches.
  init?(
    _ folders: ThemeFolders, from sources: [(name: String, text: String)],
    onChange: @escaping @Sendable (ThemeChange) -> Void
  ) {
    inotify = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
    guard inotify >= 0 else { return nil }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      close(inotify)
      return nil
    }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (stopReader, stopWriter) = (ends[0], ends[1])
    self.folders = folders
    self.onChange = onChange
    reload = ThemeReload(sources)
    arm()
    guard start() else {
      [inotify, stopReader, stopWriter].forEach { _ = close($0) }
      return nil
    }
  }

  /// Ends the thread.
  func stop() {
    var byte: UInt8 = 1
    _ = write(stopWriter, &byte, 1)
  }

  /// A thread that takes no signals: those are the terminal's.
  private func start() -> Bool {
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let box = Unmanaged.passRetained(self)
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { raw in
        if let raw { Unmanaged<ThemeWatch>.fromOpaque(raw).takeRetainedValue().run() }
        return nil
      }, box.toOpaque())
    guard code == 0 else {
      box.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  private func run() {
    // Before the first watch something may have been saved.
    tell()
    while wait(-1) {
      let began = Self.now()
      drain()
      while Self.now() - began < Self.longest, hasMore() { drain() }
      arm()
      tell()
    }
    [inotify, stopReader, stopWriter].forEach { _ = close($0) }
  }

  private func tell() {
    if let change = reload.take(folders.sources) { onChange(change) }
  }

  /// Watches every folder that is there, and for the others the nearest one above. Watching again changes nothing.
  private func arm() {
    for folder in folders.paths {
      var path = folder[...]
      var mask = Self.inFolder
      while inotify_add_watch(inotify, String(path), mask | UInt32(IN_ONLYDIR) | UInt32(IN_MASK_ADD)) < 0 {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { break }
        path = path[..<slash]
        mask = Self.above
      }
      // The way down to it may come about, or be replaced, at any step.
      if mask == Self.inFolder, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
        _ = inotify_add_watch(
          inotify, String(path[..<slash]), Self.above | UInt32(IN_ONLYDIR) | UInt32(IN_MASK_ADD))
      }
    }
  }

  /// Waits for an event, for ever where `milliseconds` is negative; false when it is time to stop.
  private func wait(_ milliseconds: Int32) -> Bool {
    while true {
      var files = [
        pollfd(fd: inotify, events: Int16(POLLIN), revents: 0),
        pollfd(fd: stopReader, events: Int16(POLLIN), revents: 0),
      ]
      let ready = poll(&files, 2, milliseconds)
      if ready < 0, errno == EINTR { continue }
      return ready >= 0 && files[1].revents == 0
    }
  }

  private func hasMore() -> Bool {
    var file = pollfd(fd: inotify, events: Int16(POLLIN), revents: 0)
    return poll(&file, 1, Self.quiet) > 0
  }

  /// What happened does not matter: the files are read.
  private func drain() {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while read(inotify, &buffer, buffer.count) > 0 {}
  }

  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
