package import ObjectStore
import PixelEngine

/// One thing the join found.
package enum StatusItem: Hashable, Sendable {
  case object(StatusRow)
  case orphan(Orphan)
  /// A failure record whose source is gone.
  case strayRecord(source: ObjectKey)
}

/// The state of every source object, by a streaming merge join of seven sorted listings: the source, the renditions of
/// each size, the failure records.
///
/// Memory is constant, no object is asked for by itself (but for the text of a failure record, and records of keys too
/// long to list in order), and batches come in key order from the first page on.
package struct StatusListing: AsyncSequence, Sendable {
  /// Never empty.
  package typealias Element = [StatusItem]
  package typealias Failure = StoreError

  private let workspace: Workspace
  private let prefix: String
  private let details: Bool
  private let range: KeyRange
  /// Objects asked for at a time; tests make it small.
  var pageSize = 1000

  /// - Parameters:
  ///   - prefix: only source keys that start with it. Default: all.
  ///   - details: whether to read the failure records, or only to tell that they are there.
  package init(_ workspace: Workspace, prefix: String = "", details: Bool = true) {
    self.init(workspace, prefix: prefix, details: details, range: .all)
  }

  /// - Parameter range: only these source keys.
  init(_ workspace: Workspace, prefix: String, details: Bool, range: KeyRange) {
    self.workspace = workspace
    self.prefix = prefix
    self.details = details
    self.range = range
  }

  package func makeAsyncIterator() -> Iterator {
    Iterator(workspace: workspace, prefix: prefix, details: details, range: range, pageSize: pageSize)
  }

  package struct Iterator: AsyncIteratorProtocol {
    private let workspace: Workspace
    private let details: Bool
    private let source: ListingCursor
    private let renditions: [(size: GridSize, cursor: ListingCursor)]
    private let records: ListingCursor
    /// All of the above.
    private let cursors: [ListingCursor]

    /// Most keys merged into a batch.
    private static let batchSize = 1000

    init(workspace: Workspace, prefix: String, details: Bool, range: KeyRange, pageSize: Int) {
      self.workspace = workspace
      self.details = details
      func cursor(_ location: OpenLocation, _ stem: String) -> ListingCursor {
        ListingCursor(location, stem: stem, prefix: prefix, range: range, pageSize: pageSize)
      }
      source = cursor(workspace.source, "")
      renditions = GridSize.allCases.map { size in
        (size, cursor(workspace.destination, workspace.naming.prefix(for: size)))
      }
      records = cursor(workspace.destination, FailureRecord.prefix)
      cursors = [source] + renditions.map(\.cursor) + [records]
    }

    package mutating func next() async throws(StoreError) -> [StatusItem]? {
      try await next(isolation: nil)
    }

    package mutating func next(isolation actor: isolated (any Actor)?) async throws(StoreError) -> [StatusItem]? {
      var items: [StatusItem] = []
      while items.isEmpty {
        for cursor in cursors where cursor.needsPage { try await cursor.turnPage() }
        if cursors.allSatisfy(\.isFinished) { return nil }
        while items.count < Self.batchSize, !cursors.contains(where: \.needsPage), let key = lowestKey() {
          merge(key, into: &items)
        }
        try await FailureLookup(workspace: workspace).complete(&items, details: details)
      }
      return items
    }

    /// The key to merge next, nil at the end of all listings.
    private func lowestKey() -> ObjectKey? {
      var lowest: ObjectKey?
      for cursor in cursors {
        guard let key = cursor.current?.key else { continue }
        if let other = lowest, !(key < other) { continue }
        lowest = key
      }
      return lowest
    }

    /// Takes one key from every cursor that stands at it.
    private func merge(_ key: ObjectKey, into items: inout [StatusItem]) {
      let object = source.take(key)
      let hasRecord = records.take(key) != nil

      guard let object, !isOurs(key) else {
        for (size, cursor) in renditions {
          guard let rendition = cursor.take(key) else { continue }
          items.append(.orphan(Orphan(source: key, size: size, bytes: rendition.size)))
        }
        if hasRecord { items.append(.strayRecord(source: key)) }
        return
      }

      var set = RenditionSet()
      for (size, cursor) in renditions {
        guard let rendition = cursor.take(key) else { continue }
        set[size] = rendition.lastModified < object.lastModified ? .stale : .present
      }
      items.append(.object(StatusRow(source: object, renditions: set, hasFailure: hasRecord)))
    }

    /// What looks like our own output is never a source.
    private func isOurs(_ key: ObjectKey) -> Bool {
      key.string.hasPrefix(FailureRecord.prefix) || workspace.naming.parse(key) != nil
    }
  }
}
