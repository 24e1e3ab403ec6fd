internal import HTTPTransport
package import ObjectStore

extension S3Store {
  package func get(_ key: ObjectKey, options: GetOptions) async throws(StoreError) -> ObjectContent {
    // HTTP cannot ask for no byte, and S3 would answer with all.
    if let range = options.range, range.isEmpty || range.lowerBound < 0 {
      throw StoreError(operation: .get, key: key.string, reason: .invalidRange)
    }
    do throws(ServiceError) {
      let response = try await client.stream(getRequest(key, options))
      let part = try ContentPart(response, wanted: options.range)
      let head = try ObjectHead(key, response.headers, total: part.total)
      var resumed = options
      // What comes after a break has to be of the same content.
      if !head.summary.etag.isEmpty { resumed.ifMatch = head.summary.etag }
      let download = Download(store: self, key: key, options: resumed, part: part, body: response.body)
      return ObjectContent(head: head, chunks: ByteChunks { () async throws(StoreError) in try await download.next() })
    } catch {
      throw error.storeError(.get, key.string)
    }
  }

  fileprivate func getRequest(_ key: ObjectKey, _ options: GetOptions) -> ServiceRequest {
    var headers: [HTTPField] = []
    if let range = options.range {
      let last = range.upperBound == Int64.max ? "" : String(range.upperBound - 1)
      headers.append(HTTPField("Range", "bytes=\(range.lowerBound)-\(last)"))
    }
    if let etag = options.ifMatch { headers.append(HTTPField("If-Match", ETag.quoted(etag))) }
    return request(.get, key, query: options.version.map { [("versionId", $0)] } ?? [], headers: headers)
  }
}

/// Which bytes of an object an answer carries.
private struct ContentPart {
  /// Nil where the server does not say how many.
  let range: Range<Int64>?
  let total: Int64?

  init(_ response: HTTPResponse, wanted: Range<Int64>?) throws(ServiceError) {
    let length = response.headers["content-length"].flatMap { Int64($0) }
    guard response.status == 206 else {
      // A server that does not know ranges answers with all: only of use where all, or its beginning, was wanted.
      guard wanted == nil else { throw .invalidAnswer(detail: "all of an object where a part was asked for") }
      range = length.map { 0..<max(0, $0) }
      total = length
      return
    }
    // bytes 0-9/443 (RFC 9110, 14.4)
    guard let text = response.headers["content-range"], text.hasPrefix("bytes "),
      let dash = text.firstIndex(of: "-"), let slash = text.firstIndex(of: "/"), dash < slash,
      let first = Int64(text[text.index(text.startIndex, offsetBy: 6)..<dash]),
      let last = Int64(text[text.index(after: dash)..<slash]), first >= 0, last >= first, last < Int64.max
    else { throw .invalidAnswer(detail: "a part without a Content-Range") }
    guard let wanted, first == wanted.lowerBound, last < wanted.upperBound else {
      throw .invalidAnswer(detail: "another part than was asked for")
    }
    range = first..<last + 1
    total = Int64(text[text.index(after: slash)...])
  }
}

/// The content of one object on its way: where the connection breaks, the rest is asked for, as long as the object is
/// still the same.
private actor Download {
  private let store: S3Store
  private let key: ObjectKey
  private let options: GetOptions
  private let end: Int64?
  private var offset: Int64
  private var body: HTTPResponseBody?
  private var breaks = 0

  /// Breaks in a row, without a byte between them, before it is given up.
  private static let patience = 4

  init(store: S3Store, key: ObjectKey, options: GetOptions, part: ContentPart, body: HTTPResponseBody) {
    self.store = store
    self.key = key
    self.options = options
    self.body = body
    offset = part.range?.lowerBound ?? 0
    end = part.range?.upperBound
  }

  func next() async throws(StoreError) -> [UInt8]? {
    while true {
      if Task.isCancelled { throw StoreError(operation: .get, key: key.string, reason: .cancelled) }
      if let end, offset >= end {
        body = nil
        return nil
      }
      // Repeated by itself already.
      if body == nil {
        do throws(ServiceError) { try await resume() } catch { throw error.storeError(.get, key.string) }
      }
      do throws(ServiceError) {
        guard let chunk = try await read() else {
          body = nil
          // Without a length the end is the end.
          guard end != nil else { return nil }
          throw .transport(.brokenOff(detail: "the content ended early"))
        }
        guard end.map({ Int64(chunk.count) <= $0 - offset }) ?? true else {
          throw .invalidAnswer(detail: "more content than announced")
        }
        offset += Int64(chunk.count)
        breaks = 0
        return chunk
      } catch {
        body = nil
        breaks += 1
        guard error.remedy == .retry, end != nil, breaks <= Self.patience,
          await store.client.waitToRepeat(after: error, failures: breaks)
        else {
          var failure = (Task.isCancelled ? ServiceError.cancelled : error).storeError(.get, key.string)
          if end == nil { failure.hasBeenRetried = false }
          throw failure
        }
      }
    }
  }

  private func read() async throws(ServiceError) -> [UInt8]? {
    do throws(HTTPError) { return try await body?.next() } catch { throw ServiceError(error) }
  }

  private func resume() async throws(ServiceError) {
    var rest = options
    rest.range = offset..<(end ?? Int64.max)
    let response = try await store.client.stream(store.getRequest(key, rest))
    _ = try ContentPart(response, wanted: rest.range)
    // Not every server looks at If-Match.
    if let wanted = options.ifMatch, let etag = response.headers["etag"], ETag.bare(etag) != wanted {
      throw .refused(ServiceFault(status: 412, code: "PreconditionFailed"))
    }
    body = response.body
  }
}
