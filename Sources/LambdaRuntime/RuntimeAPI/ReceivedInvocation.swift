internal import HTTPTransport

/// An event and what the Runtime API says of it.
struct ReceivedInvocation: Sendable {
  let event: [UInt8]
  let requestID: String
  /// Unix time in milliseconds.
  let deadline: Int64
  let functionARN: String
  /// `Root=…;Parent=…;Sampled=…`.
  let traceID: String?

  /// Header names are compared without regard to case.
  init(_ headers: HTTPHeaders, event: [UInt8]) throws(RuntimeError) {
    // It becomes part of a path.
    guard let requestID = headers["Lambda-Runtime-Aws-Request-Id"], (1...128).contains(requestID.utf8.count),
      requestID.utf8.allSatisfy(Self.isPlain)
    else { throw .invalidAnswer(detail: "a request id") }
    guard let deadline = headers["Lambda-Runtime-Deadline-Ms"].flatMap({ Int64($0) }), deadline >= 0 else {
      throw .invalidAnswer(detail: "a deadline")
    }
    self.event = event
    self.requestID = requestID
    self.deadline = deadline
    functionARN = headers["Lambda-Runtime-Invoked-Function-Arn"] ?? ""
    traceID = headers["Lambda-Runtime-Trace-Id"]
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
