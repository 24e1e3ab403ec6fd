internal import HTTPTransport
internal import ObjectStore

/// An object sent in parts, several at once. It appears when all are there; on any failure, and when it is cancelled,
/// what was sent is given up, so that nobody pays for it.
struct MultipartUpload {
  let store: S3Store
  let key: ObjectKey
  let content: UploadContent
  let options: PutOptions

  /// S3's limit.
  private static let maximumParts: Int64 = 10_000

  /// - Returns: the ETag.
  func run() async throws(ServiceError) -> String {
    let upload = try await create()
    do throws(ServiceError) {
      let parts = try await send(upload)
      try content.checkUnchanged()
      return try await complete(upload, parts)
    } catch {
      // Also where this task is cancelled: the clearing up is a task of its own.
      await Task { [store, key] in
        _ = try? await store.client.exchange(store.request(.delete, key, query: [("uploadId", upload)]))
      }.value
      throw error
    }
  }

  /// - Returns: the upload's identifier.
  private func create() async throws(ServiceError) -> String {
    let answer = try await store.client.exchange(
      store.request(
        .post, key, query: [("uploads", "")],
        headers: [HTTPField("x-amz-checksum-algorithm", "SHA256")] + options.headers))
    guard let upload = try XMLElement(answer: answer.body)["UploadId"]?.text, !upload.isEmpty else {
      throw .invalidAnswer(detail: "no UploadId")
    }
    return upload
  }

  private struct SentPart: Sendable {
    let number: Int64
    let etag: String
    let checksum: String
  }

  private struct Sending: Sendable {
    let result: Result<SentPart, ServiceError>
  }

  private var partSize: Int64 {
    let least = (content.count + Self.maximumParts - 1) / Self.maximumParts
    return max(store.options.partSize, 5 << 20, least)
  }

  private func send(_ upload: String) async throws(ServiceError) -> [SentPart] {
    let count = (content.count + partSize - 1) / partSize
    let results = await withTaskGroup(of: Sending.self) { group in
      var results: [Sending] = []
      var next: Int64 = 1
      while true {
        while next <= count, next - 1 - Int64(results.count) < store.options.parallelParts {
          let number = next
          group.addTask { await self.send(number, upload) }
          next += 1
        }
        guard let sent = await group.next() else { return results }
        results.append(sent)
        if case .failure = sent.result {
          group.cancelAll()
          return results
        }
      }
    }
    var parts: [SentPart] = []
    for sending in results { parts.append(try sending.result.get()) }
    return parts.sorted { $0.number < $1.number }
  }

  private func send(_ number: Int64, _ upload: String) async -> Sending {
    do throws(ServiceError) {
      return Sending(result: .success(try await put(number, upload)))
    } catch {
      return Sending(result: .failure(error))
    }
  }

  private func put(_ number: Int64, _ upload: String) async throws(ServiceError) -> SentPart {
    if Task.isCancelled { throw .cancelled }
    let start = (number - 1) * partSize
    let part = try content.part(start..<min(start + partSize, content.count))
    var request = store.request(
      .put, key, query: [("partNumber", String(number)), ("uploadId", upload)], headers: part.checksum)
    request.body = part.body
    request.payload = part.payload
    let answer = try await store.client.exchange(request)
    guard let etag = answer.response.headers["etag"] else { throw .invalidAnswer(detail: "no ETag for a part") }
    return SentPart(number: number, etag: etag, checksum: part.checksum.first?.value ?? "")
  }

  private func complete(_ upload: String, _ parts: [SentPart]) async throws(ServiceError) -> String {
    var text = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
    for part in parts {
      guard let etag = XMLText.escaped(part.etag) else { throw .invalidAnswer(detail: "an ETag that is no text") }
      text += "<Part><ChecksumSHA256>\(part.checksum)</ChecksumSHA256><ETag>\(etag)</ETag>"
      text += "<PartNumber>\(part.number)</PartNumber></Part>"
    }
    text += "</CompleteMultipartUpload>"
    var request = store.request(
      .post, key, query: [("uploadId", upload)], headers: [HTTPField("Content-Type", "application/xml")])
    let body = Array(text.utf8)
    request.body = .bytes(body)
    request.payload = .of(body)
    let answer = try await store.client.answer(to: request)
    guard let etag = answer["ETag"]?.text, !etag.isEmpty else { throw .invalidAnswer(detail: "no ETag for the upload") }
    return ETag.bare(etag)
  }
}

extension ServiceClient {
  /// The answer to a call that S3 may take minutes over: it says at once that all is well, sends nothing but blanks
  /// meanwhile, and tells in the end what came of it.
  func answer(to call: ServiceRequest) async throws(ServiceError) -> XMLElement {
    var call = call
    call.timeouts.stall = .seconds(600)
    return try await attempt { [self, call] (credentials) async throws(ServiceError) in
      let response = try await sendOnce(call, credentials)
      var body: [UInt8]
      do throws(HTTPError) { body = try await response.body.collect(limit: 1 << 16) } catch {
        throw ServiceError(error)
      }
      // The blanks may come before all else.
      body = Array(body.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D })
      let root = try XMLElement(answer: body)
      // An answer of success was on its way before it was known to be one.
      if root.name == "Error" { throw ServiceError.refused(ServiceFault(response, body: body)) }
      return root
    }
  }
}
