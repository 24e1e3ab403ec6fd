internal import FoundationEssentials
internal import HTTPTransport
package import ObjectStore

extension S3Store {
  package func list(_ request: ListRequest) -> ListPages {
    ListPages { [self] in
      let listing = Listing(store: self, request: request)
      return { () async throws(StoreError) in try await listing.nextPage() }
    }
  }
}

/// One listing on its way (ListObjectsV2). Keys come percent-encoded, as XML cannot hold them all.
private actor Listing {
  private let store: S3Store
  private let request: ListRequest
  private var token: String?
  private var hasEnded = false
  /// The last key told: what comes has to come after it, or everything that is built on the order is wrong.
  private var last: ObjectKey?

  init(store: S3Store, request: ListRequest) {
    self.store = store
    self.request = request
  }

  func nextPage() async throws(StoreError) -> ListPage? {
    while !hasEnded {
      let page: ListPage
      do throws(ServiceError) {
        page = try await fetch()
      } catch {
        throw error.storeError(.list, request.prefix)
      }
      try checkOrder(of: page)
      if !page.objects.isEmpty || !page.commonPrefixes.isEmpty { return page }
    }
    return nil
  }

  private func fetch() async throws(ServiceError) -> ListPage {
    var query: [(name: String, value: String)] = [("list-type", "2"), ("encoding-type", "url")]
    query.append(("max-keys", String(min(max(request.pageSize, 1), 1000))))
    if !request.prefix.isEmpty { query.append(("prefix", request.prefix)) }
    if let delimiter = request.delimiter, !delimiter.isEmpty { query.append(("delimiter", delimiter)) }
    if let token {
      query.append(("continuation-token", token))
    } else if let after = request.startAfter, !after.isEmpty {
      query.append(("start-after", after))
    }
    let call = store.request(.get, query: query)
    let answer = try await store.client.attempt { [store] (credentials) async throws(ServiceError) in
      let response = try await store.client.sendOnce(call, credentials)
      return try await ListAnswer.read(response.body)
    }
    if answer.isTruncated, answer.nextToken == nil || answer.nextToken == token {
      throw .invalidAnswer(detail: "a listing that says it goes on, and not where")
    }
    hasEnded = answer.nextToken == nil
    token = answer.nextToken
    return answer.page
  }

  /// Asking again would not help: some servers list by folders.
  private func checkOrder(of page: ListPage) throws(StoreError) {
    for object in page.objects {
      if let last, !(last < object.key) {
        hasEnded = true
        throw StoreError(
          operation: .list, key: request.prefix,
          reason: .other(detail: "its listings are not in the byte order of their keys, as S3's are: it cannot be used")
        )
      }
      last = object.key
    }
  }
}

/// A page of a listing, as it was answered.
struct ListAnswer: Sendable {
  var page = ListPage()
  var isTruncated = false
  var nextToken: String?

  /// Bytes of an answer at most: a thousand of the longest keys, percent-encoded, are 4 MiB.
  private static let maximumBytes = 32 << 20

  /// Reads a page while it arrives.
  static func read(_ body: HTTPResponseBody) async throws(ServiceError) -> ListAnswer {
    let collector = Collector()
    let reader = XMLReader(collector)
    var bytes = 0
    do {
      while let chunk = try await body.next() {
        bytes += chunk.count
        guard bytes <= maximumBytes else { throw XMLReader.Fault.tooLarge }
        try reader.feed(chunk)
      }
      try reader.finish()
    } catch let error as HTTPError {
      throw ServiceError(error)
    } catch {
      throw .invalidAnswer(detail: "a listing that is no XML that can be read")
    }
    return try collector.answer()
  }

  private final class Collector: XMLHandler {
    private var result = ListAnswer()
    private var isEncoded = false
    private var isListing = false
    /// Within `Contents`, or within `CommonPrefixes`.
    private var inObject = false
    private var inPrefix = false
    /// An object without size or date was told: left out, it would count as gone.
    private var isIncomplete = false

    private var key: [UInt8] = []
    private var size: Int64?
    private var date: Date?
    private var etag = ""

    private var objects: [(key: [UInt8], size: Int64, date: Date, etag: String)] = []
    private var prefixes: [[UInt8]] = []

    func start(_ name: XMLName) {
      if name == "Contents" {
        inObject = true
        key = []
        size = nil
        date = nil
        etag = ""
      } else if name == "CommonPrefixes" {
        inPrefix = true
      } else if name == "ListBucketResult" {
        isListing = true
      }
    }

    func end(_ name: XMLName, text: [UInt8]) {
      if inObject {
        if name == "Key" {
          key = text
        } else if name == "LastModified" {
          date = HTTPDate.date(ofTimestamp: text)
        } else if name == "ETag" {
          etag = ETag.bare(String(decoding: text, as: UTF8.self))
        } else if name == "Size" {
          size = Int64(String(decoding: text, as: UTF8.self))
        } else if name == "Contents" {
          inObject = false
          if let size, let date, size >= 0 {
            objects.append((key, size, date, etag))
          } else {
            isIncomplete = true
          }
        }
      } else if inPrefix {
        if name == "Prefix" { prefixes.append(text) }
        if name == "CommonPrefixes" { inPrefix = false }
      } else if name == "IsTruncated" {
        result.isTruncated = text.elementsEqual("true".utf8)
      } else if name == "NextContinuationToken" {
        result.nextToken = String(decoding: text, as: UTF8.self)
      } else if name == "EncodingType" {
        isEncoded = text.elementsEqual("url".utf8)
      }
    }

    /// - Throws: `invalidAnswer` where it was no listing.
    func answer() throws(ServiceError) -> ListAnswer {
      guard isListing else { throw .invalidAnswer(detail: "no ListBucketResult") }
      guard !isIncomplete else { throw .invalidAnswer(detail: "an object without its size or time") }
      if !result.isTruncated || result.nextToken?.isEmpty == true { result.nextToken = nil }
      result.page.objects.reserveCapacity(objects.count)
      for object in objects {
        // A name that no key can have is not one that could be asked for.
        guard let key = text(object.key).flatMap({ ObjectKey($0) }) else { continue }
        result.page.objects.append(
          ObjectSummary(key: key, size: object.size, lastModified: object.date, etag: object.etag))
      }
      result.page.commonPrefixes = prefixes.compactMap { text($0) }
      return result
    }

    /// Nil where it is no text: mended, it would be the name of something else.
    private func text(_ bytes: [UInt8]) -> String? {
      let text = String(decoding: bytes, as: UTF8.self)
      guard isEncoded, let decoded = PercentEncoding.decode(text, plusIsSpace: true) else { return text }
      return String(validating: decoded, as: UTF8.self)
    }
  }
}
