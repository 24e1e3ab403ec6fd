import LambdaRuntime
import ObjectStore
import Pipeline

/// A line for each event, with the request id of the invocation that brought it.
enum EventLog {
  @TaskLocal static var current: LambdaLog?

  static func write(_ settled: SettledEvent) {
    guard let log = current else { return }
    var fields: [String: LambdaLog.Value] = [
      "bucket": .string(settled.event.bucket), "key": .string(settled.event.key.string),
      "milliseconds": .number(settled.milliseconds),
    ]
    func add(_ failure: Failure) {
      fields["code"] = .string(failure.code.rawValue)
      fields["stage"] = .string(failure.stage.rawValue)
      fields["advice"] = .string(failure.message)
    }
    switch settled.outcome {
    case .written(let renditions):
      fields["renditions"] = .number(renditions)
      log(.info, "written", fields)
    case .removed: log(.info, "removed", fields)
    case .dropped(let reason):
      fields["reason"] = .string(reason.rawValue)
      log(.info, "dropped", fields)
    case .failed(let failure):
      add(failure)
      log(.warn, "failed", fields)
    case .postponed(let failure):
      add(failure)
      log(.warn, "postponed", fields)
    case .refused(let failure):
      add(failure)
      log(.error, "refused", fields)
    case .cancelled: log(.warn, "cancelled", fields)
    }
  }
}
