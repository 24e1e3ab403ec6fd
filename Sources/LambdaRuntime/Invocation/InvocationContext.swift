/// What a handler knows of its event beside the event.
package struct InvocationContext: Sendable {
  package let requestID: String
  /// With version or alias. Empty where Lambda gave none.
  package let functionARN: String
  package let traceID: String?
  /// When Lambda ends the process, as Unix time in milliseconds.
  package let deadline: Int64
  /// Says the request id in every line.
  package let log: LambdaLog

  init(_ invocation: ReceivedInvocation, log: LambdaLog) {
    requestID = invocation.requestID
    functionARN = invocation.functionARN
    traceID = invocation.traceID
    deadline = invocation.deadline
    self.log = log
  }

  /// Time until the deadline; zero once it has passed.
  package var remaining: Duration {
    .milliseconds(max(0, deadline.subtractingReportingOverflow(WallClock.milliseconds).partialValue))
  }
}
