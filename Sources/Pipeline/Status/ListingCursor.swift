import ObjectStore

/// A place in one of the sorted listings that the join merges. The next page is fetched while this one is read.
///
/// Confined to the iteration that owns it.
final class ListingCursor {
  private typealias Page = Result<[ObjectSummary]?, StoreError>

  private let location: OpenLocation
  /// What the keys of this listing have before the source key.
  private let stem: String
  private var fetching: Task<Page, Never>?
  private let pages: ListPages.Iterator
  /// The last source key that is wanted; nil: all are.
  private let through: ObjectKey?
  private var page: [ObjectSummary] = []
  private var index = 0

  /// Starts fetching the first page.
  ///
  /// - Parameters:
  ///   - stem: what stands before the source key below the location.
  ///   - prefix: what the source keys start with.
  ///   - range: the source keys that are wanted.
  ///   - pageSize: objects asked for at a time.
  init(_ location: OpenLocation, stem: String, prefix: String, range: KeyRange, pageSize: Int) {
    self.location = location
    self.stem = stem
    through = range.through
    let base = location.location.prefix + stem
    pages = location.store.list(
      ListRequest(prefix: base + prefix, startAfter: range.after.map { base + $0.string }, pageSize: pageSize)
    ).makeAsyncIterator()
    fetch()
  }

  deinit {
    fetching?.cancel()
  }

  /// The object the cursor stands at, its key being the source key; nil where the page is used up.
  var current: ObjectSummary? { index < page.count ? page[index] : nil }

  /// Whether nothing comes any more.
  private(set) var isFinished = false
  /// The page at hand goes past the last key wanted.
  private var isLastPage = false

  /// The object the cursor stands at if it has this key, and moves on; nil otherwise.
  func take(_ key: ObjectKey) -> ObjectSummary? {
    guard let object = current, object.key == key else { return nil }
    index += 1
    return object
  }

  /// Whether `turnPage` has to be called before `current` is known.
  var needsPage: Bool { index >= page.count && !isFinished }

  func turnPage(isolation: isolated (any Actor)? = #isolation) async throws(StoreError) {
    while needsPage {
      guard !isLastPage, let task = fetching else {
        isFinished = true
        return
      }
      let result = await withTaskCancellationHandler {
        await task.value
      } onCancel: {
        task.cancel()
      }
      fetching = nil
      guard let objects = try result.get() else {
        isFinished = true
        return
      }
      page = objects
      index = 0
      if let through, let last = objects.last, through < last.key {
        page = Array(objects.prefix { !(through < $0.key) })
        isFinished = page.isEmpty
        isLastPage = true
      } else {
        fetch()
      }
    }
  }

  private func fetch() {
    fetching = Task { [pages, location, stem] in
      do throws(StoreError) {
        var pages = pages
        guard let page = try await pages.next() else { return .success(nil) }
        return .success(
          page.objects.compactMap { object in
            guard let key = location.sourceKey(object.key, stem: stem) else { return nil }
            var object = object
            object.key = key
            return object
          })
      } catch {
        // Of the seven listings it is not the prefix that tells people where, but the location.
        return .failure(
          StoreError(operation: error.operation, key: location.location.description, reason: error.reason))
      }
    }
  }
}

extension OpenLocation {
  /// The source key in a key of the bucket that starts with the location's prefix and `stem`.
  fileprivate func sourceKey(_ key: ObjectKey, stem: String) -> ObjectKey? {
    let count = location.prefix.utf8.count + stem.utf8.count
    if count == 0 { return key }
    return ObjectKey(String(Substring(key.string.utf8.dropFirst(count))))
  }
}
