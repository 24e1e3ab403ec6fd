import Foundation
internal import Glibc

/// An HTTP/1.1 server on a loopback port that does what a script says, faults included: it stalls, cuts, resets, talks
/// nonsense. A thread for each connection. Ends with its value.
package final class FaultServer: Sendable {
  /// What is to be done about a request, of which only the header is there. Runs on the connection's thread.
  package typealias Script = @Sendable (FaultRequest) -> FaultAnswer

  package let port: UInt16
  private let record = FaultRecord()
  private let listener: Int32

  package init(_ script: @escaping Script) throws(ServerFailure) {
    Self.manyFiles
    let (listener, port) = try Loopback.listener()
    (self.listener, self.port) = (listener, port)
    let record = record
    Thread.detachNewThread {
      var on: Int32 = 1
      while true {
        let socket = accept(listener, nil, nil)
        if socket < 0, errno == EINTR || errno == ECONNABORTED { continue }
        guard socket >= 0 else { break }
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        guard let number = record.begin(socket) else {
          close(socket)
          break
        }
        Thread.detachNewThread {
          FaultConnection(socket: socket, number: number, record: record, script: script).serve()
          record.end(socket)
        }
      }
      close(listener)
    }
  }

  deinit {
    record.stop()
    // Wakes the thread that accepts; it closes the socket.
    shutdown(listener, Int32(SHUT_RDWR))
  }

  /// Hundreds of connections have both their ends in this process: as many open files as the system allows.
  private static let manyFiles: Void = {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = min(limit.rlim_max, 65536)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }()

  /// `http://127.0.0.1:PORT`.
  package var url: String { "http://127.0.0.1:\(port)" }

  /// In the order in which their headers came.
  package var requests: [FaultRequest] { record.read { $0.requests } }
  /// Connections accepted so far.
  package var connections: Int { record.read { $0.connections } }
  /// Connections that stand.
  package var openConnections: Int { record.read { $0.sockets.count } }
  /// Connections that the client closed or broke before the answer was whole.
  package var abandoned: Int { record.read { $0.abandoned } }
  /// Bytes of answers that the system took so far; it buffers some.
  package var bytesSent: Int { record.read { $0.bytesSent } }
}

/// What the threads of a server know together.
final class FaultRecord: Sendable {
  struct Contents {
    var requests: [FaultRequest] = []
    var connections = 0
    var abandoned = 0
    var bytesSent = 0
    var sockets: Set<Int32> = []
    var isStopped = false
  }

  private let contents = Guarded(Contents())

  func read<Value: Sendable>(_ body: (borrowing Contents) -> Value) -> Value { contents.withLock { body($0) } }

  func write<Value: Sendable>(_ body: (inout Contents) -> Value) -> Value { contents.withLock { body(&$0) } }

  /// - Returns: the connection's number; nil when the server has stopped.
  func begin(_ socket: Int32) -> Int? {
    write { contents in
      guard !contents.isStopped else { return nil }
      contents.connections += 1
      contents.sockets.insert(socket)
      return contents.connections
    }
  }

  /// Closes it, in one step with forgetting its number: the system gives numbers out again.
  func end(_ socket: Int32) {
    write { contents in
      contents.sockets.remove(socket)
      close(socket)
    }
  }

  func stop() {
    write { contents in
      contents.isStopped = true
      for socket in contents.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
    }
  }
}

/// A value behind a lock that ThreadSanitizer can see.
final class Guarded<Value>: @unchecked Sendable {  // `value` is only touched with `lock` held.
  private var value: Value
  private let lock = NSLock()

  init(_ value: sending Value) {
    self.value = value
  }

  func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return body(&value)
  }
}
