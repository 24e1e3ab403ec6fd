internal import Glibc

/// The entries of one folder that a listing wants, in key order.
///
/// Packed: the names stand in one block of bytes, each a component of a key, a folder's with its `/` (which is what
/// sorts `a-b` before `a/b`). A folder of a million names costs their bytes and eight more each, and what the listing
/// does not want is dropped while the folder is read.
struct FolderNames {
  private var text: [UInt8] = []
  private var entries: [Entry] = []

  private struct Entry {
    var offset: UInt32
    var length: UInt32
  }

  var count: Int { entries.count }

  /// A component of a key; ends in `/` where it is a folder.
  subscript(index: Int) -> ArraySlice<UInt8> {
    let entry = entries[index]
    return text[Int(entry.offset)..<Int(entry.offset + entry.length)]
  }

  /// Reads a folder.
  ///
  /// - Parameters:
  ///   - base: the text of the keys in the folder up to their component.
  ///   - isRoot: whether the reserved folder is to be left out here.
  init(
    _ folder: borrowing Descriptor, base: [UInt8], isRoot: Bool, filter: ListFilter
  ) throws(SystemFault) {
    let wanted = Wanted(base: base, filter: filter)
    guard !wanted.isNothing else { return }
    try read(folder, PartialComponent(), isRoot: isRoot, wanted)
    sort()
  }

  /// Reads the names of `folder`; those in a folder that holds the rests of long components are taken in as if they
  /// were here, because in key order they lie between their neighbours.
  private mutating func read(
    _ folder: borrowing Descriptor, _ component: PartialComponent, isRoot: Bool, _ wanted: Wanted
  ) throws(SystemFault) {
    let reader = try FolderReader(folder)
    while let entry = try reader.next() {
      if Task.isCancelled { throw SystemFault(ECANCELED) }
      if component.text == nil && !FolderReader.startsWithMark(entry.name) {
        try add(entry.name, kind: entry.kind, in: folder, wanted)
        continue
      }
      let name = DiskName(entry.name)
      if isRoot && name == .reserved { continue }
      var inner = component
      switch inner.append(name) {
      case .foreign: continue
      case .complete(let whole, _):
        try whole.withUnsafeBufferPointer { (whole) throws(SystemFault) in
          try add(whole, kind: entry.kind, on: name, in: folder, wanted)
        }
      case .continues:
        guard let beginning = inner.text, wanted.mayHold(beginning) else { continue }
        do {
          try read(try RootFolder.folder(name, in: folder), inner, isRoot: false, wanted)
        } catch {
          if !error.isAbsence { throw error }
        }
      }
    }
  }

  private mutating func add(
    _ component: UnsafeBufferPointer<UInt8>, kind: FolderReader.Kind, on name: DiskName? = nil,
    in folder: borrowing Descriptor, _ wanted: Wanted
  ) throws(SystemFault) {
    var kind = kind
    // Asks only the few file systems that do not tell what a name is.
    if kind == .unknown {
      guard let status = try FileStatus.of(name ?? DiskName(component), in: folder) else { return }
      kind = FolderReader.Kind(status.kind)
    }
    guard kind != .other, wanted.wants(component, isFolder: kind == .folder), Self.isUTF8(component) else { return }
    // More than this in one folder cannot be addressed; a file system does not hold it either.
    guard let offset = UInt32(exactly: text.count) else { throw SystemFault(EOVERFLOW) }
    text += component
    if kind == .folder { text.append(DiskPath.slash) }
    entries.append(Entry(offset: offset, length: UInt32(text.count) - offset))
  }

  private static func isUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
  }

  /// Sorts, and drops the second of two equal ones: an object that lies at both of its names for a moment.
  private mutating func sort() {
    text.withUnsafeBufferPointer { text in
      entries.sort { Self.compare($0, $1, text) < 0 }
      var kept = 0
      for index in entries.indices
      where index == 0 || Self.compare(entries[kept - 1], entries[index], text) != 0 {
        entries[kept] = entries[index]
        kept += 1
      }
      entries.removeLast(entries.count - kept)
    }
  }

  private static func compare(_ a: Entry, _ b: Entry, _ text: UnsafeBufferPointer<UInt8>) -> Int {
    guard let base = text.baseAddress else { return 0 }
    let order = memcmp(base + Int(a.offset), base + Int(b.offset), Int(min(a.length, b.length)))
    return order != 0 ? Int(order) : Int(a.length) - Int(b.length)
  }
}

/// The part of a `ListFilter` that is left to ask within one folder.
private struct Wanted {
  /// What a component has to start with.
  private let prefix: [UInt8]
  /// What it has to come after; nil where all do.
  private let after: [UInt8]?
  /// Whether the filter excludes the folder as a whole.
  let isNothing: Bool

  init(base: [UInt8], filter: ListFilter) {
    let meets = base.hasPrefix(filter.prefix) || filter.prefix.hasPrefix(base)
    prefix = Array(filter.prefix.dropFirst(base.count))
    guard let start = filter.startAfter else {
      after = nil
      isNothing = !meets
      return
    }
    after = start.hasPrefix(base) ? Array(start[base.count...]) : nil
    isNothing = !meets || (after == nil && base.lexicographicallyPrecedes(start))
  }

  func wants(_ component: UnsafeBufferPointer<UInt8>, isFolder: Bool) -> Bool {
    if !matches(prefix, component, isFolder: isFolder) { return false }
    guard let after else { return true }
    let shared = min(component.count, after.count)
    let order = compare(component, after, shared)
    if order != 0 { return order > 0 }
    // One is the beginning of the other. A folder's keys go on with "/", so they may still be before or after.
    if component.count > after.count { return true }
    guard isFolder else { return false }
    return component.count == after.count || after[component.count] <= DiskPath.slash
  }

  /// Whether components that begin with these bytes can be wanted. Generous: each is asked again.
  func mayHold(_ beginning: [UInt8]) -> Bool { prefix.hasPrefix(beginning) || beginning.hasPrefix(prefix) }

  private func matches(_ prefix: [UInt8], _ component: UnsafeBufferPointer<UInt8>, isFolder: Bool) -> Bool {
    if prefix.isEmpty { return true }
    let shared = min(component.count, prefix.count)
    if compare(component, prefix, shared) != 0 { return false }
    return component.count >= prefix.count || (isFolder && prefix[component.count] == DiskPath.slash)
  }
}
