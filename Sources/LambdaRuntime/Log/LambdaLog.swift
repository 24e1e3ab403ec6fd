internal import Glibc

/// The function's log: a JSON object a line, with the names that Lambda's own JSON log format has (`timestamp`, `level`,
/// `message`, `requestId`), so that its filters work on ours too.
package struct LambdaLog: Sendable {
  package enum Level: String, CaseIterable, Comparable, Sendable {
    case trace = "TRACE"
    case debug = "DEBUG"
    case info = "INFO"
    case warn = "WARN"
    case error = "ERROR"
    case fatal = "FATAL"

    package static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  package enum Value: Hashable, Sendable {
    case string(String)
    case number(Int)
    case flag(Bool)
  }

  /// Takes a whole line with its line feed.
  package typealias Sink = @Sendable ([UInt8]) -> Void

  private let minimum: Level
  private let sink: Sink
  private var requestID: String?

  /// - Parameters:
  ///   - minimum: the least important level that is written. Default: `info`.
  ///   - sink: default: standard error.
  package init(minimum: Level = .info, sink: @escaping Sink = LambdaLog.standardError) {
    self.minimum = minimum
    self.sink = sink
  }

  func with(requestID: String) -> LambdaLog {
    var log = self
    log.requestID = requestID
    return log
  }

  /// Writes a line.
  ///
  /// - Parameters:
  ///   - message: foreign text may be in it: it is escaped.
  ///   - fields: in the order of their names, after the usual ones.
  package func callAsFunction(_ level: Level, _ message: String, _ fields: [String: Value] = [:]) {
    guard level >= minimum else { return }
    var members: [(String, Value)] = [
      ("timestamp", .string(WallClock.text(WallClock.milliseconds))), ("level", .string(level.rawValue)),
      ("message", .string(message)),
    ]
    if let requestID { members.append(("requestId", .string(requestID))) }
    members += fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    sink(Array("{\(members.map { JSONText.member($0.0, $0.1) }.joined(separator: ","))}\n".utf8))
  }

  /// Writes a line as one piece.
  package static let standardError: Sink = { line in
    line.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let written = write(STDERR_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { return }
        rest = rest.dropFirst(written)
      }
    }
  }
}
