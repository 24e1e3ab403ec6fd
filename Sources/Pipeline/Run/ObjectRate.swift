/// How many objects are begun in a second, at most.
package struct ObjectRate: Hashable, Sendable {
  /// Objects a second, within `range`; less than one is one object in several seconds.
  package let perSecond: Double

  /// From an object in about a quarter of an hour to more than any machine does.
  package static let range = 0.001...1_000_000

  /// - Returns: nil outside the range, and for what is no number.
  package init?(perSecond: Double) {
    guard Self.range.contains(perSecond) else { return nil }
    self.perSecond = perSecond
  }

  /// Reads `5` or `0.5`.
  package init?(_ text: String) {
    // No words (nan, inf), no hexadecimal, no exponents: what people write.
    guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) || $0 == 46 }), let value = Double(text) else {
      return nil
    }
    self.init(perSecond: value)
  }

  /// Most objects that are begun at once after a while without any: what a second brings, and one at least.
  package var burst: Double { max(1, perSecond) }
}

extension ObjectRate: CustomStringConvertible {
  /// `5` or `0.5`.
  package var description: String {
    perSecond.rounded() == perSecond ? "\(Int(perSecond))" : "\(perSecond)"
  }
}

/// Lets objects begin at a rate: tokens come in evenly, each object takes one, and no more are kept than a second brings.
///
/// Time is what a `RunClock` says. It begins with one token: a run does not begin with a rush.
struct TokenBucket {
  private let rate: ObjectRate
  private var tokens = 1.0
  private var time: Duration

  /// So that a wait to the very moment does not end a rounding before it.
  private static let tolerance = 1e-6

  init(_ rate: ObjectRate, at now: Duration) {
    self.rate = rate
    time = now
  }

  /// Takes a token.
  ///
  /// - Returns: nil where there was one, else how long until there is.
  mutating func take(at now: Duration) -> Duration? {
    if now > time {
      tokens = min(rate.burst, tokens + (now - time) / .seconds(1) * rate.perSecond)
      time = now
    }
    guard tokens < 1 - Self.tolerance else {
      tokens = max(0, tokens - 1)
      return nil
    }
    return .seconds((1 - tokens) / rate.perSecond)
  }

  /// A token that was taken for nothing.
  mutating func giveBack() { tokens = min(rate.burst, tokens + 1) }
}
