import ObjectStore
package import Pipeline
package import PixelEngine

/// What is typed after `/`: words that must all hold, each of them inverted by a leading `!`.
///
/// A plain word is searched for in the key; in lower case it also finds upper case. Terms: `state:failed,partial`,
/// `missing:48`, `stale:8`, `faulty:8` (found by verifying), `err:damaged` (a code, part of one, or a kind such as `transient`), `age<1h`, `age>2d`
/// (s m h d w), `size>1mb`, `size<200kb`.
package struct RowFilter: Hashable, Sendable {
  package struct Term: Hashable, Sendable {
    package var inverted: Bool
    package var test: Test
  }

  package enum Test: Hashable, Sendable {
    case text(String, ignoringCase: Bool)
    case state(Set<ObjectState>)
    case rendition(GridSize, RenditionState)
    case faulty(GridSize)
    case failure(Set<FailureCode>)
    case age(isLess: Bool, seconds: Double)
    case size(isLess: Bool, bytes: Int64)
  }

  package private(set) var terms: [Term] = []
  /// What could not be read, said to the person: `state:` without a known state, and the like. Such terms are left out.
  package private(set) var problems: [String] = []

  package init(_ text: String = "") {
    for word in text.split(whereSeparator: \.isWhitespace) {
      var word = word
      let inverted = word.first == "!" && word.count > 1
      if inverted { word.removeFirst() }
      switch Self.test(String(word)) {
      case .success(let test): terms.append(Term(inverted: inverted, test: test))
      case .failure(let problem): problems.append(problem.text)
      }
    }
  }

  package var isEmpty: Bool { terms.isEmpty }

  private struct Problem: Error {
    var text: String
  }

  private static func test(_ word: String) -> Result<Test, Problem> {
    if let colon = word.firstIndex(of: ":") {
      let value = word[word.index(after: colon)...].lowercased()
      switch word[..<colon] {
      case "state":
        let states = value.split(separator: ",").flatMap { part in
          ObjectState.allCases.filter { $0.rawValue.hasPrefix(part) }
        }
        guard !states.isEmpty else { return .failure(Problem(text: "state: knows \(list(ObjectState.allCases))")) }
        return .success(.state(Set(states)))
      case "missing", "stale", "present", "faulty":
        guard let side = Int(value), let size = GridSize(rawValue: side) else {
          return .failure(Problem(text: "\(word[..<colon]): takes 8, 16, 32, 48 or 64"))
        }
        if word[..<colon] == "faulty" { return .success(.faulty(size)) }
        let wanted: RenditionState =
          switch word[..<colon] {
          case "missing": .missing
          case "stale": .stale
          default: .present
          }
        return .success(.rendition(size, wanted))
      case "err":
        let codes = FailureCode.allCases.filter { $0.rawValue.contains(value) || $0.kind.rawValue == value }
        guard !codes.isEmpty, !value.isEmpty else {
          return .failure(Problem(text: "err: takes a code such as damaged, or transient, permanent, access, gone"))
        }
        return .success(.failure(Set(codes)))
      default: break
      }
    }
    for name in ["age", "size"] {
      guard word.hasPrefix(name + "<") || word.hasPrefix(name + ">") else { continue }
      let isLess = word.dropFirst(name.count).first == "<"
      let value = word.dropFirst(name.count + 1).lowercased()
      if name == "age" {
        guard let seconds = seconds(value) else { return .failure(Problem(text: "age takes a number and s m h d w")) }
        return .success(.age(isLess: isLess, seconds: seconds))
      }
      guard let bytes = bytes(value) else { return .failure(Problem(text: "size takes a number and kb mb gb")) }
      return .success(.size(isLess: isLess, bytes: bytes))
    }
    return .success(.text(word, ignoringCase: word == word.lowercased()))
  }

  private static func list(_ states: [ObjectState]) -> String {
    states.map(\.rawValue).joined(separator: " ")
  }

  private static func seconds(_ text: String) -> Double? {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
    guard let unit = text.last.flatMap({ units[$0] }), let number = Double(text.dropLast()), number >= 0 else {
      return nil
    }
    return number * unit
  }

  private static func bytes(_ text: String) -> Int64? {
    let units: [(String, Double)] = [
      ("gb", 1e9), ("mb", 1e6), ("kb", 1e3), ("g", 1e9), ("m", 1e6), ("k", 1e3), ("b", 1),
    ]
    let unit = units.first { text.hasSuffix($0.0) }
    guard let number = Double(text.dropLast(unit?.0.count ?? 0)), number >= 0, number < 1e12 else { return nil }
    return Int64(number * (unit?.1 ?? 1))
  }
}

// MARK: - Matching

extension RowFilter {
  /// - Parameter now: seconds since 1970, for ages.
  package func matches(_ id: RowID, in table: RowTable, now: Double) -> Bool {
    terms.allSatisfy { $0.test.matches(id, in: table, now: now) != $0.inverted }
  }

  /// The parts of a key that its plain words match, as ranges of bytes of UTF-8; for highlighting.
  package func matchRanges(in key: String) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    for term in terms {
      guard !term.inverted, case .text(let word, let ignoringCase) = term.test else { continue }
      Array(key.utf8).withUnsafeBufferPointer { key in
        Array(word.utf8).withUnsafeBufferPointer { word in
          var start = 0
          while let range = find(word, in: key, from: start, ignoringCase: ignoringCase) {
            ranges.append(range)
            start = range.upperBound
          }
        }
      }
    }
    return ranges
  }
}

extension RowFilter.Test {
  fileprivate func matches(_ id: RowID, in table: RowTable, now: Double) -> Bool {
    switch self {
    case .text(let word, let ignoringCase):
      if !ignoringCase || word.utf8.allSatisfy({ $0 < 0x80 }) {
        var wanted = word
        return wanted.withUTF8 { wanted in
          table.withKey(id) { find(wanted, in: $0, from: 0, ignoringCase: ignoringCase) != nil }
        }
      }
      // Beyond ASCII, case is the business of Unicode.
      return table.keyText(id).lowercased().contains(word)
    case .state(let states):
      let record = table[id]
      return states.contains(record.state) || states.contains(record.shownState)
    case .rendition(let size, let state): return table[id].renditions[size] == state
    case .faulty(let size): return table[id].isFaulty(size)
    case .failure(let codes): return table[id].failure.map(codes.contains) ?? false
    case .age(let isLess, let seconds): return (now - table[id].modified < seconds) == isLess
    case .size(let isLess, let bytes):
      let size = table[id].size
      return isLess ? size < bytes : size > bytes
    }
  }
}

/// The first place of `word` in `text`; `word` is in lower case where ASCII case is ignored.
private func find(
  _ word: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>, from start: Int, ignoringCase: Bool
) -> Range<Int>? {
  guard !word.isEmpty, text.count - start >= word.count else { return nil }
  var i = start
  while i <= text.count - word.count {
    var j = 0
    while j < word.count {
      var byte = text[i + j]
      if ignoringCase, byte >= 0x41, byte <= 0x5A { byte |= 0x20 }
      if byte != word[j] { break }
      j += 1
    }
    if j == word.count { return i..<i + j }
    i += 1
  }
  return nil
}
