/// How much is logged.
package enum LogLevel: String, CaseIterable, Hashable, Sendable, Comparable {
  case trace, debug, info, notice, warning, error

  package static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// Whether output is coloured.
package enum ColorMode: String, CaseIterable, Hashable, Sendable {
  /// Where the stream is a terminal.
  case auto
  case always
  case never
}
