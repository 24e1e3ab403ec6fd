import Foundation
internal import Glibc

/// Stands before a server on loopback and passes on what comes, but for outages: then what is open breaks off, and
/// everything is answered with 503. Two threads for each connection. Ends with its value.
package final class OutageProxy: Sendable {
  package let port: UInt16
  private let listener: Int32
  private let state = Guarded(State())

  private struct State {
    var isOut = false
    var isStopped = false
    var sockets: Set<Int32> = []
    var refused = 0
  }

  /// - Parameter target: the port of the server.
  package init(target: UInt16) throws(ServerFailure) {
    let (listener, port) = try Loopback.listener()
    (self.listener, self.port) = (listener, port)
    let state = state
    Thread.detachNewThread {
      while true {
        let socket = accept(listener, nil, nil)
        if socket < 0, errno == EINTR || errno == ECONNABORTED { continue }
        guard socket >= 0 else { break }
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        if state.withLock({ $0.isStopped }) {
          close(socket)
          break
        }
        Thread.detachNewThread { Self.serve(socket, target, state) }
      }
      close(listener)
    }
  }

  deinit {
    state.withLock { state in
      state.isStopped = true
      for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
    }
    shutdown(listener, Int32(SHUT_RDWR))
  }

  /// `http://127.0.0.1:PORT`.
  package var url: String { "http://127.0.0.1:\(port)" }

  /// Requests that were answered with 503 so far.
  package var refused: Int { state.withLock { $0.refused } }

  /// Begins an outage or ends it.
  package func setOut(_ isOut: Bool) {
    state.withLock { state in
      state.isOut = isOut
      if isOut { for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) } }
    }
  }

  private static func serve(_ client: Int32, _ target: UInt16, _ state: Guarded<State>) {
    let isOut = state.withLock { state in
      if state.isOut { state.refused += 1 } else { state.sockets.insert(client) }
      return state.isOut
    }
    if isOut {
      refuse(client)
      return
    }
    if let server = try? Loopback.makeSocket(), Loopback.connect(server, port: target) == 0 {
      state.withLock { _ = $0.sockets.insert(server) }
      let done = DispatchSemaphore(value: 0)
      Thread.detachNewThread {
        pump(from: server, to: client)
        done.signal()
      }
      pump(from: client, to: server)
      done.wait()
      end(server, state)
    }
    end(client, state)
  }

  /// Closes it, in one step with forgetting its number: the system gives numbers out again.
  private static func end(_ socket: Int32, _ state: Guarded<State>) {
    state.withLock { state in
      state.sockets.remove(socket)
      close(socket)
    }
  }

  private static func pump(from source: Int32, to sink: Int32) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(source, &buffer, buffer.count, 0)
      guard count > 0, send(buffer[..<count], to: sink) else { break }
    }
    shutdown(sink, Int32(SHUT_WR))
    shutdown(source, Int32(SHUT_RD))
  }

  private static func send(_ bytes: ArraySlice<UInt8>, to socket: Int32) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var sent = 0
      while sent < bytes.count {
        let count = Glibc.send(socket, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
        guard count > 0 else { return false }
        sent += count
      }
      return true
    }
  }

  private static func refuse(_ client: Int32) {
    var head = [UInt8](repeating: 0, count: 1 << 16)
    _ = recv(client, &head, head.count, 0)
    let body = "<Error><Code>ServiceUnavailable</Code><Message>Out of order.</Message></Error>"
    let answer =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n" + body
    _ = send(Array(answer.utf8)[...], to: client)
    shutdown(client, Int32(SHUT_WR))
    // What is still under way is read, or the answer would be lost with it.
    while recv(client, &head, head.count, 0) > 0 {}
    close(client)
  }
}
