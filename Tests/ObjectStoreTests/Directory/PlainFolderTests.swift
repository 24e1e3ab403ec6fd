import FoundationEssentials
import Glibc
import Testing

@testable import ObjectStore

/// A folder that somebody filled by hand.
@Suite("Plain folders as stores")
struct PlainFolderTests {
  private let scratch: Scratch
  private let disk: Disk

  init() throws {
    scratch = try Scratch()
    disk = Disk(root: scratch.path)
  }

  private func store() throws -> DirectoryStore { try DirectoryStore(root: scratch.path, create: false) }

  @Test func filesAreObjects() async throws {
    try disk.makeFolder("holiday")
    try disk.makeFolder("holiday/empty")
    try disk.write("holiday/beach.png", [1, 2, 3])
    try disk.write("100% café.jpg", [4])
    try disk.write(".hidden", [])
    let store = try store()
    #expect(try await store.keys() == [".hidden", "100% café.jpg", "holiday/beach.png"])
    let head = try await store.head(try key("holiday/beach.png"))
    #expect(head.summary.size == 3)
    #expect(head.contentType == "application/octet-stream" && head.metadata.isEmpty)
    #expect(try await store.content(try key("holiday/beach.png")) == [1, 2, 3])
    for try await object in store.list("holiday/") { #expect(object == head.summary) }
    // Reading leaves no trace.
    #expect(disk.names() == [".hidden", "100% café.jpg", "holiday"])
  }

  @Test func whatIsNoFileIsNoObject() async throws {
    mkfifo(disk.path("fifo"), 0o644)
    let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: disk.path("socket").utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0)
    [CChar(bitPattern: 0xFF), CChar(bitPattern: 0xFE), 0].withUnsafeBufferPointer { name in
      let folder = open(scratch.path, O_RDONLY | O_DIRECTORY)
      if let name = name.baseAddress {
        close(openat(folder, name, O_CREAT | O_WRONLY, 0o644))
        var status = stat()
        #expect(fstatat(folder, name, &status, 0) == 0)
      }
      close(folder)
    }
    try disk.write("file")
    let store = try store()
    #expect(try await store.keys() == ["file"])
    for name in ["fifo", "socket"] {
      #expect(await reason { _ = try await store.head(try key(name)) } == .notFound)
      #expect(await reason { _ = try await store.get(try key(name)) } == .notFound)
      // Storing an object of that name leaves them be.
      try await store.put(try key(name), [5])
      #expect(try await store.content(try key(name)) == [5])
      try await store.delete(try key(name))
      #expect(disk.exists(name))
      #expect(await reason { try await store.put(try key(name + "/inner"), [5]) } != nil)
    }
  }

  @Test func linksThatStayInsideAreObjects() async throws {
    try disk.makeFolder("a")
    try disk.makeFolder("b")
    try disk.write("a/file", [1, 2])
    try disk.link("b/relative", to: "../a/file")
    try disk.link("absolute", to: scratch.path + "/a/file")
    try disk.link("chain", to: "b/relative")
    let store = try store()
    #expect(try await store.keys() == ["a/file", "absolute", "b/relative", "chain"])
    for name in ["absolute", "b/relative", "chain"] {
      #expect(try await store.content(try key(name)) == [1, 2])
      #expect(
        try await store.head(try key(name)).summary.etag == (try await store.head(try key("a/file"))).summary.etag)
    }
    // A put replaces the link, not the file it leads to.
    try await store.put(try key("chain"), [9])
    #expect(try await store.content(try key("a/file")) == [1, 2])
    #expect(try await store.content(try key("b/relative")) == [1, 2])
    // So does a delete.
    try await store.delete(try key("absolute"))
    #expect(try await store.keys() == ["a/file", "b/relative", "chain"])
  }

  @Test func linksThatLeaveAreNone() async throws {
    let outside = try Scratch()
    let outsideDisk = Disk(root: outside.path)
    try outsideDisk.write("secret", [7])
    try disk.makeFolder("folder")
    try disk.write("folder/file")
    try disk.makeFolder(".pixelater-store")
    try disk.write(".pixelater-store/inner")
    let links = [
      "outside": outside.path + "/secret", "up": "../" + outside.path.split(separator: "/")[1] + "/secret",
      "etc": "/etc/passwd", "self": "self", "nowhere": "missing", "device": "/dev/null",
      "reserved": ".pixelater-store/inner",
      "sibling": scratch.path + "x/file", "inFolder": "linked/file",
    ]
    for (name, target) in links { try disk.link(name, to: target) }
    try disk.link("linked", to: "folder")
    try disk.link("escape", to: outside.path)
    let store = try store()
    #expect(try await store.keys() == ["folder/file"])
    for name in Array(links.keys) + ["linked", "linked/file", "escape", "escape/secret"] {
      #expect(await reason { _ = try await store.get(try key(name)) } == .notFound, "\(name)")
      #expect(try await store.keys(name) == [], "\(name)")
    }
    // Nor does a write follow them.
    for name in ["escape/new", "escape/secret", "linked/new"] {
      #expect(await reason { try await store.put(try key(name), [1]) } != nil, "\(name)")
      try await store.delete(try key(name))
    }
    try await store.put(try key("escape"), [1])
    try await store.put(try key("outside"), [1])
    #expect(outsideDisk.names() == ["secret"])
    #expect(outsideDisk.read("secret") == [7])
  }

  @Test func aLinkInPlaceOfTheReservedFolderIsRefused() async throws {
    let outside = try Scratch()
    try disk.link(".pixelater-store", to: outside.path)
    try disk.write("a", [1])
    let store = try store()
    #expect(try await store.content(try key("a")) == [1])
    #expect(await reason { try await store.put(try key("b"), [1]) } != nil)
    #expect(Disk(root: outside.path).names() == [])
  }

  @Test func aFileChangedInPlaceIsNewContent() async throws {
    try disk.write("a", [1, 2, 3])
    let store = try store()
    let before = try await store.head(try key("a"))
    try disk.write("a", [4, 5, 6])
    let after = try await store.head(try key("a"))
    #expect(before.summary.etag != after.summary.etag)
  }

  @Test func aFileChangedWhileItIsReadIsAnError() async throws {
    try disk.write("a", [UInt8](repeating: 1, count: 900_000))
    let store = try store()
    var chunks = try await store.get(try key("a")).chunks.makeAsyncIterator()
    #expect(try await chunks.next() != nil)
    try disk.write("a", [UInt8](repeating: 2, count: 900_000))
    do {
      _ = try await chunks.next()
      Issue.record("a mix was read")
    } catch {
      #expect(error.isTransient)
    }
    // Cut short is no shorter object either.
    chunks = try await store.get(try key("a")).chunks.makeAsyncIterator()
    #expect(truncate(disk.path("a"), 100) == 0)
    await #expect(throws: StoreError.self) { _ = try await chunks.next() }
  }

  @Test func foldersThatHoldNothingAreNotListed() async throws {
    for folder in ["a", "a/b", "a/b/c", "d", "e"] { try disk.makeFolder(folder) }
    try disk.write("e/file")
    let store = try store()
    var prefixes: [String] = []
    for try await page in store.list(ListRequest(delimiter: "/")) { prefixes += page.commonPrefixes }
    #expect(prefixes == ["e/"])
  }

  @Test func foldersGoWithTheirLastObject() async throws {
    let store = try store()
    try await store.put(try key("a/b/c/1"), [1])
    try await store.put(try key("a/2"), [1])
    try await store.delete(try key("a/b/c/1"))
    #expect(disk.names("a") == ["2"])
    try await store.delete(try key("a/2"))
    #expect(disk.names() == [".pixelater-store"])
    #expect(disk.exists(""))
  }
}
