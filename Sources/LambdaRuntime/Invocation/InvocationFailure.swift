/// Why an event could not be handled: Lambda tries it again, or hands it to the on-failure destination.
package struct InvocationFailure: Error, Hashable, Sendable {
  /// `Category.Reason`, as in `Function.Unavailable`.
  package let type: String
  /// A sentence for people, without secrets and raw names: it is shown in AWS's console and kept in the failed event.
  package let message: String

  /// - Parameter type: of letters, digits, `.`, `-` and `_`; anything else becomes `Function.Unknown`.
  package init(type: String, message: String) {
    self.type = Self.isErrorType(type) ? type : "Function.Unknown"
    self.message = message
  }

  /// The handler did not end in its time.
  static let deadline = InvocationFailure(
    type: "Function.DeadlineExceeded", message: "The work was ended because the function's time was nearly over.")

  /// The body of an error report.
  var body: [UInt8] {
    let fields: [(String, LambdaLog.Value)] = [("errorMessage", .string(message)), ("errorType", .string(type))]
    return Array("{\(fields.map { JSONText.member($0.0, $0.1) }.joined(separator: ",")),\"stackTrace\":[]}".utf8)
  }

  static func isErrorType(_ text: some StringProtocol) -> Bool {
    (1...128).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}
