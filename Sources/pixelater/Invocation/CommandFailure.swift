import ObjectStore
import Pipeline
import Settings

/// Why a command ends early: what is told, and the status it ends with.
struct CommandFailure: Error {
  var status: ExitStatus
  /// What is wrong and what to do, without the program's name. May hold foreign text: it is escaped where it is printed.
  var message: String

  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }
}

extension CommandFailure {
  init(_ error: SettingsError) {
    self.init(.usage, error.description)
  }

  init(_ error: LocationsError) {
    switch error {
    case .missing(let role, let configFile):
      let name = role.rawValue
      self.init(
        .usage,
        "no \(name) is set: give --\(name), set PIXELATER_\(name.uppercased()), or write \(name) = \"...\" in \(configFile)"
      )
    case .invalid(let role, let text, let origin, let error):
      self.init(.usage, "\(role.rawValue) '\(text)' (\(origin)): \(explanation(of: error))")
    case .access(let detail):
      self.init(.usage, detail)
    case .overlap(let source, let destination):
      self.init(
        .refused,
        "\(source) and \(destination): "
          + explanation(of: .overlap(source: source, destination: destination)))
    case .store(let location, let error):
      self.init(error, about: location.description)
    case .invalidQueue(let text):
      self.init(.usage, "'\(text)' is no URL of a queue; write https://sqs.REGION.amazonaws.com/ACCOUNT/NAME")
    }
  }

  /// - Parameters:
  ///   - name: the queue's or the function's.
  ///   - receiver: which of them it is.
  init(_ error: QueueError, about name: String, receiver: String = "queue") {
    self.init(
      error == .cancelled ? .interrupted : .unreachable, "\(name): \(explanation(of: error, receiver: receiver))")
  }

  /// - Parameter subject: the key or location the message names.
  init(_ error: StoreError, about subject: String) {
    let status: ExitStatus =
      switch error.reason {
      case .readOnly: .refused
      case .cancelled: .interrupted
      case .notFound, .preconditionFailed, .invalidRange, .checksumMismatch, .full, .tooLarge: .someFailed
      case .noSuchBucket, .accessDenied, .expiredCredentials, .refusedCredentials, .noCredentials, .wrongRegion,
        .throttled, .timeout, .unreachable, .unavailable, .unordered, .other:
        .unreachable
      }
    self.init(status, "\(subject): \(explanation(of: error))")
  }

  static let readOnly = CommandFailure(.refused, "this would write, and --read-only is set")
}
