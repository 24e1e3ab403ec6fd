import FoundationEssentials

/// Several boxes as one: the dead-letter queue of a queue, and the on-failure destination of a function beside it.
package struct JoinedLetters: DeadLetterBox {
  private let boxes: [any DeadLetterBox]

  package init(_ boxes: [any DeadLetterBox]) {
    self.boxes = boxes
  }

  package func name() async -> String {
    var names: [String] = []
    for box in boxes { names.append(await box.name()) }
    return names.joined(separator: ", ")
  }

  package func count() async throws(QueueError) -> LetterCount {
    var all = LetterCount(letters: 0)
    for box in boxes {
      let count = try await box.count()
      all.letters += count.letters
      all.isAtLeast = all.isAtLeast || count.isAtLeast
      all.oldest = [all.oldest, count.oldest].compactMap { $0 }.min()
    }
    return all
  }

  package func take(limit: Int) async throws(QueueError) -> [DeadLetter] {
    try await gather { (box, taken) async throws(QueueError) in
      taken < limit ? try await box.take(limit: limit - taken) : []
    }
  }

  package func take(_ wanted: Set<DeadLetter.Identity>) async throws(QueueError) -> [DeadLetter] {
    try await gather { (box, _) async throws(QueueError) in
      let name = await box.name()
      let own = wanted.filter { $0.place == name }
      return own.isEmpty ? [] : try await box.take(own)
    }
  }

  /// All or nothing: what was taken before one fails is given back.
  private func gather(
    _ take: (any DeadLetterBox, _ taken: Int) async throws(QueueError) -> [DeadLetter]
  ) async throws(QueueError) -> [DeadLetter] {
    var letters: [DeadLetter] = []
    do throws(QueueError) {
      for box in boxes { letters += try await take(box, letters.count) }
      return letters
    } catch {
      await giveBack(letters)
      throw error
    }
  }

  package func keep(_ letters: [DeadLetter]) async {
    for box in boxes { await box.keep(await own(box, letters)) }
  }

  package func giveBack(_ letters: [DeadLetter]) async {
    for box in boxes { await box.giveBack(await own(box, letters)) }
  }

  package func remove(_ letters: [DeadLetter]) async throws(QueueError) -> Set<DeadLetter.Identity> {
    var left: Set<DeadLetter.Identity> = []
    for box in boxes {
      let own = await own(box, letters)
      if !own.isEmpty { left.formUnion(try await box.remove(own)) }
    }
    return left
  }

  private func own(_ box: any DeadLetterBox, _ letters: [DeadLetter]) async -> [DeadLetter] {
    let name = await box.name()
    return letters.filter { $0.place == name }
  }
}
