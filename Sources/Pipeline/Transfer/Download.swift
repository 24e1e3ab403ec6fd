import Glibc
package import ObjectStore
package import PixelEngine

/// One object of a workspace: a source, or a rendition of it.
package struct WorkspaceObject: Hashable, Sendable {
  /// Relative to the source.
  package var source: ObjectKey
  /// Nil: the source itself.
  package var size: GridSize?
  /// A version of the source other than the one that stands.
  package var version: String?

  package init(source: ObjectKey, size: GridSize? = nil, version: String? = nil) {
    self.source = source
    self.size = size
    self.version = version
  }

  /// The key relative to its own location.
  package func key(_ naming: RenditionNaming) -> String {
    size.map { naming.key(of: source, size: $0) } ?? source.string
  }

  /// Below the folder of a download.
  package func path(_ naming: RenditionNaming) -> DownloadPath {
    let path = DownloadPath(key: key(naming))
    return version.map { path.marked(String($0.prefix(12))) } ?? path
  }
}

/// Which objects go into which folder.
package struct DownloadRequest: Hashable, Sendable {
  /// What to do where a file of the name is there.
  package enum Existing: String, CaseIterable, Hashable, Sendable {
    /// Keep both: the new one gets a number.
    case number
    case skip
    case replace
  }

  package var objects: [WorkspaceObject]
  /// As the person typed it.
  package var folder: String
  package var existing: Existing

  package init(objects: [WorkspaceObject], folder: String, existing: Existing = .number) {
    self.objects = objects
    self.folder = folder
    self.existing = existing
  }
}

/// What a download will meet in its folder.
package struct DownloadCheck: Hashable, Sendable {
  /// Absolute.
  package var folder: String
  /// The folder is not there yet.
  package var isNew: Bool
  /// Files that are there already.
  package var existing: Int

  package init(folder: String, isNew: Bool, existing: Int) {
    self.folder = folder
    self.isNew = isNew
    self.existing = existing
  }
}

/// What happens in a transfer; told from any thread.
package enum TransferEvent: Sendable {
  /// More bytes of content went over.
  case moved(bytes: Int)
  case finished(TransferOutcome)
}

/// What became of one object of a transfer.
package struct TransferOutcome: Hashable, Sendable {
  package enum Result: Hashable, Sendable {
    /// Under this name, below the folder; foreign text.
    case done(name: String)
    /// A file of the name was there, and stays.
    case skipped
    case failed(TransferError)
    case cancelled
  }

  /// As it is known in its location; foreign text.
  package var key: String
  package var result: Result
  /// The version ID of the delete marker that a deletion left: by it the object can be brought back.
  package var marker: String?

  package init(key: String, result: Result, marker: String? = nil) {
    self.key = key
    self.result = result
    self.marker = marker
  }
}

/// Brings objects of a workspace into a folder of this machine. A file is there whole or not at all.
package struct Downloader: Sendable {
  private let workspace: Workspace
  private let paths: LocalPath
  private let retry: RetryPolicy

  /// Objects that are fetched at one time.
  private static let parallel = 4

  package init(workspace: Workspace, paths: LocalPath = .current, retry: RetryPolicy = RetryPolicy()) {
    self.workspace = workspace
    self.paths = paths
    self.retry = retry
  }

  /// What is in the way; nothing is made or changed.
  ///
  /// - Parameter isCancelled: asked now and then; the answer is worthless once it says so.
  package func check(
    _ request: DownloadRequest, isCancelled: () -> Bool = { false }
  ) throws(TransferError) -> DownloadCheck {
    let folder = paths.expanded(request.folder)
    var status = stat()
    guard stat(folder, &status) == 0 else {
      guard errno == ENOENT else { throw .file(FileFault(.openFolder, folder)) }
      return DownloadCheck(folder: folder, isNew: true, existing: 0)
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw .file(FileFault(.openFolder, folder, number: ENOTDIR))
    }
    guard access(folder, W_OK | X_OK) == 0 else { throw .file(FileFault(.write, folder)) }
    var existing = 0
    for (i, object) in request.objects.enumerated() {
      if i & 0xFFF == 0, isCancelled() { break }
      if lstat(folder + "/" + object.path(workspace.naming).text, &status) == 0 { existing += 1 }
    }
    return DownloadCheck(folder: folder, isNew: false, existing: existing)
  }

  /// Fetches all of them, a few at a time, and tells what becomes of each. Cancelling the task leaves the rest.
  package func run(_ request: DownloadRequest, onEvent: @escaping @Sendable (TransferEvent) -> Void) async {
    guard !Task.isCancelled else {
      // Not even the folder is made.
      for object in request.objects {
        onEvent(.finished(TransferOutcome(key: object.key(workspace.naming), result: .cancelled)))
      }
      return
    }
    let folder: Result<LocalFolder, FileFault>
    do throws(FileFault) {
      folder = .success(try LocalFolder(making: paths.expanded(request.folder)))
    } catch {
      folder = .failure(error)
    }
    await withTaskGroup(of: Void.self) { group in
      var rest = request.objects[...]
      func add() {
        guard let object = rest.popFirst() else { return }
        group.addTask { onEvent(.finished(await outcome(of: object, in: folder, request.existing, onEvent))) }
      }
      for _ in 0..<Self.parallel { add() }
      while await group.next() != nil { add() }
    }
  }

  private func outcome(
    of object: WorkspaceObject, in folder: Result<LocalFolder, FileFault>, _ existing: DownloadRequest.Existing,
    _ onEvent: @Sendable (TransferEvent) -> Void
  ) async -> TransferOutcome {
    var outcome = TransferOutcome(key: object.key(workspace.naming), result: .cancelled)
    do throws(TransferError) {
      outcome.result = try await fetch(object, into: folder, existing, onEvent)
    } catch {
      outcome.result = error.isCancellation ? .cancelled : .failed(error)
    }
    return outcome
  }

  private func fetch(
    _ object: WorkspaceObject, into root: Result<LocalFolder, FileFault>, _ existing: DownloadRequest.Existing,
    _ onEvent: @Sendable (TransferEvent) -> Void
  ) async throws(TransferError) -> TransferOutcome.Result {
    if Task.isCancelled { throw .cancelled }
    let path = object.path(workspace.naming)
    let location = object.size == nil ? workspace.source : workspace.destination
    guard let key = location.storeKey(object.key(workspace.naming)) else { throw .keyTooLong }
    let folder: LocalFolder
    var file: TemporaryFile
    do throws(FileFault) {
      folder = try root.get().descending(path.folders)
      if existing == .skip, folder.holds(path.name) { return .skipped }
      file = try folder.temporaryFile()
    } catch {
      throw .file(error)
    }
    var content = ContentReader(key: key, store: location.store, version: object.version, retry: retry)
    while let part = try await content.next() {
      do throws(FileFault) {
        if part.isBeginning { try file.clear() }
        try file.write(part.bytes)
      } catch {
        throw .file(error)
      }
      onEvent(.moved(bytes: part.bytes.count))
    }
    let names = (1...9999).lazy.map { $0 == 1 ? path.name : path.name(number: $0) }
    do throws(FileFault) {
      guard let name = try file.settle(as: names, replacing: existing == .replace) else {
        throw FileFault(.write, folder.path + "/" + path.name, number: EEXIST)
      }
      return .done(name: (path.folders + [name]).joined(separator: "/"))
    } catch {
      throw .file(error)
    }
  }
}

extension TransferError {
  package var isCancellation: Bool {
    switch self {
    case .cancelled: true
    case .store(let error): error.reason == .cancelled
    default: false
    }
  }
}

/// An object's content, read to its end whatever breaks off on the way: it goes on where it was, of the same content
/// (`If-Match`); where the object has changed meanwhile, it begins anew.
private struct ContentReader {
  struct Part {
    var bytes: [UInt8]
    /// What came before is void.
    var isBeginning: Bool
  }

  let key: ObjectKey
  let store: any ObjectStore
  let version: String?
  let retry: RetryPolicy

  /// How often an object that changes meanwhile is begun anew.
  private static let restarts = 3

  private var chunks: ByteChunks.Iterator?
  private var etag: String?
  private var size: Int64 = 0
  private var taken: Int64 = 0
  private var failures = 0
  private var restarts = 0

  init(key: ObjectKey, store: any ObjectStore, version: String?, retry: RetryPolicy) {
    self.key = key
    self.store = store
    self.version = version
    self.retry = retry
  }

  /// Nil at the end.
  mutating func next() async throws(TransferError) -> Part? {
    while true {
      do throws(StoreError) {
        guard let bytes = try await chunk() else { return nil }
        let part = Part(bytes: bytes, isBeginning: taken == 0)
        taken += Int64(bytes.count)
        failures = 0
        return part
      } catch {
        try await recover(from: error)
      }
    }
  }

  private mutating func chunk() async throws(StoreError) -> [UInt8]? {
    if chunks == nil {
      if etag != nil, taken >= size { return nil }
      let options = GetOptions(range: taken > 0 ? taken..<size : nil, ifMatch: etag, version: version)
      let content = try await store.get(key, options: options)
      if etag == nil {
        etag = content.head.summary.etag
        size = content.head.summary.size
      }
      chunks = content.chunks.makeAsyncIterator()
    }
    if let bytes = try await chunks?.next() { return bytes }
    guard taken >= size else {
      throw StoreError(operation: .get, key: key.string, reason: .unavailable(detail: "the content ended early"))
    }
    return nil
  }

  private mutating func recover(from error: StoreError) async throws(TransferError) {
    chunks = nil
    if error.reason == .preconditionFailed, etag != nil, restarts < Self.restarts {
      restarts += 1
      etag = nil
      taken = 0
      return
    }
    failures += 1
    guard error.isWorthRetrying, failures < retry.maximumAttempts else { throw .store(error) }
    do {
      try await retry.sleep(retry.delay(afterFailures: failures, of: error.reason))
    } catch {
      throw .cancelled
    }
  }
}
