package import FoundationEssentials
package import HTTPTransport

/// Signs requests by AWS Signature Version 4, in their headers or in their URL. The keys it derives are shared by all
/// signers of the process, so that making one costs nothing.
package struct Signer: Sendable {
  /// As in a credential scope: `s3`, `sqs`, `sts`, `lambda`.
  package var service: String
  package var region: String
  /// Default: `asSent` for S3, `normalized` for all others.
  package var pathRule: PathRule
  /// Whether `x-amz-content-sha256` is sent and signed. Default: for S3, which demands it.
  package var sendsPayloadHash: Bool

  package init(service: String, region: String) {
    self.service = service
    self.region = region
    let isS3 = service == "s3"
    pathRule = isS3 ? .asSent : .normalized
    sendsPayloadHash = isS3
  }

  /// The request with `X-Amz-Date`, `Authorization` and, as they are needed, `X-Amz-Security-Token` and
  /// `x-amz-content-sha256`. Such headers of an earlier signature are replaced: a retry is signed anew.
  ///
  /// All headers are signed, but those that proxies and the transport may change. `Host` is taken from the URL.
  package func sign(
    _ request: HTTPRequest, payload: PayloadHash, credentials: Credentials, date: Date
  ) -> HTTPRequest {
    let work = headerWork(request, payload: payload, credentials: credentials, date: date)
    var signed = request
    signed.headers = work.headers
    let authorization =
      "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(work.scope)"
      + ", SignedHeaders=\(work.canonical.signedHeaders), Signature=\(work.signature)"
    signed.headers.append(HTTPField("Authorization", authorization))
    return signed
  }

  /// A URL that carries its signature: whoever has it may make this request for a while, with this method and the
  /// headers of the request, and any body.
  ///
  /// - Parameter seconds: how long it is good, 1 to 604,800 (a week); others are brought into that range. It ends earlier
  ///   with the credentials.
  package func presign(_ request: HTTPRequest, seconds: Int, credentials: Credentials, date: Date) -> String {
    queryWork(request, payload: .unsigned, seconds: seconds, credentials: credentials, date: date).url
  }

  /// A signature in the headers, and what led to it.
  struct HeaderWork {
    let headers: [HTTPField]
    let scope: String
    let canonical: CanonicalRequest
    let stringToSign: [UInt8]
    let signature: String
  }

  func headerWork(
    _ request: HTTPRequest, payload: PayloadHash, credentials: Credentials, date: Date
  ) -> HeaderWork {
    let target = RequestTarget(request.url)
    let time = SigningTime(date)
    let day = time.day
    let scope = scope(day: day)
    var headers = request.headers.filter { !Self.ownHeaders.contains($0.name.lowercased()) }
    headers.append(HTTPField("X-Amz-Date", time.timestamp))
    if let token = credentials.sessionToken { headers.append(HTTPField("X-Amz-Security-Token", token)) }
    if sendsPayloadHash { headers.append(HTTPField("x-amz-content-sha256", payload.text)) }
    let canonical = CanonicalRequest(
      method: request.method, path: target.path, pathRule: pathRule, query: QueryItem.items(of: target.query),
      headers: Self.signable(headers, host: target.host), payload: payload)
    let stringToSign = canonical.stringToSign(time: time, scope: scope)
    return HeaderWork(
      headers: headers, scope: scope, canonical: canonical, stringToSign: stringToSign,
      signature: key(credentials, day: day).signature(of: stringToSign))
  }

  /// A signature in the URL, and what led to it.
  struct QueryWork {
    let url: String
    let canonical: CanonicalRequest
    let stringToSign: [UInt8]
    let signature: String
  }

  func queryWork(
    _ request: HTTPRequest, payload: PayloadHash, seconds: Int, credentials: Credentials, date: Date
  ) -> QueryWork {
    let target = RequestTarget(request.url)
    let time = SigningTime(date)
    let day = time.day
    let scope = scope(day: day)
    let headers = Self.signable(request.headers, host: target.host).filter { !Self.ownHeaders.contains($0.name) }
    let headerNames = Set(headers.map(\.name)).sorted().joined(separator: ";")
    var added = [
      QueryItem("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
      QueryItem("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope)"),
      QueryItem("X-Amz-Date", time.timestamp),
      QueryItem("X-Amz-Expires", String(min(max(seconds, 1), 604_800))),
      QueryItem("X-Amz-SignedHeaders", headerNames),
    ]
    if let token = credentials.sessionToken { added.append(QueryItem("X-Amz-Security-Token", token)) }
    let query = QueryItem.items(of: target.query) + added
    let canonical = CanonicalRequest(
      method: request.method, path: target.path, pathRule: pathRule, query: query, headers: headers, payload: payload)
    let stringToSign = canonical.stringToSign(time: time, scope: scope)
    let signature = key(credentials, day: day).signature(of: stringToSign)
    var url = Array(target.origin) + target.path
    var separator = UInt8(ascii: "?")
    for item in query + [QueryItem("X-Amz-Signature", signature)] {
      url.append(separator)
      url += item.name
      url.append(UInt8(ascii: "="))
      url += item.value
      separator = UInt8(ascii: "&")
    }
    return QueryWork(
      url: String(decoding: url, as: UTF8.self), canonical: canonical, stringToSign: stringToSign,
      signature: signature)
  }

  private func scope(day: String) -> String { "\(day)/\(region)/\(service)/aws4_request" }

  private func key(_ credentials: Credentials, day: String) -> SigningKey {
    SigningKeys.key(secret: credentials.secretAccessKey, day: day, region: region, service: service)
  }

  /// What a signature brings along.
  private static let ownHeaders: Set<String> = [
    "authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token",
  ]

  /// What may change on the way, or is not known before it is sent.
  private static let unsignedHeaders: Set<String> = [
    "connection", "expect", "host", "transfer-encoding", "user-agent", "x-amzn-trace-id",
  ]

  /// With their names in small letters.
  private static func signable(_ headers: [HTTPField], host: String) -> [HTTPField] {
    var signable = [HTTPField("host", host)]
    signable.reserveCapacity(headers.count + 1)
    for header in headers {
      let name = header.name.lowercased()
      if !unsignedHeaders.contains(name) { signable.append(HTTPField(name, header.value)) }
    }
    return signable
  }
}
