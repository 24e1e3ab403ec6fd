import ObjectStore

/// A place in one of the sorted listings that the join merges. The next pages are fetched while this one is read.
///
/// Confined to the iteration that owns it. Source keys are compared where they stand in the keys of the bucket: a million
/// renditions would be a million keys more.
final class ListingCursor {
  private typealias Page = Result<[ObjectSummary]?, StoreError>

  private let location: OpenLocation
  /// What the keys of this listing have before the source key.
  private let base: String
  /// Bytes of `base`.
  private let start: Int
  /// The pages to come that are asked for, one after the other.
  private var fetching: [Task<Page, Never>] = []
  private let pages: ListPages.Iterator
  /// The last source key that is wanted; nil: all are.
  private let through: ObjectKey?
  private var page: [ObjectSummary] = []
  private var index = 0

  /// Pages fetched ahead. A listing that is slow for a page does not hold up the others.
  private static let ahead = 2

  /// Starts fetching.
  ///
  /// - Parameters:
  ///   - stem: what stands before the source key below the location.
  ///   - prefix: what the source keys start with.
  ///   - range: the source keys that are wanted.
  ///   - pageSize: objects asked for at a time.
  init(_ location: OpenLocation, stem: String, prefix: String, range: KeyRange, pageSize: Int) {
    self.location = location
    through = range.through
    base = location.location.prefix + stem
    start = base.utf8.count
    pages = location.store.list(
      ListRequest(prefix: base + prefix, startAfter: range.after.map { [base] in base + $0.string }, pageSize: pageSize)
    ).makeAsyncIterator()
    // Of a part, what lies ahead is soon another's.
    for _ in 0..<(through == nil ? Self.ahead : 1) { fetch() }
  }

  deinit {
    for page in fetching { page.cancel() }
  }

  /// Whether there is an object where the cursor stands; else the page is used up.
  var hasObject: Bool { index < page.count }

  /// Whether nothing comes any more.
  private(set) var isFinished = false
  /// The page at hand goes past the last key wanted.
  private var isLastPage = false

  /// The source key where the cursor stands.
  var sourceKey: ObjectKey? { hasObject ? page[index].key.dropping(start) : nil }

  /// How the source keys where two cursors stand are ordered: below 0 where this one's comes first, 0 where they are
  /// the same. Both have an object.
  func order(against other: ListingCursor) -> Int {
    page[index].key.order(from: start, against: other.page[other.index].key, from: other.start)
  }

  /// The object where the cursor stands, under its key in the bucket. There has to be one.
  var object: ObjectSummary { page[index] }

  /// Moves on to the next object. There has to be one here.
  func advance() { index += 1 }

  /// Whether `turnPage` has to be called before it is known where the cursor stands.
  var needsPage: Bool { index >= page.count && !isFinished }

  func turnPage(isolation: isolated (any Actor)? = #isolation) async throws(StoreError) {
    while needsPage {
      guard !isLastPage, let task = fetching.first else {
        isFinished = true
        return
      }
      let result = await withTaskCancellationHandler {
        await task.value
      } onCancel: {
        task.cancel()
      }
      fetching.removeFirst()
      guard let objects = try result.get() else {
        isFinished = true
        return
      }
      page = objects
      index = 0
      if let through, let last = objects.last, isPast(through, last) {
        page = Array(objects.prefix { !isPast(through, $0) })
        isFinished = page.isEmpty
        isLastPage = true
      } else {
        fetch()
      }
    }
  }

  private func isPast(_ key: ObjectKey, _ object: ObjectSummary) -> Bool {
    object.key.order(from: start, against: key, from: 0) > 0
  }

  private func fetch() {
    let before = fetching.last
    fetching.append(
      Task { [pages, location, base, start] in
        // One iteration is asked for one page at a time, and for none after its end.
        if let before {
          let page = await before.value
          guard case .success(.some) = page else { return page }
        }
        do throws(StoreError) {
          var pages = pages
          guard let objects = try await pages.next()?.objects else { return .success(nil) }
          // What is named as the stem alone has no source.
          let hasSource = { (object: ObjectSummary) in
            object.key.string.utf8.count > start && object.key.starts(with: base)
          }
          return .success(objects.allSatisfy(hasSource) ? objects : objects.filter(hasSource))
        } catch {
          // Of the seven listings it is not the prefix that tells people where, but the location.
          return .failure(
            StoreError(operation: error.operation, key: location.location.description, reason: error.reason))
        }
      })
  }
}
