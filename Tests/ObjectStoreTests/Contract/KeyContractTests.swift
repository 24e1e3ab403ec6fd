import ObjectStore
import Testing

/// Every legal key can be stored beside every other, and comes back byte for byte.
@Suite("Store contract: keys")
struct KeyContractTests {
  @Test(arguments: StoreMaker.all)
  func hostileKeysTogether(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = made.store
    var generator = SeededGenerator(seed: 1)
    let keys = maker.holdable(HostileKeys.unique(HostileKeys.handmade + HostileKeys.generated(200, seed: 2)))
    #expect(keys.count > 150)
    for k in keys.shuffled(using: &generator) {
      try await store.put(k, Array(k.string.utf8), options: PutOptions(metadata: ["n": "\(k.string.utf8.count)"]))
    }
    var listed: [ObjectKey] = []
    for try await object in store.list("") {
      listed.append(object.key)
      #expect(object.size == Int64(object.key.string.utf8.count))
    }
    #expect(firstDifference(listed, keys) == nil)
    for k in keys.shuffled(using: &generator) {
      let (head, bytes) = try await store.read(k, limit: 1024)
      #expect(bytes == Array(k.string.utf8), "\(brief(k))")
      #expect(head.metadata == ["n": "\(k.string.utf8.count)"], "\(brief(k))")
    }
    // Half of them go, in another order; the other half must not notice.
    let gone = Set(keys.shuffled(using: &generator).prefix(keys.count / 2))
    for k in gone { try await store.delete(k) }
    for k in keys {
      #expect(try await store.contains(k) == !gone.contains(k), "\(brief(k))")
      if !gone.contains(k) { #expect(try await store.content(k) == Array(k.string.utf8), "\(brief(k))") }
    }
    for k in gone { try await store.put(k, [1, 2]) }
    #expect(firstDifference(try await all(store), keys) == nil)
    for k in keys { try await store.delete(k) }
    #expect(firstDifference(try await all(store), []) == nil)
  }

  @Test(arguments: StoreMaker.all)
  func eachHostileKeyAlone(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    for k in maker.holdable(HostileKeys.unique(HostileKeys.handmade)) {
      try await made.store.put(k, [7])
      #expect(firstDifference(try await all(made.store), [k]) == nil)
      #expect(try await made.store.content(k) == [7], "\(brief(k))")
      try await made.store.delete(k)
      #expect(firstDifference(try await all(made.store), []) == nil, "\(brief(k))")
    }
  }

  private func all(_ store: any ObjectStore) async throws -> [ObjectKey] {
    var keys: [ObjectKey] = []
    for try await object in store.list("") { keys.append(object.key) }
    return keys
  }

  @Test(arguments: StoreMaker.all, [true, false])
  func anObjectAndAFolderOfOneName(_ maker: StoreMaker, _ objectFirst: Bool) async throws {
    let long = String(repeating: "n", count: 250)
    for name in ["a", "a/b", "", ".", "x/", long, long + long, HostileKeys.mark, "x/" + HostileKeys.mark] {
      let made = try await maker.make()
      let store = made.store
      let inner = try key(name + "/inner")
      let outer = ObjectKey(name)
      if [outer, inner].contains(where: { $0.map(maker.quirks.cannotHold) == true }) { continue }
      let order = objectFirst ? [outer, inner] : [inner, outer]
      for k in order.compactMap({ $0 }) { try await store.put(k, Array(k.string.utf8)) }
      let expected = [outer, inner].compactMap { $0?.string }
      #expect(try await store.keys() == expected)
      for k in [outer, inner].compactMap({ $0 }) {
        #expect(try await store.content(k) == Array(k.string.utf8))
        try await store.put(k, [9])
        #expect(try await store.content(k) == [9])
      }
      #expect(try await store.keys() == expected)
      try await store.delete(inner)
      if let outer {
        #expect(try await store.keys() == [outer.string])
        try await store.put(outer, [5])
        #expect(try await store.content(outer) == [5])
        try await store.delete(outer)
      }
      #expect(try await store.keys() == [])
    }
  }
}
