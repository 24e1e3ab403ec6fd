import Glibc
package import ObjectStore
package import PixelEngine

/// What an upload would do, known before it does it.
package struct UploadCheck: Hashable, Sendable {
  /// Bytes of the file.
  package var size: Int64
  package var kind: SniffedKind
  /// The object of the key that would be replaced.
  package var existing: ObjectSummary?

  package init(size: Int64, kind: SniffedKind, existing: ObjectSummary?) {
    self.size = size
    self.kind = kind
    self.existing = existing
  }
}

/// Puts a file of this machine into the source of a workspace.
package struct Uploader: Sendable {
  private let workspace: Workspace
  private let paths: LocalPath
  private let retry: RetryPolicy

  package init(workspace: Workspace, paths: LocalPath = .current, retry: RetryPolicy = RetryPolicy()) {
    self.workspace = workspace
    self.paths = paths
    self.retry = retry
  }

  /// - Parameters:
  ///   - path: as the person typed it.
  ///   - key: relative to the source.
  package func check(path: String, key: ObjectKey) async throws(TransferError) -> UploadCheck {
    let storeKey = try storeKey(key)
    let file = try look(at: path)
    do throws(StoreError) {
      let existing = try await retry { () async throws(StoreError) in
        try await workspace.source.store.headIfPresent(storeKey)?.summary
      }
      return UploadCheck(size: file.size, kind: file.kind, existing: existing)
    } catch {
      throw .store(error)
    }
  }

  /// Sends the file, replacing an object of the same key. Returns once the object is durable.
  ///
  /// - Returns: bytes sent.
  @discardableResult
  package func run(path: String, key: ObjectKey) async throws(TransferError) -> Int64 {
    let storeKey = try storeKey(key)
    let file = try look(at: path)
    let options = PutOptions(contentType: file.kind.contentType)
    do throws(StoreError) {
      _ = try await retry { () async throws(StoreError) in
        try await workspace.source.store.put(storeKey, content: .file(path: file.path), options: options)
      }
      return file.size
    } catch {
      throw .store(error)
    }
  }

  /// Whether the source keeps this key for what pixelater writes itself: it would never be processed.
  package static func isOwnKey(_ key: ObjectKey, naming: RenditionNaming) -> Bool {
    naming.names(key) || key.starts(with: ".pixelater/")
  }

  private func storeKey(_ key: ObjectKey) throws(TransferError) -> ObjectKey {
    if Self.isOwnKey(key, naming: workspace.naming) { throw .ownKey }
    guard let key = workspace.source.storeKey(key.string) else { throw .keyTooLong }
    return key
  }

  private struct LocalFile {
    var path: String
    var size: Int64
    var kind: SniffedKind
  }

  private func look(at text: String) throws(TransferError) -> LocalFile {
    let path = paths.expanded(text)
    // Opening a pipe would wait for somebody to write into it.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(FileFault(.read, path)) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .file(FileFault(.read, path)) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
    var head = [UInt8](repeating: 0, count: PixelEngine.sniffLength)
    let count = read(descriptor, &head, head.count)
    guard count >= 0 else { throw .file(FileFault(.read, path)) }
    return LocalFile(path: path, size: Int64(status.st_size), kind: PixelEngine.sniff(Array(head.prefix(count))))
  }
}

extension SniffedKind {
  /// The media type (IANA) of what the content is; `application/octet-stream` where that is not known.
  package var contentType: String {
    switch self {
    case .png: "image/png"
    case .jpeg: "image/jpeg"
    case .unknown: "application/octet-stream"
    case .other(let name):
      switch name {
      case "GIF": "image/gif"
      case "WebP": "image/webp"
      case "TIFF": "image/tiff"
      case "PDF": "application/pdf"
      case "AVIF": "image/avif"
      case "HEIC": "image/heic"
      case "JPEG XL": "image/jxl"
      case "JPEG 2000": "image/jp2"
      case "BMP": "image/bmp"
      case "ICO": "image/vnd.microsoft.icon"
      case "SVG": "image/svg+xml"
      case "MP4": "video/mp4"
      case "QuickTime": "video/quicktime"
      case "PSD": "image/vnd.adobe.photoshop"
      default: "application/octet-stream"
      }
    }
  }

  /// Whether renditions can be made of it.
  package var isPicture: Bool { self == .png || self == .jpeg }
}
