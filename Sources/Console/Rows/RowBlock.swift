import ObjectStore
package import Pipeline
package import PixelEngine

/// A row's place in its table: stays the same for as long as its object is there, whatever happens around it.
package struct RowID: Hashable, Sendable {
  package let rawValue: UInt32

  var block: Int { Int(rawValue) / RowBlock.capacity }
  var offset: Int { Int(rawValue) % RowBlock.capacity }
}

/// What this process is doing with a row's object.
package enum JobMark: UInt8, Hashable, Sendable {
  case none, queued, running
  /// The job has ended, and the row is being read again to prove what it says.
  case settling
  /// Others were told of it; what comes of that, the buckets will show.
  case handedOver
}

/// The fixed part of a row.
package struct RowRecord: Sendable {
  var textStart: UInt32 = 0
  var keyLength: UInt16 = 0
  var etagLength: UInt16 = 0
  package internal(set) var size: Int64 = 0
  /// Seconds since 1970.
  package internal(set) var modified: Double = 0
  package internal(set) var renditions = RenditionSet()
  /// By what the buckets hold.
  package internal(set) var state = ObjectState.pending
  package internal(set) var failure: FailureCode?
  package internal(set) var job = JobMark.none
  /// Renditions that were looked at and found wrong: a bit for each size, in their order.
  var faults: UInt8 = 0
  var listing: UInt8 = 0
  /// When the row last appeared or changed before one's eyes, in seconds since 1970; 0 for never.
  package internal(set) var noticed: UInt32 = 0
  /// Bytes of all renditions that are there; where they pass 4 GiB, as many as the number holds.
  package internal(set) var renditionBytes: UInt32 = 0

  /// Whether the object is still to get renditions: what failed has its own place.
  var isWaiting: Bool { state == .pending || state == .partial || state == .stale }

  package func isFaulty(_ size: GridSize) -> Bool { faults & size.bit != 0 }

  /// What a person is told: what runs here comes before what the buckets hold.
  package var shownState: ObjectState {
    switch job {
    case .none: state
    case .queued, .handedOver: .queued
    case .running, .settling: .running
    }
  }
}

/// A thousand rows: records of fixed length, and their keys and ETags as bytes in one piece. Copying a table copies
/// references to blocks; writing to one copies at most this much.
struct RowBlock: Sendable {
  static let capacity = 1024

  var records: [RowRecord] = []
  private var text: [UInt8] = []
  private var unused = 0

  /// Puts key and ETag of the record at `offset`, replacing what it had.
  mutating func setText(at offset: Int, key: ObjectKey, etag: String) {
    let record = records[offset]
    let old = Int(record.keyLength) + Int(record.etagLength)
    var key = key.string
    var etag = etag
    key.withUTF8 { key in
      etag.withUTF8 { etag in
        // An ETag is opaque: one beyond all reason is kept in part.
        let etag = UnsafeBufferPointer(rebasing: etag.prefix(1024))
        records[offset].keyLength = UInt16(key.count)
        records[offset].etagLength = UInt16(etag.count)
        if old == key.count + etag.count, old > 0 {
          let start = Int(record.textStart)
          text.replaceSubrange(start..<start + key.count, with: key)
          text.replaceSubrange(start + key.count..<start + old, with: etag)
        } else {
          unused += old
          records[offset].textStart = UInt32(text.count)
          text.append(contentsOf: key)
          text.append(contentsOf: etag)
        }
      }
    }
    if unused > 4096, unused > text.count / 2 { compact() }
  }

  mutating func clearText(at offset: Int) {
    unused += Int(records[offset].keyLength) + Int(records[offset].etagLength)
    records[offset].keyLength = 0
    records[offset].etagLength = 0
  }

  private mutating func compact() {
    var packed: [UInt8] = []
    packed.reserveCapacity(text.count - unused)
    for i in records.indices {
      let start = Int(records[i].textStart)
      let length = Int(records[i].keyLength) + Int(records[i].etagLength)
      records[i].textStart = UInt32(packed.count)
      packed.append(contentsOf: text[start..<start + length])
    }
    text = packed
    unused = 0
  }

  @inline(__always)
  func withKey<R>(at offset: Int, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    let start = Int(records[offset].textStart)
    let length = Int(records[offset].keyLength)
    return text.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start..<start + length])) }
  }

  func key(at offset: Int) -> String {
    withKey(at: offset) { String(decoding: $0, as: UTF8.self) }
  }

  func etag(at offset: Int) -> String {
    let start = Int(records[offset].textStart) + Int(records[offset].keyLength)
    return String(decoding: text[start..<start + Int(records[offset].etagLength)], as: UTF8.self)
  }
}

/// Byte order, as S3 lists keys: negative, zero or positive.
@inline(__always)
func compareBytes(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Int {
  let common = min(a.count, b.count)
  var i = 0
  while i < common {
    if a[i] != b[i] { return Int(a[i]) - Int(b[i]) }
    i += 1
  }
  return a.count - b.count
}

extension GridSize {
  /// Of its own among the sizes.
  var bit: UInt8 { GridSize.allCases.firstIndex(of: self).map { 1 << UInt8($0) } ?? 0 }
}
