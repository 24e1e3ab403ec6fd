/// The pages of a listing. Each iteration lists anew; a page is fetched when it is asked for.
package struct ListPages: AsyncSequence, Sendable {
  package typealias Failure = StoreError
  package typealias NextPage = @Sendable () async throws(StoreError) -> ListPage?

  private let start: @Sendable () -> NextPage

  /// - Parameter start: begins a listing and returns the function that fetches its next page, nil after the last.
  package init(start: @escaping @Sendable () -> NextPage) {
    self.start = start
  }

  package func makeAsyncIterator() -> Iterator { Iterator(nextPage: start()) }

  package struct Iterator: AsyncIteratorProtocol {
    let nextPage: NextPage

    package mutating func next() async throws(StoreError) -> ListPage? { try await nextPage() }

    package mutating func next(isolation actor: isolated (any Actor)?) async throws(StoreError) -> ListPage? {
      try await nextPage()
    }
  }
}

/// The content of an object, chunk by chunk; iterated once.
package struct ByteChunks: AsyncSequence, Sendable {
  package typealias Failure = StoreError
  package typealias NextChunk = @Sendable () async throws(StoreError) -> [UInt8]?

  private let nextChunk: NextChunk

  /// - Parameter nextChunk: the next chunk, never empty, nil after the last.
  package init(nextChunk: @escaping NextChunk) {
    self.nextChunk = nextChunk
  }

  package func makeAsyncIterator() -> Iterator { Iterator(nextChunk: nextChunk) }

  package struct Iterator: AsyncIteratorProtocol {
    let nextChunk: NextChunk

    package mutating func next() async throws(StoreError) -> [UInt8]? { try await nextChunk() }

    package mutating func next(isolation actor: isolated (any Actor)?) async throws(StoreError) -> [UInt8]? {
      try await nextChunk()
    }
  }
}
