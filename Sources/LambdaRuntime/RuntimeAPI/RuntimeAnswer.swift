/// What the Runtime API says to a response or an error.
struct RuntimeAnswer: Sendable {
  let status: Int
  /// Lambda's word for why it refuses: `InvalidRequestID`, `RequestEntityTooLarge`; empty where there is none.
  let errorType: String

  var isAccepted: Bool { (200..<300).contains(status) }

  /// For the log.
  var fields: [String: LambdaLog.Value] {
    ["status": .number(status), "runtimeErrorType": .string(errorType)]
  }

  /// The `errorType` of `{"errorMessage":…,"errorType":…}`: a name, so what is not one is left out. It is only told in
  /// the log; nothing hangs on it.
  static func errorType(in body: [UInt8]) -> String {
    let text = String(decoding: body.prefix(4096), as: UTF8.self)
    guard let name = text.firstRange(of: "\"errorType\"") else { return "" }
    let value = text[name.upperBound...].drop { $0 == " " || $0 == ":" }
    guard value.first == "\"" else { return "" }
    let word = value.dropFirst().prefix { $0 != "\"" }
    return InvocationFailure.isErrorType(word) ? String(word) : ""
  }
}
