import Foundation
import ObjectStore
import PixelEngine
import Testing

@testable import Pipeline

@Suite struct SourcePictureTests {
  /// A store with one object, given in chunks of a size; what it announces may be wrong.
  private struct OneObject: ObjectStore {
    let bytes: [UInt8]
    let announced: Int
    let chunk: Int

    func get(_ key: ObjectKey, options: GetOptions) async throws(StoreError) -> ObjectContent {
      let summary = ObjectSummary(key: key, size: Int64(announced), lastModified: .distantPast, etag: "e")
      let rest = Locked(bytes[...])
      let chunks = ByteChunks { () async throws(StoreError) -> [UInt8]? in
        rest.withLock { rest in
          defer { rest = rest.dropFirst(chunk) }
          return rest.isEmpty ? nil : Array(rest.prefix(chunk))
        }
      }
      return ObjectContent(head: ObjectHead(summary: summary), chunks: chunks)
    }

    private let nothing = NoStore()
    init(_ bytes: [UInt8], announced: Int? = nil, chunk: Int = 100_000) {
      (self.bytes, self.announced, self.chunk) = (bytes, announced ?? bytes.count, chunk)
    }
    func head(_ key: ObjectKey) async throws(StoreError) -> ObjectHead { try await nothing.head(key) }
    func put(_ key: ObjectKey, content: PutContent, options: PutOptions) async throws(StoreError) -> String {
      try await nothing.put(key, content: content, options: options)
    }
    func delete(_ key: ObjectKey) async throws(StoreError) { try await nothing.delete(key) }
    func list(_ request: ListRequest) -> ListPages { nothing.list(request) }
  }

  /// A PNG with so much text in it that it is `length` bytes long.
  private func picture(_ length: Int) throws -> [UInt8] {
    let pixels = (0..<100).map { RGBA(red: UInt8($0), green: UInt8(2 * $0), blue: 7) }
    let file = try PixelEngine().encode(Raster(width: 10, height: 10, pixels: pixels), as: .png)
    // A private chunk that no reader asks for, right after the header; its checksum is not looked at.
    let content = length - file.count - 12
    let size = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: content >> $0) }
    let chunk = size + Array("teXt".utf8) + Array(repeating: UInt8(32), count: content) + [0, 0, 0, 0]
    return Array(file[..<33]) + chunk + file[33...]
  }

  @Test(
    arguments: [1000, SourcePicture.memoryBytes, SourcePicture.memoryBytes + 1, 5_000_000], [nil, 0, 400, 9_000_000])
  func whereAPictureIsKeptMakesNoDifference(length: Int, announced: Int?) async throws {
    let file = try picture(length)
    #expect(file.count == length)
    let store = OneObject(file, announced: announced)
    let key = try #require(ObjectKey("a.png"))
    let picture = try await store.picture(key, limit: 10_000_000).get()
    #expect(picture.data.count == length)
    let expected = try PixelEngine().pixelate(file)
    // Twice: it can be read again.
    for _ in 0..<2 { #expect(try PixelEngine().pixelate(picture.data).grids == expected.grids) }
  }

  @Test(arguments: [1000, 4_999_999]) func theLimitHoldsForWhatArrives(limit: Int) async throws {
    let key = try #require(ObjectKey("a.png"))
    for announced in [5_000_000, 10] {
      let store = OneObject(try picture(5_000_000), announced: announced)
      let error = await #expect(throws: StoreError.self) { _ = try await store.picture(key, limit: limit) }
      #expect(error?.reason == .tooLarge(limit: limit))
    }
  }

  @Test func onlyWhatIsInMemoryCounts() {
    #expect(SourcePicture.memory(forSize: 1000) == 1000)
    #expect(SourcePicture.memory(forSize: .max) == SourcePicture.memoryBytes)
    #expect(SourcePicture.memory(forSize: -1) == 0)
  }
}
