import Glibc
import Synchronization

/// Waits for SIGINT, SIGTERM and SIGHUP in a thread of its own, and turns the first into a cancellation. The second ends
/// the process at once.
final class Interruption: Sendable {
  private let first = Atomic<Int32>(0)

  /// The signal that came, nil where none did.
  var signal: Int32? {
    let signal = first.load(ordering: .acquiring)
    return signal == 0 ? nil : signal
  }

  /// The status the process ends with, nil where no signal came.
  func status(afterTermination: ExitStatus) -> ExitStatus? {
    switch signal {
    case nil: nil
    case SIGINT?: .interrupted
    default: afterTermination
    }
  }

  /// Blocks the signals in this thread and those it starts; call before any is started.
  static func block() {
    var set = signals
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  func watch(_ onInterruption: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Watch(interruption: self, onInterruption: onInterruption))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Watch>.fromOpaque(context).takeRetainedValue().loop() }
        return nil
      }, box.toOpaque())
    if status == 0 { pthread_detach(thread) } else { box.release() }
  }

  private static var signals: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, signal) }
    return set
  }

  private final class Watch: Sendable {
    let interruption: Interruption
    let onInterruption: @Sendable () -> Void

    init(interruption: Interruption, onInterruption: @escaping @Sendable () -> Void) {
      self.interruption = interruption
      self.onInterruption = onInterruption
    }

    func loop() {
      var set = Interruption.signals
      while true {
        var signal: Int32 = 0
        guard sigwait(&set, &signal) == 0 else { continue }
        let (isFirst, _) = interruption.first.compareExchange(
          expected: 0, desired: signal, ordering: .acquiringAndReleasing)
        if !isFirst { _exit(128 + signal) }
        onInterruption()
      }
    }
  }
}
