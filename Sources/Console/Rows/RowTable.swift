import FoundationEssentials
package import ObjectStore
package import Pipeline
import PixelEngine

/// The rows of all objects, in key order, small enough for a million of them.
///
/// Rows keep their `RowID` while they are there, so that marks, filters and sorted views can hold on to them. A copy is
/// cheap (blocks are shared until one of the two writes), so that long work can go on elsewhere on a snapshot.
package struct RowTable: Sendable {
  private var blocks: [RowBlock] = []
  /// All rows in key order.
  package private(set) var order: [RowID] = []
  private var free: [RowID] = []
  package private(set) var totals = StatusTotals()
  package private(set) var queued = 0
  package private(set) var running = 0
  package private(set) var handedOver = 0
  /// When the oldest object came that has no renditions yet, or not all, or old ones, in seconds since 1970; nil: there
  /// is none.
  package private(set) var oldestWaiting: Double?
  /// Whether the oldest may wait no more, so that it has to be looked for.
  private(set) var hasLostOldest = false
  private var notes: [RowID: FailureNote] = [:]
  /// Sentences of failures, each once: thousands of records share a few.
  private var phrases: [String] = []
  private var phraseNumbers: [String: UInt32] = [:]
  private var listing: UInt8 = 0

  package init() {}

  package var count: Int { order.count }
  package var isEmpty: Bool { order.isEmpty }
  /// One more than the greatest raw value of an ID in use.
  var idLimit: Int { blocks.count * RowBlock.capacity }

  // MARK: - Reading

  package subscript(id: RowID) -> RowRecord { blocks[id.block].records[id.offset] }

  /// Whether there is a row with this ID.
  package func holds(_ id: RowID) -> Bool {
    id.block < blocks.count && id.offset < blocks[id.block].records.count && self[id].keyLength > 0
  }

  package func keyText(_ id: RowID) -> String { blocks[id.block].key(at: id.offset) }
  package func etag(_ id: RowID) -> String { blocks[id.block].etag(at: id.offset) }

  package func key(_ id: RowID) -> ObjectKey {
    guard let key = ObjectKey(keyText(id)) else { preconditionFailure("a row's key was made from a legal one") }
    return key
  }

  @inline(__always)
  func withKey<R>(_ id: RowID, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    blocks[id.block].withKey(at: id.offset, body)
  }

  /// Key order: negative where `a` comes first.
  func compareKeys(_ a: RowID, _ b: RowID) -> Int {
    withKey(a) { a in withKey(b) { b in compareBytes(a, b) } }
  }

  /// The first place in `order` whose key is not before `key`, and whether it is that key's.
  package func place(of key: ObjectKey) -> (index: Int, found: Bool) {
    var text = key.string
    return text.withUTF8 { bytes in
      var low = 0
      var high = order.count
      while low < high {
        let middle = (low + high) / 2
        let comparison = withKey(order[middle]) { compareBytes($0, bytes) }
        if comparison == 0 { return (middle, true) }
        if comparison < 0 { low = middle + 1 } else { high = middle }
      }
      return (low, false)
    }
  }

  package func id(of key: ObjectKey) -> RowID? {
    let place = place(of: key)
    return place.found ? order[place.index] : nil
  }

  /// The row as the pipeline says it. In the record of a failure only what tells whether it stands is kept of the
  /// source's ETag: the row's own where the source has not changed since, else empty.
  package func row(_ id: RowID) -> StatusRow {
    let record = self[id]
    let etag = etag(id)
    let key = key(id)
    let note = notes[id]
    let failure = note.map { note in
      FailureRecord(
        key: key.string,
        failure: Failure(code: note.code, message: phrases[Int(note.message)], stage: note.stage),
        attempts: Int(note.attempts), firstFailed: Date(timeIntervalSince1970: note.firstFailed),
        lastFailed: Date(timeIntervalSince1970: note.lastFailed), sourceETag: note.standsForSource ? etag : "",
        engineVersion: phrases[Int(note.engine)])
    }
    return StatusRow(
      source: ObjectSummary(
        key: key, size: record.size, lastModified: Date(timeIntervalSince1970: record.modified), etag: etag),
      renditions: record.renditions, renditionBytes: Int64(record.renditionBytes), failure: failure,
      hasFailure: record.state == .failed)
  }

  // MARK: - Writing

  /// What a change did, for the views that follow it.
  package struct Changes: Sendable {
    package var inserted: [RowID] = []
    package var updated: [RowID] = []
    /// Gone; the IDs may be given to new rows from the next change on.
    package var removed: [RowID] = []

    package var isEmpty: Bool { inserted.isEmpty && updated.isEmpty && removed.isEmpty }
  }

  /// Puts rows in, or over the ones of the same key; of equal keys in one batch the last counts.
  ///
  /// - Parameter noticing: the time, where a person should notice what is new; nil for a first listing.
  package mutating func upsert(_ batch: [StatusRow], noticing: Double? = nil) -> Changes {
    var changes = Changes()
    let noticed = noticing.map { UInt32(clamping: Int64($0)) } ?? 0
    let batch = Self.inKeyOrder(batch)
    if let first = batch.first, order.last.map({ key($0) < first.key }) ?? true {
      for row in batch { changes.inserted.append(insert(row, noticed: noticed)) }
      order.append(contentsOf: changes.inserted)
      return changes
    }
    for row in batch {
      if let id = id(of: row.key) {
        if update(id, to: row, noticed: noticed) { changes.updated.append(id) }
      } else {
        changes.inserted.append(insert(row, noticed: noticed))
      }
    }
    merge(changes.inserted)
    return changes
  }

  package mutating func remove(_ keys: [ObjectKey]) -> Changes {
    remove(ids: keys.compactMap { id(of: $0) })
  }

  /// Begins to list anew: what `endListing` has not seen by then is gone.
  package mutating func beginListing() {
    listing &+= 1
  }

  package mutating func endListing() -> Changes {
    remove(ids: order.filter { self[$0].listing != listing })
  }

  /// Notes what this process does with a row. True where that changed anything.
  @discardableResult
  package mutating func mark(_ id: RowID, _ job: JobMark) -> Bool {
    let old = self[id].job
    guard old != job else { return false }
    count(old, by: -1)
    count(job, by: 1)
    blocks[id.block].records[id.offset].job = job
    return true
  }

  /// Looks for the oldest anew, where that may have changed: a pass over all rows.
  mutating func findOldest() {
    guard hasLostOldest else { return }
    hasLostOldest = false
    var oldest = Double.infinity
    for block in blocks {
      for record in block.records where record.keyLength > 0 && record.isWaiting {
        oldest = min(oldest, record.modified)
      }
    }
    oldestWaiting = oldest.isFinite ? oldest : nil
  }

  private mutating func note(_ old: RowRecord?, _ new: RowRecord?) {
    if let old, old.isWaiting, old.modified == oldestWaiting, new?.isWaiting != true || new?.modified != old.modified {
      hasLostOldest = true
    }
    if let new, new.isWaiting { oldestWaiting = min(oldestWaiting ?? .infinity, new.modified) }
  }

  /// Notes which renditions of a row were found wrong.
  mutating func setFaults(_ sizes: Set<GridSize>, of id: RowID) {
    blocks[id.block].records[id.offset].faults = sizes.reduce(0) { $0 | $1.bit }
  }

  private mutating func count(_ job: JobMark, by amount: Int) {
    switch job {
    case .none: break
    case .queued: queued += amount
    case .running, .settling: running += amount
    case .handedOver: handedOver += amount
    }
  }

  private static func inKeyOrder(_ batch: [StatusRow]) -> [StatusRow] {
    let isOrdered = zip(batch, batch.dropFirst()).allSatisfy { $0.key < $1.key }
    if isOrdered { return batch }
    var last: [ObjectKey: Int] = [:]
    for (i, row) in batch.enumerated() { last[row.key] = i }
    return batch.enumerated().filter { last[$1.key] == $0 }.map(\.element).sorted { $0.key < $1.key }
  }

  private mutating func insert(_ row: StatusRow, noticed: UInt32) -> RowID {
    let id: RowID
    if let reused = free.popLast() {
      id = reused
      blocks[id.block].records[id.offset] = RowRecord()
    } else {
      if (blocks.last?.records.count ?? RowBlock.capacity) == RowBlock.capacity { blocks.append(RowBlock()) }
      let block = blocks.count - 1
      id = RowID(rawValue: UInt32(block * RowBlock.capacity + blocks[block].records.count))
      blocks[block].records.append(RowRecord())
    }
    totals.count(.pending)
    fill(id, with: row, noticed: noticed)
    note(nil, self[id])
    return id
  }

  /// False where nothing that is shown has changed.
  private mutating func update(_ id: RowID, to row: StatusRow, noticed: UInt32) -> Bool {
    let old = self[id]
    let oldNote = notes[id]
    fill(id, with: row, noticed: noticed)
    let new = self[id]
    note(old, new)
    let changed =
      old.state != new.state || old.renditions != new.renditions || old.size != new.size
      || old.modified != new.modified || oldNote != notes[id]
    // What was found wrong is wrong until it is written anew.
    if changed {
      blocks[id.block].records[id.offset].faults = 0
    } else {
      blocks[id.block].records[id.offset].noticed = old.noticed
    }
    if changed, old.job == .handedOver { mark(id, .none) }
    return changed
  }

  private mutating func fill(_ id: RowID, with row: StatusRow, noticed: UInt32) {
    let block = id.block
    let offset = id.offset
    blocks[block].setText(at: offset, key: row.key, etag: row.etag)
    totals.count(blocks[block].records[offset].state, by: -1)
    let state = row.state
    totals.count(state)
    blocks[block].records[offset].size = row.size
    blocks[block].records[offset].modified = row.lastModified.timeIntervalSince1970
    blocks[block].records[offset].renditions = row.renditions
    blocks[block].records[offset].renditionBytes = UInt32(clamping: row.renditionBytes)
    blocks[block].records[offset].state = state
    blocks[block].records[offset].failure = row.failure?.code
    blocks[block].records[offset].listing = listing
    blocks[block].records[offset].noticed = noticed
    if let failure = row.failure {
      notes[id] = FailureNote(
        code: failure.code, stage: failure.stage, standsForSource: failure.sourceETag == row.etag,
        attempts: UInt32(clamping: failure.attempts), message: phrase(failure.message),
        engine: phrase(failure.engineVersion), firstFailed: failure.firstFailed.timeIntervalSince1970,
        lastFailed: failure.lastFailed.timeIntervalSince1970)
    } else if !notes.isEmpty {
      notes[id] = nil
    }
  }

  private mutating func phrase(_ text: String) -> UInt32 {
    if let number = phraseNumbers[text] { return number }
    let number = UInt32(phrases.count)
    phrases.append(text)
    phraseNumbers[text] = number
    return number
  }

  private mutating func remove(ids: [RowID]) -> Changes {
    guard !ids.isEmpty else { return Changes() }
    if ids.count == 1, let id = ids.first {
      order.remove(at: place(of: key(id)).index)
    } else {
      var gone = RowSet()
      for id in ids { gone.insert(id) }
      order.removeAll { gone.contains($0) }
    }
    for id in ids {
      mark(id, .none)
      note(self[id], nil)
      totals.count(self[id].state, by: -1)
      blocks[id.block].clearText(at: id.offset)
      notes[id] = nil
      free.append(id)
    }
    return Changes(removed: ids)
  }

  /// Brings new rows, themselves in key order, into `order`.
  private mutating func merge(_ ids: [RowID]) {
    if ids.count <= 4 {
      for id in ids { order.insert(id, at: place(of: key(id)).index) }
      return
    }
    var merged: [RowID] = []
    merged.reserveCapacity(order.count + ids.count)
    var rest = order[...]
    for id in ids {
      while let next = rest.first, compareKeys(next, id) < 0 {
        merged.append(next)
        rest.removeFirst()
      }
      merged.append(id)
    }
    order = merged + rest
  }
}

/// A failure record without what its row says already.
private struct FailureNote: Hashable, Sendable {
  var code: FailureCode
  var stage: Failure.Stage
  var standsForSource: Bool
  var attempts: UInt32
  var message: UInt32
  var engine: UInt32
  var firstFailed: Double
  var lastFailed: Double
}
