import Console

/// Which byte sequences are keys: what the terminal's description says, and the common forms every terminal may send.
struct KeySequences {
  enum Match: Equatable {
    case key(Key)
    /// The start of at least one sequence.
    case prefix
    case none
  }

  private var sequences: [[UInt8]: Key] = [:]
  private var prefixes: Set<[UInt8]> = []

  /// The common forms alone.
  init() {}

  /// The keys of a terminal description.
  init(entry: TerminfoEntry) {
    var named: [String: Key] = [
      "kcuu1": .up, "kcud1": .down, "kcub1": .left, "kcuf1": .right, "khome": .home, "kend": .end,
      "kpp": .pageUp, "knp": .pageDown, "kdch1": .delete, "kich1": .insert, "kcbt": .backTab, "kent": .enter,
    ]
    for number in 1...12 { named["kf\(number)"] = .function(number) }
    for (name, key) in named {
      guard let sequence = entry.strings[name] else { continue }
      // Old terminals sent control characters for arrows; those stay what they are.
      guard sequence.count > 1, sequence[0] == 0x1B else { continue }
      sequences[sequence] = key
      for length in 1..<sequence.count { prefixes.insert(Array(sequence.prefix(length))) }
    }
  }

  /// A sequence wins over being the start of a longer one.
  func look(up bytes: [UInt8]) -> Match {
    // ESC and ESC [ start everything; the grammar deals with them.
    if let key = sequences[bytes] { return .key(key) }
    return bytes.count > 1 && prefixes.contains(bytes) ? .prefix : .none
  }

  /// `ESC O x`: application keypad and PF keys.
  static let shifted: [UInt8: Key] = {
    var table: [UInt8: Key] = [UInt8(ascii: "M"): .enter]
    for (letter, key) in lettered where letter != UInt8(ascii: "Z") { table[letter] = key }
    return table
  }()

  /// `ESC [ x` and `ESC [ 1 ; modifier x`. A modifier does not make another key.
  static let lettered: [UInt8: Key] = [
    UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right, UInt8(ascii: "D"): .left,
    UInt8(ascii: "H"): .home, UInt8(ascii: "F"): .end, UInt8(ascii: "Z"): .backTab,
    UInt8(ascii: "P"): .function(1), UInt8(ascii: "Q"): .function(2), UInt8(ascii: "R"): .function(3),
    UInt8(ascii: "S"): .function(4),
  ]

  /// `ESC [ n ~` and `ESC [ n ; modifier ~`.
  static let numbered: [Int: Key] = [
    1: .home, 2: .insert, 3: .delete, 4: .end, 5: .pageUp, 6: .pageDown, 7: .home, 8: .end,
    11: .function(1), 12: .function(2), 13: .function(3), 14: .function(4), 15: .function(5), 17: .function(6),
    18: .function(7), 19: .function(8), 20: .function(9), 21: .function(10), 23: .function(11), 24: .function(12),
  ]
}
