import ObjectStore

/// First come, first served, one place for each key; a key can leave the line without anyone moving.
struct WaitingLine<Element> {
  /// Left places are nil.
  private var line: [Element?] = []
  /// The place of `line[0]`, counted from the beginning of time.
  private var base = 0
  /// Index of the first that may still wait.
  private var head = 0
  private var places: [ObjectKey: Int] = [:]
  private var keys: [ObjectKey?] = []

  var count: Int { places.count }
  var isEmpty: Bool { places.isEmpty }

  func holds(_ key: ObjectKey) -> Bool { places[key] != nil }

  /// Takes a place at the end; one who waits already keeps the old place with the new element.
  ///
  /// - Returns: whether a place was taken.
  mutating func append(_ element: Element, for key: ObjectKey) -> Bool {
    if let place = places[key] {
      line[place - base] = element
      return false
    }
    places[key] = base + line.count
    line.append(element)
    keys.append(key)
    return true
  }

  mutating func popFirst() -> Element? {
    while head < line.count {
      let element = line[head]
      if let key = keys[head], element != nil { places[key] = nil }
      line[head] = nil
      keys[head] = nil
      head += 1
      compact()
      if let element { return element }
    }
    return nil
  }

  /// - Returns: whether the key was waiting.
  mutating func remove(_ key: ObjectKey) -> Bool {
    guard let place = places.removeValue(forKey: key) else { return false }
    line[place - base] = nil
    keys[place - base] = nil
    return true
  }

  /// Drops the places behind the head once they are the greater part, so that each is moved once at most.
  private mutating func compact() {
    guard head == line.count || head > 1024 && head > line.count / 2 else { return }
    line.removeFirst(head)
    keys.removeFirst(head)
    base += head
    head = 0
  }
}
