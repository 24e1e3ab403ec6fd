package import ObjectStore
package import PixelEngine

/// A picture as it was read from a store: a small one in memory, a larger one in a temporary file.
package struct SourcePicture: Sendable {
  package let head: ObjectHead
  package let data: PictureData

  /// The most bytes of a picture that are kept in memory, 4 MiB: so much a decoder's own rows may take, and few pictures
  /// for the web are larger.
  package static let memoryBytes = 4 << 20

  /// Bytes of memory that a picture of a size takes while it is processed, beside what decoding takes.
  static func memory(forSize size: Int64) -> Int { min(Int(clamping: max(0, size)), memoryBytes) }
}

extension ObjectStore {
  /// An object's whole content as a picture.
  ///
  /// - Parameters:
  ///   - limit: most bytes to take. A larger object throws `tooLarge` without being read further.
  ///   - version: one other than the one that stands.
  /// - Returns: or the fault of the temporary file, which no repetition mends.
  func picture(
    _ key: ObjectKey, limit: Int, version: String? = nil
  ) async throws(StoreError) -> Result<SourcePicture, FileFault> {
    let content = try await get(key, options: GetOptions(version: version))
    let announced = content.head.summary.size
    if announced > limit { throw StoreError(operation: .get, key: key.string, reason: .tooLarge(limit: limit)) }
    // The size a store announces is a hint: what arrives is what counts.
    var bytes: [UInt8] = []
    if announced <= SourcePicture.memoryBytes { bytes.reserveCapacity(Int(max(0, announced))) }
    var spool: SpoolFile?
    for try await chunk in content.chunks {
      guard chunk.count <= limit - bytes.count - (spool?.count ?? 0) else {
        throw StoreError(operation: .get, key: key.string, reason: .tooLarge(limit: limit))
      }
      do throws(FileFault) {
        if let spool {
          try spool.append(chunk)
        } else if bytes.count + chunk.count <= SourcePicture.memoryBytes {
          bytes += chunk
        } else {
          let file = try SpoolFile()
          try file.append(bytes)
          try file.append(chunk)
          spool = file
          bytes = []
        }
      } catch {
        return .failure(error)
      }
    }
    return .success(SourcePicture(head: content.head, data: spool?.picture ?? PictureData(bytes)))
  }
}
