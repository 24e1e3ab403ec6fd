/// What the first bytes of a file say it is.
package enum SniffedKind: Hashable, Sendable {
  case png
  case jpeg
  /// A known kind that is not read, by its usual name.
  case other(name: String)
  case unknown
}

extension PixelEngine {
  /// As many first bytes as `sniff` ever looks at.
  package static let sniffLength = 512

  /// Tells a file's kind from its first bytes, never from its name. Give it `sniffLength` bytes, or all there are.
  ///
  /// The first four bytes of the PNG signature are enough, so that a file whose line ends were "mended" on the way is
  /// known as a damaged PNG.
  package static func sniff(_ head: [UInt8]) -> SniffedKind {
    func has(_ bytes: [UInt8], at offset: Int = 0) -> Bool {
      head.count >= offset + bytes.count && head[offset..<(offset + bytes.count)].elementsEqual(bytes)
    }
    func has(_ text: String, at offset: Int = 0) -> Bool { has(Array(text.utf8), at: offset) }

    if has([0x89, 0x50, 0x4E, 0x47]) { return .png }
    if has([0xFF, 0xD8, 0xFF]) { return .jpeg }
    if has("GIF87a") || has("GIF89a") { return .other(name: "GIF") }
    if has("RIFF"), has("WEBP", at: 8) { return .other(name: "WebP") }
    if has("RIFF"), has("AVI ", at: 8) { return .other(name: "AVI") }
    if has("II*\0") || has("MM\0*") || has("II+\0") || has("MM\0+") { return .other(name: "TIFF") }
    if has("%PDF-") { return .other(name: "PDF") }
    if has("8BPS") { return .other(name: "PSD") }
    if has([0xFF, 0x0A]) || has([0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A]) {
      return .other(name: "JPEG XL")
    }
    if has([0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]) || has([0xFF, 0x4F, 0xFF, 0x51]) {
      return .other(name: "JPEG 2000")
    }
    if has([0x8A, 0x4D, 0x4E, 0x47]) { return .other(name: "MNG") }
    if has([0x8B, 0x4A, 0x4E, 0x47]) { return .other(name: "JNG") }
    if has("qoif") { return .other(name: "QOI") }
    if has("FLIF") { return .other(name: "FLIF") }
    if has("DDS ") { return .other(name: "DDS") }
    if has([0x76, 0x2F, 0x31, 0x01]) { return .other(name: "OpenEXR") }
    if has("#?RADIANCE") { return .other(name: "Radiance HDR") }
    if has("ftyp", at: 4) { return .other(name: isoMediaName(head)) }
    if isBMP(head) { return .other(name: "BMP") }
    if isIcon(head, kind: 1) { return .other(name: "ICO") }
    if isIcon(head, kind: 2) { return .other(name: "CUR") }
    if isNetpbm(head) { return .other(name: "Netpbm") }
    if isSVG(head) { return .other(name: "SVG") }
    return .unknown
  }

  /// ISO base media (ISO 14496-12): the brand after `ftyp` says which kind of picture or film it is.
  private static func isoMediaName(_ head: [UInt8]) -> String {
    guard head.count >= 12 else { return "MP4" }
    switch String(decoding: head[8..<12], as: UTF8.self) {
    case "avif", "avis": return "AVIF"
    case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1": return "HEIC"
    case "crx ": return "CR3"
    case "qt  ": return "QuickTime"
    default: return "MP4"
    }
  }

  /// "BM" alone begins many a text, so the length of the header after it must be a known one too.
  private static func isBMP(_ head: [UInt8]) -> Bool {
    guard head.count >= 18, head[0] == 0x42, head[1] == 0x4D, head[15] == 0, head[16] == 0, head[17] == 0 else {
      return false
    }
    return [12, 16, 40, 52, 56, 64, 108, 124].contains(head[14])
  }

  /// An icon directory: reserved 0, kind, a count above 0, and a first entry whose reserved byte is 0 (or 255 of old).
  private static func isIcon(_ head: [UInt8], kind: UInt8) -> Bool {
    guard head.count >= 22, head[0] == 0, head[1] == 0, head[2] == kind, head[3] == 0 else { return false }
    return (head[4] != 0 || head[5] != 0) && (head[9] == 0 || head[9] == 255)
  }

  private static func isNetpbm(_ head: [UInt8]) -> Bool {
    guard head.count >= 3, head[0] == 0x50, (0x31...0x37).contains(head[1]) else { return false }
    return head[2] == 0x0A || head[2] == 0x0D || head[2] == 0x20 || head[2] == 0x09
  }

  private static func isSVG(_ head: [UInt8]) -> Bool {
    let text = String(decoding: head.prefix(sniffLength), as: UTF8.self)
    let start = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    return start.hasPrefix("<svg") || ((start.hasPrefix("<?xml") || start.hasPrefix("<!--")) && start.contains("<svg"))
  }
}
