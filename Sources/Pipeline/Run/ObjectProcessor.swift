import FoundationEssentials
import ObjectStore
package import PixelEngine

/// Processes one object: reads it, makes its renditions, writes them, and looks whether the source is still the same.
///
/// All renditions are made before the first is written, so a picture that fails leaves what stood. Each says in its
/// metadata which source it was made of. What fails is recorded beside the renditions; what succeeds clears its record.
package struct ObjectProcessor: Sendable {
  private let workspace: Workspace
  private let engine: PixelEngine
  private let options: RunOptions
  private let maker: RenditionMaker
  private let files: Budget
  private let records: FailureLookup

  /// How often a source that changes while it is processed is begun again.
  private static let maximumRounds = 3
  /// Room for the renditions until they are written; those of 100 megapixels take 3.5 MB.
  private static let renditionBytes = 4 << 20

  package init(workspace: Workspace, engine: PixelEngine, options: RunOptions = RunOptions()) {
    self.workspace = workspace
    self.engine = engine
    self.options = options
    maker = RenditionMaker(engine: engine, options: options)
    files = Budget(total: options.memoryBytes - options.decodingBytes)
    records = FailureLookup(workspace: workspace)
  }

  /// Processes the object of a row, whatever its state.
  package func process(_ row: StatusRow) async -> JobOutcome {
    let bytes = SourcePicture.memory(forSize: row.size) + Self.renditionBytes
    let outcome = await files.with(bytes) { () async -> JobOutcome in
      do throws(Failure) {
        try await makeRenditions(of: row)
        return .written(renditions: GridSize.allCases.count)
      } catch {
        return .failed(error)
      }
    }
    guard let outcome, !Task.isCancelled else { return .cancelled }
    return await settle(outcome, of: row)
  }

  private func makeRenditions(of row: StatusRow) async throws(Failure) {
    let names = try renditionKeys(of: row.key)
    for _ in 0..<Self.maximumRounds {
      let source = try await read(row)
      let files = try await renditions(of: source.data)
      if options.looksBeforeWriting, try await !isUnchanged(row.key, since: source.head) { continue }
      try await write(files, to: names, of: source.head)
      if try await isUnchanged(row.key, since: source.head) { return }
    }
    throw Failure(
      code: .changed, message: "The source kept changing while it was processed; retry when it has settled.",
      stage: .confirm)
  }

  private func renditionKeys(of key: ObjectKey) throws(Failure) -> [ObjectKey] {
    let names = GridSize.allCases.compactMap {
      workspace.destination.storeKey(workspace.naming.key(of: key, size: $0))
    }
    guard names.count == GridSize.allCases.count else {
      throw Failure(
        code: .keyTooLong,
        message:
          "A rendition's key would be longer than \(ObjectKey.maximumBytes) bytes; give the source a shorter key.",
        stage: .read)
    }
    return names
  }

  private func read(_ row: StatusRow) async throws(Failure) -> SourcePicture {
    guard row.size <= engine.limits.fileBytes else {
      throw Failure(.tooLarge(limit: .fileBytes, value: Int(clamping: row.size), maximum: engine.limits.fileBytes))
    }
    let picture = try await store(.read) { () async throws(StoreError) in
      try await workspace.source.store.picture(sourceKey(row.key), limit: engine.limits.fileBytes)
    }
    do throws(FileFault) { return try picture.get() } catch { throw Failure(spooling: error) }
  }

  private func renditions(of picture: PictureData) async throws(Failure) -> [Rendition] {
    do throws(PixelError) { return try await maker.renditions(of: picture) } catch { throw Failure(error) }
  }

  private func write(
    _ files: [Rendition], to names: [ObjectKey], of source: ObjectHead
  ) async throws(Failure) {
    let failures = await withTaskGroup { group in
      for (file, name) in zip(files, names) {
        group.addTask {
          do throws(Failure) {
            try await write(file, to: name, of: source)
            return Failure?.none
          } catch {
            return error
          }
        }
      }
      return await group.reduce(into: [Failure]()) { if let failure = $1 { $0.append(failure) } }
    }
    if let failure = failures.first { throw failure }
  }

  private func write(_ file: Rendition, to name: ObjectKey, of source: ObjectHead) async throws(Failure) {
    let metadata = [
      Provenance.sourceETag: source.summary.etag,
      Provenance.engine: PixelEngine.version,
    ]
    _ = try await store(.write) { () async throws(StoreError) in
      try await workspace.destination.store.put(
        name, content: .bytes(file.bytes),
        options: PutOptions(contentType: file.format.mediaType, metadata: metadata))
    }
  }

  private func isUnchanged(_ key: ObjectKey, since head: ObjectHead) async throws(Failure) -> Bool {
    let etag = try await store(.confirm) { () async throws(StoreError) in
      try await workspace.source.store.head(sourceKey(key)).summary.etag
    }
    return etag == head.summary.etag
  }

  /// Leaves or clears the failure record. A record that cannot be written makes no difference to the outcome: the object
  /// is not complete either way.
  private func settle(_ outcome: JobOutcome, of row: StatusRow) async -> JobOutcome {
    do throws(StoreError) {
      switch outcome {
      case .failed(let failure) where failure.code.kind != .gone:
        let now = Date()
        var previous = row.failure
        if previous == nil, row.hasFailure { previous = try await records.record(of: row.key) }
        let record = FailureRecord(
          key: row.key.string, failure: failure, attempts: (previous?.attempts ?? 0) + 1,
          firstFailed: previous?.firstFailed ?? now, lastFailed: now, sourceETag: row.etag,
          engineVersion: PixelEngine.version)
        try await options.retry { () async throws(StoreError) in try await records.write(record, of: row.key) }
      default:
        guard row.hasFailure else { break }
        try await options.retry { () async throws(StoreError) in try await records.remove(of: row.key) }
      }
      return outcome
    } catch {
      if case .failed = outcome { return outcome }
      return .failed(Failure(error, stage: .confirm))
    }
  }

  /// Calls a store, repeating what may pass, and names the stage in what is left.
  private func store<T: Sendable>(
    _ stage: Failure.Stage, _ call: @Sendable () async throws(StoreError) -> T
  ) async throws(Failure) -> T {
    do throws(StoreError) {
      return try await options.retry(call)
    } catch {
      throw Failure(error, stage: stage)
    }
  }

  private func sourceKey(_ key: ObjectKey) throws(StoreError) -> ObjectKey {
    guard let name = workspace.source.storeKey(key.string) else {
      throw StoreError(operation: .get, key: key.string, reason: .notFound)
    }
    return name
  }
}

/// The metadata of a rendition that tells where it came from: `x-amz-meta-` and these names.
package enum Provenance {
  package static let sourceETag = "pixelater-source-etag"
  package static let engine = "pixelater-engine"
}
