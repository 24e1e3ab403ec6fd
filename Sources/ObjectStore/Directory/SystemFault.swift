internal import Glibc

/// An `errno`.
struct SystemFault: Error, Hashable {
  let code: Int32

  init(_ code: Int32) {
    self.code = code
  }

  /// What the last call left. To be asked before anything else runs.
  static var last: SystemFault { SystemFault(errno) }

  /// Nothing there by that name: not the file, or not a folder on the way to it.
  var isAbsence: Bool { code == ENOENT || code == ENOTDIR || code == ELOOP }

  func error(_ operation: StoreError.Operation, _ key: String) -> StoreError {
    StoreError(operation: operation, key: key, reason: reason)
  }

  var reason: StoreError.Reason {
    switch code {
    case ENOENT: .notFound
    case EACCES, EPERM: .accessDenied
    case EROFS: .readOnly
    case ENOSPC, EDQUOT, EFBIG: .full
    case ETIMEDOUT: .timeout
    case ECANCELED: .cancelled
    // What another moment may mend: too many files open, memory, a disk or a network disk that stutters.
    case EIO, EMFILE, ENFILE, ENOMEM, EAGAIN, EBUSY, ESTALE, EINTR: .unavailable(detail: text)
    default: .other(detail: text)
    }
  }

  /// What the system says of it.
  var text: String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }
}

/// An open file or folder, closed when it is let go.
struct Descriptor: ~Copyable, Sendable {
  let raw: Int32

  /// - Parameter raw: as a call returned it: below 0 throws what the call left in `errno`.
  init(adopting raw: Int32) throws(SystemFault) {
    guard raw >= 0 else { throw .last }
    self.raw = raw
  }

  deinit { close(raw) }
}

/// Runs a call again as long as a signal interrupts it.
func retrying<Result: FixedWidthInteger>(_ call: () -> Result) throws(SystemFault) -> Result {
  while true {
    let result = call()
    if result >= 0 { return result }
    let fault = SystemFault.last
    if fault.code != EINTR { throw fault }
  }
}
