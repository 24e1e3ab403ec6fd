import Glibc
import Testing

@testable import ObjectStore

/// What a process that was killed leaves, and what the next one makes of it.
@Suite("After a crash")
struct CrashTests {
  private let scratch: Scratch
  private let disk: Disk

  init() throws {
    scratch = try Scratch()
    disk = Disk(root: scratch.path)
  }

  private func store() throws -> DirectoryStore { try DirectoryStore(root: scratch.path, create: false) }

  @Test func unfinishedFilesOfTheDeadAreRemoved() async throws {
    try await store().put(try key("a"), [1])
    #expect(disk.names(".pixelater-store/temporary") == [])
    let dead = ".pixelater-store/temporary/dead"
    try disk.makeFolder(dead)
    try disk.write(dead + "/1", [1, 2])
    try disk.write(dead + "/2", [])
    var status = stat()
    #expect(lstat(disk.path(dead + "/1"), &status) == 0)
    try disk.write(".pixelater-store/metadata/\(status.st_ino)")
    #expect(try await store().keys() == ["a"])
    #expect(disk.names(".pixelater-store/temporary") == [])
    #expect(disk.names(".pixelater-store/metadata") == [])
  }

  @Test func unfinishedFilesOfTheLivingAreKept() async throws {
    let living = try store()
    try await living.put(try key("a"), [1])
    let own = try #require(disk.names(".pixelater-store/temporary").first)
    try disk.write(".pixelater-store/temporary/\(own)/unfinished")
    let next = try store()
    try await next.put(try key("b"), [1])
    #expect(disk.exists(".pixelater-store/temporary/\(own)/unfinished"))
    try await living.put(try key("a"), [2])
    #expect(try await next.content(try key("a")) == [2])
  }

  /// A real death: the lock goes with the process.
  @Test func aKilledProcessLeavesNothing() async throws {
    let held = ".pixelater-store/temporary/held"
    try await store().put(try key("a"), [1])
    try disk.makeFolder(held)
    try disk.write(held + "/1")
    // A process that locks the folder, says so, and waits for ever.
    var arguments: [UnsafeMutablePointer<CChar>?] = [
      strdup("flock"), strdup("--no-fork"), strdup(disk.path(held)), strdup("sh"), strdup("-c"),
      strdup("echo; exec sleep 600"), nil,
    ]
    defer { for argument in arguments { free(argument) } }
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    var child = pid_t()
    let code = posix_spawnp(&child, "flock", &actions, nil, &arguments, environ)
    posix_spawn_file_actions_destroy(&actions)
    close(ends[1])
    defer { close(ends[0]) }
    try #require(code == 0, "needs flock(1)")
    var byte: UInt8 = 0
    #expect(read(ends[0], &byte, 1) == 1)
    _ = try store()
    #expect(disk.exists(held + "/1"))
    kill(child, SIGKILL)
    var status: Int32 = 0
    waitpid(child, &status, 0)
    _ = try store()
    #expect(disk.names(".pixelater-store/temporary") == [])
  }

  @Test func metadataOfNoObjectIsIgnored() async throws {
    let store = try store()
    let a = try key("a")
    try await store.put(a, [1], options: PutOptions(contentType: "image/png", metadata: ["k": "v"]))
    // Replaced by hand: another file, whatever its metadata says.
    try disk.write("new", [1])
    try disk.rename("new", to: "a")
    #expect(try await store.head(a).contentType == "application/octet-stream")
    #expect(try await store.head(a).metadata.isEmpty)
  }

  @Test func metadataOlderThanTheObjectIsIgnored() async throws {
    let store = try store()
    let a = try key("a")
    try await store.put(a, [1], options: PutOptions(contentType: "image/png"))
    #expect(try await store.head(a).contentType == "image/png")
    try disk.write("a", [2])  // the same inode
    #expect(try await store.head(a).contentType == "application/octet-stream")
    #expect(try await store.content(a) == [2])
  }

  @Test(arguments: ["", "x", "pixelater 1", "\n", "\n\n", "pixelater 9 1 1 1\nimage/png\n"])
  func damagedMetadataIsIgnored(_ text: String) async throws {
    let store = try store()
    let a = try key("a")
    try await store.put(a, [1], options: PutOptions(contentType: "image/png"))
    let name = try #require(disk.names(".pixelater-store/metadata").first)
    try disk.write(".pixelater-store/metadata/" + name, Array(text.utf8))
    #expect(try await store.head(a).contentType == "application/octet-stream")
    #expect(try await store.content(a) == [1])
  }

  @Test func metadataCutShortIsIgnored() async throws {
    let store = try store()
    let a = try key("a")
    try await store.put(a, [1], options: PutOptions(contentType: "image/png", metadata: ["k": "v"]))
    let name = ".pixelater-store/metadata/" + (try #require(disk.names(".pixelater-store/metadata").first))
    let whole = try #require(disk.read(name))
    for count in 0..<whole.count {
      try disk.write(name, Array(whole[..<count]))
      let head = try await store.head(a)
      // Whole lines may be missing at the end, nothing is made up.
      #expect(["application/octet-stream", "image/png"].contains(head.contentType))
      #expect(head.metadata.isEmpty)
    }
  }

  @Test func metadataGoesWithItsObject() async throws {
    let store = try store()
    let options = PutOptions(contentType: "image/png")
    for round in 0..<5 {
      for name in ["a", "a/b", "c"] { try await store.put(try key(name), [UInt8(round)], options: options) }
    }
    #expect(disk.names(".pixelater-store/metadata").count == 3)
    for name in ["a", "a/b", "c"] { #expect(try await store.head(try key(name)).contentType == "image/png") }
    try await store.put(try key("c"), [1])
    #expect(disk.names(".pixelater-store/metadata").count == 2)
    #expect(await store.delete([try key("a"), try key("a/b"), try key("c")]) == [])
    #expect(disk.names(".pixelater-store/metadata") == [])
    // Moving a file by hand keeps it, as it is the same file.
    try await store.put(try key("a"), [1], options: options)
    try disk.rename("a", to: "moved")
    #expect(try await store.head(try key("moved")).contentType == "image/png")
  }

  /// Both names of one object, as a crash of an older version or a hand might leave them: one object, the plain one.
  @Test func anObjectAtBothItsNames() async throws {
    try disk.write("a", [1])
    try disk.write(".pixelater-store@a", [2])
    let store = try store()
    #expect(try await store.keys() == ["a"])
    #expect(try await store.content(try key("a")) == [1])
    try await store.put(try key("a"), [3])
    #expect(try await store.content(try key("a")) == [3])
    try await store.delete(try key("a"))
    #expect(try await store.keys() == [])
    #expect(await reason { _ = try await store.head(try key("a")) } == .notFound)
  }
}
