internal import CCurl
internal import Glibc

/// Carries requests over libcurl's multi interface, on one thread; connections are kept and used again.
///
/// Certificates are verified. Proxies are taken from `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`. Redirects
/// are not followed. Safe to use from any number of tasks; how many requests run at once is the callers' to limit.
package actor CurlTransport: HTTPClient {
  private nonisolated let executor: CurlExecutor
  private nonisolated let configuration: TransportConfiguration
  private var transfers: [Int: Transfer] = [:]
  private var handles: [UnsafeMutableRawPointer: Int] = [:]
  private var lastTransfer = 0

  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  package init(configuration: TransportConfiguration = TransportConfiguration()) {
    _ = Self.libraryIsReady
    guard let multi = curl_multi_init() else { fatalError("libcurl has no memory to start with") }
    // No limits on connections here: with libcurl 7.88 transfers that wait for one may stall.
    ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, configuration.idleConnections)
    ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, 0)
    executor = CurlExecutor(CurlExecutor.Multi(raw: multi))
    self.configuration = configuration
    executor.start { [weak self] in
      self?.assumeIsolated { $0.turn() }
    }
  }

  deinit { executor.wake() }

  private static let libraryIsReady: Bool = {
    // A connection that the server closed must not end the process.
    signal(SIGPIPE, SIG_IGN)
    return curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK
  }()

  package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    lastTransfer += 1
    let id = lastTransfer
    let transfer = try Transfer(request, configuration)
    let result: Result<TransferHead, HTTPError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if Task.isCancelled {
          continuation.resume(returning: .failure(.cancelled))
        } else {
          begin(transfer, id, continuation)
        }
      }
    } onCancel: {
      Task { await self.cancel(id) }
    }
    let head = try result.get()
    if head.isComplete {
      return HTTPResponse(status: head.status, headers: head.headers, body: HTTPResponseBody(head.body))
    }
    let reader = BodyReader(transport: self, transfer: id)
    return HTTPResponse(
      status: head.status, headers: head.headers,
      body: HTTPResponseBody { () async throws(HTTPError) in try await reader.next() })
  }

  private func begin(
    _ transfer: Transfer, _ id: Int, _ continuation: CheckedContinuation<Result<TransferHead, HTTPError>, Never>
  ) {
    transfer.awaitHead(continuation)
    guard curl_multi_add_handle(executor.multi.raw, transfer.easy) == CURLM_OK else {
      transfer.finish(.failure(.invalidRequest(detail: "libcurl refused the transfer")))
      return
    }
    transfers[id] = transfer
    handles[transfer.easy] = id
  }

  /// The next bytes of a body; waits while there are none. Nil at its end.
  fileprivate func nextChunk(of id: Int) async throws(HTTPError) -> [UInt8]? {
    guard let transfer = transfers[id] else { return nil }
    let result: Result<[UInt8]?, HTTPError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if Task.isCancelled { cancel(id) }
        transfer.awaitBody(continuation)
        settle(id)
      }
    } onCancel: {
      Task { await self.cancel(id) }
    }
    return try result.get()
  }

  /// Ends a transfer whose task was cancelled. It is kept until its reader has heard of it: the end of a body and a
  /// body cut off must not look the same.
  private func cancel(_ id: Int) {
    guard let transfer = transfers[id] else { return }
    detach(transfer)
    transfer.abort()
    settle(id)
  }

  /// Ends a transfer whose reader has gone.
  fileprivate func forget(_ id: Int) {
    guard let transfer = transfers.removeValue(forKey: id) else { return }
    detach(transfer)
  }

  /// Lets libcurl work, then hands out what has come about.
  ///
  /// - Returns: how many transfers are under way.
  private func turn() -> Int {
    var running: Int32 = 0
    curl_multi_perform(executor.multi.raw, &running)
    var easy: UnsafeMutableRawPointer?
    var code = CURLE_OK
    while ccurl_next_done(executor.multi.raw, &easy, &code) {
      guard let easy, let id = handles[easy], let transfer = transfers[id] else { continue }
      detach(transfer)
      transfer.finish(transfer.outcome(code))
      settle(id)
    }
    return handles.count
  }

  private func detach(_ transfer: Transfer) {
    guard handles.removeValue(forKey: transfer.easy) != nil else { return }
    curl_multi_remove_handle(executor.multi.raw, transfer.easy)
  }

  /// Forgets a transfer that has ended and of which nothing is left to read.
  private func settle(_ id: Int) {
    if transfers[id]?.isSpent == true { transfers[id] = nil }
  }
}

/// Reads the body of one transfer, and ends the transfer when it is let go.
private final class BodyReader: Sendable {
  private let transport: CurlTransport
  private let transfer: Int

  init(transport: CurlTransport, transfer: Int) {
    self.transport = transport
    self.transfer = transfer
  }

  deinit {
    Task { [transport, transfer] in await transport.forget(transfer) }
  }

  func next() async throws(HTTPError) -> [UInt8]? { try await transport.nextChunk(of: transfer) }
}
