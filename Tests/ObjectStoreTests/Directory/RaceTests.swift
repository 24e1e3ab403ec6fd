import Glibc
import Testing

@testable import ObjectStore

/// Several stores on one root at the same time: as good as several processes, for they share nothing but the disk.
@Suite("Stores on one root", .timeLimit(.minutes(10)))
struct RaceTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  private func store() throws -> DirectoryStore {
    try DirectoryStore(root: scratch.path, create: false, readOnly: false, calls: .undurable)
  }

  /// An object is put again and again while folders of its name come and go: it is never missing, and always whole.
  @Test func anObjectAndAFolderOfItsName() async throws {
    let outer = try key("a")
    let first = try store()
    try await first.put(outer, [0], options: PutOptions(metadata: ["v": "0"]))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        let store = try store()
        for round in 1...150 {
          let value = UInt8(round)
          try await store.put(outer, [value], options: PutOptions(metadata: ["v": "\(value)"]))
        }
      }
      for writer in 0..<2 {
        group.addTask {
          let store = try store()
          for round in 0..<150 {
            let inner = try key("a/\(writer)/\(round % 3)")
            try await store.put(inner, [1])
            #expect(try await store.content(inner) == [1])
            try await store.delete(inner)
          }
        }
      }
      group.addTask {
        let store = try store()
        var last = 0
        for _ in 0..<300 {
          let (head, bytes) = try await store.read(outer, limit: 1)
          #expect(head.metadata == ["v": "\(bytes[0])"])
          #expect(Int(bytes[0]) >= last)
          last = Int(bytes[0])
          var count = 0
          for try await object in store.list("a") where object.key == outer { count += 1 }
          #expect(count == 1)
        }
      }
      try await group.waitForAll()
    }
    #expect(try await first.keys() == ["a"])
    #expect(try await first.content(outer) == [150])
  }

  @Test func foldersPrunedUnderAPut() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          let store = try store()
          for round in 0..<80 {
            let own = try key("x/y/z/\(writer)")
            try await store.put(own, [UInt8(round)], options: PutOptions(contentType: "image/png"))
            let (head, bytes) = try await store.read(own, limit: 1)
            #expect(bytes == [UInt8(round)] && head.contentType == "image/png")
            try await store.delete(own)
            #expect(try await !store.contains(own))
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await store().keys() == [])
    #expect(Disk(root: scratch.path).names() == [".pixelater-store"])
    #expect(Disk(root: scratch.path).names(".pixelater-store/metadata") == [])
    #expect(Disk(root: scratch.path).names(".pixelater-store/temporary") == [])
  }

  @Test func storesThatOpenTogether() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          for round in 0..<20 { try await store().put(try key("\(writer)-\(round)"), [1]) }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await store().keys().count == 160)
    #expect(Disk(root: scratch.path).names(".pixelater-store/temporary") == [])
  }
}
