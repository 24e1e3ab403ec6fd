package import PixelEngine

/// The state of a source object. The raw values are a contract.
package enum ObjectState: String, CaseIterable, Hashable, Sendable, Codable {
  /// All five renditions stand and none is older than the source.
  case complete
  /// One to four stand.
  case partial
  /// None stands.
  case pending
  /// A rendition is older than its source.
  case stale
  /// A failure record stands.
  case failed
  /// The suffix is that of another well-known kind of file, so it is not read unless forced.
  case unsupported
  /// Being processed in this process.
  case running
  /// Waiting to be processed in this process.
  case queued
}

/// What a listing tells of one rendition. The raw values are a contract.
package enum RenditionState: UInt8, Hashable, Sendable {
  case missing = 0
  case present = 1
  /// There, but older than its source.
  case stale = 2

  /// The word of the contract.
  package var word: String {
    switch self {
    case .missing: "missing"
    case .present: "present"
    case .stale: "stale"
    }
  }
}

/// The states of the five renditions of one object, two bits each.
package struct RenditionSet: Hashable, Sendable {
  private var bits: UInt16 = 0

  /// All missing.
  package init() {}

  package init(repeating state: RenditionState) {
    for size in GridSize.allCases { self[size] = state }
  }

  package subscript(size: GridSize) -> RenditionState {
    get { RenditionState(rawValue: UInt8(bits >> Self.shift(size) & 3)) ?? .missing }
    set { bits = bits & ~(3 << Self.shift(size)) | UInt16(newValue.rawValue) << Self.shift(size) }
  }

  package func count(_ state: RenditionState) -> Int {
    GridSize.allCases.count { self[$0] == state }
  }

  private static func shift(_ size: GridSize) -> UInt16 { UInt16(2 * size.index) }
}
