import Glibc
import Testing

@testable import ObjectStore

/// What reaches the disk before `put` returns, in which order, and what a fault on the way leaves.
@Suite("Durable writes")
struct DurabilityTests {
  private let scratch: Scratch
  private let disk: Disk

  init() throws {
    scratch = try Scratch()
    disk = Disk(root: scratch.path)
  }

  private func store(_ calls: FileCalls) throws -> DirectoryStore {
    try DirectoryStore(root: scratch.path, create: false, readOnly: false, calls: calls)
  }

  @Test func theOrderOfAPut() async throws {
    let log = CallLog(root: scratch.path)
    let store = try store(log.calls)
    try await store.put(try key("warm"), [0])
    log.clear()
    try await store.put(try key("a/b/c"), [1, 2], options: PutOptions(contentType: "image/png"))
    let calls = log.all
    let own = try #require(calls.first { $0.hasPrefix("write .pixelater-store/temporary/") })
    let temporary = String(own.dropFirst("write ".count))
    let metadata = try #require(calls.first { $0.hasPrefix("fsync .pixelater-store/metadata/") })
    let rename = "rename \(temporary) a/b/c"
    try expectOrder(calls, ["write \(temporary)", "fsync \(temporary)", rename])
    try expectOrder(calls, [metadata, "fsync .pixelater-store/metadata", rename])
    try expectOrder(calls, ["mkdir a", "mkdir a/b", rename])
    // The name itself, and every folder that leads to it.
    for folder in ["fsync a/b", "fsync a", "fsync ."] { try expectOrder(calls, [rename, folder]) }
    #expect(calls.count { $0.hasPrefix("rename ") } == 1)
  }

  @Test func theOrderOfADelete() async throws {
    let log = CallLog(root: scratch.path)
    let store = try store(log.calls)
    try await store.put(try key("a/b/c"), [1])
    try await store.put(try key("a/d"), [1])
    log.clear()
    try await store.delete(try key("a/b/c"))
    #expect(log.all == ["fsync a"])
    log.clear()
    try await store.delete(try key("a/missing"))
    #expect(log.all == [])
  }

  @Test func theReservedFolderIsDurableFirst() async throws {
    let log = CallLog(root: scratch.path)
    try await store(log.calls).put(try key("a"), [1])
    try expectOrder(log.all, ["mkdir .pixelater-store", "fsync .", "rename .pixelater-store/temporary/"])
    try expectOrder(log.all, ["mkdir .pixelater-store/metadata", "fsync .pixelater-store", "rename "])
  }

  private func expectOrder(_ calls: [String], _ wanted: [String]) throws {
    var rest = calls[...]
    for call in wanted {
      let index = try #require(
        rest.firstIndex { $0 == call || (call.hasSuffix("/") || call.hasSuffix(" ")) && $0.hasPrefix(call) },
        "\(call) is missing or too early in \(calls)")
      rest = rest[(index + 1)...]
    }
  }

  @Test func shortWritesAndInterruptionsAreMadeGood() async throws {
    var calls = FileCalls.system
    let count = Locked(0)
    calls.write = { file, bytes in
      let turn = count.withLock { count in
        count += 1
        return count
      }
      if turn % 3 == 0 {
        errno = EINTR
        return -1
      }
      return FileCalls.system.write(file, UnsafeRawBufferPointer(rebasing: bytes.prefix(997)))
    }
    calls.fsync = { file in
      let turn = count.withLock { count in
        count += 1
        return count
      }
      if turn % 2 == 0 {
        errno = EINTR
        return -1
      }
      return FileCalls.system.fsync(file)
    }
    let bytes = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 8)) }
    let store = try store(calls)
    try await store.put(try key("a"), bytes, options: PutOptions(contentType: "image/png"))
    #expect(try await store.content(try key("a")) == bytes)
    #expect(try await store.head(try key("a")).contentType == "image/png")
  }

  struct Fault: Sendable, CustomTestStringConvertible {
    var call: String
    var code: Int32
    var reason: StoreError.Reason
    var testDescription: String { "\(call) \(code)" }
  }

  static let faults: [Fault] = ["open", "write", "fsync", "rename"].flatMap { call in
    [
      Fault(call: call, code: ENOSPC, reason: .full), Fault(call: call, code: EDQUOT, reason: .full),
      Fault(call: call, code: EIO, reason: .unavailable(detail: "Input/output error")),
      Fault(call: call, code: EROFS, reason: .readOnly), Fault(call: call, code: EACCES, reason: .accessDenied),
    ]
  }

  /// Each call of a put fails once, the first, the second and so on: the old object stays or the new one is there,
  /// whole, and nothing is left behind.
  @Test(arguments: faults)
  func aFaultLeavesTheOldObject(_ fault: Fault) async throws {
    let armed = Locked<Int?>(nil)
    @Sendable func strikes(_ call: String) -> Bool {
      guard call == fault.call else { return false }
      let isNow = armed.withLock { left in
        guard let turns = left else { return false }
        left = turns == 0 ? nil : turns - 1
        return turns == 0
      }
      if isNow { errno = fault.code }
      return isNow
    }
    var calls = FileCalls.system
    calls.openat = { strikes("open") ? -1 : FileCalls.system.openat($0, $1, $2) }
    calls.write = { strikes("write") ? -1 : FileCalls.system.write($0, $1) }
    calls.fsync = { strikes("fsync") ? -1 : FileCalls.system.fsync($0) }
    calls.renameat = { strikes("rename") ? -1 : FileCalls.system.renameat($0, $1, $2, $3) }
    let store = try store(calls)
    let a = try key("folder/a")
    let old = PutOptions(contentType: "image/png", metadata: ["v": "old"])
    var struck = 0
    for turn in 0..<12 {
      try await store.put(a, [1], options: old)
      armed.withLock { $0 = turn }
      let reason = await reason { try await store.put(a, [2, 2], options: PutOptions(metadata: ["v": "new"])) }
      let wasArmed = armed.withLock { left in
        defer { left = nil }
        return left != nil
      }
      if wasArmed {
        #expect(reason == nil)
        break
      }
      struck += 1
      #expect(reason == fault.reason)
      let (head, bytes) = try await store.read(a, limit: 10)
      // Once it has its name it is the new one, not known to be durable.
      let isNew = fault.call == "fsync" && bytes == [2, 2]
      #expect(isNew || bytes == [1])
      #expect(head.metadata == ["v": isNew ? "new" : "old"])
      let own = disk.names(".pixelater-store/temporary")
      #expect(own.count == 1 && disk.names(".pixelater-store/temporary/" + (own.first ?? "")) == [])
      #expect(disk.names(".pixelater-store/metadata").count == 1)
      #expect(try await store.keys() == ["folder/a"])
    }
    #expect(struck >= 1)
  }
}

/// Records the calls of a store, by the path each is about.
private final class CallLog: Sendable {
  private let root: String
  private let log = Locked<[String]>([])

  init(root: String) {
    self.root = root
  }

  var all: [String] { log.withLock { $0 } }
  func clear() { log.withLock { $0 = [] } }

  var calls: FileCalls {
    var calls = FileCalls.system
    calls.write = { file, bytes in
      self.add("write \(self.path(file))")
      return FileCalls.system.write(file, bytes)
    }
    calls.fsync = { file in
      self.add("fsync \(self.path(file))")
      return FileCalls.system.fsync(file)
    }
    calls.renameat = { from, old, to, new in
      self.add("rename \(self.path(from, old)) \(self.path(to, new))")
      return FileCalls.system.renameat(from, old, to, new)
    }
    calls.mkdirat = { folder, name in
      self.add("mkdir \(self.path(folder, name))")
      return FileCalls.system.mkdirat(folder, name)
    }
    return calls
  }

  private func add(_ call: String) { log.withLock { $0.append(call) } }

  private func path(_ file: Int32, _ name: DiskName? = nil) -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { text in
        text.baseAddress.map { readlink("/proc/self/fd/\(file)", $0, text.count) } ?? 0
      }
    }
    var path = String(decoding: buffer[..<max(count, 0)], as: UTF8.self)
    path = path == root ? "" : String(path.dropFirst(root.count + 1))
    if let name {
      path += (path.isEmpty ? "" : "/") + String(decoding: name.bytes, as: UTF8.self)
    }
    return path.isEmpty ? "." : path
  }
}
