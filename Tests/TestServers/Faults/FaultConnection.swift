internal import Glibc

/// One connection of a `FaultServer`: reads requests and plays the answers, until either side ends it.
struct FaultConnection {
  private let socket: Int32
  private let number: Int
  private let record: FaultRecord
  private let script: FaultServer.Script
  private var buffer: [UInt8] = []

  /// Bytes of body kept of a request.
  private static let keptBody = 1 << 20
  private static let largestHeader = 1 << 20

  init(socket: Int32, number: Int, record: FaultRecord, script: @escaping FaultServer.Script) {
    self.socket = socket
    self.number = number
    self.record = record
    self.script = script
  }

  consuming func serve() {
    while let header = readHeader(), let request = Self.parse(header, connection: number) {
      let place = record.write { contents in
        contents.requests.append(request)
        return contents.requests.count - 1
      }
      let answer = script(request)
      guard takeBody(of: request, as: answer.taking, place), play(answer.steps) else { return }
      if case .all = answer.taking { continue }
      return
    }
  }

  // MARK: - Reading

  private mutating func readHeader() -> String? {
    let end: [UInt8] = [13, 10, 13, 10]
    var searched = 0
    while true {
      var place = searched
      while place + end.count <= buffer.count {
        if buffer[place] == 13, buffer[place..<place + end.count].elementsEqual(end) {
          let text = String(decoding: buffer[..<place], as: UTF8.self)
          buffer.removeFirst(place + end.count)
          return text
        }
        place += 1
      }
      searched = max(0, buffer.count - end.count + 1)
      guard buffer.count < Self.largestHeader, fill() else { return nil }
    }
  }

  /// - Returns: false at the end of the connection.
  private mutating func fill() -> Bool {
    let room = 65536
    let bytes = [UInt8](unsafeUninitializedCapacity: room) { bytes, count in
      var received = recv(socket, bytes.baseAddress, room, 0)
      while received < 0, errno == EINTR { received = recv(socket, bytes.baseAddress, room, 0) }
      count = max(0, received)
    }
    buffer += bytes
    return !bytes.isEmpty
  }

  private static func parse(_ header: String, connection: Int) -> FaultRequest? {
    var lines = header.split(separator: "\r\n", omittingEmptySubsequences: false)
    let words = lines.removeFirst().split(separator: " ")
    guard words.count == 3, words[2].hasPrefix("HTTP/1.") else { return nil }
    let fields = lines.map { line in
      let colon = line.firstIndex(of: ":") ?? line.endIndex
      let value = line[colon...].dropFirst()
      return (name: String(line[..<colon]), value: String(value.drop { $0 == " " }))
    }
    return FaultRequest(method: String(words[0]), target: String(words[1]), fields: fields, connection: connection)
  }

  /// - Returns: whether the connection still stands.
  private mutating func takeBody(of request: FaultRequest, as taking: FaultAnswer.Taking, _ place: Int) -> Bool {
    var left: Int
    switch taking {
    case .nothing: return true
    case .all: left = request["Content-Length"].flatMap { Int($0) } ?? 0
    case .only(let count): left = count
    }
    if left > 0, request["Expect"]?.lowercased() == "100-continue" {
      guard send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) else { return false }
    }
    while left > 0 {
      if buffer.isEmpty, !fill() {
        record.write { $0.abandoned += 1 }
        return false
      }
      let part = buffer.prefix(left)
      record.write { contents in
        contents.requests[place].bodyCount += part.count
        contents.requests[place].body += part.prefix(Self.keptBody - contents.requests[place].body.count)
      }
      left -= part.count
      buffer.removeFirst(part.count)
    }
    return true
  }

  // MARK: - Answering

  /// - Returns: whether the connection still stands.
  private mutating func play(_ steps: [FaultAnswer.Step]) -> Bool {
    for step in steps {
      let stands: Bool
      switch step {
      case .send(let bytes): stands = send(bytes)
      case .sendPattern(let count): stands = sendPattern(count)
      case .pause(let duration): stands = !isClosed(within: duration)
      case .stall: stands = !isClosed(within: nil)
      case .drain:
        while fill() { buffer = [] }
        stands = false
      case .close: return false
      case .reset:
        // Unread or not, all is thrown away: the peer gets a reset.
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        return false
      }
      guard stands else {
        record.write { $0.abandoned += 1 }
        return false
      }
    }
    return true
  }

  private func send(_ bytes: [UInt8]) -> Bool {
    var offset = 0
    while offset < bytes.count {
      let sent = bytes.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress.map { $0 + offset }, bytes.count - offset, Int32(MSG_NOSIGNAL))
      }
      if sent < 0, errno == EINTR { continue }
      guard sent > 0 else { return false }
      offset += sent
      record.write { $0.bytesSent += sent }
    }
    return true
  }

  private func sendPattern(_ count: Int) -> Bool {
    var offset = 0
    while offset < count {
      let part = Pattern.bytes(min(count - offset, 128 << 10), from: offset)
      guard send(part) else { return false }
      offset += part.count
    }
    return true
  }

  /// POLLRDHUP, which the C library's headers keep for GNU programs: seen also behind bytes that nobody read.
  private static let peerClosed: Int16 = 0x2000

  /// Whether the client closes or breaks the connection.
  ///
  /// - Parameter duration: nil: as long as it takes.
  private func isClosed(within duration: Duration?) -> Bool {
    let clock = ContinuousClock()
    let end = duration.map { clock.now + $0 }
    while true {
      let milliseconds: Int32
      if let end {
        let left = (end - clock.now) / Duration.milliseconds(1)
        guard left > 0 else { return false }
        milliseconds = Int32(min(left.rounded(.up), 1_000_000))
      } else {
        milliseconds = -1
      }
      var interest = pollfd(fd: socket, events: Self.peerClosed, revents: 0)
      if poll(&interest, 1, milliseconds) > 0 { return true }
    }
  }
}
