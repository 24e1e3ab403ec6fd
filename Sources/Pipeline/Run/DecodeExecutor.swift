import Dispatch

/// Runs decoding and encoding beside the threads that tasks share: a picture may take seconds, and nothing else should
/// wait for it.
final class DecodeExecutor: TaskExecutor {
  static let shared = DecodeExecutor()

  private let queue = DispatchQueue(label: "pixelater.decode", attributes: .concurrent)

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
