import CNcurses

/// A terminal description as a value: read from the system, changed, and written in the compiled format.
package struct TerminfoEntry: Hashable, Sendable {
  /// The names, `|` between them; the first is what `TERM` would be.
  package var names: String
  /// Capabilities by their terminfo name. Names that terminfo does not define become extended ones.
  package var flags: Set<String>
  package var numbers: [String: Int32]
  package var strings: [String: [UInt8]]

  package init(
    names: String, flags: Set<String> = [], numbers: [String: Int32] = [:], strings: [String: [UInt8]] = [:]
  ) {
    self.names = names
    self.flags = flags
    self.numbers = numbers
    self.strings = strings
  }

  /// The system's description of a terminal, with the extended capabilities ncurses itself looks for.
  /// Nil where there is none.
  package init?(reading term: String) {
    guard cn_terminfo_load(term) == 1 else { return nil }
    defer { cn_terminfo_unload() }
    self.init(names: term)
    // Extended names cannot be enumerated, so they are listed.
    for name in CapabilityNames.flags + ["AX", "XT", "Tc"] where cn_terminfo_flag(name) != 0 { flags.insert(name) }
    for name in CapabilityNames.numbers {
      let value = cn_terminfo_number(name)
      if value >= 0 { numbers[name] = value }
    }
    for name in CapabilityNames.strings + ["E3", "XM", "RGB"] {
      if let value = cn_terminfo_string(name) { strings[name] = Self.bytes(value) }
    }
  }

  /// Whether REP (ECMA-48) is how the terminal repeats a character.
  var repeatsCharacters: Bool { strings["rep"] == Array("%p1%c\u{1B}[%p2%{1}%-%db".utf8) }

  private static func bytes(_ pointer: UnsafePointer<CChar>) -> [UInt8] {
    var result: [UInt8] = []
    var next = pointer
    while next.pointee != 0 {
      result.append(UInt8(bitPattern: next.pointee))
      next += 1
    }
    return result
  }
}

/// The predefined capability names in the order of the compiled format (term(5)).
package enum CapabilityNames {
  package static let flags = list(cn_terminfo_flag_name)
  package static let numbers = list(cn_terminfo_number_name)
  package static let strings = list(cn_terminfo_string_name)

  private static func list(_ name: (Int32) -> UnsafePointer<CChar>?) -> [String] {
    var result: [String] = []
    while let next = name(Int32(result.count)) { result.append(String(cString: next)) }
    return result
  }
}
