/// Something that carries requests to servers. `CurlTransport` does; tests have others.
package protocol HTTPClient: Sendable {
  /// Sends a request and waits for the header of its answer, whatever its status: only an exchange that did not come
  /// about throws. Redirects are answers, and are not followed. Cancelling the task ends the exchange.
  func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse
}

extension HTTPClient {
  /// An exchange whose answer is small.
  ///
  /// - Parameter limit: most bytes of body; more throw `tooLarge`. Default: 1 MiB.
  package func exchange(
    _ request: HTTPRequest, limit: Int = 1 << 20
  ) async throws(HTTPError) -> (response: HTTPResponse, body: [UInt8]) {
    let response = try await send(request)
    return (response, try await response.body.collect(limit: limit))
  }
}
