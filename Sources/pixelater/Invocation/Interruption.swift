import Glibc
import Synchronization

/// Where the signal handler writes to. A handler can be given nothing, so this is global; it is set once.
private let signalPipe = Atomic<Int32>(-1)

/// Turns the first SIGINT, SIGTERM or SIGHUP into a cancellation. The second ends the process at once.
///
/// The handler only writes the signal's number to a pipe; a thread of its own reads it and does the rest, so nothing
/// runs where hardly anything may (signal-safety(7)).
final class Interruption: Sendable {
  private let first = Atomic<Int32>(0)

  /// The status the process ends with, nil where no signal came.
  func status(afterTermination: ExitStatus) -> ExitStatus? {
    switch first.load(ordering: .acquiring) {
    case 0: nil
    case SIGINT: .interrupted
    default: afterTermination
    }
  }

  /// Begins to watch; once in a process.
  func watch(_ onInterruption: @escaping @Sendable () -> Void) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    signalPipe.store(ends[1], ordering: .releasing)
    let reader = ends[0]
    let box = Unmanaged.passRetained(Watch(self, reader: reader, onInterruption: onInterruption))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Watch>.fromOpaque(context).takeRetainedValue().loop() }
        return nil
      }, box.toOpaque())
    guard status == 0 else {
      box.release()
      return
    }
    pthread_detach(thread)
    for signal in [SIGINT, SIGTERM, SIGHUP] { Self.handle(signal) }
  }

  private static func handle(_ signal: Int32) {
    var old = sigaction()
    // What was ignored when we were started, as under nohup, stays ignored.
    guard sigaction(signal, nil, &old) == 0,
      unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) != unsafeBitCast(SIG_IGN, to: Int.self)
    else { return }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { signal in
      let kept = errno
      var byte = UInt8(truncatingIfNeeded: signal)
      write(signalPipe.load(ordering: .acquiring), &byte, 1)
      errno = kept
    }
    action.sa_flags = SA_RESTART
    sigaction(signal, &action, nil)
  }

  private final class Watch: Sendable {
    private let interruption: Interruption
    private let reader: Int32
    private let onInterruption: @Sendable () -> Void

    init(_ interruption: Interruption, reader: Int32, onInterruption: @escaping @Sendable () -> Void) {
      self.interruption = interruption
      self.reader = reader
      self.onInterruption = onInterruption
    }

    func loop() {
      while true {
        var byte: UInt8 = 0
        guard read(reader, &byte, 1) == 1 else { continue }
        let (isFirst, _) = interruption.first.compareExchange(
          expected: 0, desired: Int32(byte), ordering: .acquiringAndReleasing)
        if !isFirst { _exit(128 + Int32(byte)) }
        onInterruption()
      }
    }
  }
}
