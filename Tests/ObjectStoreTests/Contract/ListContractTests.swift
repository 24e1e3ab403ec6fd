import ObjectStore
import Testing

/// What every store promises of a listing, compared with a model that is too simple to be wrong.
@Suite("Store contract: listing")
struct ListContractTests {
  @Test(arguments: StoreMaker.all)
  func listsNothing(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    for request in [
      ListRequest(), ListRequest(prefix: "a/"), ListRequest(delimiter: "/"), ListRequest(startAfter: "a"),
    ] {
      for try await page in made.store.list(request) { Issue.record("a page: \(page)") }
    }
  }

  @Test(arguments: StoreMaker.all, [1, 2, 7, 1000])
  func agreesWithTheModel(_ maker: StoreMaker, _ pageSize: Int) async throws {
    for seed in 0..<2 as Range<UInt64> {
      let made = try await maker.make()
      var generator = SeededGenerator(seed: 100 + seed)
      let keys = maker.holdable(
        HostileKeys.unique(Self.dense(60, &generator) + HostileKeys.generated(30, seed: seed)))
      for k in keys.shuffled(using: &generator) { try await made.store.put(k, [1]) }
      let model = ListModel(keys: keys)
      for request in Self.requests(keys, pageSize, &generator) {
        let hasStart = request.startAfter != nil
        let hasDelimiter = request.delimiter != nil
        if maker.quirks.listsByPrefixOnly, hasStart || hasDelimiter { continue }
        if !maker.quirks.tellsPrefixOfStart, hasStart && hasDelimiter { continue }
        try await compare(made.store, request, with: model)
      }
    }
  }

  private func compare(_ store: any ObjectStore, _ request: ListRequest, with model: ListModel) async throws {
    var objects: [String] = []
    var prefixes: [String] = []
    var sizes: [Int] = []
    for try await page in store.list(request) {
      objects += page.objects.map(\.key.string)
      prefixes += page.commonPrefixes
      sizes.append(page.objects.count + page.commonPrefixes.count)
    }
    let expected = model.entries(request)
    #expect(objects.map { Array($0.utf8) } == expected.objects.map { Array($0.utf8) }, "\(request)")
    #expect(prefixes.map { Array($0.utf8) } == expected.prefixes.map { Array($0.utf8) }, "\(request)")
    // Full pages, then one with the rest; none is empty.
    let total = expected.objects.count + expected.prefixes.count
    var pages = Array(repeating: request.pageSize, count: total / request.pageSize)
    if total % request.pageSize > 0 { pages.append(total % request.pageSize) }
    #expect(sizes == pages, "\(request)")
  }

  /// Short keys over a small alphabet: folders and objects of one name, neighbours of "/" in the order of bytes.
  private static func dense(_ count: Int, _ generator: inout SeededGenerator) -> [String] {
    (0..<count).map { _ in
      (0..<Int.random(in: 1...6, using: &generator)).map { _ in
        ["a", "b", "/", ".", "-", "0"].randomElement(using: &generator) ?? ""
      }.joined()
    }
  }

  private static func requests(
    _ keys: [ObjectKey], _ pageSize: Int, _ generator: inout SeededGenerator
  ) -> [ListRequest] {
    var requests: [ListRequest] = []
    let texts = keys.map(\.string)
    var prefixes = [
      "", "a", "a/", "a//", "/", ".", "..", "a.", "b-", "zzz", "a/b", HostileKeys.mark, HostileKeys.mark + "/",
    ]
    var starts: [String?] = [nil, "", "a", "a/", "a/b", "a0", "a.", "-", "/", "\u{10FFFF}", HostileKeys.mark]
    for _ in 0..<12 {
      let text = texts.randomElement(using: &generator) ?? ""
      prefixes.append(String(text.prefix(Int.random(in: 0...text.count, using: &generator))))
      starts.append(texts.randomElement(using: &generator))
      let other = texts.randomElement(using: &generator) ?? ""
      starts.append(String(other.prefix(Int.random(in: 0...other.count, using: &generator))))
    }
    let delimiters: [String?] = [nil, "/", "", "a", "//", "-", "b/", "é"]
    for prefix in prefixes {
      for _ in 0..<3 {
        requests.append(
          ListRequest(
            prefix: prefix, delimiter: delimiters.randomElement(using: &generator) ?? nil,
            startAfter: starts.randomElement(using: &generator) ?? nil, pageSize: pageSize))
      }
    }
    for start in starts {
      requests.append(ListRequest(startAfter: start, pageSize: pageSize))
      requests.append(ListRequest(prefix: "a", delimiter: "/", startAfter: start, pageSize: pageSize))
      requests.append(ListRequest(delimiter: "/", startAfter: start, pageSize: pageSize))
    }
    return requests
  }

  @Test(arguments: StoreMaker.all)
  func seesWritesAtOnce(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = made.store
    for number in 0..<30 {
      let k = try key("n\(number % 3)/\(number)")
      try await store.put(k, [1])
      #expect(try await store.keys().contains(k.string))
    }
    let listing = store.list("")
    try await store.delete(try key("n0/0"))
    var count = 0
    for try await _ in listing { count += 1 }
    #expect(count == 29)
    // A listing can be iterated again, and lists anew.
    try await store.delete(try key("n1/1"))
    count = 0
    for try await _ in listing { count += 1 }
    #expect(count == 28)
  }

  @Test(arguments: StoreMaker.all)
  func pagesStayInOrderWhileKeysComeAndGo(_ maker: StoreMaker) async throws {
    let made = try await maker.make()
    let store = made.store
    let kept = try (0..<40).map { try key("k\($0 % 4)/\($0)") }
    let passing = try (0..<40).map { try key("k\($0 % 5)/p\($0)") }
    for k in kept + passing { try await store.put(k, [1]) }
    var listed: [ObjectKey] = []
    var next = 0
    for try await page in store.list(ListRequest(pageSize: 3)) {
      listed += page.objects.map(\.key)
      for k in passing[next..<min(next + 2, passing.count)] { try await store.delete(k) }
      next = min(next + 2, passing.count)
    }
    #expect(listed == listed.sorted())
    #expect(Set(listed).count == listed.count)
    #expect(Set(listed).isSuperset(of: kept))
  }
}
