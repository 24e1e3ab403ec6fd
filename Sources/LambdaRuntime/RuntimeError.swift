package import HTTPTransport

/// Why the runtime cannot go on. The process has to exit.
package enum RuntimeError: Error, Hashable, Sendable {
  /// `AWS_LAMBDA_RUNTIME_API` is not `host:port`.
  case invalidAddress
  case unreachable(HTTPError)
  /// - errorType: Lambda's word for why; empty where it gave none.
  case refused(call: String, status: Int, errorType: String)
  /// An event without what belongs to it.
  case invalidAnswer(detail: String)
  /// The handler goes on although it was cancelled and its time is over.
  case handlerDoesNotStop
  case cancelled
}

extension RuntimeError: CustomStringConvertible {
  /// A sentence for the log.
  package var description: String {
    switch self {
    case .invalidAddress: "AWS_LAMBDA_RUNTIME_API does not hold host:port; this program is started by AWS Lambda."
    case .unreachable(let error): "The Runtime API cannot be reached: \(error)."
    case .refused(let call, let status, let errorType):
      "The Runtime API answered '\(call)' with status \(status)\(errorType.isEmpty ? "" : " (\(errorType))")."
    case .invalidAnswer(let detail): "The Runtime API gave an event without \(detail)."
    case .handlerDoesNotStop: "The handler did not stop when its time was over; the process is replaced."
    case .cancelled: "Cancelled."
    }
  }
}
