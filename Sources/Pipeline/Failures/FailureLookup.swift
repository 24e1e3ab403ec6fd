import FoundationEssentials
package import ObjectStore

/// Reads, writes and removes failure records.
package struct FailureLookup: Sendable {
  private let workspace: Workspace
  private var destination: OpenLocation { workspace.destination }

  /// A record is a few hundred bytes; what is longer is none of ours.
  private static let maximumBytes = 64 << 10
  /// Records read at a time for one batch of rows.
  private static let parallelReads = 16

  package init(workspace: Workspace) {
    self.workspace = workspace
  }

  /// The record of an object, nil where none stands.
  package func record(of key: ObjectKey) async throws(StoreError) -> FailureRecord? {
    let (relative, isShortened) = FailureRecord.name(of: key, in: destination)
    guard let name = destination.storeKey(relative) else { return nil }
    do throws(StoreError) {
      let bytes = try await destination.store.read(name, limit: Self.maximumBytes).bytes
      let record = decode(bytes, of: key)
      // Two long keys might share a name; a record is its own key's alone.
      return isShortened && record.key != key.string ? nil : record
    } catch {
      if case .notFound = error.reason { return nil }
      if case .tooLarge = error.reason { return decode([], of: key) }
      throw error
    }
  }

  func write(_ record: FailureRecord, of key: ObjectKey) async throws(StoreError) {
    guard let name = storeKey(of: key), let json = try? Self.encoder.encode(record) else { return }
    try await destination.store.put(
      name, content: .bytes(Array(json)), options: PutOptions(contentType: "application/json"))
  }

  package func remove(of key: ObjectKey) async throws(StoreError) {
    guard let name = storeKey(of: key) else { return }
    try await destination.store.delete(name)
  }

  /// Adds to rows what the listing of records could not tell: the records' text, where `details` are wanted, and
  /// records under shortened names. Those look stray in the listing; the ones whose object is there are dropped.
  func complete(_ items: inout [StatusItem], details: Bool) async throws(StoreError) {
    var rows: [(index: Int, key: ObjectKey)] = []
    var shortened: [(index: Int, key: ObjectKey)] = []
    for (index, item) in items.enumerated() {
      switch item {
      case .object(let row):
        if details && row.hasFailure || FailureRecord.isTooLong(row.key, in: destination) {
          rows.append((index, row.key))
        }
      case .strayRecord(let listed) where FailureRecord.isShortened(listed, in: destination):
        shortened.append((index, listed))
      case .strayRecord, .orphan: break
      }
    }
    for (index, record) in try await records(of: rows) {
      guard case .object(var row) = items[index] else { continue }
      row.failure = record
      row.hasFailure = true
      items[index] = .object(row)
    }
    let kept = try await records(of: shortened)
    for (index, record) in kept.sorted(by: { $0.index > $1.index }) {
      guard let key = ObjectKey(record.key), let source = workspace.source.storeKey(key.string),
        try await workspace.source.store.headIfPresent(source) != nil
      else { continue }
      items.remove(at: index)
    }
  }

  private func records(
    of wanted: [(index: Int, key: ObjectKey)]
  ) async throws(StoreError) -> [(index: Int, record: FailureRecord)] {
    var found: [(Int, FailureRecord)] = []
    for start in stride(from: 0, to: wanted.count, by: Self.parallelReads) {
      let readings = await withTaskGroup(of: Reading.self) { group in
        for (index, key) in wanted[start..<min(start + Self.parallelReads, wanted.count)] {
          group.addTask { await reading(of: key, at: index) }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      for reading in readings {
        if let record = try reading.record.get() { found.append((reading.index, record)) }
      }
    }
    return found
  }

  private struct Reading: Sendable {
    var index: Int
    var record: Result<FailureRecord?, StoreError>
  }

  /// A function, and no tuple: see `StatusReader`.
  private func reading(of key: ObjectKey, at index: Int) async -> Reading {
    do throws(StoreError) {
      return Reading(index: index, record: .success(try await record(of: key)))
    } catch {
      return Reading(index: index, record: .failure(error))
    }
  }

  private func storeKey(of key: ObjectKey) -> ObjectKey? {
    destination.storeKey(FailureRecord.name(of: key, in: destination).key)
  }

  /// A record that cannot be read still says that the object failed.
  private func decode(_ bytes: [UInt8], of key: ObjectKey) -> FailureRecord {
    if let record = try? Self.decoder.decode(FailureRecord.self, from: Data(bytes)) { return record }
    let unreadable = Failure(
      code: .internal, message: "The failure record cannot be read; process the object again.", stage: .read)
    return FailureRecord(
      key: key.string, failure: unreadable, firstFailed: .distantPast, lastFailed: .distantPast, sourceETag: "",
      engineVersion: "")
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    return encoder
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    return decoder
  }
}
