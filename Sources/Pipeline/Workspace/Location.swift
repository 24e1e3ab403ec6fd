/// Where objects are: a store, a bucket and a prefix, as people write it: `s3://bucket/prefix`, a directory path, or
/// `file://` and a path. In a directory the folder itself is the bucket.
package struct Location: Hashable, Sendable {
  package enum Place: Hashable, Sendable {
    /// An absolute, normalised path.
    case directory(path: String)
    case bucket(name: String)
  }

  package let place: Place
  /// What every key of the location starts with in its bucket; empty, or as given (`photos/`). A directory has none.
  package let prefix: String
  /// The server that holds the bucket; nil is AWS. Two servers may have a bucket of one name.
  package var server: String?

  package init(place: Place, prefix: String = "", server: String? = nil) {
    self.place = place
    self.prefix = prefix
    self.server = server
  }
}

package enum LocationError: Error, Hashable, Sendable {
  case empty
  /// A scheme that is neither `s3` nor `file`.
  case unknownScheme(String)
  /// `s3://` without a bucket, or with a name that no bucket can have.
  case invalidBucket(String)
  /// `file://` with a host, or a path with a NUL.
  case invalidPath(String)
}

extension Location {
  /// Reads a location as people write it.
  ///
  /// - Parameters:
  ///   - text: `s3://bucket`, `s3://bucket/prefix`, `file:///path`, `/path`, `path`, `~/path`.
  ///   - workingDirectory: what a relative path starts from, absolute.
  ///   - home: what `~` stands for; nil leaves it as it is.
  package init(parsing text: String, workingDirectory: String, home: String? = nil) throws(LocationError) {
    guard !text.isEmpty else { throw .empty }
    if let colon = text.firstRange(of: "://") {
      let scheme = text[..<colon.lowerBound]
      let rest = text[colon.upperBound...]
      switch scheme {
      case "s3": self = try Self.bucket(String(rest))
      case "file":
        guard rest.hasPrefix("/") else { throw .invalidPath(text) }
        self = try Self.directory(String(rest))
      default: throw .unknownScheme(String(scheme))
      }
      return
    }
    if text.hasPrefix("/") {
      self = try Self.directory(text)
    } else if let home, text == "~" || text.hasPrefix("~/") {
      self = try Self.directory(home + text.dropFirst())
    } else {
      self = try Self.directory(workingDirectory + "/" + text)
    }
  }

  private static func bucket(_ rest: String) throws(LocationError) -> Location {
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    let name = String(rest[..<slash])
    let legal = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
        UInt8(ascii: "."):
        true
      default: false
      }
    }
    guard legal, (3...63).contains(name.utf8.count) else { throw .invalidBucket(name) }
    return Location(place: .bucket(name: name), prefix: String(rest[slash...].dropFirst()))
  }

  private static func directory(_ path: String) throws(LocationError) -> Location {
    guard !path.utf8.contains(0) else { throw .invalidPath(path) }
    var parts: [Substring] = []
    for part in path.split(separator: "/") {
      switch part {
      case ".": continue
      case "..": _ = parts.popLast()
      default: parts.append(part)
      }
    }
    return Location(place: .directory(path: "/" + parts.joined(separator: "/")))
  }
}

extension Location {
  package var isBucket: Bool { if case .bucket = place { true } else { false } }
}

extension Location: CustomStringConvertible {
  /// As people write it. Foreign text: escape before printing.
  package var description: String {
    switch place {
    case .directory(let path): path
    case .bucket(let name): "s3://\(name)/\(prefix)"
    }
  }

  /// Whether an object written below one can be listed below the other: an endless loop if one is read and the other
  /// written.
  package func overlaps(_ other: Location) -> Bool {
    switch (place, other.place) {
    case (.bucket(let a), .bucket(let b)):
      a == b && server == other.server && (prefix.hasPrefix(other.prefix) || other.prefix.hasPrefix(prefix))
    case (.directory(let a), .directory(let b)):
      a == b || (a + "/").hasPrefix(b == "/" ? b : b + "/") || (b + "/").hasPrefix(a == "/" ? a : a + "/")
    default: false
    }
  }
}
