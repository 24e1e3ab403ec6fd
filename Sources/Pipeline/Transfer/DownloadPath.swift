/// Where an object's content goes below the folder of a download: the parts of its key as folders, and the last as the
/// file's name. Keys are data from outside, so no part leads anywhere but down, and none is hidden or unprintable:
///
/// - `/` separates folders; an empty part (`a//b`, `/a`, `a/`) becomes `%2F`.
/// - Control characters, format characters (bidirectional overrides, zero width), line and paragraph separators and
///   a leading dot, hence `.` and `..` too, are written as `%` and two hexadecimal digits for each byte of UTF-8.
/// - A part longer than `longestName` is cut and ends in a hash of the whole, before its suffix.
package struct DownloadPath: Hashable, Sendable {
  package var folders: [String]
  package var name: String

  /// The longest part, in bytes. File systems take 255; a number that keeps two files apart has to fit in too.
  package static let longestName = 240

  /// - Parameter key: relative to its location, legal.
  package init(key: String) {
    var parts = key.split(separator: "/", omittingEmptySubsequences: false).map { Self.safe(String($0)) }
    name = parts.popLast() ?? "%2F"
    folders = parts
  }

  /// As text below the folder, for people.
  package var text: String { (folders + [name]).joined(separator: "/") }

  /// The n-th name to try where others are taken, from 2 on: `cat (2).png`.
  package func name(number: Int) -> String {
    let (stem, suffix) = Self.split(name)
    return "\(stem) (\(number))\(suffix)"
  }

  /// The path with a mark before the suffix, as a version of an object gets: `cat~3HL4kq.png`.
  package func marked(_ mark: String) -> DownloadPath {
    var path = self
    let (stem, suffix) = Self.split(name)
    path.name = Self.shortened(stem + "~" + Self.safe(mark.replacing("/", with: "_")) + suffix)
    return path
  }

  private static func safe(_ part: String) -> String {
    guard !part.isEmpty else { return "%2F" }
    var text = ""
    for (i, scalar) in part.unicodeScalars.enumerated() {
      if (i == 0 && scalar == ".") || isUnsafe(scalar) {
        for byte in String(scalar).utf8 { text += escape(byte) }
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return shortened(text)
  }

  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }

  private static func escape(_ byte: UInt8) -> String {
    let hex = String(byte, radix: 16, uppercase: true)
    return hex.utf8.count < 2 ? "%0" + hex : "%" + hex
  }

  private static func shortened(_ name: String) -> String {
    guard name.utf8.count > longestName else { return name }
    let hash = "~" + String(FailureRecord.fnv1a(name), radix: 36).prefix(12)
    let (stem, suffix) = split(name)
    var kept = ""
    var room = longestName - hash.utf8.count - suffix.utf8.count
    for scalar in stem.unicodeScalars {
      room -= UTF8.width(scalar)
      guard room >= 0 else { break }
      kept.unicodeScalars.append(scalar)
    }
    return kept + hash + suffix
  }

  /// The suffix is what follows the last dot, as far as it looks like one.
  private static func split(_ name: String) -> (stem: String, suffix: String) {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex, name[dot...].utf8.count <= 16 else {
      return (name, "")
    }
    return (String(name[..<dot]), String(name[dot...]))
  }
}
