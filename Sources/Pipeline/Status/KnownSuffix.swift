/// Suffixes of well-known kinds of file that are no pictures of ours. Any other name, also without a suffix, is a
/// candidate, and its content decides.
enum KnownSuffix {
  private static let unsupported: Set<String> = [
    // Text and data
    "txt", "md", "json", "jsonl", "csv", "tsv", "xml", "html", "htm", "css", "js", "yaml", "yml", "toml", "log", "pdf",
    "doc", "docx", "xls", "xlsx", "ppt", "pptx", "parquet", "sql",
    // Other pictures
    "gif", "webp", "bmp", "tif", "tiff", "svg", "ico", "heic", "heif", "avif", "jxl", "jp2", "psd", "raw", "cr2", "nef",
    "dng",
    // Sound and film
    "mp3", "wav", "flac", "ogg", "m4a", "mp4", "mov", "avi", "mkv", "webm", "m4v",
    // Archives and programs
    "zip", "gz", "tgz", "bz2", "xz", "zst", "7z", "rar", "tar", "jar", "exe", "dll", "so", "iso",
  ]

  static func isUnsupported(_ key: String) -> Bool {
    let name = key.utf8.lastIndex(of: UInt8(ascii: "/")).map { key[key.index(after: $0)...] } ?? key[...]
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), name.utf8.distance(from: dot, to: name.endIndex) <= 9
    else { return false }
    return unsupported.contains(name[name.index(after: dot)...].lowercased())
  }
}
