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
    /// The source, the renditions by size, the failure records.
    private let cursors: [ListingCursor]
    private static let sourceIndex = 0
    private static let recordsIndex = GridSize.allCases.count + 1

    /// Most keys merged into a batch.
    private static let batchSize = 1000

    init(workspace: Workspace, prefix: String, details: Bool, range: KeyRange, pageSize: Int) {
      self.workspace = workspace
      self.details = details
      func cursor(_ location: OpenLocation, _ stem: String) -> ListingCursor {
        ListingCursor(location, stem: stem, prefix: prefix, range: range, pageSize: pageSize)
      }
      cursors =
        [cursor(workspace.source, "")]
        + GridSize.allCases.map { cursor(workspace.destination, workspace.naming.prefix(for: $0)) }
        + [cursor(workspace.destination, FailureRecord.prefix)]
    }

    package mutating func next() async throws(StoreError) -> [StatusItem]? {
      try await next(isolation: nil)
    }

    package mutating func next(isolation actor: isolated (any Actor)?) async throws(StoreError) -> [StatusItem]? {
      var items: [StatusItem] = []
      while items.isEmpty {
        for cursor in cursors where cursor.needsPage { try await cursor.turnPage() }
        if cursors.allSatisfy(\.isFinished) { return nil }
        while items.count < Self.batchSize, !cursors.contains(where: \.needsPage) {
          guard let standing = cursorsAtLowestKey() else { break }
          merge(standing, into: &items)
        }
        try await FailureLookup(workspace: workspace).complete(&items, details: details)
      }
      return items
    }

    /// Cursors that stand at one source key.
    private struct Standing {
      /// One of them.
      var first: Int
      /// A bit for each.
      var bits: UInt8

      func contains(_ index: Int) -> Bool { bits >> index & 1 == 1 }
    }

    /// The cursors to merge next; nil at the end of all listings.
    private func cursorsAtLowestKey() -> Standing? {
      var lowest: Standing?
      for index in cursors.indices where cursors[index].hasObject {
        let order = lowest.map { cursors[index].order(against: cursors[$0.first]) } ?? -1
        if order < 0 {
          lowest = Standing(first: index, bits: 1 << index)
        } else if order == 0 {
          lowest?.bits |= 1 << index
        }
      }
      return lowest
    }

    /// Makes one thing of what stands at one source key, and moves past it.
    private func merge(_ standing: Standing, into items: inout [StatusItem]) {
      func object(_ index: Int) -> ObjectSummary? { standing.contains(index) ? cursors[index].object : nil }
      defer {
        for index in cursors.indices where standing.contains(index) { cursors[index].advance() }
      }
      guard let key = cursors[standing.first].sourceKey else { return }
      let hasRecord = standing.contains(Self.recordsIndex)

      guard var source = object(Self.sourceIndex), !isOurs(key) else {
        for size in GridSize.allCases {
          guard let rendition = object(1 + size.index) else { continue }
          items.append(.orphan(Orphan(source: key, size: size, bytes: rendition.size)))
        }
        if hasRecord { items.append(.strayRecord(source: key)) }
        return
      }

      source.key = key
      var set = RenditionSet()
      var bytes: Int64 = 0
      for size in GridSize.allCases {
        guard let rendition = object(1 + size.index) else { continue }
        set[size] = rendition.lastModified < source.lastModified ? .stale : .present
        bytes = bytes.addingSaturating(rendition.size)
      }
      items.append(
        .object(StatusRow(source: source, renditions: set, renditionBytes: bytes, hasFailure: hasRecord)))
    }

    /// What looks like our own output is never a source.
    private func isOurs(_ key: ObjectKey) -> Bool {
      key.starts(with: FailureRecord.prefix) || workspace.naming.names(key)
    }
  }
}

extension Int64 {
  /// Sizes are what a store says they are.
  func addingSaturating(_ bytes: Int64) -> Int64 {
    let (sum, isTooLarge) = addingReportingOverflow(Swift.max(0, bytes))
    return isTooLarge ? .max : sum
  }
}
