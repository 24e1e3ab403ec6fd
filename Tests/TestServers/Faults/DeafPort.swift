internal import Glibc

/// A loopback port where connections neither come about nor are refused: its queue is full, and nobody takes from it.
package final class DeafPort: Sendable {
  package let port: UInt16
  private let sockets: [Int32]

  package init() throws(ServerFailure) {
    let listener = try Loopback.makeSocket()
    var sockets = [listener]
    port = try Loopback.bind(listener, port: 0)
    guard listen(listener, 0) == 0 else { throw ServerFailure("cannot listen: \(String(cString: strerror(errno)))") }
    // The system takes one or two more than the queue's length; the third waits for ever.
    while sockets.count < 16 {
      let socket = try Loopback.makeSocket()
      sockets.append(socket)
      _ = fcntl(socket, F_SETFL, O_NONBLOCK)
      Loopback.connect(socket, port: port)
      var interest = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
      if poll(&interest, 1, 100) == 0 { break }
    }
    self.sockets = sockets
  }

  deinit { sockets.forEach { close($0) } }
}
