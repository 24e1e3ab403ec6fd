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
        throw StoreError(operation: .list, key: request.prefix, reason: .unordered)
      }
      last = object.key
    }
  }
}
