import FoundationEssentials
import Glibc
import ObjectStore
import Testing

/// What every store promises of one object.
@Suite("Store contract: objects")
struct ContentContractTests {
  @Test(arguments: StoreMaker.all)
  func putIsReadBack(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = made.store
    let a = try key("folder/a.png")
    for size in [0, 1, 1000, 262_143, 262_144, 262_145, 1_100_000] {
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ size) }
      let etag = try await store.put(a, bytes)
      let head = try await store.head(a)
      #expect(head.summary.etag == etag)
      #expect(head.summary.size == Int64(size))
      #expect(head.summary.key == a)
      let (read, content) = try await store.read(a, limit: size)
      #expect(read == head)
      #expect(content == bytes)
    }
  }

  @Test(arguments: StoreMaker.all)
  func absentObjects(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = made.store
    try await store.put(try key("a/b"), [1])
    for text in ["x", "a", "a/", "a/b/c", "a/b/", "/", "A/b"] {
      let k = try key(text)
      guard !maker.quirks.cannotHold(k) else { continue }
      #expect(await reason { _ = try await store.head(k) } == .notFound)
      #expect(await reason { _ = try await store.get(k) } == .notFound)
      #expect(await reason { try await store.delete(k) } == nil)
      #expect(try await store.contains(k) == false)
    }
    #expect(try await store.keys() == ["a/b"])
    do {
      _ = try await store.head(try key("x"))
    } catch {
      #expect(error as? StoreError == StoreError(operation: .head, key: "x", reason: .notFound))
    }
  }

  @Test(arguments: StoreMaker.all)
  func deleteRemoves(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = made.store
    let keys = try ["a", "a/b", "a/b/c", "b"].map { try key($0) }
    for k in keys { try await store.put(k, Array(k.string.utf8)) }
    try await store.delete(keys[1])
    #expect(try await store.keys() == ["a", "a/b/c", "b"])
    #expect(await reason { _ = try await store.head(keys[1]) } == .notFound)
    #expect(try await store.content(keys[0]) == Array("a".utf8))
    #expect(await store.delete([keys[0], keys[2], keys[3]]) == [])
    #expect(try await store.keys() == [])
  }

  @Test(arguments: StoreMaker.all)
  func anOpenObjectStaysWhatItWas(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = made.store
    let a = try key("a")
    let old = [UInt8](repeating: 1, count: 700_000)
    try await store.put(a, old)
    let content = try await store.get(a)
    var iterator = content.chunks.makeAsyncIterator()
    var read = try await iterator.next() ?? []
    try await store.put(a, [UInt8](repeating: 2, count: 800_000))
    while let chunk = try await iterator.next() { read += chunk }
    #expect(read == old)

    let second = try await store.get(a)
    try await store.delete(a)
    var count = 0
    for try await chunk in second.chunks { count += chunk.count }
    #expect(count == 800_000)
  }

  @Test(arguments: StoreMaker.all)
  func etagChangesWithContent(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = made.store
    let a = try key("a")
    var etags: Set<String> = []
    for round in 0..<50 {
      let etag = try await store.put(a, [UInt8(round), 2, 3])
      #expect(!etag.isEmpty && !etag.contains("\""))
      #expect(etags.insert(etag).inserted)
      #expect(try await store.head(a).summary.etag == etag)
    }
  }

  @Test(arguments: StoreMaker.all)
  func lastModifiedIsNow(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let before = Date()
    try await made.store.put(try key("a"), [1])
    let after = Date()
    let head = try await made.store.head(try key("a"))
    #expect(head.summary.lastModified >= before - 1)
    #expect(head.summary.lastModified <= after + 1)
  }

  @Test(arguments: StoreMaker.all)
  func metadataIsKept(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = made.store
    let a = try key("a\n/é")
    var options = PutOptions(
      contentType: "image/png",
      metadata: ["pixelater-source-etag": "\"abc-1\"", "empty": "", "equals": "a=b=c", "spaces": "a  b"])
    if maker.quirks.losesEmptyMetadata { options.metadata["empty"] = nil }
    try await store.put(a, [1], options: options)
    let head = try await store.head(a)
    #expect(head.contentType == "image/png")
    #expect(head.metadata == options.metadata)
    #expect(try await store.get(a).head == head)

    try await store.put(a, [2])
    let plain = try await store.head(a)
    #expect(plain.contentType == "application/octet-stream")
    #expect(plain.metadata.isEmpty)

    try await store.put(a, [3], options: options)
    try await store.delete(a)
    #expect(try await store.put(a, [4]) == (try await store.head(a)).summary.etag)
    #expect(try await store.head(a).metadata.isEmpty)
  }

  @Test(arguments: StoreMaker.all)
  func metadataThatS3RefusesIsRefused(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = made.store
    let a = try key("a")
    try await store.put(a, [1])
    let refused = [
      PutOptions(contentType: "image/png\r\nx: y"),
      PutOptions(metadata: ["Name": "v"]), PutOptions(metadata: ["": "v"]), PutOptions(metadata: ["a=b": "v"]),
      PutOptions(metadata: ["a": "é"]), PutOptions(metadata: ["a": "b\nc"]),
      PutOptions(metadata: ["a": " b"]), PutOptions(metadata: ["a": "b "]),
      PutOptions(metadata: ["a": String(repeating: "x", count: 2048)]),
    ]
    for options in refused {
      let reason = await reason { try await store.put(a, [2], options: options) }
      guard case .other = reason else {
        Issue.record("\(options) gave \(String(describing: reason))")
        continue
      }
    }
    #expect(try await store.content(a) == [1])
    let largest = PutOptions(metadata: ["a": String(repeating: "x", count: 2047)])
    try await store.put(a, [2], options: largest)
    #expect(try await store.head(a).metadata == largest.metadata)
  }

  @Test(arguments: StoreMaker.all)
  func ranges(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = made.store
    let a = try key("a")
    let bytes = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
    try await store.put(a, bytes)
    let wanted: [Range<Int64>] = [
      0..<1, 0..<600_000, 599_999..<600_000, 5..<300_000, 262_144..<524_288, 599_000..<Int64.max,
    ]
    for range in wanted {
      let expected = bytes[Int(range.lowerBound)..<Int(min(range.upperBound, 600_000))]
      #expect(try await store.content(a, GetOptions(range: range)).elementsEqual(expected))
    }
    for range in [600_000..<600_001, Int64.max - 1..<Int64.max, -1..<5, 3..<3] as [Range<Int64>] {
      #expect(await reason { _ = try await store.get(a, options: GetOptions(range: range)) } == .invalidRange)
    }
    try await store.put(a, [])
    #expect(await reason { _ = try await store.get(a, options: GetOptions(range: 0..<1)) } == .invalidRange)
    #expect(try await store.content(a) == [])
  }

  @Test(arguments: StoreMaker.all)
  func ifMatch(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = made.store
    let a = try key("a")
    let old = try await store.put(a, [1])
    #expect(try await store.content(a, GetOptions(ifMatch: old)) == [1])
    try await store.put(a, [2])
    #expect(await reason { _ = try await store.get(a, options: GetOptions(ifMatch: old)) } == .preconditionFailed)
    #expect(await reason { _ = try await store.get(a, options: GetOptions(ifMatch: "")) } == .preconditionFailed)
  }

  @Test(arguments: StoreMaker.all)
  func contentFromAFile(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = made.store
    let scratch = try Scratch()
    let a = try key("a")
    let bytes = (0..<2_500_000).map { UInt8(truncatingIfNeeded: $0 >> 3) }
    for content in [bytes, []] {
      try Data(content).write(to: URL(filePath: scratch.path + "/source"))
      try await store.put(a, content: .file(path: scratch.path + "/source"), options: PutOptions())
      #expect(try await store.head(a).summary.size == Int64(content.count))
      #expect(try await store.content(a) == content)
    }
    for path in ["/missing", "", "/."] {
      let reason = await reason {
        try await store.put(a, content: .file(path: scratch.path + path), options: PutOptions())
      }
      guard case .other = reason else {
        Issue.record("\(path) gave \(String(describing: reason))")
        continue
      }
    }
    #expect(try await store.content(a) == [])
  }

  @Test(arguments: StoreMaker.all)
  func readStopsAtTheLimit(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let a = try key("a")
    try await made.store.put(a, [UInt8](repeating: 1, count: 1001))
    #expect(await reason { _ = try await made.store.read(a, limit: 1000) } == .tooLarge(limit: 1000))
    #expect(try await made.store.read(a, limit: 1001).bytes.count == 1001)
    #expect(try await made.store.read(a, limit: 4, options: GetOptions(range: 3..<7)).bytes.count == 4)
  }

  @Test(arguments: StoreMaker.all)
  func aCancelledCallChangesNothing(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = made.store
    let a = try key("a")
    try await store.put(a, [1])
    let content = try await store.get(a)
    let calls: [@Sendable () async throws -> Void] = [
      { try await store.put(a, [2]) },
      { try await store.delete(a) },
      { _ = try await store.head(a) },
      { _ = try await store.get(a) },
      { for try await _ in content.chunks {} },
      { for try await _ in store.list(ListRequest()) {} },
    ]
    for call in calls {
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return await reason { try await call() }
      }
      #expect(await task.value == .cancelled)
    }
    #expect(try await store.content(a) == [1])
  }

  @Test(arguments: StoreMaker.all)
  func concurrentPutsNeverMix(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = made.store
    let a = try key("deep/er/a")
    @Sendable func version(_ number: Int) -> [UInt8] { [UInt8](repeating: UInt8(number), count: 300_000 + number) }
    try await store.put(a, version(0), options: PutOptions(metadata: ["v": "0"]))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 1...4 {
        group.addTask {
          for round in 0..<8 {
            let number = writer * 10 + round
            try await store.put(a, version(number), options: PutOptions(metadata: ["v": "\(number)"]))
          }
        }
      }
      for _ in 0..<2 {
        group.addTask {
          for _ in 0..<40 {
            let (head, bytes) = try await store.read(a, limit: .max)
            let number = Int(bytes.first ?? 255)
            let isWhole = bytes == version(number)
            #expect(isWhole)
            #expect(head.metadata == ["v": "\(number)"])
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await store.keys() == ["deep/er/a"])
  }

  @Test(arguments: StoreMaker.all)
  func readOnlyRefusesToWrite(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let a = try key("a")
    try await made.store.put(a, [1])
    let store = made.store.readOnly
    #expect(store is any WatchableStore == (made.store is any WatchableStore))
    #expect(await reason { try await store.put(a, [2]) } == .readOnly)
    #expect(await reason { try await store.delete(a) } == .readOnly)
    #expect(try await store.content(a) == [1])
    #expect(try await store.head(a) == (try await made.store.head(a)))
    #expect(try await store.keys() == ["a"])
  }
}
