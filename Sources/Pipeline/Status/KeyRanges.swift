internal import ObjectStore

/// A part of the keys of a location: those after one key, up to and with another.
struct KeyRange: Hashable, Sendable {
  /// Nil: from the first.
  var after: ObjectKey?
  /// Nil: to the last.
  var through: ObjectKey?

  static let all = KeyRange()

  /// Cuts everything at these keys, which are in order.
  static func between(_ keys: [ObjectKey]) -> [KeyRange] {
    var ranges: [KeyRange] = []
    var after: ObjectKey?
    for key in keys {
      ranges.append(KeyRange(after: after, through: key))
      after = key
    }
    ranges.append(KeyRange(after: after, through: nil))
    return ranges
  }
}

/// Finds keys that cut a listing into parts worth listing at once.
///
/// A listing can begin anywhere, so it can be asked which key comes next after any text. The names are followed to where
/// they begin to differ, and there the next key after each character is asked for, all at once: two or three round
/// trips. How many keys lie between two cuts is not known; more parts than are listed at once even that out.
struct KeyRangeFinder {
  let location: OpenLocation
  /// What the keys start with, relative to the location.
  let prefix: String
  /// A server that gives a page sooner than this is near: asking it for one after the other loses nothing.
  var near: Duration = .milliseconds(40)

  /// Fewer objects than a page are listed as fast whole.
  private static let fullPage = 1000

  /// - Returns: keys of the location, in order; none where there is little to list.
  func cuts() async throws(StoreError) -> [ObjectKey] {
    guard let stem = try await commonBeginning() else { return [] }
    var cuts = try await keys(after: Self.characters.map { stem + $0 })
    // One character with most keys behind it is common: the next one is looked at as well where it is cheap to.
    if cuts.count < Self.fewest, cuts.count > 1 {
      let inner = cuts.flatMap { cut in
        let next =
          cut.unicodeScalars.dropFirst(stem.unicodeScalars.count).first.map { stem + String($0) } ?? stem
        return Self.characters.map { next + $0 }
      }
      cuts = try await keys(after: inner)
    }
    let keys = cuts.compactMap { ObjectKey($0).flatMap(location.relativeKey) }.sorted()
    guard keys.count > Self.most else { return keys }
    return (1...Self.most).map { keys[$0 * keys.count / (Self.most + 1)] }
  }

  private static let fewest = 8
  /// Each part costs a page that is not full in each listing.
  private static let most = 31
  /// What keys are made of, and, at the end, everything beyond.
  private static let characters =
    (0x20...0x7E as ClosedRange<UInt8>).map { String(UnicodeScalar($0)) } + ["\u{FF}", "\u{800}", "\u{FFFF}"]

  /// What all keys of the location begin with; nil where there are so few that it does not matter.
  private func commonBeginning() async throws(StoreError) -> String? {
    let base = location.location.prefix + prefix
    var pages = location.store.list(ListRequest(prefix: base)).makeAsyncIterator()
    let start = ContinuousClock.now
    guard let page = try await pages.next(), page.objects.count >= Self.fullPage,
      let first = page.objects.first?.key.string, ContinuousClock.now - start >= near
    else { return nil }
    // The longest beginning of the first key behind whose keys none follow.
    let scalars = Array(first.unicodeScalars)
    let shortest = base.unicodeScalars.count
    guard shortest <= scalars.count else { return base }
    let lengths = Array((shortest...scalars.count).prefix(Self.longest))
    let beginnings = lengths.map { Self.string(scalars.prefix($0)) }
    let followed = try await asked(beginnings.map { $0 + Self.last }, startingWith: base)
    let end = followed.firstIndex { $0 != nil } ?? beginnings.count
    return beginnings[max(0, end - 1)]
  }

  private static let longest = 128
  /// Comes after all that has the same beginning, but for keys nobody has.
  private static let last = "\u{10FFFF}"

  private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }

  /// The keys that come next after these texts, each once.
  private func keys(after texts: [String]) async throws(StoreError) -> [String] {
    let found = try await asked(texts, startingWith: location.location.prefix + prefix)
    return Set(found.compactMap { $0 }).map(\.string)
  }

  private struct Answer: Sendable {
    var index: Int
    var result: Result<ObjectKey?, StoreError>
  }

  /// The key that comes next after each of these texts.
  private func asked(_ texts: [String], startingWith base: String) async throws(StoreError) -> [ObjectKey?] {
    let answers = await withTaskGroup(of: Answer.self) { group in
      for (index, text) in texts.enumerated() { group.addTask { await ask(index, text, base) } }
      return await group.reduce(into: [Answer]()) { $0.append($1) }
    }
    var keys = [ObjectKey?](repeating: nil, count: texts.count)
    for answer in answers { keys[answer.index] = try answer.result.get() }
    return keys
  }

  private func ask(_ index: Int, _ text: String, _ base: String) async -> Answer {
    do throws(StoreError) {
      var pages = location.store.list(ListRequest(prefix: base, startAfter: text, pageSize: 1)).makeAsyncIterator()
      return Answer(index: index, result: .success(try await pages.next()?.objects.first?.key))
    } catch {
      return Answer(index: index, result: .failure(error))
    }
  }
}
