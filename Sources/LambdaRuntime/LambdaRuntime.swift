package import HTTPTransport

/// The custom runtime of AWS Lambda (`provided.al2023`): takes one event after the other from the Runtime API, has a
/// handler work on it, and gives back what came of it.
///
/// What the handler throws is reported, and the next event is asked for. What makes going on senseless ends `run`: the
/// process has to exit then, with a status other than 0, and Lambda starts another.
package struct LambdaRuntime: Sendable {
  /// Turns an event into an answer, both usually JSON. It is cancelled shortly before its time is over; what it then
  /// returns still counts, so that part of a batch can be acknowledged.
  package typealias Handler =
    @Sendable (_ event: [UInt8], _ context: InvocationContext) async throws(InvocationFailure) -> [UInt8]

  /// Most bytes of an answer that Lambda takes: 6 MiB and 100 bytes.
  package static let maximumResponse = 6_291_556

  private let api: RuntimeAPI
  private let log: LambdaLog
  private let trace: TraceVariable

  /// - Parameters:
  ///   - address: of the Runtime API, `host:port`: the variable `AWS_LAMBDA_RUNTIME_API`.
  ///   - http: for the Runtime API alone. Default: a transport that takes no proxy.
  /// - Throws: `invalidAddress`.
  package init(
    address: String, log: LambdaLog, http: any HTTPClient = LambdaRuntime.directTransport()
  ) throws(RuntimeError) {
    // Before the first request: until there are other threads, the environment can be changed without harm.
    trace = .shared
    api = try RuntimeAPI(address: address, http: http)
    self.log = log
  }

  /// The Runtime API is on this machine, whatever proxies the function's variables name for others.
  package static func directTransport() -> CurlTransport {
    _ = TraceVariable.shared
    var configuration = TransportConfiguration()
    configuration.takesProxies = false
    configuration.idleConnections = 1
    return CurlTransport(configuration: configuration)
  }

  /// Says that the function cannot start. The process has to exit after it, with a status other than 0.
  package func reportInitFailure(_ failure: InvocationFailure) async {
    log(.fatal, failure.message, ["errorType": .string(failure.type)])
    do throws(RuntimeError) {
      let answer = try await api.initError(failure)
      if !answer.isAccepted { log(.error, "The Runtime API refused the init error.", answer.fields) }
    } catch {
      log(.error, error.description)
    }
  }

  /// Handles events for ever.
  ///
  /// - Returns: why it cannot go on; `cancelled` when its task was.
  package func run(_ handler: @escaping Handler) async -> RuntimeError {
    while true {
      do throws(RuntimeError) {
        try await handleOne(handler)
      } catch {
        if error != .cancelled { log(.fatal, error.description) }
        return error
      }
    }
  }

  private func handleOne(_ handler: @escaping Handler) async throws(RuntimeError) {
    let invocation = try await api.next()
    trace.set(invocation.traceID ?? "")
    let context = InvocationContext(invocation, log: log.with(requestID: invocation.requestID))
    let ending = await Invocation.handle(invocation.event, in: context, by: handler)
    switch ending {
    case .answer(let bytes): try await respond(bytes, context)
    case .failure(let failure): try await fail(failure, context)
    case .overdue:
      // The handler still runs: no second one beside it.
      try await fail(.deadline, context)
      throw .handlerDoesNotStop
    case .cancelled: throw .cancelled
    }
  }

  private func respond(_ bytes: [UInt8], _ context: InvocationContext) async throws(RuntimeError) {
    guard bytes.count <= Self.maximumResponse else {
      let message = "The answer has \(bytes.count) bytes; Lambda takes \(Self.maximumResponse) at most."
      return try await fail(InvocationFailure(type: "Function.ResponseSizeTooLarge", message: message), context)
    }
    let answer = try await api.response(bytes, to: context.requestID)
    try check(answer, "response", context)
  }

  private func fail(_ failure: InvocationFailure, _ context: InvocationContext) async throws(RuntimeError) {
    context.log(.error, failure.message, ["errorType": .string(failure.type)])
    let answer = try await api.error(failure, to: context.requestID)
    try check(answer, "error", context)
  }

  /// An invocation whose answer is refused (400: it is no longer waited for; 413: too large; 403: not now) has been
  /// settled by Lambda itself: the next one can be asked for. After a 5xx the process has to exit at once.
  private func check(_ answer: RuntimeAnswer, _ call: String, _ context: InvocationContext) throws(RuntimeError) {
    if answer.isAccepted { return }
    guard (400..<500).contains(answer.status) else {
      throw .refused(call: call, status: answer.status, errorType: answer.errorType)
    }
    context.log(.error, "The Runtime API refused the \(call).", answer.fields)
  }
}
