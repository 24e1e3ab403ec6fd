internal import HTTPTransport
package import ObjectStore

/// A bucket of S3, or of a server that speaks its protocol.
///
/// Written after the Amazon S3 API Reference; where servers differ from it, what they all understand is sent.
package final class S3Store: ObjectStore {
  package struct Options: Sendable {
    /// The account that has to own the bucket; another's is refused by S3 (`x-amz-expected-bucket-owner`).
    package var expectedOwner: String?
    /// Content of more bytes than this is sent in parts. Default: 16 MiB.
    package var multipartThreshold: Int64 = 16 << 20
    /// Bytes of a part, 5 MiB or more; grows where 10,000 parts would not suffice. Default: 8 MiB.
    package var partSize: Int64 = 8 << 20
    /// Parts sent at once. Default: 4.
    package var parallelParts = 4

    package init() {}
  }

  package let bucket: String
  let client: ServiceClient
  let options: Options

  /// - Parameters:
  ///   - region: where the bucket is, as far as known: a wrong one is mended by what S3 answers.
  ///   - shared: what all clients of the process have in common.
  package init(
    bucket: String, endpoint: S3Endpoint, region: String = "us-east-1", credentials: any CredentialProvider,
    shared: ServiceClient.Shared, options: Options = Options()
  ) {
    self.bucket = bucket
    self.options = options
    client = ServiceClient(
      service: "s3", region: region, base: { endpoint.base(bucket: bucket, region: $0) }, credentials: credentials,
      shared: shared)
  }

  package func head(_ key: ObjectKey) async throws(StoreError) -> ObjectHead {
    do throws(ServiceError) {
      return try ObjectHead(key, try await head(request(.head, key)).headers)
    } catch {
      throw error.storeError(.head, key.string)
    }
  }

  /// Sends a HEAD.
  func head(_ request: ServiceRequest) async throws(ServiceError) -> HTTPResponse {
    do throws(ServiceError) {
      return try await client.exchange(request).response
    } catch {
      if let reason = await explanation(of: error, to: request) { throw reason }
      // What was wrong has been mended on the way.
      return try await client.exchange(request).response
    }
  }

  /// A call about the bucket, or about one of its objects.
  func request(
    _ method: HTTPMethod, _ key: ObjectKey? = nil, query: [(name: String, value: String)] = [],
    headers: [HTTPField] = []
  ) -> ServiceRequest {
    var headers = headers
    if let owner = options.expectedOwner { headers.append(HTTPField("x-amz-expected-bucket-owner", owner)) }
    return ServiceRequest(
      method, path: "/" + (key.map { PercentEncoding.path($0.string) } ?? ""), query: query, headers: headers)
  }

  /// The answer to a HEAD has no body, and so no code: 403 may be a clock that is off, 400 a token that has expired. The
  /// same question is asked once more as a GET of one byte, which tells the reason, and mends what can be mended.
  ///
  /// - Returns: nil where the GET succeeds.
  private func explanation(of error: ServiceError, to request: ServiceRequest) async -> ServiceError? {
    guard case .refused(let fault) = error, fault.code.isEmpty, fault.status == 400 || fault.status == 403 else {
      return error
    }
    var request = request
    request.method = .get
    request.headers.append(HTTPField("Range", "bytes=0-0"))
    do throws(ServiceError) {
      _ = try await client.exchange(request)
      return nil
    } catch let reason {
      switch reason {
      // An empty object has no first byte.
      case .refused(let fault) where fault.status == 416: return nil
      case .refused, .cancelled: return reason
      default: return error
      }
    }
  }
}

extension ObjectHead {
  /// Reads the header fields of an answer about an object.
  ///
  /// - Parameter total: bytes of the whole object where the answer carries a part of it.
  init(_ key: ObjectKey, _ headers: HTTPHeaders, total: Int64? = nil) throws(ServiceError) {
    guard let size = total ?? headers["content-length"].flatMap({ Int64($0) }), size >= 0 else {
      throw .invalidAnswer(detail: "no Content-Length")
    }
    guard let date = headers["last-modified"].flatMap({ HTTPDate.date(of: $0) }) else {
      throw .invalidAnswer(detail: "no Last-Modified")
    }
    let marker = "x-amz-meta-"
    var metadata: [String: String] = [:]
    for field in headers.fields {
      let name = field.name.lowercased()
      if name.hasPrefix(marker) { metadata[String(name.dropFirst(marker.count))] = field.value }
    }
    self.init(
      summary: ObjectSummary(key: key, size: size, lastModified: date, etag: ETag.bare(headers["etag"] ?? "")),
      contentType: headers["content-type"].flatMap { $0.isEmpty ? nil : $0 } ?? "application/octet-stream",
      metadata: metadata, storageClass: headers["x-amz-storage-class"].flatMap { $0.isEmpty ? nil : $0 })
  }
}

/// Entity tags (RFC 9110, 8.8.3): stored bare, sent in quotes.
enum ETag {
  static func bare(_ text: String) -> String {
    text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"") ? String(text.dropFirst().dropLast()) : text
  }

  static func quoted(_ text: String) -> String { "\"\(text)\"" }
}
