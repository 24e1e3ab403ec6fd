internal import Glibc

/// Wakes a thread out of `poll`, from any other thread; it stays woken. (A pipe.)
final class Wake: Sendable {
  private let reader: Descriptor
  private let writer: Descriptor

  init() throws(SystemFault) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .last }
    reader = try Descriptor(adopting: ends[0])
    writer = try Descriptor(adopting: ends[1])
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
  }

  /// Readable once `ring` was called.
  var listener: Int32 { reader.raw }

  func ring() {
    var byte: UInt8 = 1
    // A full pipe has woken it long since.
    _ = write(writer.raw, &byte, 1)
  }
}

/// Runs `body` on a new thread that takes no signals: those are for the threads that the program set aside for them.
func startThread(_ body: @escaping @Sendable () -> Void) throws(SystemFault) {
  final class Work {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var all = sigset_t()
  var before = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_SETMASK, &all, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  let work = Unmanaged.passRetained(Work(body))
  var thread = pthread_t()
  let code = pthread_create(
    &thread, nil,
    { raw in
      if let raw { Unmanaged<Work>.fromOpaque(raw).takeRetainedValue().body() }
      return nil
    }, work.toOpaque())
  guard code == 0 else {
    work.release()
    throw SystemFault(code)
  }
  pthread_detach(thread)
}
