import ObjectStore

/// The latest event settled of each key, of the keys that were heard of last. What is forgotten costs a look at the
/// bucket, and nothing else.
struct SettledSequencers {
  private var recent: [ObjectKey: Sequencer] = [:]
  private var older: [ObjectKey: Sequencer] = [:]
  private let capacity: Int

  /// - Parameter capacity: keys that are kept at least; at most twice as many are.
  init(capacity: Int = 50_000) {
    self.capacity = max(1, capacity)
  }

  /// Whether a later event of the key has been settled.
  func isOutdated(_ sequencer: Sequencer, of key: ObjectKey) -> Bool {
    (recent[key] ?? older[key]).map { sequencer.isOlder(than: $0) } ?? false
  }

  mutating func settle(_ sequencer: Sequencer, of key: ObjectKey) {
    if isOutdated(sequencer, of: key) { return }
    recent[key] = sequencer
    guard recent.count >= capacity else { return }
    older = recent
    recent = [:]
  }
}
