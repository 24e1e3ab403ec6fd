import Console

/// Whether this machine's clock agrees with those of the servers.
enum ClockCheckup {
  /// Seconds from which on it is worth saying.
  private static let tolerance = 120.0
  /// Seconds from which on S3 refuses a signature (`RequestTimeTooSkewed`).
  private static let limit = 900.0

  /// - Parameter offsets: seconds that each server that answered is ahead; nil where it does not tell its time.
  static func findings(offsets: [Double?]) -> [Finding] {
    guard !offsets.isEmpty else { return [] }
    guard let worst = offsets.compactMap({ $0 }).max(by: { abs($0) < abs($1) }), worst.isFinite else {
      return [Finding("clock", "the server does not tell its time")]
    }
    // The header tells whole seconds.
    guard abs(worst) >= 2 else { return [Finding("clock", "as the server's, to a second or two")] }
    let amount = Format.duration(milliseconds: Int(min(abs(worst), 1e12) * 1000))
    let detail = "\(amount) \(worst > 0 ? "behind" : "ahead of") the server's"
    guard abs(worst) > tolerance else { return [Finding("clock", detail)] }
    let consequence =
      abs(worst) > limit
      ? "S3 refuses what is signed by this clock, so that each program has to find out the time first"
      : "S3 refuses what is signed by a clock that is 15 minutes off"
    return [
      Finding(
        "clock", detail, advice: "set the clock, best from the network (timedatectl set-ntp true): \(consequence)")
    ]
  }
}
