internal import Glibc

/// What a test needs of 127.0.0.1 without an HTTP client of the product.
package enum Loopback {
  /// Ports that nobody listens on, all different. Another process may take one before it is used: try again then.
  package static func freePorts(_ count: Int) throws(ServerFailure) -> [UInt16] {
    var sockets: [Int32] = []
    defer { sockets.forEach { close($0) } }
    var ports: [UInt16] = []
    for _ in 0..<count {
      let socket = try makeSocket()
      sockets.append(socket)
      ports.append(try bind(socket, port: 0))
    }
    return ports
  }

  /// The status that a server gives to `GET path`; nil when it does not answer with HTTP within a second.
  ///
  /// - Parameter header: more fields, each with its CR LF.
  package static func status(port: UInt16, path: String, header: String = "") -> Int? {
    guard let socket = try? makeSocket() else { return nil }
    defer { close(socket) }
    var patience = timeval(tv_sec: 1, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    guard connect(socket, port: port) == 0 else { return nil }
    let request = Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\(header)Connection: close\r\n\r\n".utf8)
    guard send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return nil }
    guard let line = FileDescriptor(raw: socket).readLine() else { return nil }
    let words = line.split(separator: " ")
    guard words.count >= 2, words[0].hasPrefix("HTTP/1.") else { return nil }
    return Int(words[1].prefix(3))
  }

  @discardableResult
  static func connect(_ socket: Int32, port: UInt16) -> Int32 {
    var address = address(port: port)
    return withGeneric(&address) { Glibc.connect(socket, $0, $1) }
  }

  /// A socket that listens on a port of its own.
  static func listener() throws(ServerFailure) -> (socket: Int32, port: UInt16) {
    let socket = try makeSocket()
    let port = try bind(socket, port: 0)
    guard listen(socket, 1024) == 0 else {
      close(socket)
      throw ServerFailure("cannot listen: \(String(cString: strerror(errno)))")
    }
    return (socket, port)
  }

  static func makeSocket() throws(ServerFailure) -> Int32 {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { throw ServerFailure("no socket: \(String(cString: strerror(errno)))") }
    return socket
  }

  /// - Parameter port: 0: any that is free.
  /// - Returns: the port.
  static func bind(_ socket: Int32, port: UInt16) throws(ServerFailure) -> UInt16 {
    var address = address(port: port)
    guard withGeneric(&address, { Glibc.bind(socket, $0, $1) }) == 0 else {
      throw ServerFailure("no port: \(String(cString: strerror(errno)))")
    }
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
    }
    guard code == 0 else { throw ServerFailure("no port: \(String(cString: strerror(errno)))") }
    return UInt16(bigEndian: address.sin_port)
  }

  private static func address(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private static func withGeneric(
    _ address: inout sockaddr_in, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}
