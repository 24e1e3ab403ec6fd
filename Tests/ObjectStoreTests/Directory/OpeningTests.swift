import Glibc
import Testing

@testable import ObjectStore

@Suite("Opening a directory store")
struct OpeningTests {
  private let scratch: Scratch
  private let disk: Disk

  init() throws {
    scratch = try Scratch()
    disk = Disk(root: scratch.path)
  }

  private func opening(_ root: String, create: Bool = false) -> StoreError? {
    do throws(StoreError) {
      _ = try DirectoryStore(root: root, create: create)
      return nil
    } catch {
      return error
    }
  }

  @Test func aMissingFolder() throws {
    let path = disk.path("x/y")
    #expect(opening(path) == StoreError(operation: .open, key: path, reason: .noSuchBucket))
    #expect(opening(path, create: true) == nil)
    #expect(opening(path) == nil)
    #expect(opening("", create: false)?.reason == .noSuchBucket)
  }

  @Test func aFileIsNoFolder() throws {
    try disk.write("file")
    #expect(opening(disk.path("file"))?.reason == .noSuchBucket)
    #expect(opening(disk.path("file/x"), create: true)?.reason == .noSuchBucket)
  }

  @Test func thePathIsNormalised() throws {
    try disk.makeFolder("a")
    try disk.link("b", to: "a")
    let real = try DirectoryStore(root: disk.path("a"), create: false).root
    for path in ["a/", "a//", "./a", "a/../a/.", "b"] {
      #expect(try DirectoryStore(root: disk.path(path), create: false).root == real)
    }
    #expect(real.hasSuffix("/a") && real.hasPrefix("/"))
  }

  @Test func aFolderThatGoesAway() async throws {
    try disk.makeFolder("a")
    let store = try DirectoryStore(root: disk.path("a"), create: false)
    try await store.put(try key("k"), [1])
    try disk.rename("a", to: "b")
    #expect(await reason { _ = try await store.head(try key("k")) } == .noSuchBucket)
    #expect(await reason { _ = try await store.get(try key("k")) } == .noSuchBucket)
    #expect(await reason { try await store.put(try key("k"), [1]) } == .noSuchBucket)
    #expect(await reason { try await store.delete(try key("k")) } == .noSuchBucket)
    #expect(await reason { _ = try await store.keys() } == .noSuchBucket)
    #expect(await reason { _ = try store.changes(prefix: "") } == .noSuchBucket)
    // And comes back, empty.
    try disk.makeFolder("a")
    #expect(try await store.keys() == [])
    try await store.put(try key("k"), [2], options: PutOptions(contentType: "image/png"))
    #expect(try await store.head(try key("k")).contentType == "image/png")
    #expect(Disk(root: disk.path("a")).exists(".pixelater-store"))
  }

  @Test func theReservedFolderGoesAway() async throws {
    let store = try DirectoryStore(root: scratch.path, create: false)
    try await store.put(try key("k"), [1], options: PutOptions(contentType: "image/png"))
    try disk.rename(".pixelater-store", to: "elsewhere")
    #expect(try await store.head(try key("k")).contentType == "application/octet-stream")
    try await store.put(try key("k"), [2], options: PutOptions(contentType: "image/jpeg"))
    #expect(try await store.head(try key("k")).contentType == "image/jpeg")
  }

  @Test func readOnlyTouchesNothing() async throws {
    try disk.makeFolder(".pixelater-store")
    try disk.makeFolder(".pixelater-store/temporary")
    try disk.makeFolder(".pixelater-store/temporary/dead")
    try disk.write(".pixelater-store/temporary/dead/1")
    try disk.write("a", [1])
    let store = try DirectoryStore(root: scratch.path, create: true, readOnly: true)
    #expect(await reason { try await store.put(try key("b"), [1]) } == .readOnly)
    #expect(await reason { try await store.delete(try key("a")) } == .readOnly)
    #expect(try await store.content(try key("a")) == [1])
    #expect(disk.exists(".pixelater-store/temporary/dead/1"))
    let missing = disk.path("missing")
    #expect(throws: StoreError(operation: .open, key: missing, reason: .noSuchBucket)) {
      _ = try DirectoryStore(root: missing, create: true, readOnly: true)
    }
  }

  /// The superuser may read everything, so the test says nothing there.
  @Test(.enabled(if: geteuid() != 0, "needs a user who can be denied"))
  func aFolderThatMayNotBeRead() async throws {
    try disk.makeFolder("a")
    try disk.makeFolder("a/closed")
    try disk.write("a/closed/file")
    let store = try DirectoryStore(root: disk.path("a"), create: false)
    chmod(disk.path("a/closed"), 0)
    defer { chmod(disk.path("a/closed"), 0o755) }
    do {
      _ = try await store.keys()
      Issue.record("listed")
    } catch {
      #expect(error as? StoreError == StoreError(operation: .list, key: "closed/", reason: .accessDenied))
    }
    #expect(await reason { _ = try await store.head(try key("closed/file")) } == .accessDenied)
  }
}
