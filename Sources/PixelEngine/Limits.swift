/// What one picture may cost. Every limit is checked between reading a header and allocating for it.
package struct Limits: Hashable, Sendable {
  /// Width times height, in pixels. Default 100,000,000.
  package var pixels = 100_000_000
  /// Length of the encoded picture, in bytes. Default 100,000,000.
  package var fileBytes = 100_000_000
  /// Scans of a progressive JPEG. Default 100.
  package var jpegScans = 100
  /// Time for one picture, in seconds. Default 10.
  package var seconds = 10
  /// Working memory for one picture, in bytes, beside its file. Default 512 MiB.
  package var memoryBytes = 512 << 20

  package init() {}

  /// The limits by name, as an error reports them.
  package enum Kind: String, Hashable, Sendable {
    case pixels
    case fileBytes = "file bytes"
    case jpegScans = "JPEG scans"
    case seconds
    case memoryBytes = "memory bytes"
  }
}
