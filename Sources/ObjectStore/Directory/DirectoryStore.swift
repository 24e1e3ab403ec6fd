internal import Glibc

/// A bucket that is a folder: each object a file, durable and atomic, fit for several processes at once.
///
/// - A plain folder of files is a store as it is; `DiskPath` tells which file is which key, `RootFolder.target(of:)`
///   which links are objects. Sockets, devices, FIFOs and names that are not UTF-8 never are.
/// - The ETag is the file's inode, time of change and size: cheap, and another for other content.
/// - S3 has no folders: those that a removed object leaves empty are removed too, empty ones are not listed.
/// - Calls block their thread while the disk works; they ask for cancellation between chunks, names and pages.
package final class DirectoryStore: ObjectStore {
  /// The folder's path: absolute, without links, `.` or `..`.
  package var root: String { folder.path }

  let folder: RootFolder
  let calls: FileCalls
  private let isReadOnly: Bool
  private let reserved = Locked<ReservedFolder?>(nil)

  /// Opens the folder at `root`, and removes the unfinished files of processes that are gone.
  ///
  /// - Parameters:
  ///   - root: a path; a relative one counts from the current directory.
  ///   - create: makes the folder, and those above it, where they are missing.
  ///   - readOnly: `put` and `delete` throw `readOnly`, and nothing below the root is touched, not even what was left
  ///     unfinished.
  /// - Throws: `noSuchBucket` where there is no folder, `accessDenied`; the error's key is the path.
  package convenience init(root: String, create: Bool, readOnly: Bool = false) throws(StoreError) {
    try self.init(root: root, create: create, readOnly: readOnly, calls: .system)
  }

  init(root: String, create: Bool, readOnly: Bool, calls: FileCalls) throws(StoreError) {
    do {
      if create && !readOnly { try RootFolder.make(root, calls) }
      folder = try RootFolder(resolving: root)
      _ = try folder.open()
      // A folder that may not be written is still good for reading.
      if !readOnly { try? ReservedFolder.sweep(folder) }
    } catch {
      throw StoreError(operation: .open, key: root, reason: error.isAbsence ? .noSuchBucket : error.reason)
    }
    isReadOnly = readOnly
    self.calls = calls
  }

  package func head(_ key: ObjectKey) async throws(StoreError) -> ObjectHead {
    try check(.head, key)
    return try attempt(.head, key) { () throws(SystemFault) in try head(key) }
  }

  package func get(_ key: ObjectKey, options: GetOptions) async throws(StoreError) -> ObjectContent {
    try check(.get, key)
    let (file, head) = try attempt(.get, key) { () throws(SystemFault) in try open(key) }
    if let wanted = options.ifMatch, wanted != head.summary.etag {
      throw StoreError(operation: .get, key: key.string, reason: .preconditionFailed)
    }
    guard let range = options.bytes(of: head.summary.size) else {
      throw StoreError(operation: .get, key: key.string, reason: .invalidRange)
    }
    let reader = Locked(ContentReader(file: file, key: key, range: range))
    return ObjectContent(
      head: head,
      chunks: ByteChunks { () throws(StoreError) in
        try reader.withLock { reader throws(StoreError) in try reader.next() }
      })
  }

  @discardableResult
  package func put(
    _ key: ObjectKey, content: PutContent, options: PutOptions
  ) async throws(StoreError) -> String {
    try check(.put, key)
    if let fault = options.fault {
      throw StoreError(operation: .put, key: key.string, reason: .other(detail: fault))
    }
    let source = try PutSource(content, key)
    return try write(.put, key) { (reserved) throws(SystemFault) in
      let put = ObjectPut(key: key, root: folder, reserved: reserved, calls: calls)
      return try put.run(source, ObjectMetadata(options))
    }
  }

  package func delete(_ key: ObjectKey) async throws(StoreError) {
    try check(.delete, key)
    try write(.delete, key) { (reserved) throws(SystemFault) in
      try ObjectDelete(key: key, root: folder, reserved: reserved, calls: calls).run()
    }
  }

  package func list(_ request: ListRequest) -> ListPages {
    let filter = ListFilter(request)
    let root = folder
    return ListPages {
      let cursor = Locked(ListCursor(root: root, filter: filter))
      return { () throws(StoreError) in
        if Task.isCancelled { throw StoreError(operation: .list, key: request.prefix, reason: .cancelled) }
        return try cursor.withLock { cursor throws(StoreError) in try cursor.nextPage() }
      }
    }
  }

  private func check(_ operation: StoreError.Operation, _ key: ObjectKey) throws(StoreError) {
    if Task.isCancelled { throw StoreError(operation: operation, key: key.string, reason: .cancelled) }
  }

  /// Runs `body`; a fault becomes an error about `key`, or about the bucket where its folder is missing.
  private func attempt<Result: ~Copyable>(
    _ operation: StoreError.Operation, _ key: ObjectKey, _ body: () throws(SystemFault) -> Result
  ) throws(StoreError) -> Result {
    do { return try body() } catch {
      if error.isAbsence {
        do { _ = try folder.open() } catch { throw folder.error(error, operation) }
      }
      throw error.error(operation, key.string)
    }
  }

  private func write<Result>(
    _ operation: StoreError.Operation, _ key: ObjectKey, _ body: (ReservedFolder) throws(SystemFault) -> Result
  ) throws(StoreError) -> Result {
    if isReadOnly { throw StoreError(operation: operation, key: key.string, reason: .readOnly) }
    return try attempt(operation, key) { () throws(SystemFault) in
      let reserved = try openReserved()
      do throws(SystemFault) { return try body(reserved) } catch {
        // Somebody removed the reserved folder meanwhile: once more with a new one.
        guard error.code == ENOENT, !(try isCurrent(reserved)) else { throw error }
        return try body(try openReserved())
      }
    }
  }

  private func openReserved() throws(SystemFault) -> ReservedFolder {
    try reserved.withLock { (reserved) throws(SystemFault) in
      // The root may have been moved away and made anew since.
      if let reserved, try isCurrent(reserved) { return reserved }
      let opened = try ReservedFolder(folder, calls: calls)
      reserved = opened
      return opened
    }
  }

  /// Whether the reserved is still the one at the root.
  private func isCurrent(_ reserved: ReservedFolder) throws(SystemFault) -> Bool {
    guard let here = try FileStatus.of(.reserved, in: try folder.open()) else { return false }
    let own = try FileStatus.of(reserved.reserved)
    guard here.identity.inode == own.identity.inode else { return false }
    let temporary = try FileStatus.of(reserved.temporary)
    let metadata = try FileStatus.of(reserved.metadata)
    return own.links > 0 && temporary.links > 0 && metadata.links > 0
  }
}
