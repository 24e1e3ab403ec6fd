/// What a `FaultServer` does about one request: how it takes the body, and then, step by step, what it sends.
package struct FaultAnswer: Sendable {
  /// How the body of the request is taken.
  package enum Taking: Sendable {
    /// All of it, as fast as it comes.
    case all
    /// None: the answer comes first, and the connection ends with it. A `stall` as its last step lets the client read
    /// it: ending a connection with bytes unread resets it.
    case nothing
    /// This many bytes, and no more.
    case only(Int)
  }

  package enum Step: Sendable {
    /// These bytes, as they are.
    case send([UInt8])
    /// This many bytes of `Pattern`, as fast as the client takes them.
    case sendPattern(Int)
    case pause(Duration)
    /// Nothing more until the client closes the connection. While the client has bytes under way that nobody takes, its
    /// end stays behind them: see `drain`.
    case stall
    /// Throws away what the client sends, until it closes the connection.
    case drain
    /// Ends the connection in good order.
    case close
    /// Breaks the connection with a TCP reset.
    case reset
  }

  package var taking = Taking.all
  package var steps: [Step]

  /// After the last step the connection is kept for the next request, unless it was a closing one.
  package init(taking: Taking = .all, _ steps: [Step]) {
    self.taking = taking
    self.steps = steps
  }

  /// A plain answer with its `Content-Length`.
  ///
  /// - Parameters:
  ///   - body: not sent to a `HEAD`; see `head`.
  ///   - headers: more fields, each without its line end.
  package static func status(_ status: Int, headers: [String] = [], body: [UInt8] = []) -> FaultAnswer {
    FaultAnswer([.send(header(status, headers + ["Content-Length: \(body.count)"]) + body)])
  }

  package static func ok(_ text: String = "") -> FaultAnswer { status(200, body: Array(text.utf8)) }

  /// To a `HEAD`: says how long the body would be.
  package static func head(length: Int, headers: [String] = []) -> FaultAnswer {
    FaultAnswer([.send(header(200, headers + ["Content-Length: \(length)"]))])
  }

  /// `count` bytes of `Pattern`.
  package static func pattern(_ count: Int) -> FaultAnswer {
    FaultAnswer([.send(header(200, ["Content-Length: \(count)"])), .sendPattern(count)])
  }

  /// Chunks of `Transfer-Encoding: chunked`, and their end.
  package static func chunked(_ chunks: [[UInt8]], trailers: [String] = []) -> FaultAnswer {
    var bytes = header(200, ["Transfer-Encoding: chunked"])
    for chunk in chunks { bytes += Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + [13, 10] }
    bytes += Array((["0"] + trailers + ["", ""]).joined(separator: "\r\n").utf8)
    return FaultAnswer([.send(bytes)])
  }

  /// Says `length` bytes of body, sends `sent` of `Pattern`, then goes on with `steps`.
  package static func cut(length: Int, sent: Int, then steps: Step...) -> FaultAnswer {
    FaultAnswer([.send(header(200, ["Content-Length: \(length)"])), .sendPattern(sent)] + steps)
  }

  /// Bytes that are no answer at all, and the end of the connection.
  package static func raw(_ text: String) -> FaultAnswer { FaultAnswer([.send(Array(text.utf8)), .close]) }

  /// A status line and fields, with the empty line.
  package static func header(_ status: Int, _ fields: [String]) -> [UInt8] {
    Array((["HTTP/1.1 \(status) Status"] + fields + ["", ""]).joined(separator: "\r\n").utf8)
  }
}
