import ObjectStore
package import Pipeline
package import PixelEngine

/// The preview: what it should show, and the pictures it has.
package struct PreviewState: Sendable {
  package internal(set) var isOpen = false
  package internal(set) var size = GridSize.x32
  /// All five and the original, instead of one.
  package internal(set) var isSheet = false
  /// What is stored held against what would be made now, cell by cell.
  package internal(set) var showsDifference = false
  /// Over the whole screen: how large, and from where on; nil is all of it, as large as it goes.
  package internal(set) var window: PreviewWindow?
  /// A checkerboard behind what is transparent, instead of the terminal's ground.
  package internal(set) var showsCheckerboard = false
  package internal(set) var pictures = PictureStore()
  /// What the screen shows, or would if it were there.
  package internal(set) var wanted: [PreviewID] = []
  /// What of it was not there and has been asked for.
  var asked: Set<PreviewID> = []

  package init() {}
}

/// The last pictures seen, by what they are of.
package struct PictureStore: Sendable {
  /// Most pictures kept. One of a grid is at most 16 KiB, one of an original a few hundred.
  package static let capacity = 48

  private var results: [PreviewID: Result<PreviewPicture, Failure>] = [:]
  /// Least lately used first.
  private var order: [PreviewID] = []

  package init() {}

  package subscript(id: PreviewID) -> Result<PreviewPicture, Failure>? { results[id] }

  mutating func touch(_ id: PreviewID) {
    guard results[id] != nil, let index = order.firstIndex(of: id) else { return }
    order.append(order.remove(at: index))
  }

  mutating func insert(_ result: Result<PreviewPicture, Failure>, for id: PreviewID) {
    order.removeAll { $0 == id }
    order.append(id)
    results[id] = result
    while order.count > Self.capacity { results[order.removeFirst()] = nil }
  }

  /// Forgets what may have changed though its identity has not: an original read in vain, a computed picture.
  mutating func forget(_ key: ObjectKey) {
    order.removeAll { id in
      guard id.key == key else { return false }
      results[id] = nil
      return true
    }
  }
}
