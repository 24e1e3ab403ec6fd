/// Why a picture could not be pixelated. Text for people is made from it in one place, above this layer.
package enum PixelError: Error, Hashable, Sendable {
  /// The content is no picture of any kind known by its first bytes (also: it is empty).
  case notAnImage
  /// A known kind that the engine does not read. `format` is its usual name: "GIF", "WebP", "12-bit JPEG".
  case unsupportedFormat(format: String)
  /// Picture data is corrupt. `detail` is the decoder's own message.
  case damaged(format: ImageFormat, detail: String)
  /// Picture data ends too early. `detail` is the decoder's own message.
  case truncated(format: ImageFormat, detail: String)
  /// A limit was passed; found before the memory was asked for. For `memoryBytes`, `maximum` 0 says that the system had
  /// none left.
  case tooLarge(limit: Limits.Kind, value: Int, maximum: Int)
  /// The encoder refused; a fault of ours, never of the picture.
  case encodingFailed(format: ImageFormat, detail: String)
  /// The file could not be read on: a fault of where it is, not of the picture.
  case unreadable
  /// The caller asked to stop.
  case cancelled
}
