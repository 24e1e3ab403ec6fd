package import Pipeline

// How the ways to process are spoken of: in plans on the screen and on the command line.

extension RunWay {
  /// Who takes what is sent.
  package var receiver: String {
    switch self {
    case .local: "process"
    case .queue: "queue"
    case .lambda: "function"
    }
  }

  /// What happens to so many objects, as a sentence.
  ///
  /// - Parameter name: the receiver's, safe to show.
  package func plan(of objects: Int, to name: String) -> String {
    switch self {
    case .local: "Process \(Format.count(objects, "object")) here."
    case .queue:
      "Send \(Format.count(objects, "event")) to the queue \(name); its workers process \(objects == 1 ? "it" : "them")."
    case .lambda: "Invoke the function \(name) \(Format.count(objects, "time")), without waiting for it."
    }
  }

  /// What an estimate of the cost is of.
  package var costNote: String {
    switch self {
    case .local: ""
    case .queue: "of messages and S3 requests; workers' machines are not in it"
    case .lambda: "of invocations, compute and S3 requests"
    }
  }
}

extension Plan {
  /// What is written, and what becomes of what stands.
  package var writing: String {
    let renditions = Format.count(written, "rendition")
    return replaced == 0 ? renditions : "\(renditions), \(Format.grouped(replaced)) in place of what stands"
  }
}
