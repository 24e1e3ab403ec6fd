import Glibc
import Testing

@testable import ObjectStore

/// Changes that are made behind the store's back.
@Suite("Watching a folder", .timeLimit(.minutes(10)))
struct WatchTests {
  private let scratch: Scratch
  private let disk: Disk
  private let store: DirectoryStore

  init() throws {
    scratch = try Scratch()
    disk = Disk(root: scratch.path)
    store = try DirectoryStore(root: scratch.path, create: false)
  }

  @Test func filesByHand() async throws {
    try disk.makeFolder("old")
    var log = ChangeLog(try store.changes(prefix: ""))
    try disk.write("a")
    try disk.write("old/b")
    let (a, b, c) = (try key("a"), try key("old/b"), try key("c"))
    try await log.read { $0[a] == .written && $0[b] == .written }
    try disk.rename("a", to: "c")
    try await log.read { $0[a] == .removed && $0[c] == .written }
    unlink(disk.path("old/b"))
    try await log.read { $0[b] == .removed }
    #expect(log.overflows == 0)
  }

  @Test func foldersMadeAndFilledAtOnce() async throws {
    var log = ChangeLog(try store.changes(prefix: ""))
    var keys: [ObjectKey] = []
    for number in 0..<50 {
      try disk.makeFolder("n\(number)")
      try disk.makeFolder("n\(number)/m")
      try disk.write("n\(number)/m/file")
      keys.append(try key("n\(number)/m/file"))
    }
    try await log.read { state in keys.allSatisfy { state[$0] == .written } }
    // They are watched from then on.
    try disk.write("n7/m/later")
    let later = try key("n7/m/later")
    try await log.read { $0[later] == .written }
  }

  @Test func aFolderMovedInAndOut() async throws {
    let outside = try Scratch()
    let outsideDisk = Disk(root: outside.path)
    try outsideDisk.makeFolder("f")
    try outsideDisk.write("f/x")
    var log = ChangeLog(try store.changes(prefix: ""))
    #expect(rename(outsideDisk.path("f"), disk.path("f")) == 0)
    let x = try key("f/x")
    try await log.read { $0[x] == .written }
    try disk.rename("f", to: "g")
    try await log.readOverflow()
    try disk.write("g/y")
    let y = try key("g/y")
    try await log.read { $0[y] == .written }
    #expect(rename(disk.path("g"), outsideDisk.path("g")) == 0)
    try await log.readOverflow()
    // What happens outside is no longer ours.
    try outsideDisk.write("g/z")
    try disk.write("last")
    let last = try key("last")
    try await log.read { $0[last] == .written }
    #expect(log.state.keys.allSatisfy { !$0.string.hasSuffix("z") })
  }

  @Test func linksAndHardLinks() async throws {
    try disk.write("a")
    var log = ChangeLog(try store.changes(prefix: ""))
    try disk.link("soft", to: "a")
    #expect(link(disk.path("a"), disk.path("hard")) == 0)
    let (soft, hard) = (try key("soft"), try key("hard"))
    try await log.read { $0[soft] == .written && $0[hard] == .written }
  }

  @Test func theStoresOwnFilesAreNotTold() async throws {
    var log = ChangeLog(try store.changes(prefix: ""))
    let options = PutOptions(contentType: "image/png")
    for number in 0..<20 { try await store.put(try key("k\(number)"), [1], options: options) }
    let last = try key("k19")
    try await log.read { $0[last] == .written }
    #expect(log.state.keys.allSatisfy { $0.string.hasPrefix("k") })
    #expect(log.overflows == 0)
  }

  @Test func theRootGoesAway() async throws {
    try disk.makeFolder("root")
    let store = try DirectoryStore(root: disk.path("root"), create: false)
    var changes = try store.changes(prefix: "").makeAsyncIterator()
    try disk.rename("root", to: "gone")
    do {
      while try await changes.next() != nil {}
      Issue.record("the changes ended without an error")
    } catch {
      #expect(error == StoreError(operation: .watch, key: store.root, reason: .noSuchBucket))
    }
  }

  @Test func lettingGoClosesAllFiles() async throws {
    let root = scratch.path
    for ending in 0..<3 {
      weak var ended: Wake?
      do {
        let wake = try Wake()
        ended = wake
        let mailbox = ChangeMailbox()
        nonisolated(unsafe) let watch = try FolderWatch(
          root: try RootFolder(resolving: root), prefix: [], mailbox: mailbox, wake: wake)
        try startThread { watch.run() }
        let changes = StoreChanges(mailbox: mailbox) { wake.ring() }
        switch ending {
        case 0: break  // never iterated
        case 1:
          let task = Task { for try await _ in changes {} }
          task.cancel()
          try await task.value
        default:
          try disk.write("a\(ending)")
          for try await _ in changes { break }
        }
      }
      // The thread holds the wake and the inotify descriptor, and lets both go when it ends.
      while ended != nil { await Task.yield() }
    }
  }

  @Test func aFullMailboxOverflows() async throws {
    let mailbox = ChangeMailbox(capacity: 3)
    let changes = try (0..<5).map { StoreChange(key: try key("\($0)"), kind: .written) }
    mailbox.post(Array(changes[..<3]))
    mailbox.post([changes[3]])
    mailbox.post([changes[4]])
    var iterator = StoreChanges(mailbox: mailbox, stop: {}).makeAsyncIterator()
    #expect(try await iterator.next() == .overflow)
    mailbox.post([changes[0]])
    mailbox.finish(nil)
    #expect(try await iterator.next() == .changes([changes[0]]))
    #expect(try await iterator.next() == nil)
  }
}
