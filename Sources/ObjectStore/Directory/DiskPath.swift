/// Where the object of a key lies below the root: the names of the folders to go through, and the file's name.
///
/// The one place where keys turn into names and back. A key is cut at every `/` into components; a component is the
/// name of a folder, or of the file where it is the last. Components stand on disk as they are, byte for byte, so a
/// plain folder of pictures is a store, and a store is a plain folder. Only what a file system cannot hold is written
/// otherwise, under names that start with the mark `.pixelater-store`:
///
/// | on disk | means |
/// |---|---|
/// | `.pixelater-store` | at the root the reserved folder (temporary files, metadata, lock); never an object |
/// | `.pixelater-store=TEXT` | the component TEXT where it is empty, `.`, `..`, or itself starts with the mark |
/// | `.pixelater-store+TEXT/` | a component longer than a name may be (255 bytes): TEXT is its beginning, the rest lies inside, under `+` or `=` |
/// | `.pixelater-store@TEXT` | the object TEXT beside a folder TEXT: S3 holds both `a` and `a/b`, a disk cannot |
///
/// Invariants (property-tested):
/// 1. `key(of: path(key))` is `key`, for the plain path and for the displaced one: so both are injective.
/// 2. A path that `key(of:)` takes is one of the two paths of the key it gives: no file is seen under a key that
///   would not find it.
/// 3. No name is empty, `.`, `..`, longer than 255 bytes, or holds `/` or NUL: a path never leaves the root.
/// 4. The first name is never the reserved folder.
/// 5. A component that neither starts with the mark nor is empty, `.`, `..` or too long is its own name.
struct DiskPath: Hashable, Sendable {
  var folders: [DiskName]
  var name: DiskName

  /// Where the object lies unless a folder has taken its name.
  static func plain(_ key: ObjectKey) -> DiskPath { path(key, last: Component.names) }

  /// Where it lies then.
  static func displaced(_ key: ObjectKey) -> DiskPath { path(key, last: Component.displacedNames) }

  /// The folders that stand for `prefix`, the text of a key up to and with a `/`, or nothing.
  static func folders(of prefix: some Collection<UInt8>) -> [DiskName] {
    prefix.split(separator: slash, omittingEmptySubsequences: false).dropLast().flatMap { Component.names(Array($0)) }
  }

  /// What the keys in a folder begin with; nil where it holds none.
  static func prefix(of folders: [DiskName]) -> [UInt8]? {
    var bytes: [UInt8] = []
    var component = PartialComponent()
    for name in folders {
      switch component.append(name) {
      case .continues: continue
      case .foreign, .complete(_, displaced: true): return nil
      case .complete(let text, displaced: false):
        bytes += text + [slash]
        component = PartialComponent()
      }
    }
    return folders.first == .reserved ? nil : bytes + (component.text ?? [])
  }

  /// The key of the file at the end of `names`, nil where it is no object's.
  static func key(of names: [DiskName]) -> ObjectKey? {
    var bytes: [UInt8] = []
    var component = PartialComponent()
    for (index, name) in names.enumerated() {
      let isLast = index == names.count - 1
      switch component.append(name) {
      case .continues: if isLast { return nil }
      case .foreign: return nil
      case .complete(let text, let displaced):
        if displaced && !isLast { return nil }
        bytes += text
        if !isLast { bytes.append(slash) }
        component = PartialComponent()
      }
    }
    return names.first == .reserved ? nil : ObjectKey(bytes: bytes)
  }

  private static func path(_ key: ObjectKey, last: ([UInt8]) -> [DiskName]) -> DiskPath {
    let components = key.string.utf8.split(separator: slash, omittingEmptySubsequences: false)
    var folders = components.dropLast().flatMap { Component.names(Array($0)) }
    folders += last(Array(components.last ?? Substring("").utf8))
    return DiskPath(folders: folders.dropLast(), name: folders[folders.count - 1])
  }

  static let slash = UInt8(ascii: "/")
}

/// One component of a key, and the names it has on disk: all but the last are folders.
enum Component {
  /// The longest name a file system takes, in bytes.
  static let longestName = 255

  static let mark = Array(".pixelater-store".utf8)
  static let literal = UInt8(ascii: "=")
  static let beginning = UInt8(ascii: "+")
  static let displaced = UInt8(ascii: "@")

  static func names(_ text: [UInt8]) -> [DiskName] {
    needsMark(text) ? marked(text, last: literal) : [DiskName(text)]
  }

  static func displacedNames(_ text: [UInt8]) -> [DiskName] { marked(text, last: displaced) }

  static func needsMark(_ text: [UInt8]) -> Bool {
    if text.count > longestName || text.isEmpty { return true }
    guard text[0] == mark[0] else { return false }
    return text.count == 1 || (text.count == 2 && text[1] == mark[0]) || text.hasPrefix(mark)
  }

  private static func marked(_ text: [UInt8], last: UInt8) -> [DiskName] {
    let room = longestName - mark.count - 1
    var rest = text[...]
    var names: [DiskName] = []
    while rest.count > room {
      var cut = rest.startIndex + room
      // Between two scalars, so that every name on disk is UTF-8.
      while rest[cut] & 0xC0 == 0x80 { cut -= 1 }
      names.append(DiskName(mark + [beginning] + rest[..<cut]))
      rest = rest[cut...]
    }
    names.append(DiskName(mark + [last] + rest))
    return names
  }
}

/// The names of one component on disk, as they are met one folder after the other.
struct PartialComponent {
  /// Nil before a name with the beginning of a component.
  private(set) var text: [UInt8]?
  private var names: [DiskName] = []

  init() {}

  enum Step {
    /// A folder that holds the rest of the component.
    case continues
    case complete([UInt8], displaced: Bool)
    /// A name that no key leads to.
    case foreign
  }

  mutating func append(_ name: DiskName) -> Step {
    names.append(name)
    let bytes = name.bytes
    guard bytes.hasPrefix(Component.mark) else {
      return text == nil ? .complete(Array(bytes), displaced: false) : .foreign
    }
    let tail = bytes.dropFirst(Component.mark.count)
    guard let sign = tail.first else { return .foreign }
    let whole = (text ?? []) + tail.dropFirst()
    switch sign {
    case Component.beginning:
      text = whole
      return whole.count > ObjectKey.maximumBytes ? .foreign : .continues
    case Component.literal:
      return Component.names(whole) == names ? .complete(whole, displaced: false) : .foreign
    case Component.displaced:
      return Component.displacedNames(whole) == names ? .complete(whole, displaced: true) : .foreign
    default:
      return .foreign
    }
  }
}
