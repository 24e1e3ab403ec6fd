import ObjectStore

/// Where dead letters lie. What is taken out is hidden from others for a while, and stays there unless it is removed.
package protocol DeadLetterBox: Sendable {
  /// Takes up to so many letters, each once.
  func take(limit: Int) async throws(QueueError) -> [DeadLetter]
  /// Keeps letters hidden for longer; to be called at least every minute.
  func keep(_ letters: [DeadLetter]) async
  /// Shows letters to others again.
  func giveBack(_ letters: [DeadLetter]) async
  /// Removes letters for good.
  ///
  /// - Returns: the identifiers of those that could not be removed.
  func remove(_ letters: [DeadLetter]) async throws(QueueError) -> Set<String>
}

/// The dead letters of a queue, which are a queue again.
package struct QueueLetters: DeadLetterBox {
  private let queue: any MessageQueue
  private let wait: Duration

  /// Long enough to look at them, and soon over for others when this process ends in the middle.
  private static let visibility: Duration = .seconds(120)
  private static let batch = 10

  /// - Parameter wait: how long to wait for messages each time; a shorter wait looks at a part of SQS's servers only.
  package init(_ queue: any MessageQueue, wait: Duration = .seconds(1)) {
    self.queue = queue
    self.wait = wait
  }

  package func take(limit: Int) async throws(QueueError) -> [DeadLetter] {
    var letters: [DeadLetter] = []
    var seen: Set<String> = []
    var emptyPolls = 0
    do throws(QueueError) {
      while letters.count < limit, emptyPolls < 2 {
        let messages = try await queue.receive(
          limit: min(Self.batch, limit - letters.count), wait: wait, visibility: Self.visibility)
        emptyPolls = messages.isEmpty ? emptyPolls + 1 : 0
        // One that comes again has been hidden for less than it takes to look at all: everything was seen.
        let new = messages.filter { seen.insert($0.id).inserted }
        if !messages.isEmpty, new.isEmpty { emptyPolls = 2 }
        letters += new.map { DeadLetter($0) }
      }
      return letters
    } catch {
      await giveBack(letters)
      throw error
    }
  }

  package func keep(_ letters: [DeadLetter]) async { await setVisibility(Self.visibility, letters) }

  package func giveBack(_ letters: [DeadLetter]) async { await setVisibility(.zero, letters) }

  /// Whatever fails here ends by itself when the time is over.
  private func setVisibility(_ visibility: Duration, _ letters: [DeadLetter]) async {
    let messages = letters.compactMap(\.held)
    for start in stride(from: 0, to: messages.count, by: Self.batch) {
      _ = try? await queue.setVisibility(
        visibility, of: Array(messages[start..<min(start + Self.batch, messages.count)]))
    }
  }

  package func remove(_ letters: [DeadLetter]) async throws(QueueError) -> Set<String> {
    let messages = letters.compactMap(\.held)
    var left: Set<String> = []
    for fault in try await queue.delete(messages) where messages.indices.contains(fault.index) {
      left.insert(messages[fault.index].id)
    }
    return left
  }
}

/// The records that a function leaves as objects of its on-failure destination. Nobody else takes them meanwhile.
package struct ObjectLetters: DeadLetterBox {
  private let location: OpenLocation

  package init(_ location: OpenLocation) {
    self.location = location
  }

  package func take(limit: Int) async throws(QueueError) -> [DeadLetter] {
    do throws(StoreError) {
      var letters: [DeadLetter] = []
      for try await object in location.store.list(location.location.prefix) {
        guard letters.count < limit else { break }
        letters.append(try await letter(object))
      }
      return letters
    } catch {
      throw QueueError(error)
    }
  }

  private func letter(_ object: ObjectSummary) async throws(StoreError) -> DeadLetter {
    do throws(StoreError) {
      let content = try await location.store.read(object.key, limit: EventMessage.maximumBytes).bytes
      var letter = DeadLetter(id: object.key.string, content: content)
      letter.time = letter.time ?? object.lastModified
      return letter
    } catch {
      guard case .tooLarge(let limit) = error.reason else { throw error }
      let fault = EventError.tooLarge(bytes: Int(clamping: object.size), limit: limit)
      return DeadLetter(id: object.key.string, events: [], fault: fault, time: object.lastModified)
    }
  }

  package func keep(_ letters: [DeadLetter]) async {}
  package func giveBack(_ letters: [DeadLetter]) async {}

  package func remove(_ letters: [DeadLetter]) async throws(QueueError) -> Set<String> {
    Set(await location.store.delete(letters.compactMap { ObjectKey($0.id) }).map(\.key))
  }
}

extension QueueError {
  fileprivate init(_ error: StoreError) {
    self =
      switch error.reason {
      case .noSuchBucket: .noSuchQueue
      case .accessDenied, .readOnly: .accessDenied
      case .expiredCredentials: .expiredCredentials
      case .refusedCredentials(let detail), .noCredentials(let detail): .refusedCredentials(detail: detail)
      case .throttled: .throttled
      case .timeout: .timeout
      case .unreachable(let detail), .unavailable(let detail): .unavailable(detail: detail)
      case .cancelled: .cancelled
      default: .other(detail: explanation(of: error))
      }
  }
}
