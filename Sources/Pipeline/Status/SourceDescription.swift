package import ObjectStore

/// What a source says of itself beside its content.
package struct SourceDescription: Hashable, Sendable {
  /// A media type; foreign text, as all here.
  package var contentType: String
  /// Nil for the usual one.
  package var storageClass: String?
  /// In the order of the names, at most `most` of them.
  package var metadata: [ObjectTag]
  /// How many there are.
  package var metadataCount: Int
  package var tags: Tags

  package enum Tags: Hashable, Sendable {
    /// The store has no such thing.
    case notOffered
    /// At most `most` of them.
    case tags([ObjectTag], count: Int)
    case notAllowed
    /// The store does not know the question, or failed.
    case notTold(StoreError)
  }

  /// Most entries of metadata, and most tags, that are kept. S3 has 2 kB and ten of them.
  package static let most = 100
  /// Unicode scalars of a name or a value that are kept.
  package static let mostCharacters = 1024

  package init(
    contentType: String, storageClass: String? = nil, metadata: [ObjectTag] = [], metadataCount: Int? = nil,
    tags: Tags = .notOffered
  ) {
    self.contentType = contentType
    self.storageClass = storageClass
    self.metadata = metadata
    self.metadataCount = metadataCount ?? metadata.count
    self.tags = tags
  }
}

extension StatusReader {
  /// What a source says of itself: a HEAD, and a question for its tags where the store has such.
  ///
  /// - Returns: nil where it is gone.
  package func description(of key: ObjectKey) async throws(StoreError) -> SourceDescription? {
    guard let name = workspace.source.storeKey(key.string),
      let head = try await workspace.source.store.headIfPresent(name)
    else { return nil }
    let entries = head.metadata.sorted { $0.key < $1.key }.map { ObjectTag(name: $0.key, value: $0.value) }
    return SourceDescription(
      contentType: Self.cut(head.contentType), storageClass: head.storageClass.map(Self.cut),
      metadata: Self.cut(entries), metadataCount: entries.count, tags: try await tags(of: name))
  }

  /// What may not be asked, or cannot, is told as such, and fails nothing else.
  private func tags(of name: ObjectKey) async throws(StoreError) -> SourceDescription.Tags {
    guard let store = workspace.source.store as? any TaggedStore else { return .notOffered }
    do throws(StoreError) {
      let tags = try await store.tags(of: name)
      return .tags(Self.cut(tags), count: tags.count)
    } catch {
      switch error.reason {
      case .notFound: return .tags([], count: 0)
      case .accessDenied: return .notAllowed
      case .cancelled: throw error
      default: return .notTold(error)
      }
    }
  }

  private static func cut(_ entries: [ObjectTag]) -> [ObjectTag] {
    entries.prefix(SourceDescription.most).map { ObjectTag(name: cut($0.name), value: cut($0.value)) }
  }

  private static func cut(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(SourceDescription.mostCharacters)))
  }
}
