/// One thing that was looked at. Text may be foreign: it is escaped where it is printed.
struct Finding: Hashable, Sendable {
  var check: String
  var detail: String
  /// What to do: always there where something is wrong, and where all is well, but could be better.
  var advice: String?
  var isWell: Bool

  /// - Parameter advice: given, something is wrong.
  init(_ check: String, _ detail: String, advice: String? = nil) {
    self.check = check
    self.detail = detail
    self.advice = advice
    isWell = advice == nil
  }

  /// Nothing is wrong, and yet there is something to say.
  static func note(_ check: String, _ detail: String, advice: String) -> Finding {
    var finding = Finding(check, detail, advice: advice)
    finding.isWell = true
    return finding
  }
}
