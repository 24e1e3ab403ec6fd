package import Pipeline

/// What is set besides the two locations. Names are foreign text.
package struct EventPlaces: Hashable, Sendable {
  package var queue: String?
  package var function: String?
  /// Whether anything is set where dead letters lie.
  package var hasLetters: Bool

  package init(queue: String? = nil, function: String? = nil, hasLetters: Bool = false) {
    self.queue = queue
    self.function = function
    self.hasLetters = hasLetters
  }

  /// Where objects can be processed, this process first.
  var ways: [RunWay] {
    [.local] + (queue == nil ? [] : [.queue]) + (function == nil ? [] : [.lambda])
  }

  func name(of way: RunWay) -> String? {
    switch way {
    case .local: nil
    case .queue: queue
    case .lambda: function
    }
  }
}

/// How much waits, as far as servers tell: their numbers are approximate.
package struct EventDepth: Hashable, Sendable {
  /// Nil where no queue is set.
  package var queue: Result<QueueStatus, QueueError>?
  /// Of each box of dead letters.
  package var letters: [Result<LetterCount, QueueError>]

  package init(queue: Result<QueueStatus, QueueError>? = nil, letters: [Result<LetterCount, QueueError>] = []) {
    self.queue = queue
    self.letters = letters
  }

  /// Dead letters in all boxes that answer; nil where none does.
  var dead: LetterCount? {
    letters.compactMap { try? $0.get() }.reduce(nil) { all, count in
      var all = all ?? LetterCount(letters: 0)
      all.letters += count.letters
      all.isAtLeast = all.isAtLeast || count.isAtLeast
      all.oldest = [all.oldest, count.oldest].compactMap { $0 }.min()
      return all
    }
  }

  /// What the first that does not answer says; a sentence, foreign text.
  var problem: String? {
    for case .failure(let error)? in [queue] { return explanation(of: error) }
    for case .failure(let error) in letters { return explanation(of: error, receiver: "place of the dead letters") }
    return nil
  }
}

/// What a look at the dead letters found.
package struct LetterLook: Sendable {
  package struct Problem: Hashable, Sendable {
    /// Which box, foreign text.
    package var place: String
    package var error: QueueError

    /// What is wrong, and what to do; foreign text.
    package var text: String {
      explanation(of: error, receiver: place.hasPrefix("s3://") ? "bucket" : "queue")
    }

    package init(place: String, error: QueueError) {
      self.place = place
      self.error = error
    }
  }

  package var letters: [ReadLetter]
  package var problems: [Problem]
  /// There may be more than were looked at.
  package var isCut: Bool

  package init(letters: [ReadLetter], problems: [Problem] = [], isCut: Bool = false) {
    self.letters = letters
    self.problems = problems
    self.isCut = isCut
  }
}

/// When the depth of the queues is asked for again.
struct DepthState: Sendable {
  /// Numbers that servers give change slowly, and each question costs.
  static let interval = 30.0
  /// While this console takes out of a queue or puts in.
  static let busyInterval = 5.0

  var generation = 0
  var isAsking = false
  var known: EventDepth?
  var dueTime: Double?
  var saidProblem: String?
}
