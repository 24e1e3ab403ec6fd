package import AWS
package import Pipeline

/// A function that is told of objects as S3 would tell it.
package struct FunctionEvents: Sendable {
  private let function: LambdaFunction

  package init(_ function: LambdaFunction) {
    self.function = function
  }

  /// Invokes the function once a message, several at a time.
  ///
  /// - Returns: the messages that it did not take, where a later try may do.
  /// - Throws: what would fail for every message.
  package func send(_ bodies: [String]) async throws(QueueError) -> [QueueFault] {
    let attempts = await withTaskGroup(of: Attempt.self) { group in
      for (index, body) in bodies.enumerated() { group.addTask { await attempt(index, body) } }
      return await group.reduce(into: [Attempt]()) { $0.append($1) }
    }
    var faults: [QueueFault] = []
    for attempt in attempts {
      guard let error = attempt.error else { continue }
      guard error.isTransient else { throw error }
      faults.append(QueueFault(index: attempt.index, code: "\(error)"))
    }
    return faults.sorted { $0.index < $1.index }
  }

  private struct Attempt: Sendable {
    var index: Int
    var error: QueueError?
  }

  private func attempt(_ index: Int, _ body: String) async -> Attempt {
    do throws(ServiceError) {
      try await function.invoke(body)
      return Attempt(index: index, error: nil)
    } catch {
      if case .refused(let fault) = error, fault.code == "ResourceNotFoundException" || fault.status == 404 {
        return Attempt(index: index, error: .noSuchQueue)
      }
      return Attempt(index: index, error: QueueError(error))
    }
  }
}
