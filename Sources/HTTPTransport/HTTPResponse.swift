/// The answer to a request: given once its header is there, while the body may still be on its way.
package struct HTTPResponse: Sendable {
  package let status: Int
  package let headers: HTTPHeaders
  package let body: HTTPResponseBody

  package init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: HTTPResponseBody = HTTPResponseBody([])) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// The header fields of an answer. Names are compared without regard to case (RFC 9110, 5.1).
package struct HTTPHeaders: Sendable {
  package private(set) var fields: [HTTPField]

  package init(_ fields: [HTTPField] = []) {
    self.fields = fields
  }

  /// The value of the first field of this name. Foreign text.
  package subscript(name: String) -> String? {
    fields.first { Self.isSame($0.name, name) }?.value
  }

  mutating func append(_ field: HTTPField) { fields.append(field) }

  private static func isSame(_ a: String, _ b: String) -> Bool {
    a.utf8.count == b.utf8.count && zip(a.utf8, b.utf8).allSatisfy { lower($0) == lower($1) }
  }

  private static func lower(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}

/// The body of an answer, chunk by chunk; read once. Letting it go unread ends the transfer.
package struct HTTPResponseBody: Sendable {
  package typealias NextChunk = @Sendable () async throws(HTTPError) -> [UInt8]?

  private let nextChunk: NextChunk

  /// - Parameter nextChunk: the next chunk, never empty; nil after the last.
  package init(nextChunk: @escaping NextChunk) {
    self.nextChunk = nextChunk
  }

  /// A body that is there already.
  package init(_ bytes: [UInt8]) {
    let rest = Locked<[UInt8]?>(bytes.isEmpty ? nil : bytes)
    self.init { () throws(HTTPError) in rest.withLock { rest in rest.take() } }
  }

  package func next() async throws(HTTPError) -> [UInt8]? { try await nextChunk() }

  /// All of it.
  ///
  /// - Parameter limit: most bytes to take; more throw `tooLarge`.
  package func collect(limit: Int) async throws(HTTPError) -> [UInt8] {
    var bytes: [UInt8] = []
    while let chunk = try await nextChunk() {
      guard chunk.count <= limit - bytes.count else { throw .tooLarge(limit: limit) }
      bytes += chunk
    }
    return bytes
  }
}
