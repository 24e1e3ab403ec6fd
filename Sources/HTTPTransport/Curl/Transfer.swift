internal import CCurl
internal import Glibc

/// What is known once the header of an answer is there.
struct TransferHead: Sendable {
  var status: Int
  var headers: HTTPHeaders
  /// Whether the whole body is there as well, in `body`.
  var isComplete: Bool
  var body: [UInt8]
}

/// One exchange on its way. Lives on the transport's thread; libcurl's callbacks come back to it there.
final class Transfer {
  let easy: UnsafeMutableRawPointer
  private var upload: Upload
  /// Kept as libcurl does not copy them.
  private var fields: UnsafeMutablePointer<curl_slist>?

  private var header: HeaderReader
  private var received: [UInt8] = []
  private var isPaused = false
  private var end: Result<Void, HTTPError>?
  private var headWaiter: CheckedContinuation<Result<TransferHead, HTTPError>, Never>?
  private var bodyWaiter: CheckedContinuation<Result<[UInt8]?, HTTPError>, Never>?
  /// The end has been told, be it good or bad.
  private var isTold = false

  /// Bytes received and not yet taken above which the server has to wait.
  private static let highWater = 1 << 20

  init(_ request: HTTPRequest, _ configuration: TransportConfiguration) throws(HTTPError) {
    upload = try Upload(request.body)
    header = HeaderReader(isOfHead: request.method == .head)
    guard let easy = curl_easy_init() else { throw .invalidRequest(detail: "libcurl has no memory") }
    self.easy = easy
    let options = EasyOptions(easy: easy)
    options.set(configuration)
    try options.set(request)
    fields = try options.fields(of: request, userAgent: configuration.userAgent)
    ccurl_set_list(easy, CURLOPT_HTTPHEADER, fields)
    install()
  }

  deinit {
    curl_easy_cleanup(easy)
    curl_slist_free_all(fields)
    // Whoever still waits is told: a continuation must not be lost.
    headWaiter?.resume(returning: .failure(.cancelled))
    bodyWaiter?.resume(returning: .failure(.cancelled))
  }

  // MARK: - For the transport

  func awaitHead(_ continuation: CheckedContinuation<Result<TransferHead, HTTPError>, Never>) {
    headWaiter = continuation
  }

  func awaitBody(_ continuation: CheckedContinuation<Result<[UInt8]?, HTTPError>, Never>) {
    guard bodyWaiter == nil else {
      // Two readers of one body are a mistake of the caller.
      continuation.resume(returning: .success(nil))
      return
    }
    bodyWaiter = continuation
    tellBody()
  }

  /// What the exchange came to, by libcurl's result.
  func outcome(_ code: CURLcode) -> Result<Void, HTTPError> {
    if code == CURLE_OK {
      return header.isComplete ? .success(()) : .failure(.brokenOff(detail: "the header was cut short"))
    }
    if let error = upload.error { return .failure(error) }
    if let error = header.error { return .failure(error) }
    return .failure(HTTPError(code))
  }

  /// Ends the exchange and tells whoever waits.
  func finish(_ result: Result<Void, HTTPError>) {
    guard end == nil else { return }
    end = result
    if headWaiter != nil { tellHead() }
    tellBody()
  }

  /// Ends the exchange as cancelled, even if it has come to its end: what was not handed out never will be.
  func abort() {
    guard !isTold else { return }
    received = []
    end = .failure(.cancelled)
    if headWaiter != nil { tellHead() }
    tellBody()
  }

  /// Whether it has ended and all has been handed out.
  var isSpent: Bool { end != nil && received.isEmpty && isTold && headWaiter == nil && bodyWaiter == nil }

  // MARK: - Telling

  private func tellHead() {
    guard let waiter = headWaiter else { return }
    headWaiter = nil
    if case .failure(let error)? = end {
      isTold = true
      waiter.resume(returning: .failure(error))
      return
    }
    let isComplete = end != nil
    var body: [UInt8] = []
    if isComplete {
      swap(&body, &received)
      isTold = true
    }
    waiter.resume(
      returning: .success(
        TransferHead(status: header.status, headers: header.headers, isComplete: isComplete, body: body)))
  }

  private func tellBody() {
    guard let waiter = bodyWaiter else { return }
    if !received.isEmpty {
      var bytes: [UInt8] = []
      swap(&bytes, &received)
      bodyWaiter = nil
      waiter.resume(returning: .success(bytes))
      if isPaused {
        isPaused = false
        // May call back with more at once.
        curl_easy_pause(easy, CURLPAUSE_CONT)
      }
      return
    }
    guard let end else { return }
    bodyWaiter = nil
    isTold = true
    switch end {
    case .success: waiter.resume(returning: .success(nil))
    case .failure(let error): waiter.resume(returning: .failure(error))
    }
  }

  // MARK: - libcurl's callbacks

  private func install() {
    let context = Unmanaged.passUnretained(self).toOpaque()
    ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context)
    ccurl_set_write(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      guard let transfer = Transfer.from(context), let bytes else { return 0 }
      return transfer.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }
    ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context)
    ccurl_set_write(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      guard let transfer = Transfer.from(context), let bytes else { return 0 }
      return transfer.takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
    }
    ccurl_set_pointer(easy, CURLOPT_READDATA, context)
    ccurl_set_read(easy) { room, size, count, context in
      guard let transfer = Transfer.from(context), let room else { return Int(CURL_READFUNC_ABORT) }
      return transfer.upload.read(into: UnsafeMutableRawBufferPointer(start: room, count: size * count))
    }
    ccurl_set_pointer(easy, CURLOPT_SEEKDATA, context)
    ccurl_set_seek(easy) { context, offset, origin in
      guard let transfer = Transfer.from(context), origin == SEEK_SET, transfer.upload.seek(to: Int64(offset)) else {
        return CURL_SEEKFUNC_FAIL
      }
      return CURL_SEEKFUNC_OK
    }
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }

  private func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
    guard header.take(line) else { return false }
    if header.isComplete, !header.isSmall { tellHead() }
    return true
  }

  private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    if received.count >= Self.highWater {
      isPaused = true
      return Int(CURL_WRITEFUNC_PAUSE)
    }
    received.append(contentsOf: bytes)
    tellBody()
    return bytes.count
  }
}
