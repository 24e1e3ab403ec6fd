/// How the program ends. The numbers are a contract.
enum ExitStatus: Int32, Sendable {
  case success = 0
  /// Some objects failed, or a check found something.
  case someFailed = 1
  /// The command line or the settings make no sense.
  case usage = 64
  /// A location cannot be reached.
  case unreachable = 69
  /// Not allowed: read-only, overlapping locations, a missing confirmation.
  case refused = 77
  case interrupted = 130
  case terminated = 143
}
