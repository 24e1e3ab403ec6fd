internal import Glibc
internal import HTTPTransport
package import ObjectStore

extension S3Store {
  @discardableResult
  package func put(
    _ key: ObjectKey, content: PutContent, options: PutOptions
  ) async throws(StoreError) -> String {
    if let fault = options.fault {
      throw StoreError(operation: .put, key: key.string, reason: .other(detail: fault))
    }
    do throws(ServiceError) {
      let content = try UploadContent(content)
      return content.count > self.options.multipartThreshold
        ? try await MultipartUpload(store: self, key: key, content: content, options: options).run()
        : try await put(key, content, options)
    } catch {
      throw error.storeError(.put, key.string)
    }
  }

  private func put(
    _ key: ObjectKey, _ content: UploadContent, _ options: PutOptions
  ) async throws(ServiceError) -> String {
    let whole = try content.part(0..<content.count)
    var request = request(.put, key, headers: whole.checksum + options.headers)
    request.body = whole.body
    request.payload = whole.payload
    let answer = try await client.exchange(request)
    guard let etag = answer.response.headers["etag"] else { throw .invalidAnswer(detail: "no ETag for what was put") }
    return ETag.bare(etag)
  }
}

extension PutOptions {
  /// As S3 wants them told.
  var headers: [HTTPField] {
    [HTTPField("Content-Type", contentType)]
      + metadata.sorted { $0.key < $1.key }.map { HTTPField("x-amz-meta-" + $0.key, $0.value) }
  }
}

/// What is put, in memory or in a file, to be sent whole or in parts.
struct UploadContent: Sendable {
  let content: PutContent
  /// Bytes.
  let count: Int64

  init(_ content: PutContent) throws(ServiceError) {
    self.content = content
    count = try Self.count(of: content)
  }

  /// Throws where the file has another size by now: what was sent is not what it holds.
  func checkUnchanged() throws(ServiceError) {
    guard case .file(let path) = content, try Self.count(of: content) != count else { return }
    throw .transport(.unreadableFile(path: path, code: EAGAIN))
  }

  private static func count(of content: PutContent) throws(ServiceError) -> Int64 {
    switch content {
    case .bytes(let bytes): return Int64(bytes.count)
    case .file(let path):
      var status = stat()
      guard !path.isEmpty, stat(path, &status) == 0 else {
        throw .transport(.unreadableFile(path: path, code: path.isEmpty ? ENOENT : errno))
      }
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw .transport(.unreadableFile(path: path, code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL))
      }
      return Int64(status.st_size)
    }
  }

  /// Some of the bytes, ready to be sent.
  struct Part: Sendable {
    let body: HTTPBody
    let payload: PayloadHash
    /// The header by which S3 makes sure that it stores what was sent.
    let checksum: [HTTPField]
  }

  func part(_ range: Range<Int64>) throws(ServiceError) -> Part {
    let body: HTTPBody
    let digest: SHA256Digest
    switch content {
    case .bytes(let all):
      let bytes = range.count == all.count ? all : Array(all[Int(range.lowerBound)..<Int(range.upperBound)])
      body = .bytes(bytes)
      digest = SHA256Digest(of: bytes)
    case .file(let path):
      body = .file(path: path, range: range)
      do throws(HTTPError) {
        digest = try SHA256Digest(ofFile: path, range: range)
      } catch {
        throw ServiceError(error)
      }
    }
    return Part(
      body: body, payload: .sha256(digest.hexadecimal),
      checksum: [HTTPField("x-amz-checksum-sha256", digest.base64)])
  }
}
