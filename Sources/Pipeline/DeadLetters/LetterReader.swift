package import ObjectStore

/// A dead letter, and what the buckets know of it.
package struct ReadLetter: Hashable, Sendable {
  package var letter: DeadLetter
  /// The objects of the source that it tells of, each once.
  package var keys: [ObjectKey]
  /// The failure record of one of them: why, where the letter does not say.
  package var record: FailureRecord?

  package init(_ letter: DeadLetter, keys: [ObjectKey] = [], record: FailureRecord? = nil) {
    self.letter = letter
    self.keys = keys
    self.record = record
  }

  /// What failed, in a word: the failure's code, a function's condition, or what is wrong with the letter.
  package var cause: String {
    if letter.fault != nil { return "unreadable" }
    if let record { return record.code.rawValue }
    if let condition = letter.condition ?? letter.errorType { return condition }
    if keys.isEmpty { return "foreign" }
    return letter.reason == nil ? "not told" : "error"
  }

  /// Why it was given up, in a sentence, as far as anybody says. Foreign text.
  package var reason: String? {
    if let fault = letter.fault { return explanation(of: fault) }
    return letter.reason ?? record.map { "\($0.code.rawValue): \($0.message)" }
  }

  /// How often the work was tried, as far as that is told.
  package var attempts: Int? { letter.attempts ?? record?.attempts }
}

/// Looks at dead letters and leaves them where they are.
package struct LetterReader: Sendable {
  private let workspace: Workspace
  private let records: FailureLookup

  /// Failure records read at a time.
  private static let parallelReads = 16

  package init(_ workspace: Workspace) {
    self.workspace = workspace
    records = FailureLookup(workspace: workspace)
  }

  /// Up to so many letters of a box. Others do not see them while this looks, which is a few seconds for a hundred.
  package func look(into box: any DeadLetterBox, limit: Int) async throws(QueueError) -> [ReadLetter] {
    let letters = try await box.take(limit: limit)
    await box.giveBack(letters)
    return await read(letters)
  }

  private func read(_ letters: [DeadLetter]) async -> [ReadLetter] {
    var read = letters.map { ReadLetter($0.released, keys: keys(of: $0)) }
    // A letter that says why by itself needs no look at the bucket.
    let silent = read.indices.filter { read[$0].letter.reason == nil && !read[$0].keys.isEmpty }
    for start in stride(from: 0, to: silent.count, by: Self.parallelReads) {
      let found = await withTaskGroup(of: Found.self) { group in
        for index in silent[start..<min(start + Self.parallelReads, silent.count)] {
          let keys = read[index].keys
          group.addTask { Found(index: index, record: await record(of: keys)) }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      for found in found { read[found.index].record = found.record }
    }
    return read
  }

  private func keys(of letter: DeadLetter) -> [ObjectKey] {
    var seen: Set<ObjectKey> = []
    return letter.events.compactMap { workspace.sourceKey(of: $0) }.filter { seen.insert($0).inserted }
  }

  private struct Found: Sendable {
    var index: Int
    var record: FailureRecord?
  }

  private func record(of keys: [ObjectKey]) async -> FailureRecord? {
    for key in keys {
      if let record = try? await records.record(of: key) { return record }
    }
    return nil
  }
}
