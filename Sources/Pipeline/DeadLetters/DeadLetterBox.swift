package import FoundationEssentials
import ObjectStore

/// Where dead letters lie. What is taken out is hidden from others for a while, and stays there unless it is removed.
package protocol DeadLetterBox: Sendable {
  /// What people know it by: the queue's name, or `s3://bucket/prefix`. Foreign text.
  func name() async -> String
  /// How many letters there are; nobody is kept from them.
  func count() async throws(QueueError) -> LetterCount
  /// Takes up to so many letters, each once.
  func take(limit: Int) async throws(QueueError) -> [DeadLetter]
  /// Takes these letters, as far as they are still there.
  func take(_ wanted: Set<DeadLetter.Identity>) async throws(QueueError) -> [DeadLetter]
  /// Keeps letters hidden for longer; to be called at least every minute.
  func keep(_ letters: [DeadLetter]) async
  /// Shows letters to others again.
  func giveBack(_ letters: [DeadLetter]) async
  /// Removes letters for good.
  ///
  /// - Returns: those that could not be removed.
  func remove(_ letters: [DeadLetter]) async throws(QueueError) -> Set<DeadLetter.Identity>
}

/// How many dead letters there are, about.
package struct LetterCount: Hashable, Sendable {
  package var letters: Int
  /// There are more, which were not counted.
  package var isAtLeast = false
  /// When the oldest came; nil where that takes a look at the letters, as with a queue: SQS tells numbers only.
  package var oldest: Date?

  package init(letters: Int, isAtLeast: Bool = false, oldest: Date? = nil) {
    self.letters = letters
    self.isAtLeast = isAtLeast
    self.oldest = oldest
  }
}

/// The dead letters of a queue, which are a queue again.
package struct QueueLetters: DeadLetterBox {
  private let queue: any MessageQueue
  private let title: @Sendable () async -> String
  private let wait: Duration

  /// Long enough to look at them, and soon over for others when this process ends in the middle.
  private static let visibility: Duration = .seconds(120)
  private static let batch = 10
  /// Letters that are passed over for the sake of those that are wanted: SQS hides no more than 120,000 at a time.
  private static let mostPassed = 20_000

  /// - Parameters:
  ///   - name: what people know the queue by.
  ///   - wait: how long to wait for messages each time; a shorter wait looks at a part of SQS's servers only.
  package init(
    _ queue: any MessageQueue, name: @escaping @Sendable () async -> String = { "" }, wait: Duration = .seconds(1)
  ) {
    self.queue = queue
    title = name
    self.wait = wait
  }

  package func name() async -> String { await title() }

  package func count() async throws(QueueError) -> LetterCount {
    let status = try await queue.status()
    return LetterCount(letters: status.waiting + status.inFlight + status.delayed)
  }

  package func take(limit: Int) async throws(QueueError) -> [DeadLetter] { try await take(limit: limit, of: nil) }

  package func take(_ wanted: Set<DeadLetter.Identity>) async throws(QueueError) -> [DeadLetter] {
    let name = await name()
    return try await take(limit: .max, of: Set(wanted.filter { $0.place == name }.map(\.id)))
  }

  /// - Parameter wanted: identifiers; nil: all.
  private func take(limit: Int, of wanted: Set<String>?) async throws(QueueError) -> [DeadLetter] {
    let name = await name()
    var letters: [DeadLetter] = []
    var others: [DeadLetter] = []
    var seen: Set<String> = []
    var emptyPolls = 0
    do throws(QueueError) {
      while letters.count < min(limit, wanted?.count ?? limit), others.count < Self.mostPassed, emptyPolls < 2 {
        let messages = try await receive(limit: min(Self.batch, limit - letters.count))
        if Task.isCancelled {
          others += messages.map { DeadLetter($0) }
          throw .cancelled
        }
        emptyPolls = messages.isEmpty ? emptyPolls + 1 : 0
        // One that comes again has been hidden for less than it takes to look at all: everything was seen.
        let new = messages.filter { seen.insert($0.id).inserted }
        if !messages.isEmpty, new.isEmpty { emptyPolls = 2 }
        for message in new {
          var letter = DeadLetter(message)
          letter.place = name
          if wanted?.contains(letter.id) == false { others.append(letter) } else { letters.append(letter) }
        }
      }
      await giveBack(others)
      return letters
    } catch {
      await giveBack(letters + others)
      throw error
    }
  }

  /// Cancelling does not end it: what the queue has given out by then has to be given back.
  private func receive(limit: Int) async throws(QueueError) -> [QueueMessage] {
    let receiving = Task { () -> Result<[QueueMessage], QueueError> in
      do throws(QueueError) {
        return .success(try await queue.receive(limit: limit, wait: wait, visibility: Self.visibility))
      } catch {
        return .failure(error)
      }
    }
    return try await receiving.value.get()
  }

  package func keep(_ letters: [DeadLetter]) async { await setVisibility(Self.visibility, letters) }

  /// Also where the task was cancelled: others should not have to wait for them.
  package func giveBack(_ letters: [DeadLetter]) async { await Task { await setVisibility(.zero, letters) }.value }

  /// Whatever fails here ends by itself when the time is over.
  private func setVisibility(_ visibility: Duration, _ letters: [DeadLetter]) async {
    let messages = letters.compactMap(\.held)
    for start in stride(from: 0, to: messages.count, by: Self.batch) {
      _ = try? await queue.setVisibility(
        visibility, of: Array(messages[start..<min(start + Self.batch, messages.count)]))
    }
  }

  package func remove(_ letters: [DeadLetter]) async throws(QueueError) -> Set<DeadLetter.Identity> {
    let letters = letters.filter { $0.held != nil }
    let messages = letters.compactMap(\.held)
    var left: Set<DeadLetter.Identity> = []
    for fault in try await queue.delete(messages) where messages.indices.contains(fault.index) {
      left.insert(letters[fault.index].identity)
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

  package func name() async -> String { name }

  private var name: String { location.location.description }

  /// Two pages of a listing of the largest bucket there may be would take long, and tell no more.
  private static let mostCounted = 10_000

  package func count() async throws(QueueError) -> LetterCount {
    do throws(StoreError) {
      var count = LetterCount(letters: 0)
      for try await object in location.store.list(location.location.prefix) {
        guard count.letters < Self.mostCounted else {
          count.isAtLeast = true
          break
        }
        count.letters += 1
        count.oldest = min(count.oldest ?? object.lastModified, object.lastModified)
      }
      return count
    } catch {
      throw QueueError(error)
    }
  }

  package func take(_ wanted: Set<DeadLetter.Identity>) async throws(QueueError) -> [DeadLetter] {
    do throws(StoreError) {
      var letters: [DeadLetter] = []
      for id in wanted where id.place == name {
        guard let key = ObjectKey(id.id), let head = try await location.store.headIfPresent(key) else { continue }
        letters.append(try await letter(head.summary))
      }
      return letters
    } catch {
      throw QueueError(error)
    }
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
      letter.place = name
      return letter
    } catch {
      guard case .tooLarge(let limit) = error.reason else { throw error }
      let fault = EventError.tooLarge(bytes: Int(clamping: object.size), limit: limit)
      var letter = DeadLetter(id: object.key.string, events: [], fault: fault, time: object.lastModified)
      letter.place = name
      return letter
    }
  }

  package func keep(_ letters: [DeadLetter]) async {}
  package func giveBack(_ letters: [DeadLetter]) async {}

  package func remove(_ letters: [DeadLetter]) async throws(QueueError) -> Set<DeadLetter.Identity> {
    let left = await location.store.delete(letters.compactMap { ObjectKey($0.id) })
    return Set(left.map { DeadLetter.Identity(place: name, id: $0.key) })
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
