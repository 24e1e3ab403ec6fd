internal import HTTPTransport

/// A function of AWS Lambda, or of a server that speaks its protocol (AWS Lambda API Reference, Invoke).
package struct LambdaFunction: Sendable {
  /// Its name, with or without a version, or its ARN.
  package let name: String
  private let client: ServiceClient

  /// - Parameters:
  ///   - endpoint: a server other than AWS's own, without a slash at its end.
  ///   - region: used where the name is no ARN, which tells it.
  /// - Returns: nil where the name is none: of letters, digits and `-_:$`, up to 170 characters.
  package init?(
    _ name: String, endpoint: String? = nil, region: String, credentials: any CredentialProvider,
    shared: ServiceClient.Shared
  ) {
    let allowed = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"),
        UInt8(ascii: "$"):
        true
      default: false
      }
    }
    guard allowed, (1...170).contains(name.utf8.count) else { return nil }
    self.name = name
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    let own = parts.count > 6 && parts[0] == "arn" ? String(parts[3]) : region
    client = ServiceClient(
      service: "lambda", region: own,
      base: { endpoint ?? AWSConfiguration.ownEndpoint(of: "lambda", region: $0) }, credentials: credentials,
      shared: shared)
  }

  /// Hands an event to the function and does not wait for what becomes of it: Lambda keeps it, and tries it up to three
  /// times.
  ///
  /// - Parameter payload: JSON, of 1 MiB at most.
  package func invoke(_ payload: String) async throws(ServiceError) {
    let body = Array(payload.utf8)
    _ = try await client.exchange(
      ServiceRequest(
        .post, path: "/2015-03-31/functions/\(PercentEncoding.path(name))/invocations",
        headers: [HTTPField("Content-Type", "application/json"), HTTPField("X-Amz-Invocation-Type", "Event")],
        body: .bytes(body), payload: .of(body)))
  }
}
