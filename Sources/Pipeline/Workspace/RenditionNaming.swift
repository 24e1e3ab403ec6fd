package import ObjectStore
package import PixelEngine

/// How a rendition's key is made of its source's: something that tells the size, then the source key, so that the
/// renditions of one size list in source-key order.
package struct RenditionNaming: Hashable, Sendable {
  /// What stands before the source key; `{N}` is the side of the grid.
  private let stem: String
  /// `stem` for each size, in order: every key of a listing is held against them.
  private let prefixes: [String]

  /// The default, which is the reference pipeline's: `pixelated-{N}x{N}-{key}`.
  package init() {
    self.init(stem: "pixelated-{N}x{N}-")
  }

  private init(stem: String) {
    self.stem = stem
    prefixes = GridSize.allCases.map { stem.replacing("{N}", with: String($0.side)) }
  }

  /// - Parameter template: ends with `{key}` and names `{N}` before it.
  /// - Returns: nil for any other template, and where the prefix of one size begins another's, so that a key could be
  ///   read two ways.
  package init?(template: String) {
    guard template.hasSuffix("{key}"), template.contains("{N}") else { return nil }
    self.init(stem: String(template.dropLast("{key}".count)))
    guard !stem.contains("{key}") else { return nil }
    let prefixes = prefixes + [FailureRecord.prefix]
    for (i, a) in prefixes.enumerated() {
      for (j, b) in prefixes.enumerated() where i != j && b.hasPrefix(a) { return nil }
    }
  }

  /// As it was given.
  package var template: String { stem + "{key}" }

  /// What every rendition of this size starts with.
  package func prefix(for size: GridSize) -> String {
    prefixes[size.index]
  }

  /// The relative key of a rendition.
  package func key(of source: ObjectKey, size: GridSize) -> String {
    prefix(for: size) + source.string
  }

  /// The size and the source key that a relative key of the destination names, or nil where it names no rendition.
  package func parse(_ key: ObjectKey) -> (size: GridSize, source: ObjectKey)? {
    for (size, prefix) in zip(GridSize.allCases, prefixes) where key.starts(with: prefix) {
      return key.dropping(prefix.utf8.count).map { (size, $0) }
    }
    return nil
  }

  /// Whether a relative key names a rendition.
  func names(_ key: ObjectKey) -> Bool {
    prefixes.contains { key.string.utf8.count > $0.utf8.count && key.starts(with: $0) }
  }
}
