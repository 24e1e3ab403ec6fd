internal import Glibc

/// A listing of a directory store on its way: the folders from the root to where it stands, each with its names.
///
/// Folders are read when they are reached, so the first page costs the folders above it, and memory the names of the
/// folders on the current path. What comes or goes in a folder after it was read may or may not be told. No
/// descriptor is held between pages.
struct ListCursor {
  private let root: RootFolder
  private let filter: ListFilter
  private var frames: [Frame] = []
  private var hasBegun = false
  /// The last common prefix told: its other keys are passed over.
  private var rolled: [UInt8]?

  private struct Frame {
    /// The keys in the folder begin with this; ends in `/` unless empty.
    let base: [UInt8]
    let path: [DiskName]
    let names: FolderNames
    var next = 0
  }

  init(root: RootFolder, filter: ListFilter) {
    self.root = root
    self.filter = filter
  }

  /// The next page, nil after the last; never an empty one.
  mutating func nextPage() throws(StoreError) -> ListPage? {
    var builder = PageBuilder(size: filter.pageSize)
    var place: StoreError.Place = .root
    do {
      if !hasBegun { try begin(&place) }
      try fill(&builder, &place)
    } catch {
      throw place.error(error, root: root, filter: filter)
    }
    return builder.isEmpty ? nil : builder.page
  }

  /// Goes straight to the folder that the prefix names.
  private mutating func begin(_ place: inout StoreError.Place) throws(SystemFault) {
    let folder = try root.open()
    hasBegun = true
    let base = Array(filter.prefix.prefix(through: DiskPath.slash))
    guard !filter.prefix.contains(0), filter.prefix.count <= ObjectKey.maximumBytes else { return }
    if base.isEmpty {
      try push(folder, base: [], path: [])
    } else {
      let path = DiskPath.folders(of: base)
      place = .folder(base)
      do {
        try push(try root.open(path), base: base, path: path)
      } catch {
        if !error.isAbsence { throw error }
      }
    }
  }

  private mutating func fill(_ page: inout PageBuilder, _ place: inout StoreError.Place) throws(SystemFault) {
    var folder: Descriptor?
    while !page.isFull, let frame = frames.last {
      if Task.isCancelled { throw SystemFault(ECANCELED) }
      place = .folder(frame.base)
      guard frame.next < frame.names.count else {
        frames.removeLast()
        folder = nil
        continue
      }
      let here: Descriptor
      if let open = folder.take() {
        here = open
      } else {
        do { here = try root.open(frame.path) } catch {
          guard error.isAbsence else { throw error }
          // The folder has gone, and what was in it. The root is another matter.
          _ = try root.open()
          frames.removeLast()
          continue
        }
      }
      let text = frame.names[frame.next]
      frames[frames.count - 1].next += 1
      let key = frame.base + text
      if let rolled, key.hasPrefix(rolled) {
        folder = consume here
        continue
      }
      if text.last == DiskPath.slash {
        // A folder whose text is as long as a key may be still holds one: the key that ends in its "/".
        guard key.count <= ObjectKey.maximumBytes else {
          folder = consume here
          continue
        }
        place = .folder(key)
        folder = try descend(key, Array(text.dropLast()), from: here, path: frame.path)
      } else {
        if let object = try summary(key, Array(text), in: here, path: frame.path) {
          if let common = filter.commonPrefix(of: key) {
            rolled = Array(common)
            page.append(commonPrefix: common)
          } else {
            page.append(object)
          }
        }
        folder = consume here
      }
    }
  }

  /// Goes into a folder, and gives it; nil where it has gone.
  private mutating func descend(
    _ base: [UInt8], _ component: [UInt8], from parent: borrowing Descriptor, path: [DiskName]
  ) throws(SystemFault) -> Descriptor? {
    let names = Component.names(component)
    do {
      var folder = try RootFolder.folder(names[0], in: parent)
      for name in names.dropFirst() { folder = try RootFolder.folder(name, in: folder) }
      let read = try FolderNames(folder, base: base, isRoot: false, filter: filter)
      frames.append(Frame(base: base, path: path + names, names: read))
      return folder
    } catch {
      if error.isAbsence { return nil }
      throw error
    }
  }

  private mutating func push(
    _ folder: borrowing Descriptor, base: [UInt8], path: [DiskName]
  ) throws(SystemFault) {
    let names = try FolderNames(folder, base: base, isRoot: path.isEmpty, filter: filter)
    frames.append(Frame(base: base, path: path, names: names))
  }

  /// What a listing tells of the object, nil where it has gone or is none.
  private func summary(
    _ key: [UInt8], _ component: [UInt8], in folder: borrowing Descriptor, path: [DiskName]
  ) throws(SystemFault) -> ObjectSummary? {
    guard let key = ObjectKey(bytes: key) else { return nil }
    if !Component.needsMark(component) {
      // The common case: one call.
      if let status = try FileStatus.of(DiskName(component), in: folder), status.kind == .regular {
        return status.summary(key)
      }
    }
    return try root.find(key)?.status.summary(key)
  }
}

extension StoreError {
  /// Where a listing was when something failed, so that the error names it.
  fileprivate enum Place {
    case root
    case folder([UInt8])

    func error(_ fault: SystemFault, root: RootFolder, filter: ListFilter) -> StoreError {
      if fault.code == ECANCELED {
        return StoreError(operation: .list, key: String(decoding: filter.prefix, as: UTF8.self), reason: .cancelled)
      }
      switch self {
      case .folder(let base) where !base.isEmpty:
        return fault.error(.list, String(decoding: base, as: UTF8.self))
      default:
        return root.error(fault, .list)
      }
    }
  }
}

extension RootFolder {
  /// An error about the root itself: its key is the root's path.
  func error(_ fault: SystemFault, _ operation: StoreError.Operation) -> StoreError {
    StoreError(operation: operation, key: path, reason: fault.isAbsence ? .noSuchBucket : fault.reason)
  }
}

extension [UInt8] {
  /// Up to and with the last `byte`; empty where there is none.
  fileprivate func prefix(through byte: UInt8) -> ArraySlice<UInt8> {
    lastIndex(of: byte).map { self[...$0] } ?? []
  }
}
